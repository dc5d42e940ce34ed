"""A claim's course as lanes on a calendar: the one picture from which every drawing is made.

Lanes: the steps, the clocks, the tasks of people, what came in, and what held the steps. Instants are
UTC; who draws puts them on the marketplace's calendar.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from atoz.claims.calendar import SendingHours
from atoz.claims.clocks import Clock
from atoz.claims.facts import Fact
from atoz.playbook.state import CaseState
from atoz.playbook.told import on_calendar, told

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
    state: CaseState, facts: Sequence[Fact], ended_at: datetime, now: datetime | None = None
) -> Chart:
    """The course of an opened claim, from its whole timeline; `ended_at` is where the play ended."""
    assert state.policy is not None, "only an opened claim has a course"
    shown = [fact for fact in facts if fact.on_timeline]
    ends = max(
        [ended_at, *(fact.at for fact in shown), *(c.due for c in state.clocks if c.running)]
    )
    writer = _Writer(state, shown, ends, state.policy.zone)
    lanes = (
        Lane("Steps", tuple(writer.steps())),
        Lane("Clocks", tuple(writer.clocks())),
        Lane("Tasks", tuple(writer.tasks())),
        Lane("What came in", tuple(writer.inputs())),
        Lane("Held", tuple(writer.holds())),
    )
    claim = state.file.claim
    return Chart(
        title=f"Claim of order {claim.order_id}, {state.policy.name}",
        summary=_summary(state),
        zone=state.policy.zone,
        hours=state.policy.sending_hours,
        begins=shown[0].at,
        ends=ends,
        lanes=tuple(lane for lane in lanes if lane.rows),
        now=now,
    )


def _summary(state: CaseState) -> str:
    book = state.playbook.name if state.playbook else "none"
    payer = f", paid by {state.funded_by}" if state.funded_by else ""
    return f"playbook {book}; {state.status.value.replace('_', ' ')}{payer}"


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
        self._when = on_calendar(zone)

    def _words(self, fact: Fact) -> str:
        said = told({"kind": fact.kind, "data": fact.data}, self._when)
        head = fact.kind.replace("_", " ")
        return f"{head}: {said}" if said else head

    def steps(self) -> Iterator[Row]:
        """A row for each step that the playbook has, then for each message that a reply asked for."""
        book = self._state.playbook
        planned = [step.id for step in book.steps] if book else []
        happened = [fact.step for fact in self._facts if fact.step and fact.kind in _STEP_MARKS]
        for step in dict.fromkeys((*planned, *happened)):
            yield Row(step, marks=tuple(self._step_marks(step)))

    def _step_marks(self, step: str) -> Iterator[Mark]:
        for fact in self._facts:
            if fact.step == step and fact.kind in _STEP_MARKS:
                label, tone = _STEP_MARKS[fact.kind]
                yield Mark(fact.at, label, self._words(fact), tone)

    def clocks(self) -> Iterator[Row]:
        """A bar for each clock, until it stopped or ran out; a tick for each warning."""
        for clock in self._state.clocks:
            yield Row(clock.id.replace("_", " "), bars=(self._clock(clock),))

    def _clock(self, clock: Clock) -> Bar:
        stopped, due = clock.stopped_at, self._when(clock.due.isoformat())
        tone: Tone = "bad" if clock.missed else "done" if stopped else "open"
        how = "missed" if clock.missed else "stopped" if stopped else "runs"
        ticks = tuple(
            fact.at
            for fact in self._facts
            if fact.kind == "deadline_warning" and fact.data["clock"] == clock.id
        )
        ends = min(stopped, clock.due) if stopped else clock.due
        words = f"{clock.id}: due {due} ({clock.source}), {how}"
        ends = max(ends, clock.opened_at)
        label = f"{how}, due {due}"
        return Bar(clock.opened_at, ends, label, words, tone, ticks, max(ends, clock.due))

    def tasks(self) -> Iterator[Row]:
        """A bar for each task, from its opening until it was done or for as long as it is open."""
        done = {f.data["task"]: f for f in self._facts if f.kind == "task_done"}
        rows: dict[str, list[Bar]] = {}
        for fact in self._facts:
            if fact.kind == "task_opened":
                closed = done.get(fact.data["task"])
                rows.setdefault(fact.data["kind"], []).append(self._task(fact, closed))
        yield from (Row(kind, bars=tuple(bars)) for kind, bars in rows.items())

    def _task(self, opened: Fact, closed: Fact | None) -> Bar:
        how = closed.data["result"] if closed else "open"
        tone: Tone = "done" if closed else "open"
        ends = closed.at if closed else self._ends
        return Bar(opened.at, ends, how, f"{opened.data['title']}: {how}", tone)

    def inputs(self) -> Iterator[Row]:
        """What the marketplace, the buyer and people brought."""
        rows: dict[str, list[Mark]] = {"Marketplace": [], "Buyer": [], "Operator": []}
        for fact in self._facts:
            if fact.kind in _INPUT_MARKS:
                who, label, tone = _INPUT_MARKS[fact.kind]
                rows[who].append(Mark(fact.at, label, self._words(fact), tone))
        yield from (Row(who, marks=tuple(marks)) for who, marks in rows.items() if marks)

    def holds(self) -> Iterator[Row]:
        """What held the steps: replies for a while, a person until he resumed."""
        held = [self._held(f, f.data["until"]) for f in self._facts if f.kind == "step_held"]
        if held:
            yield Row("held", bars=tuple(held))
        paused = [fact for fact in self._facts if fact.kind in ("paused", "resumed")]
        spans = [
            self._paused(fact, next((f.at for f in paused[n:] if f.kind == "resumed"), self._ends))
            for n, fact in enumerate(paused)
            if fact.kind == "paused"
        ]
        if spans:
            yield Row("paused", bars=tuple(spans))

    def _held(self, fact: Fact, until: Any) -> Bar:
        ends = max(fact.at, min(datetime.fromisoformat(until), self._ends))
        return Bar(fact.at, ends, f"until {self._when(until)}", self._words(fact), "held")

    def _paused(self, fact: Fact, ends: datetime) -> Bar:
        return Bar(fact.at, ends, "paused", self._words(fact), "held")
