"""The verb that looks into the mailbox now; the worker does so by itself when mail comes."""

from atoz.cli.answer import Answer
from atoz.cli.groups import MAIL, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import line, pairs
from atoz.service import mailbox


async def sync(call: Call) -> Answer:
    """Read the mailbox now, and say what was done with the new mails."""
    document = await mailbox.sync(await call.service(), by=call.by)
    shown = {
        "mails read": document["read"],
        "claims started": document["claims_started"],
        "notices that came again": document["duplicates"],
        "told to their claims": document["delivered"],
        "wait for their claim": document["held"],
        "delivered after waiting": document["attached"],
        "for a person": document["for_persons"],
        "quarantined": document["quarantined"],
        "sends found in the sent mail": document["settled"],
        "not about claims": document["left"],
    }
    found = {key: str(value) for key, value in shown.items() if value}
    return Answer(document, [pairs(found) if found else line("no new mail")])


def add_to(groups: Groups) -> None:
    """Register this verb: `mail sync`."""
    register(groups["mail"], sync, MAIL, acts="mail-sync", on=("read", "claims_started"))
