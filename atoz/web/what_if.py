"""What if: a case or a running claim, with events that somebody put on its calendar, and what differs.

The whole question stands in the page's address, so that it can be gone back to and sent to a colleague;
nothing is kept, no claim is touched.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Literal, NamedTuple, get_args

from atoz.claims.base import instant_text, parse_span
from atoz.claims.case import Happenings
from atoz.errors import BadInput, NoSuchClaim
from atoz.harness.bounds import Bounds
from atoz.harness.play import Played, continued, simulated
from atoz.harness.samples import sample_cases
from atoz.service.claim_files import validated
from atoz.service.problems import PROBLEMS
from atoz.service.whole import whole
from atoz.web.board import Board
from atoz.web.looks import Looks
from atoz.web.timeline import Row, rows

MOST_EVENTS = 20
MOST_DAYS = 42
"""Days of the calendar: six weeks hold every limit that there is."""
FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)

BOUNDS = Bounds()

_APART = "~"

PEOPLE: Mapping[str, Mapping[str, str]] = {
    "case": {},
    "quick": {"approve": "2h", "submit_appeal": "3h"},
    "slow": {"approve": "12h", "submit_appeal": "24h"},
    "hand": {},
    "nobody": {},
}
"""How soon the operators do their tasks: as the case says, after these spans, when it is put on the
calendar, or never. No case speaks for a running claim."""

_REPLIES = (
    *("photos", "wants_refund", "question", "says_received", "says_withdrawn"),
    *("asks_how_to_withdraw", "stop_contact", "hostile", "other"),
)
_DECISIONS = ("denied", "granted_seller_funded", "granted_amazon_funded", "withdrawn")
KINDS: Mapping[str, Mapping[str, Any]] = {
    **{
        f"reply-{intent}": {
            "type": "buyer_reply",
            "text": "",
            "intents": [intent],
            "attachments": [{"name": "photo.jpg", "type": "image/jpeg", "bytes": 20_000}]
            if intent == "photos"
            else [],
        }
        for intent in _REPLIES
    },
    "information": {"type": "information_request"},
    **{f"decision-{status}": {"type": "decision", "status": status} for status in _DECISIONS},
    "bounce": {"type": "bounce"},
    "opted-out": {"type": "bounce", "opted_out": True},
    "pause": {"type": "operator", "do": "pause"},
    "resume": {"type": "operator", "do": "resume"},
    "approve": {"type": "operator", "do": "approve"},
    "hand-in": {"type": "operator", "do": "done", "task": "submit-appeal", "receipt": "R-1"},
}
"""What can be put on the calendar, as a case file writes it."""
BY_HAND = frozenset({"approve", "hand-in"})
"""What of it somebody does who is else said to do nothing."""

ON_CALENDAR = frozenset(
    {
        *("claim_received", "message_sent", "message_refused", "step_skipped", "step_held"),
        *("reply_received", "appeal_drafted", "approved", "appeal_submitted", "deadline_missed"),
        *("information_requested", "decision_received", "claim_closed", "paused", "resumed"),
    }
)
"""What of a course is written into the days; the table below them has everything."""


class Event(NamedTuple):
    """Something that may happen, at an instant (UTC)."""

    at: datetime
    kind: str

    @property
    def written(self) -> str:
        """As it stands in an address."""
        return f"{instant_text(self.at)}{_APART}{self.kind}"


class Question(NamedTuple):
    """What is asked: of a case or of the claim of an order; "" for the playbook that the rules choose."""

    case: str = ""
    order: str = ""
    playbook: str = ""
    people: str = ""
    events: tuple[Event, ...] = ()

    @property
    def peoples(self) -> tuple[str, ...]:
        """What may be said of the operators; the first where nothing is said."""
        return tuple(name for name in PEOPLE if name != "case" or not self.order)

    @property
    def peopled(self) -> "Question":
        """With operators that can be: who is put on the calendar does not do nothing."""
        people = self.people if self.people in self.peoples else self.peoples[0]
        if people == "nobody" and any(event.kind in BY_HAND for event in self.events):
            people = "hand"
        return self._replace(people=people)

    def with_one_more(self, event: Event | None) -> "Question":
        """With one more event, in order, and operators that can be."""
        return self._replace(
            events=tuple(sorted([*self.events, *([event] if event else [])]))
        ).peopled

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """As it stands in an address."""
        named = [(name, getattr(self, name)) for name in ("case", "order", "playbook", "people")]
        return [*named, *(("e", event.written) for event in self.events)]


def event_of(written: str) -> Event:
    """An event as an address has it. Raises BadInput."""
    at, _, kind = written.partition(_APART)
    try:
        instant = datetime.fromisoformat(at)
    except ValueError as fault:
        raise BadInput(PROBLEMS("no_event", word=repr(written[:60]))) from fault
    return checked(Event(instant, kind))


def checked(event: Event) -> Event:
    """The event, where it can be one. Raises BadInput."""
    if event.kind not in KINDS:
        raise BadInput(PROBLEMS("no_kind", word=repr(event.kind[:40])))
    if event.at.tzinfo is None or not FIRST <= event.at.date() <= LAST:
        raise BadInput(PROBLEMS("no_year"))
    return event


State = Literal["same", "moved", "new", "gone"]
_STATES: tuple[State, ...] = get_args(State)


class Entry(NamedTuple):
    """A line of the timeline that would come, held against the one without the events."""

    fact: Mapping[str, Any]
    state: State
    was_at: str | None = None


class Line(NamedTuple):
    """A row of what would come, as a claim's own timeline has them, and what of it differs."""

    row: Row
    state: State
    was_at: str | None


class Answer(NamedTuple):
    """What becomes of it: the timeline with what differs, both outcomes, what the drawing is made from."""

    lines: tuple[Line, ...]
    outcome: Mapping[str, Any]
    before: Mapping[str, Any]
    played: Played
    starts: datetime
    """The first instant at which an event may happen (UTC)."""


async def answer(board: Board, asked: Question) -> Answer:
    """Play it twice, with the events and without. Raises BadInput, NoSuchClaim, NoServer, NoWorker."""
    if len(asked.events) > MOST_EVENTS:
        raise BadInput(PROBLEMS("many_events", most=MOST_EVENTS))
    playbook = _playbook(board.service.library, asked.playbook)
    if asked.order:
        found = await whole(board.service, asked.order)
        if found.case is None or not found.status["running"]:
            raise BadInput(PROBLEMS("over", order=asked.order[:60]))
        state, starts = found.case, found.now
        _to_come(asked.events, starts)
        told = [entry for entry in found.timeline if _older(entry, state.facts)]

        def play(happens: Happenings) -> Played:
            made = continued(board.settings, state, happens, starts, playbook, bounds=BOUNDS)
            return made._replace(document=_after(told, made.document))

        base = Happenings()
    else:
        case = sample_cases().get(asked.case)
        if case is None:
            raise NoSuchClaim(PROBLEMS("no_case", name=asked.case[:60]))
        starts = case.claim.notified_at
        base = Happenings(events=case.events, operator=case.operator, world=case.world)

        def play(happens: Happenings) -> Played:
            whole_case = case.model_copy(
                update={"events": happens.events, "operator": happens.operator}
            )
            return simulated(board.settings, whole_case, playbook, bounds=BOUNDS)

    base = _peopled(base, asked.people)
    more = validated(Happenings, {"events": list(_documents(asked.events))})
    together = base.model_copy(update={"events": (*base.events, *more.events)})
    before, after = await asyncio.to_thread(lambda: (play(base), play(together)))
    entries = compared(before.document["timeline"], after.document["timeline"])
    outcomes = after.document["outcome"], before.document["outcome"]
    return Answer(tuple(_lines(entries)), *outcomes, after, starts)


def _to_come(events: Sequence[Event], now: datetime) -> None:
    """What was of a running claim is known and not asked about. Raises BadInput."""
    past = [event for event in events if event.at < now]
    if past:
        at, now_text = instant_text(past[0].at), instant_text(now)
        raise BadInput(PROBLEMS("past_event", at=at, now=now_text))


def _playbook(library: Any, name: str) -> str | None:
    """A playbook by its name alone: a path of the caller's opens nothing here. Raises BadInput."""
    return library.playbook(name).name if name else None


def _older(entry: Mapping[str, Any], facts: Iterable[Any]) -> bool:
    return entry["id"] not in {fact.id for fact in facts}


def _after(told: Sequence[Mapping[str, Any]], document: Mapping[str, Any]) -> dict[str, Any]:
    return {**document, "timeline": [*told, *document["timeline"]]}


def _peopled(happens: Happenings, people: str) -> Happenings:
    if people == "case":
        return happens
    spans = {duty: parse_span(span) for duty, span in PEOPLE.get(people, {}).items()}
    return happens.model_copy(update={"operator": spans})


def _documents(events: Sequence[Event]) -> Iterable[dict[str, Any]]:
    """The events as a case file writes them."""
    for number, event in enumerate(sorted(events)):
        document = {**KINDS[event.kind], "at": instant_text(event.at)}
        if document["type"] != "operator":
            document["message_id"] = f"<what-if-{number}@atoz.invalid>"
        yield document


def compared(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[Entry]:
    """The later timeline with what is new, what moved, and what does not happen any more."""
    old = _numbered(before)
    new = _numbered(after)
    entries = [_entry(fact, old.get(key)) for key, fact in new.items()]
    entries += [Entry(fact, "gone") for key, fact in old.items() if key not in new]
    return sorted(entries, key=lambda entry: entry.fact["at"])


def _entry(fact: Mapping[str, Any], was: Mapping[str, Any] | None) -> Entry:
    if was is None:
        return Entry(fact, "new")
    return Entry(fact, "same") if was["at"] == fact["at"] else Entry(fact, "moved", was["at"])


def _lines(entries: Sequence[Entry]) -> Iterator[Line]:
    """The entries in rows: what says the same at the same instant, and differs alike, stands in one."""

    def alike(entry: Entry) -> tuple[str, int, str]:
        return entry.fact["at"], _STATES.index(entry.state), entry.was_at or ""

    for _, found in groupby(sorted(entries, key=alike), key=alike):
        first, *more = found
        for row in rows([entry.fact for entry in (first, *more)]):
            yield Line(row, first.state, first.was_at)


def _numbered(
    facts: Sequence[Mapping[str, Any]],
) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    """Facts by what makes two of them the same in two courses: kind, step, subject, which of such."""
    seen: Counter[tuple[Any, ...]] = Counter()
    found: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for fact in facts:
        data = fact["data"]
        what = (
            fact["kind"],
            fact["step"],
            data.get("kind") or data.get("task") or data.get("clock") or data.get("message_id"),
        )
        seen[what] += 1
        found[(*what, seen[what])] = fact
    return found


class Thing(NamedTuple):
    """What stands on a day: a line of the course, or else an event that was put there, by its number."""

    at: datetime
    line: Line | None = None
    number: int = -1
    event: Event | None = None


class Day(NamedTuple):
    """A day of the calendar in the reader's zone: what stands on it, in order."""

    day: date
    things: tuple["Thing", ...]
    open: bool
    """Whether an event can be put there."""


def calendar(found: Answer, asked: Question, looks: Looks) -> list[Day]:
    """The days from the first to the last that matters, whole weeks of them."""

    def day_of(at: datetime) -> date:
        return at.astimezone(looks.zone).date()

    things: dict[date, list[Thing]] = {}
    for thing in sorted(_things(found, asked), key=lambda thing: thing.at):
        things.setdefault(day_of(thing.at), []).append(thing)
    first_day = day_of(found.starts)
    last = max([first_day, *things])
    dues = [day_of(datetime.fromisoformat(due)) for due in found.outcome["clocks"].values()]
    last = max([last, *(due for due in dues if due - first_day < timedelta(days=MOST_DAYS))])
    monday = first_day - timedelta(days=first_day.weekday())
    count = min(-(-((last - monday).days + 1) // 7) * 7, MOST_DAYS)
    return [
        Day(day, tuple(things.get(day, ())), day >= first_day)
        for day in (monday + timedelta(days=number) for number in range(count))
    ]


def _things(found: Answer, asked: Question) -> Iterator[Thing]:
    """What is written into the days; an event stands before what comes of it at the same instant."""
    for number, event in enumerate(asked.events):
        yield Thing(event.at, number=number, event=event)
    for line in found.lines:
        if line.row.fact["kind"] in ON_CALENDAR:
            yield Thing(datetime.fromisoformat(line.row.fact["at"]), line)
