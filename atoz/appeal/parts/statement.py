"""The buyer's own words, verbatim: of the claim, of the newest replies, of messages before the claim."""

from collections.abc import Iterator

from atoz.appeal.ledger import Said
from atoz.appeal.telling import Telling

_REPLIES, _EARLIER = 3, 2
"""So many of the newest messages are quoted."""


def statement(t: Telling) -> Iterator[Said]:
    """Whole sentences that may be quoted, and nothing said about whoever wrote them."""
    yield from t.say("claim_says", quote=t.quote(t.ledger.held("claim.buyer_comment")))
    before = [f for f in t.ledger.below("messages") if f.data["value"]["from"] == "buyer"]
    for fact in before[-_EARLIER:]:
        message = fact.data["value"]
        when = Said(t.ledger.moment(message["at"]), (fact.id,))
        yield from t.say("earlier_says", when=when, quote=t.quote(fact, message["text"]))
    for fact in t.ledger.all("reply_received")[-_REPLIES:]:
        quote = t.quote(fact, str(fact.data.get("text", "")))
        yield from t.say("reply_says", when=t.at(fact), quote=quote)
