"""The demo's stage: a server with virtual time, the real worker, a mailbox and a catcher for mail.

Nothing is simulated but the clock and the people. Whatever the surrounding settings say, no
message leaves this machine and nobody is told.
"""

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from temporalio.service import RPCError

from atoz.claims.case import CaseFile
from atoz.errors import AtozError
from atoz.evidence.store import EvidenceStore
from atoz.harness.catcher import HOST, Catcher, Caught, catching
from atoz.harness.expect import differences
from atoz.harness.imap_server import imap_server
from atoz.harness.photos import Photos
from atoz.harness.postman import AUTHSERV_ID, ByMail, Mails, Postman, remember_order
from atoz.harness.rehearse import ByHand, Way, rehearse
from atoz.harness.rehearsed import secluded
from atoz.harness.script import script_of
from atoz.harness.server import VirtualTime, virtual_time
from atoz.harness.showing import Played
from atoz.keeping import converter, kept_store
from atoz.playbook.simulate import outcome, timeline
from atoz.playbook.view import condition
from atoz.rules import Rules, load_rules
from atoz.settings import Settings
from atoz.wiring import build_worker
from workflows import names

_SENDER = "claims@shop.example"
_SELLER = "Example Shop"


class Stage(NamedTuple):
    """What a case is played on."""

    server: VirtualTime
    rules: Rules
    store: EvidenceStore
    catcher: Catcher
    postman: Postman
    orders: Path
    settings: Settings


@asynccontextmanager
async def staged(folder: Path, *, pages: bool) -> AsyncIterator[Stage]:
    """Everything started, with its state below `folder`; ended with the block.

    `pages`: with the server's web pages. Raises BadInput for bad settings or playbooks, NoServer.
    """
    alone = secluded(Settings(), folder)
    rules = load_rules(alone)
    with imap_server() as postbox:
        async with catching() as catcher:
            mail = {**_mail_to(catcher), "authserv_id": AUTHSERV_ID}
            settings = alone.model_copy(update={**mail, "orders": folder / "orders"})
            async with (
                virtual_time(converter(settings), pages=pages, log=folder / "server.log") as server,
                build_worker(server.client, settings, rules=rules),
            ):
                store = kept_store(settings)
                postman = Postman(postbox, rules.library, store)
                orders = folder / "orders"
                yield Stage(server, rules, store, catcher, postman, orders, settings)


def _mail_to(catcher: Catcher) -> dict[str, Any]:
    """The settings that send mail to the catcher, and a task queue that rehearsals use."""
    return {
        "task_queue": names.TASK_QUEUE,
        "seller_name": _SELLER,
        "sender": {"*": _SENDER},
        "message_id_domain": None,
        "smtp_host": HOST,
        "smtp_port": catcher.port,
        "smtp_security": "none",
        "smtp_username": None,
        "smtp_password": None,
        "smtp_password_file": None,
    }


async def play(stage: Stage, case: CaseFile, mails: Mails) -> Played:
    """One case from its notice to its end. What differs in the mail is found when all are played.

    With `mails` it comes in through the mailbox. Raises AtozError for a claim that does not come to
    rest.
    """
    way: Way = ByHand()
    if mails:
        remember_order(stage.orders, case)
        way = ByMail(stage.postman, mails)
    photos = Photos()
    script = script_of(case, stage.rules.library.phrases, photos.make)
    await photos.keep(stage.store)
    began = time.monotonic()
    try:
        end = await rehearse(stage.server, case, script, way=way)
    except (TimeoutError, RPCError) as fault:
        raise AtozError(f"{_title(case)}: it was not played to its end: {fault}") from fault
    assert end.state.policy is not None, "a claim that was played was opened"
    facts, ended = timeline(end.state.facts), outcome(end.state)
    return Played(
        title=_title(case),
        order_id=case.claim.order_id,
        workflow_id=end.state.workflow_id,
        fed_by="mail" if mails else "file",
        zone=end.state.policy.zone,
        timeline=facts,
        outcome=ended,
        condition=condition(end.state, end.ended_at).replace("_", " "),
        took=timedelta(seconds=time.monotonic() - began),
        differs=differences(case.expected, facts, ended, case.claim.notified_at),
    )


def _title(case: CaseFile) -> str:
    return case.title or case.claim.order_id


def with_mail_read_back(
    played: Sequence[Played], cases: Sequence[CaseFile], catcher: Catcher
) -> list[Played]:
    """The same, with what differs between the messages on record and the mails that arrived."""
    strays = _strays(played, catcher)
    checked = []
    for claim, case in zip(played, cases, strict=True):
        relay = case.buyer.relay if case.buyer else None
        found = [*_mail_differences(claim, relay, catcher)]
        found += [f"no claim has this mail on record: {mail.message_id}" for mail in strays]
        checked.append(claim._replace(differs=[*claim.differs, *found]))
    return checked


def _sent(claim: Played) -> list[dict[str, Any]]:
    return [fact["data"] for fact in claim.timeline if fact["kind"] == "message_sent"]


def _strays(played: Sequence[Played], catcher: Catcher) -> list[Caught]:
    known = {data["message_id"] for claim in played for data in _sent(claim)}
    return [mail for mail in catcher.mails if mail.message_id not in known]


def _mail_differences(claim: Played, relay: str | None, catcher: Catcher) -> Iterator[str]:
    """Each message arrived once, at the buyer's relay and nowhere else, with the words on record."""
    for data in _sent(claim):
        mails = catcher.with_id(data["message_id"])
        if len(mails) != 1:
            yield f"mail {data['message_id']} arrived {len(mails)} times, not once"
        elif {*mails[0].recipients, str(mails[0].message["To"])} != {relay}:
            yield f"mail {data['message_id']} went to {', '.join(mails[0].recipients)}, not {relay}"
        elif mails[0].message.get_content().split() != data["text"].split():
            yield f"mail {data['message_id']} has other words than the record"
