"""The first sentences: which claim this answers, and up to when the records were read."""

from collections.abc import Iterator

from atoz.appeal.ledger import Ids, Said
from atoz.appeal.telling import Telling

_POSITIONS = ("position", "position_without_reason", "position_of_order")


def position(t: Telling) -> Iterator[Said]:
    """Order, amount and reason, as far as known."""
    yield from t.say(*_POSITIONS, order=t.order, amount=t.money("claim.amount"), reason=t.reason)


def records(t: Telling, rests: Ids = ()) -> Iterator[Said]:
    """Up to when, and in which zone the times are."""
    zone = Said(t.policy.zone)
    yield from t.say("records", order=t.order, now=t.as_of, zone=zone, rests=rests)
