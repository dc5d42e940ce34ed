"""A claim's course as lanes on a calendar: the one picture from which every drawing is made.

Lanes: the steps, the clocks, the tasks of people, what came in, and what held the steps. Instants are
UTC; who draws puts them on the calendar of the chart's zone: the marketplace's, or the reader's.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from atoz.claims.calendar import SendingHours
from atoz.claims.clocks import Clock
from atoz.claims.facts import Fact
from atoz.playbook.pictured import SAY, instant
from atoz.playbook.said import plain, word
from atoz.playbook.state import CaseState
from atoz.playbook.stored import RESULTS, SOURCES
from atoz.playbook.told import SAY as TOLD
from atoz.playbook.told import numbered, told

Tone = Literal["done", "plain", "open", "bad", "held"]
"""What a drawing colours: done, neutral, still open, gone wrong, held back."""


class Mark(NamedTuple):
    """Something that happened at one instant. `words` says it whole, `label` in a word or two."""

    at: datetime
    label: str
    words: str
    tone: Tone


class Bar(NamedTuple):
    """Something that lasted. `ticks` are instants within it that mean something, as warnings.

    `due` is where it would have ended by itself.
    """

    begins: datetime
    ends: datetime
    label: str
    words: str
    tone: Tone
    ticks: tuple[datetime, ...] = ()
    due: datetime | None = None


class Row(NamedTuple):
    """One line of a lane."""

    name: str
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()


class Lane(NamedTuple):
    """Rows that belong together."""

    title: str
    rows: tuple[Row, ...]


class Chart(NamedTuple):
    """A claim's course. `now` divides what happened from what is only simulated, where it began late."""

    title: str
    summary: str
    zone: str
    hours: SendingHours
    begins: datetime
    ends: datetime
    lanes: tuple[Lane, ...]
    now: datetime | None = None


def chart(
    state: CaseState,
    facts: Sequence[Fact],
    ended_at: datetime,
    now: datetime | None = None,
    zone: str | None = None,
) -> Chart:
    """The course of an opened claim, from its whole timeline; `ended_at` is where the play ended.

    In the marketplace's own `zone` unless another is named.
    """
    assert state.policy is not None, "only an opened claim has a course"
    zone = zone or state.policy.zone
    shown = [fact for fact in facts if fact.on_timeline]
    ends = max(
        [ended_at, *(fact.at for fact in shown), *(c.due for c in state.clocks if c.running)]
    )
    writer = _Writer(state, shown, ends, zone)
    lanes = (
        Lane(SAY("steps"), tuple(writer.steps())),
        Lane(SAY("clocks"), tuple(writer.clocks())),
        Lane(SAY("tasks"), tuple(writer.tasks())),
        Lane(SAY("inputs"), tuple(writer.inputs())),
        Lane(SAY("holds"), tuple(writer.holds())),
    )
    claim = state.file.claim
    return Chart(
        title=SAY("course", order=claim.order_id, policy=state.policy.name),
        summary=_summary(state),
        zone=zone,
        hours=state.policy.sending_hours,
        begins=shown[0].at,
        ends=ends,
        lanes=tuple(lane for lane in lanes if lane.rows),
        now=now,
    )


def _summary(state: CaseState) -> str:
    book = state.playbook.name if state.playbook else SAY("none")
    status, payer = str(state.status.value), state.funded_by
    paid = TOLD("paid_by", payer=word("payer", payer)) if payer else None
    ended = TOLD.listed(word("status", status, plain(status)), paid)
    return SAY("summary", playbook=book, status=ended)


_MARK = partial(word, "mark")
_STEP_MARKS: dict[str, tuple[str, Tone]] = {
    "message_sent": ("sent", "done"),
    "message_refused": ("refused", "bad"),
    "message_unknown": ("unknown", "bad"),
    "step_skipped": ("skipped", "plain"),
    "appeal_drafted": ("drafted", "plain"),
    "approval_requested": ("to approve", "open"),
    "approved": ("approved", "done"),
    "rejected": ("rejected", "bad"),
    "appeal_submitted": ("handed in", "done"),
}
_INPUT_MARKS: dict[str, tuple[str, str, Tone]] = {
    "claim_received": ("Marketplace", "claim", "plain"),
    "information_requested": ("Marketplace", "asks", "open"),
    "decision_received": ("Marketplace", "decision", "done"),
    "duplicate_ignored": ("Marketplace", "duplicate", "plain"),
    "claim_closed": ("Marketplace", "closed", "done"),
    "reply_received": ("Buyer", "reply", "plain"),
    "evidence_added": ("Buyer", "file", "plain"),
    "claim_amended": ("Operator", "amended", "plain"),
    "refund_recorded": ("Operator", "refund", "done"),
    "overridden": ("Operator", "override", "open"),
    "input_refused": ("Buyer", "unreadable", "bad"),
}


class _Writer:
    """Makes the rows of one claim."""

    def __init__(self, state: CaseState, facts: Sequence[Fact], ends: datetime, zone: str) -> None:
        self._state, self._facts, self._ends = state, facts, ends
        self._zone = ZoneInfo(zone)

    def _when(self, at: str) -> str:
        return instant(datetime.fromisoformat(at).astimezone(self._zone))

    def _words(self, fact: Fact) -> str:
        said = told({"kind": fact.kind, "data": fact.data}, self._when)
        head = word("fact", fact.kind, plain(fact.kind))
        return SAY("what", what=head, how=said) if said else head

    def steps(self) -> Iterator[Row]:
        """A row for each step that the playbook has, then for each message that a reply asked for."""
        book = self._state.playbook
        planned = [step.id for step in book.steps] if book else []
        happened = [fact.step for fact in self._facts if fact.step and fact.kind in _STEP_MARKS]
        for step in dict.fromkeys((*planned, *happened)):
            yield Row(word("step", step), marks=tuple(self._step_marks(step)))

    def _step_marks(self, step: str) -> Iterator[Mark]:
        for fact in self._facts:
            if fact.step == step and fact.kind in _STEP_MARKS:
                label, tone = _STEP_MARKS[fact.kind]
                yield Mark(fact.at, _MARK(label), self._words(fact), tone)

    def clocks(self) -> Iterator[Row]:
        """A bar for each clock, until it stopped or ran out; a tick for each warning."""
        for clock in self._state.clocks:
            yield Row(numbered("clock", clock.id, plain), bars=(self._clock(clock),))

    def _clock(self, clock: Clock) -> Bar:
        stopped, due = clock.stopped_at, self._when(clock.due.isoformat())
        tone: Tone = "bad" if clock.missed else "done" if stopped else "open"
        how = _MARK("missed" if clock.missed else "stopped" if stopped else "runs")
        ticks = tuple(
            fact.at
            for fact in self._facts
            if fact.kind == "deadline_warning" and fact.data["clock"] == clock.id
        )
        ends = min(stopped, clock.due) if stopped else clock.due
        name, source = numbered("clock", clock.id, plain), SOURCES.heard(clock.source)
        words = SAY("clock", clock=name, at=due, source=source, how=how)
        ends = max(ends, clock.opened_at)
        label = SAY("due", how=how, at=due)
        return Bar(clock.opened_at, ends, label, words, tone, ticks, max(ends, clock.due))

    def tasks(self) -> Iterator[Row]:
        """A bar for each task, from its opening until it was done or for as long as it is open."""
        done = {f.data["task"]: f for f in self._facts if f.kind == "task_done"}
        rows: dict[str, list[Bar]] = {}
        for fact in self._facts:
            if fact.kind == "task_opened":
                closed = done.get(fact.data["task"])
                rows.setdefault(fact.data["kind"], []).append(self._task(fact, closed))
        yield from (Row(word("task", kind), bars=tuple(bars)) for kind, bars in rows.items())

    def _task(self, opened: Fact, closed: Fact | None) -> Bar:
        how = RESULTS.heard(closed.data["result"]) if closed else _MARK("open")
        tone: Tone = "done" if closed else "open"
        ends = closed.at if closed else self._ends
        title = word("task", opened.data["kind"], opened.data["title"])
        return Bar(opened.at, ends, how, SAY("what", what=title, how=how), tone)

    def inputs(self) -> Iterator[Row]:
        """What the marketplace, the buyer and people brought."""
        rows: dict[str, list[Mark]] = {"Marketplace": [], "Buyer": [], "Operator": []}
        for fact in self._facts:
            if fact.kind in _INPUT_MARKS:
                who, label, tone = _INPUT_MARKS[fact.kind]
                rows[who].append(Mark(fact.at, _MARK(label), self._words(fact), tone))
        for who, marks in rows.items():
            if marks:
                yield Row(word("side", who), marks=tuple(marks))

    def holds(self) -> Iterator[Row]:
        """What held the steps: replies for a while, a person until he resumed."""
        held = [self._held(f, f.data["until"]) for f in self._facts if f.kind == "step_held"]
        if held:
            yield Row(_MARK("held"), bars=tuple(held))
        paused = [fact for fact in self._facts if fact.kind in ("paused", "resumed")]
        spans = [
            self._paused(fact, next((f.at for f in paused[n:] if f.kind == "resumed"), self._ends))
            for n, fact in enumerate(paused)
            if fact.kind == "paused"
        ]
        if spans:
            yield Row(_MARK("paused"), bars=tuple(spans))

    def _held(self, fact: Fact, until: Any) -> Bar:
        ends = max(fact.at, min(datetime.fromisoformat(until), self._ends))
        label = SAY("until", at=self._when(until))
        return Bar(fact.at, ends, label, self._words(fact), "held")

    def _paused(self, fact: Fact, ends: datetime) -> Bar:
        return Bar(fact.at, ends, _MARK("paused"), self._words(fact), "held")
