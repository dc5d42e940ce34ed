"""What the facts of a claim hold: each date, time, amount, number, code and word, with its facts.

It exists so that an edited sentence can be traced: a value that stands in no fact is made up, and
one that does names the facts that carry the sentence.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cached_property
from itertools import chain
from typing import Any, Literal
from zoneinfo import ZoneInfo

from atoz.appeal.lint_words import LintWords
from atoz.appeal.phrases import plain
from atoz.appeal.values import (
    Kind,
    Value,
    amount_key,
    key_of_day,
    keys_of_day,
    number_key,
    values_in,
)
from atoz.claims.claim import ORDER_ID
from atoz.claims.facts import Fact
from atoz.playbook.events import Sentence
from atoz.playbook.state import CaseState
from atoz.words.unseen import without_unseen

Ids = tuple[str, ...]

_TOLD = frozenset(
    {
        "message_sent",
        "message_refused",
        "reply_received",
        "evidence_added",
        "refund_recorded",
        "information_requested",
        "decision_received",
        "appeal_drafted",
        "appeal_submitted",
        "claim_closed",
    }
)
"""Facts whose instant an appeal may name. The others are our own bookkeeping."""

_TEXTS = ("subject", "text", "name", "amount", "status", "funded_by")
_FILE = ("claim.", "shipment.", "return.", "messages.", "buyer.language")
_HIDDEN = frozenset({"claim.status"})
_WORD = re.compile(r"[^\W\d_]{2,}")
_LONGEST_TEXT = 20_000
"""Signs of one fact's text that are searched: the rest is no argument of an appeal."""


class Held:
    """The values of a claim as known at `now` (UTC). Built once per check of one text."""

    def __init__(
        self, state: CaseState, now: datetime, words: LintWords, composed: Iterable[Sentence]
    ) -> None:
        assert state.policy is not None, "asked of an opened claim only"
        self._zone = ZoneInfo(state.policy.zone)
        self._words = words
        self._now = now
        self._state = state
        self._index: dict[tuple[str, str], dict[str, None]] = {}
        self._names: dict[str, dict[str, None]] = {}
        self._said: list[tuple[str, str]] = []
        self._instants: list[datetime] = []
        for fact in _newest(state.facts):
            self._take(fact)
        for sentence in composed:
            for value in values_in(sentence.text, words):
                self._note(value.kind, value.keys, *sentence.facts)
            self._words_of(sentence.text)
        self._known_without_a_fact()

    def facts_of(self, value: Value) -> Ids | None:
        """The facts that hold a value; empty where it follows from several, None where nothing does."""
        for kind in _ALSO[value.kind]:
            for key in value.keys:
                found = self._index.get((kind, key))
                if found is not None:
                    return tuple(found)
        follows = self._follows.get(value.kind)
        return () if follows and any(key in follows() for key in value.keys) else None

    def facts_of_order(self, text: str) -> Ids:
        """The fact that holds the order id, where a text names it."""
        own = self._state.file.claim.order_id
        return tuple(self._index.get(("order", own), ())) if own in ORDER_ID.findall(text) else ()

    def facts_of_name(self, word: str) -> Ids | None:
        """The values of the claim file that are this name; empty where it only stands in a text."""
        found = self._names.get(plain(word))
        return tuple(found) if found is not None else None

    def facts_of_code(self, code: str) -> Ids:
        """The facts that hold a long code."""
        return tuple(self._index.get(("code", code), ()))

    def facts_of_quote(self, quote: str) -> Ids:
        """The facts in which a quote stands word for word, also where it leaves parts out."""
        parts = [part.strip(_TRIMMED) for part in _LEFT_OUT.split(spoken(quote))]
        wanted = [part for part in parts if part]
        if not wanted:
            return ()
        return tuple(id_ for id_, said in self._said if all(part in said for part in wanted))

    @property
    def codes(self) -> Iterator[str]:
        """The long codes that facts hold: a person may write them in groups."""
        return (key for kind, key in self._index if kind == "code" and len(key) >= _LONG)

    # What is taken in ---------------------------------------------------------------------------

    def _take(self, fact: Fact) -> None:
        if fact.kind in _TOLD:
            self._instant(fact.came_at, fact.id)
            if fact.data.get("sent_at"):
                self._instant(datetime.fromisoformat(fact.data["sent_at"]), fact.id)
            for text in self._texts(fact):
                self._text(text, fact.id)
        elif fact.kind.startswith(_FILE) and fact.kind not in _HIDDEN:
            self._value(fact)

    def _texts(self, fact: Fact) -> Iterator[str]:
        if fact.kind == "appeal_drafted":
            return iter(())
        return (str(fact.data[key]) for key in _TEXTS if fact.data.get(key))

    def _value(self, fact: Fact) -> None:
        """A value of the claim file: an instant, a day, an amount, or a text."""
        value: Any = fact.data.get("value")
        if isinstance(value, dict):  # a message from before the claim
            self._instant(datetime.fromisoformat(str(value["at"])), fact.id)
            self._text(str(value.get("text", "")), fact.id)
        elif fact.kind == "claim.amount":
            self._amount(str(value), fact.id)
        elif fact.kind == "claim.order_id":
            self._index.setdefault(("order", str(value)), {})[fact.id] = None
        elif isinstance(value, str):
            when = _when(value)
            if isinstance(when, datetime):
                self._instant(when, fact.id)
            elif when is not None:
                self._day(when, fact.id)
            else:
                self._text(value, fact.id)
                if fact.kind != "claim.buyer_comment":
                    self._words_of(value, fact.id)

    def _amount(self, written: str, *ids: str) -> None:
        try:
            amount = Decimal(written.split(maxsplit=1)[0])
        except (InvalidOperation, IndexError):
            return
        currency = self._state.file.claim.currency
        self._note("amount", (amount_key(amount, currency),), *ids)
        self._note("number", (number_key(amount),), *ids)

    def _instant(self, at: datetime, *ids: str) -> None:
        local = at.astimezone(self._zone)
        self._instants.append(at)
        self._note("date", keys_of_day(local.date()), *ids)
        self._note("number", (str(local.year),), *ids)
        self._note("time", (f"{local:%H:%M}",), *ids)

    def _day(self, day: date, *ids: str) -> None:
        self._instants.append(datetime(day.year, day.month, day.day, tzinfo=self._zone))
        self._note("date", keys_of_day(day), *ids)
        self._note("number", (str(day.year),), *ids)

    def _text(self, text: str, *ids: str) -> None:
        text = text[:_LONGEST_TEXT]
        self._said += [(id_, spoken(text)) for id_ in ids]
        for value in values_in(text, self._words):
            self._note(value.kind, value.keys, *ids)
        if text.isalnum() and any(map(str.isdigit, text)):
            self._note("code", (text.lower(),), *ids)
        self._words_of(text)

    def _words_of(self, text: str, *ids: str) -> None:
        """The words of a text are known; with ids they are names that a fact holds."""
        for word in _WORD.findall(plain(text)):
            found = self._names.setdefault(word, {})
            found.update(dict.fromkeys(ids))

    def _note(self, kind: str, keys: Iterable[str], *ids: str) -> None:
        for key in keys:
            self._index.setdefault((kind, key), {}).update(dict.fromkeys(ids))

    # What follows from facts ----------------------------------------------------------------------

    def _known_without_a_fact(self) -> None:
        """The present moment, the clocks, the marketplace's zone and periods, how many files there are."""
        self._instant(self._now)
        for clock in self._state.clocks:
            self._instant(clock.due)
        policy = self._state.policy
        assert policy is not None, "asked of an opened claim only"
        for part in policy.zone.split("/"):
            self._names.setdefault(plain(part), {})
        for span in _periods(policy):
            self._note("hours", (number_key(Decimal(span // timedelta(hours=1))),))
            self._note("days", (number_key(Decimal(span // timedelta(days=1))),))
        for kinds in (("evidence_added",), ("reply_received",), ("message_sent",)):
            ids = [fact.id for fact in self._state.facts if fact.kind in kinds]
            if ids:
                self._note("count", (str(len(ids)),), *ids)
        if self._state.photos:
            self._note("count", (str(self._state.photos),))

    @cached_property
    def _follows(self) -> dict[Kind, Callable[[], frozenset[str]]]:
        return {"hours": lambda: self._hours, "days": lambda: self._days}

    @cached_property
    def _apart(self) -> tuple[timedelta, ...]:
        whole = sorted(set(self._instants))[-_MOST_INSTANTS:]
        return tuple(later - earlier for n, earlier in enumerate(whole) for later in whole[n + 1 :])

    @cached_property
    def _hours(self) -> frozenset[str]:
        """Whole hours between two instants that are held."""
        return frozenset(str(span // timedelta(hours=1)) for span in self._apart)

    @cached_property
    def _days(self) -> frozenset[str]:
        """Whole days between two instants, elapsed or on the calendar."""
        days = sorted({at.astimezone(self._zone).date() for at in self._instants})[-_MOST_INSTANTS:]
        calendar = (str((b - a).days) for n, a in enumerate(days) for b in days[n + 1 :])
        return frozenset(chain(calendar, (str(s // timedelta(days=1)) for s in self._apart)))


def spoken(text: str) -> str:
    """A text as quotes are compared with it: no control signs, one kind of quote, no case."""
    return plain(without_unseen(text).translate(_ONE_QUOTE))


_ONE_QUOTE = str.maketrans("“”„«»", '"""""')
_LEFT_OUT = re.compile(r"\[?\.\.\.\]?")
_TRIMMED = " .,;:!?。、！？"
_LONG = 6
_MOST_INSTANTS = 80

_ALSO: dict[Kind, tuple[Kind | Literal["count"], ...]] = {
    "date": ("date",),
    "time": ("time",),
    "amount": ("amount",),
    "number": ("number", "measure", "amount", "code", "count"),
    "measure": ("measure",),
    "code": ("code", "number"),
    "hours": ("hours",),
    "days": ("days",),
}
"""Where a value of a kind may be held."""


def _newest(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that hold: of a claim file's value the newest, of what happened all."""
    last: dict[str, Fact] = {}
    rest = []
    for fact in facts:
        if fact.on_timeline:
            rest.append(fact)
        else:
            last[fact.kind] = fact
    return [*last.values(), *rest]


def _when(text: str) -> datetime | date | None:
    """The day or instant that a claim file's value is, or None where it is something else."""
    try:
        return (
            date.fromisoformat(text) if len(text) == len(key_of_day(date.min)) else _instant(text)
        )
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    if not text[:4].isdigit() or "T" not in text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _periods(policy: Any) -> Iterator[timedelta]:
    window = policy.filing_window
    yield from (window.opens_after_latest_delivery, window.opens_after_order)
    yield window.closes_after_latest_delivery
    yield from (limit.limit for limit in policy.limits)
