"""What was offered to settle it, and how it stands."""

from collections.abc import Iterator

from atoz.appeal.ledger import Said
from atoz.appeal.telling import Telling


def solution(t: Telling) -> Iterator[Said]:
    """Offers that were made and that reached the buyer."""
    yield from t.say("offered_return", when=t.when("return.offered_at"))
    yield from t.say("offered_replacement", when=t.when("return.replacement_offered_at"))
    yield from t.say("offer_stands", when=t.at(t.ledger.sent("deescalate")))
