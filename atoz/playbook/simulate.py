"""A case under a virtual clock: the engine alone, with a world that answers at once.

The same loop drives the real workflow in a rehearsal, and the fuzzer; the law is that the simulated
and the real timeline are equal but for ids and the seconds that real work takes. At one instant the
timers act first, then what arrives at that instant is applied.
"""

from collections import deque
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from atoz.claims.base import instant_text, utc
from atoz.claims.case import Persona, Troubles
from atoz.claims.facts import Fact
from atoz.errors import BadInput
from atoz.playbook import events as ev
from atoz.playbook.acts import Act, Do, Done, Note
from atoz.playbook.apply import apply
from atoz.playbook.check import refusal
from atoz.playbook.decide import decide
from atoz.playbook.state import CaseState, Task
from atoz.playbook.tasks import TASKS, TEXT_TASKS

PERSONA = "persona"
"""Who does what a case's people do."""
DESPITE = "as the case plays it"
"""Why they approve what a check blocks."""

_DUTIES = {
    kind: "approve" if kind == "approve-appeal" else "submit_appeal"
    for kind, rule in TASKS.items()
    if kind == "approve-appeal" or rule.clock == "response"
}
"""Which duty of the persona each kind of task is."""

MOST_ACTS = 1_000
"""Acts at one instant: an engine that wants more spins."""

_NEVER = datetime.max.replace(tzinfo=UTC)


class World(Protocol):
    """What answers to the engine's acts."""

    def perform(self, state: CaseState, do: Do, now: datetime) -> ev.Event:
        """Carry out one act at `now` and say what came of it."""
        ...


class Simulated(NamedTuple):
    """The end of a simulation: the state, and the instant up to which it was played."""

    state: CaseState
    ended_at: datetime


def simulate(
    state: CaseState,
    script: Sequence[ev.Event],
    persona: Persona,
    world: World,
    *,
    troubles: Troubles | None = None,
    now: datetime | None = None,
    last: datetime | None = None,
    most: int | None = None,
) -> Simulated:
    """Play a claim through its script until nothing more is awaited; a fresh one from its start.

    It ends at the latest of: last event, last act of the persona, claim closed, response due; and
    not before the troubles' `until`; with `last`, at that instant. `now` is where a claim that runs
    already stands. Raises BadInput where it takes more than `most` acts and waits.
    """
    course = Course(
        state, script, persona, world, troubles=troubles or Troubles(), now=now, most=most
    )
    return course.run(last)


class Course:
    """One claim on its way: its state, its clock, and what is still to come."""

    def __init__(
        self,
        state: CaseState,
        script: Sequence[ev.Event],
        persona: Persona,
        world: World,
        *,
        troubles: Troubles,
        now: datetime | None = None,
        most: int | None = None,
    ) -> None:
        self.state = state
        self.now = now or state.started_at
        self.taken: list[ev.Event] = []
        """What happened to the claim, as it was applied."""
        self._script = deque(sorted(script, key=_when))
        self._persona, self._tried = persona, set[str]()
        self._world = world
        self._late, self._slow = list(troubles.late), list(troubles.slow)
        self._most, self._steps = most, 0
        self._least = state.file.claim.notified_at + troubles.until

    def run(self, last: datetime | None = None) -> Simulated:
        """Play to the end, or to the instant `last`: what is due then has happened, nothing after it."""
        until = self._settle()
        while not isinstance(until, Done):
            self._step()
            if self._late and until < _NEVER:
                until += self._late.pop(0)
            coming = self._coming()
            next_at = min(until, coming.at) if coming else until
            if next_at > self._least and is_over(self.state, next_at, coming is not None):
                break
            if last is not None and next_at > last:
                break
            self.now = max(self.now, next_at)
            until = self._settle()
            while not isinstance(until, Done) and (event := self._arrived(next_at)):
                self._take(event)
                until = self._settle()
        return Simulated(self.state, last or self.now)

    def _settle(self) -> datetime | Done:
        """Act until the engine waits; until when it waits."""
        for _ in range(MOST_ACTS):
            decision = decide(self.state, self.now)
            if isinstance(decision, Done):
                return decision
            if not isinstance(decision, Act):
                return decision.until
            self._act(decision.do)
        raise RuntimeError("the engine acts without an end")

    def _step(self) -> None:
        self._steps += 1
        if self._most is not None and self._steps > self._most:
            raise BadInput(f"it is not over after {self._most:,} steps: let less happen, or sooner")

    def _act(self, do: Do) -> None:
        self._step()
        if isinstance(do, Note):
            self.state = apply(self.state, do.event)
            return
        event = self._world.perform(self.state, do, self.now)
        if self._slow and (span := self._slow.pop(0)):
            event = event.model_copy(update={"at": self._meanwhile(self.now + span)})
        self.state = apply(self.state, event)

    def _meanwhile(self, end: datetime) -> datetime:
        """An act takes until `end`: what arrives before is taken in, nothing else is done."""
        while event := self._arrived(end):
            self.now = max(self.now, event.at)
            self._take(event)
        self.now = end
        return end

    def _coming(self) -> ev.Event | None:
        """What comes next: the script's next event, or what the persona does before it."""
        written = self._script[0] if self._script else None
        if self._persona:
            for act in persona_acts(self.state.tasks, self._persona, self.now, self._tried)[:1]:
                return act if written is None or act.at < written.at else written
        return written

    def _arrived(self, by: datetime) -> ev.Event | None:
        coming = self._coming()
        return coming if coming and coming.at <= by else None

    def _take(self, event: ev.Event) -> None:
        """An event happens; what the claim refuses leaves no trace, as with the command."""
        if self._script and self._script[0] is event:
            self._script.popleft()
        if isinstance(event, ev.OperatorEvent):
            self._tried.add(event.key)
        happened = meant(self.state, event.model_copy(update={"at": self.now}))
        if permitted(self.state, happened):
            self.taken.append(happened)
            self.state = apply(self.state, happened)


def _when(event: ev.Event) -> datetime:
    return event.at


def permitted(state: CaseState, event: ev.Event) -> bool:
    """Whether the claim takes the event: an outsider's always, a person's act if nothing is against it."""
    if not isinstance(event, ev.OperatorEvent) or state.handled(event.key):
        return True
    return refusal(state, event) is None


def meant(state: CaseState, event: ev.Event) -> ev.Event:
    """The act with the task and the digest that it means now: a case names tasks by their kind."""
    if not isinstance(event, ev.TaskDone | ev.Approved | ev.Rejected | ev.Edited):
        return event
    known = state.task(event.task)
    kinds = TEXT_TASKS if isinstance(event, ev.Edited) else (event.task,)
    task = known if known and known.open else _open_one(state, kinds)
    if task is None:
        return event
    digest = {"digest": event.digest or task.digest or ""} if isinstance(event, ev.Approved) else {}
    return event.model_copy(update={"task": task.id, **digest})


def _open_one(state: CaseState, kinds: Collection[str]) -> Task | None:
    return next((task for task in state.tasks if task.open and task.kind in kinds), None)


def is_over(state: CaseState, next_at: datetime, arriving: bool) -> bool:
    """Whether a play of this claim has nothing more to wait for at `next_at`."""
    if arriving or (state.decided and state.closed_at is None):
        return False
    due = state.clock("response")
    return state.archive_ref is not None or due is None or next_at > due.due


def persona_acts(
    tasks: Sequence[Task], persona: Persona, now: datetime, tried: Collection[str] = ()
) -> list[ev.Event]:
    """What the persona will do about the open tasks, earliest first; absent duties are never done.

    `tried` are the keys of what was done or refused already: nobody tries it again.
    """
    acts: list[ev.Event] = []
    for task in tasks:
        duty = _DUTIES.get(task.kind)
        if duty is None or duty not in persona or not task.open:
            continue
        if (key := f"persona-{task.id}") not in tried:
            at = max(now, task.opened_at + persona[duty])
            acts.append(_persona_act(task, duty, at, key))
    return sorted(acts, key=_when)


def _persona_act(task: Task, duty: str, at: datetime, key: str) -> ev.Event:
    if duty == "approve":
        return ev.Approved.vouched(
            at=utc(at),
            by=PERSONA,
            key=key,
            task=task.id,
            digest=task.digest or "",
            despite=DESPITE,
        )
    receipt = f"R-{task.id}"
    return ev.TaskDone.vouched(at=utc(at), by=PERSONA, key=key, task=task.id, receipt=receipt)


def timeline(facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """The facts that a timeline shows, as the command prints them."""
    return [
        {
            "id": fact.id,
            "at": instant_text(fact.at),
            "kind": fact.kind,
            "step": fact.step,
            "source": fact.source,
            "data": fact.data,
        }
        for fact in facts
        if fact.on_timeline
    ]


def outcome(state: CaseState) -> dict[str, Any]:
    """How the claim stands: playbook, status, who pays, whether it counts, and its clocks."""
    return {
        "playbook": state.playbook.name if state.playbook else None,
        "status": state.status.value,
        "funded_by": state.funded_by,
        "odr_counts": state.odr_counts,
        "clocks": {clock.id: instant_text(clock.due) for clock in state.clocks},
    }
