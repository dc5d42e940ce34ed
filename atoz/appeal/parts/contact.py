"""Who wrote to whom and when, what came back, and how soon we answered.

That nothing came back is stated only after a message that reached the buyer, with the hours since and
the moment up to which it is known. Source: the domain notes on truthfulness.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from atoz.appeal.ledger import Said, number_of
from atoz.appeal.patterns import Sentences
from atoz.appeal.telling import Line, Telling
from atoz.claims.facts import Fact

_ASKING = ("deescalate", "request_photos")
"""Messages of ours that await an answer."""

_ANSWERING = frozenset({"withdraw_help", "recharge_help", "thank_for_photos"})
"""Messages of ours that answer one of the buyer's."""

_HOUR = timedelta(hours=1)
IN_TIME = timedelta(hours=48)
"""Who answers within this has answered in time. Source: the domain notes, `not received, delivered`."""

_EARLIER = 4
"""So many of the newest messages from before the claim are told."""

_ANSWERS = 2
"""So many of the newest answers are timed."""


class _Message(NamedTuple):
    """A message with its instant, whichever fact holds it."""

    at: datetime
    fact: Fact


def contact(t: Telling) -> Iterator[Line]:
    """A line for each message and reply."""
    for fact in t.ledger.below("messages")[-_EARLIER:]:
        before = "buyer_wrote_before" if _is_buyers(fact) else "we_wrote_before"
        yield from t.line(before, when=_when(t, _earlier(fact)))
    since = (*t.ledger.all("message_sent"), *_by_hand(t), *t.ledger.all("reply_received"))
    # Within a minute it is the record that tells what came first: a reply, then the answer to it.
    for fact in sorted(since, key=lambda fact: (fact.happened_at, number_of(fact))):
        yield from _contact(t, fact)


def _contact(t: Telling, fact: Fact) -> Iterator[Line]:
    if fact.kind == "reply_received":
        files = fact.data.get("attachments")
        n = Said(str(files), (fact.id,)) if files else None
        return t.line("replied_with_files", "replied", when=t.at(fact), n=n)
    key = _key(fact) if fact.kind == "message_sent" else "answered_personally"
    return t.line(key, when=t.at(fact))


def _key(fact: Fact) -> str:
    known = f"sent_{fact.data.get('template')}"
    return known if known in Sentences.model_fields else "sent_other"


def _is_buyers(fact: Fact) -> bool:
    return bool(fact.data["value"]["from"] == "buyer")


def _earlier(fact: Fact) -> _Message:
    return _Message(datetime.fromisoformat(fact.data["value"]["at"]), fact)


def _when(t: Telling, message: _Message) -> Said:
    return Said(t.ledger.minute(message.at), (message.fact.id,))


# Silence ------------------------------------------------------------------------------------------


def silence(t: Telling) -> Iterator[Said]:
    """No reply since our newest message, no picture since we asked for pictures."""
    asked = t.ledger.sent(*_ASKING)
    if asked and not _replied_since(t, asked.happened_at):
        yield from _since(t, "silence", asked, _ASKING)
    wanted = t.ledger.sent("request_photos")
    if wanted and not t.photos and not any(map(is_picture, t.ledger.all("evidence_added"))):
        yield from _since(t, "no_picture", wanted, ("request_photos",))


def is_picture(fact: Fact) -> bool:
    """Whether a file on the claim is an image."""
    return str(fact.data.get("type", "")).startswith("image/")


def _replied_since(t: Telling, at: datetime) -> bool:
    return any(reply.came_at >= at for reply in t.ledger.all("reply_received"))


def _since(t: Telling, key: str, asked: Fact, templates: tuple[str, ...]) -> Iterator[Said]:
    """Nobody answers at once: the first hour is no silence."""
    hours = (t.now - asked.happened_at) // _HOUR
    if hours >= 1:
        n, rests = Said(str(hours), (asked.id,)), t.ledger.without(asked, *templates)
        yield from t.say(key, n=n, asked=t.at(asked), now=t.as_of, rests=rests)


# Answers of ours ----------------------------------------------------------------------------------


def answers(t: Telling) -> Iterator[Said]:
    """How soon we answered, where it was in time: the newest answers, each with what it answered."""
    pairs = [(asked, answer) for asked, answer in _pairs(t) if answer.at - asked.at <= IN_TIME]
    for asked, answer in sorted(pairs, key=lambda pair: pair[1].at)[-_ANSWERS:]:
        hours = max(1, -((asked.at - answer.at) // _HOUR))
        n = Said(str(hours), (asked.fact.id, answer.fact.id))
        yield from t.say("answered_within", n=n, asked=_when(t, asked), when=_when(t, answer))


def _pairs(t: Telling) -> Iterator[tuple[_Message, _Message]]:
    """Each answer with the buyer's newest message before it."""
    before = [(_is_buyers(fact), _earlier(fact)) for fact in t.ledger.below("messages")]
    for (buyers, asked), (again, answer) in pairwise(before):
        if buyers and not again:
            yield asked, answer
    replies = [_Message(fact.came_at, fact) for fact in t.ledger.all("reply_received")]
    ours = (f for f in t.ledger.all("message_sent") if f.data.get("template") in _ANSWERING)
    for fact in (*ours, *_by_hand(t)):
        earlier = [reply for reply in replies if reply.at < fact.happened_at]
        if earlier:
            yield max(earlier, key=_at), _Message(fact.happened_at, fact)


def _at(message: _Message) -> datetime:
    return message.at


def _by_hand(t: Telling) -> list[Fact]:
    """Answers that a person gave."""
    done = (fact for fact in t.ledger.all("task_done") if fact.data.get("result") == "done")
    return [fact for fact in done if str(fact.data.get("task", "")).startswith("answer-buyer")]
