"""The verb that erases a claim."""

from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.groups import KEYS, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import line
from atoz.service import erasing


async def erase(call: Call, order: given.Order) -> Answer:
    """Destroy the key of a closed claim: nothing yields the buyer's data any more; reports count it."""
    document = await erasing.erase(await call.service(), order, by=call.by)
    was = "was erased already; what came since is gone, too" if document["already"] else "is erased"
    counted = f"{document['keys']} keys and {document['files']} files destroyed"
    rest = [line("not reached:", what) for what in document["remains"]]
    return Answer(document, [line(document["order_id"], was, f"({counted})"), *rest])


def add_to(groups: Groups) -> None:
    """Register this verb."""
    register(groups.root, erase, KEYS, acts=True)
