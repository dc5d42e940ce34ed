"""Two statements of the buyer's that do not go together, side by side and without a judgement.

A claim says that nothing was received, and the buyer's own words say that the item is there: both are
quoted. Only words that can mean nothing else count; a sentence that denies, asks or supposes does not.
"""

from collections.abc import Iterator
from typing import NamedTuple

from atoz.appeal.ledger import Said
from atoz.appeal.telling import Telling
from atoz.claims.facts import Fact

_NOT_RECEIVED = "not_received"


class _Words(NamedTuple):
    """What the buyer wrote, and when; the fact that holds it."""

    fact: Fact
    when: Said
    text: str
    language: str | None


def contradictions(t: Telling) -> Iterator[Said]:
    """The newest message that says so; else the words of the claim itself."""
    if t.ledger.value("claim.reason") != _NOT_RECEIVED:
        return
    comment = t.ledger.held("claim.buyer_comment")
    for words in reversed(list(_messages(t))):
        if said := _says_received(t, words.fact, words.text, words.language):
            yield from t.say(
                "differs",
                "differs_from_reason",
                reason=t.reason,
                comment=t.quote(comment),
                when=words.when,
                quote=said,
            )
            return
    if comment is not None:
        own = _says_received(t, comment, comment.data["value"], None)
        yield from t.say("differs_within", reason=t.reason, quote=own)


def _messages(t: Telling) -> Iterator[_Words]:
    for fact in t.ledger.below("messages"):
        message = fact.data["value"]
        if message["from"] == "buyer":
            when = Said(t.ledger.moment(message["at"]), (fact.id,))
            yield _Words(fact, when, message["text"], message.get("language"))
    for fact in t.ledger.all("reply_received"):
        when = Said(t.ledger.minute(fact.came_at), (fact.id,))
        yield _Words(fact, when, str(fact.data.get("text", "")), fact.data.get("language"))


def _says_received(t: Telling, fact: Fact, text: str, language: str | None) -> Said | None:
    """The first sentence that may be quoted and says that the item is there."""
    sentences = t.quotes.sentences(text, t.order_id)
    found = next((each for each in sentences if t.arrivals.says_received(each, language)), None)
    return t.marked(found, fact.id) if found else None
