"""What was offered to settle it, and how it stands."""

from collections.abc import Iterator

from atoz.appeal.telling import Telling
from atoz.playbook.events import Sentence


def solution(t: Telling) -> Iterator[Sentence]:
    """Offers that were made and that reached the buyer."""
    yield from t.say("offered_return", when=t.when("return.offered_at"))
    yield from t.say("offered_replacement", when=t.when("return.replacement_offered_at"))
    yield from t.say("offer_stands", when=t.at(t.ledger.sent("deescalate")))
