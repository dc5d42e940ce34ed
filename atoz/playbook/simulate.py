"""A case under a virtual clock: the engine alone, with a world that answers at once.

The same loop drives the real workflow in a rehearsal; the law is that both timelines are equal
but for ids and the seconds that real work takes. At one instant the timers act first, then what
arrives at that instant is applied.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from atoz.claims.base import instant_text
from atoz.claims.case import Persona
from atoz.claims.facts import Fact
from atoz.playbook import events as ev
from atoz.playbook.acts import Act, Do, Note
from atoz.playbook.apply import apply
from atoz.playbook.decide import decide
from atoz.playbook.state import CaseState, Task
from atoz.playbook.tasks import TASKS


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
    state: CaseState, script: Sequence[ev.Event], persona: Persona, world: World
) -> Simulated:
    """Play a fresh claim through its script until nothing more is awaited.

    It ends at the latest of: last event, last act of the persona, claim closed, response due.
    """
    now = state.started_at
    waiting = sorted(script, key=lambda event: event.at)
    state, until = settle(state, now, world)
    while True:
        arriving = [*waiting, *persona_acts(state.tasks, persona, now)]
        next_at = min([until, *(event.at for event in arriving)])
        if is_over(state, next_at, bool(arriving)):
            return Simulated(state, now)
        now = max(now, next_at)
        state, until = settle(state, now, world)
        for event in [event for event in arriving if event.at <= next_at]:
            state = apply(state, event.model_copy(update={"at": now}))
            state, until = settle(state, now, world)
        waiting = [event for event in waiting if event.at > next_at]


def settle(state: CaseState, now: datetime, world: World) -> tuple[CaseState, datetime]:
    """Act until the engine waits; the state then, and until when it waits."""
    while isinstance(decision := decide(state, now), Act):
        do = decision.do
        event = do.event if isinstance(do, Note) else world.perform(state, do, now)
        state = apply(state, event)
    return state, getattr(decision, "until", datetime.max.replace(tzinfo=now.tzinfo))


def is_over(state: CaseState, next_at: datetime, arriving: bool) -> bool:
    """Whether a play of this claim has nothing more to wait for at `next_at`."""
    if arriving or (state.decided and state.closed_at is None):
        return False
    due = state.clock("response")
    return state.archive_ref is not None or due is None or next_at > due.due


def persona_acts(tasks: Sequence[Task], persona: Persona, now: datetime) -> list[ev.Event]:
    """What the persona will do about the open tasks, earliest first; absent duties are never done."""
    acts: list[ev.Event] = []
    for task in tasks:
        duty = _duty(task)
        if not task.open or duty not in persona:
            continue
        at = max(now, task.opened_at + persona[duty])
        key = f"persona-{task.id}"
        if duty == "approve":
            yes = ev.Approved(
                at=at,
                by="persona",
                key=key,
                task=task.id,
                digest=task.digest or "",
                despite="as the case plays it",
            )
            acts.append(yes)
        else:
            acts.append(
                ev.TaskDone(at=at, by="persona", key=key, task=task.id, receipt=f"R-{task.id}")
            )
    return sorted(acts, key=lambda act: act.at)


def _duty(task: Task) -> str:
    if task.kind == "approve-appeal":
        return "approve"
    return "submit_appeal" if TASKS[task.kind].clock == "response" else ""


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
