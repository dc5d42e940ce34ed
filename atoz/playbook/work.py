"""A workbench for one `apply`: collects facts, tasks, clocks and steps, then makes the new state.

It is mutable inside one call and never escapes it, so `apply` stays a pure function while its
rules read as a list of plain acts.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from atoz.claims.base import instant_text, utc
from atoz.claims.clocks import Clock, ClockName
from atoz.claims.facts import Fact, values_of
from atoz.playbook.edition import JUDGED
from atoz.playbook.model import TaskKind
from atoz.playbook.state import CaseState, QueuedMessage, Task, key_digest
from atoz.playbook.stored import RESULTS
from atoz.playbook.tasks import TASKS

KEPT_CLOSED_TASKS = 30
KEPT_SEEN = 8_000
KEPT_STOPPED_CLOCKS = 20
"""Of each name: a claim that is decided and reopened without end keeps its newest windows."""


class Work:
    """The state under change at one instant.

    `now` is the state as it stands after the changes so far; it changes with the next one. `at` is
    when it is recorded, `since` from when what it starts is counted: both UTC.
    """

    def __init__(self, state: CaseState, at: datetime, since: datetime | None = None) -> None:
        self.now = state
        self.at = at
        self.since = since or at
        self._own: dict[str, Any] | None = None

    def done(self) -> CaseState:
        """The new state, or the old one where nothing was changed."""
        return self.now

    def get(self, field: str) -> Any:
        """A field as it stands after the changes so far."""
        return getattr(self.now, field)

    def set(self, **changes: Any) -> None:
        """Change fields of the state: of a copy that is made once, which nobody else has seen."""
        if self._own is None:
            self.now = self.now.model_copy()
            self._own = vars(self.now)
        self._own.update(changes)

    def record(self, kind: str, source: str, step: str | None = None, /, **data: Any) -> str:
        """Append a fact and return its id."""
        fact = self._fact(self.now.facts_recorded + 1, kind, source, step, data)
        self._append(fact)
        return fact.id

    def record_values(self, source: str, old: dict[str, Any] | None = None) -> None:
        """Append each value of the claim file that is new or differs from `old`.

        One that was taken back is appended as None, so that nothing says it any more.
        """
        before, known = old or {}, values_of(self.get("file"))
        new = [(path, value) for path, value in known.items() if before.get(path) != value]
        new += [(path, None) for path in before if path not in known]
        facts = [
            self._fact(number, path, source, None, {"value": value})
            for number, (path, value) in enumerate(new, start=self.get("facts_recorded") + 1)
        ]
        self._append(*facts)

    def _fact(
        self, number: int, kind: str, source: str, step: str | None, data: dict[str, Any]
    ) -> Fact:
        return Fact.vouched(
            id=f"f{number}", at=self.at, kind=kind, source=source, step=step, data=data
        )

    def _append(self, *facts: Fact) -> None:
        now = self.now
        self.set(facts=(*now.facts, *facts), facts_recorded=now.facts_recorded + len(facts))

    def remember(self, key: str, fact: str) -> None:
        """Remember a handled message or update id; beyond a bound the oldest are forgotten."""
        if not key:
            return
        seen = dict(self.now.seen)
        seen[key_digest(key)] = fact
        if len(seen) > KEPT_SEEN:
            del seen[next(iter(seen))]
        self.set(seen=seen)

    # Clocks -------------------------------------------------------------------------------

    def open_clock(self, name: ClockName, due: datetime, source: str, opened_at: datetime) -> str:
        """Start a clock and return its id."""
        clocks = self.now.clocks
        same = [clock for clock in clocks if clock.name == name]
        over = [clock for clock in same if clock.stopped_at is not None]
        if len(over) > KEPT_STOPPED_CLOCKS and self.now.edition >= JUDGED:
            clocks = tuple(clock for clock in clocks if clock is not over[0])
        clock_id = name if not same else f"{name}-{_number(same[-1]) + 1}"
        clock = Clock.vouched(
            id=clock_id, name=name, due=utc(due), source=source, opened_at=opened_at
        )
        self.set(clocks=(*clocks, clock))
        return clock_id

    def change_clock(self, clock_id: str, **changes: Any) -> None:
        """Change one clock."""
        self.set(clocks=_changed(self.now.clocks, (clock_id,), changes))

    def move_clock(self, clock_id: str, due: datetime, source: str, **more: Any) -> None:
        """A clock runs to another instant: its warnings come anew, its tasks are due then."""
        anew = {"warned": (), "untaken": None, "missed": False}
        self.change_clock(clock_id, due=due, source=source, **anew, **more)
        for task in self.now.tasks:
            if task.open and task.clock == clock_id:
                self.change_task(task.id, due=due)

    def stop_clock(self, clock_id: str, by: str) -> None:
        """Stop a clock that runs; one that ran out may be answered late and then says so, too.

        What stopped it before it ran out, and is told only now, missed nothing.
        """
        for clock in self.now.clocks:
            if clock.id == clock_id and clock.stopped_at is None:
                stopped = max(self.since, clock.opened_at)
                missed = clock.missed and not self.since < clock.due
                self.change_clock(clock_id, stopped_at=stopped, stopped_by=by, missed=missed)
                if clock.missed and self.now.edition >= JUDGED:
                    self._no_longer_missed(clock_id, by)

    def _no_longer_missed(self, clock_id: str, by: str) -> None:
        """Whoever was told of a missed deadline has nothing to do once its clock is stopped."""
        for task in self.now.tasks:
            if task.kind == "missed-deadline" and task.open and task.clock == clock_id:
                self.close_task(task, "playbook", RESULTS("stopped", clock=clock_id), because=by)

    # Tasks --------------------------------------------------------------------------------

    def open_task(self, kind: TaskKind, source: str, **more: Any) -> Task:
        """Open a task, or add to the open one of the same kind, clock and step: one question, once."""
        for task in self.now.tasks:
            if task.kind == kind and task.open and _is_about(task, more):
                return self.add_to(task, more.get("refs", ()))
        return self._new_task(kind, source, more)

    def add_to(self, task: Task, refs: Sequence[str]) -> Task:
        """Let an open task be about more facts; it names the newest of them."""
        known = tuple(dict.fromkeys((*task.refs, *refs)))[-20:]
        self.change_task(task.id, refs=known)
        return task

    def _new_task(self, kind: TaskKind, source: str, more: dict[str, Any]) -> Task:
        number = self.now.tasks_opened.get(kind, 0) + 1
        rule, due = TASKS[kind], more.get("due")
        task = Task.vouched(
            **{
                "id": kind if number == 1 else f"{kind}-{number}",
                "kind": kind,
                "title": rule.title,
                "text": rule.text,
                "opened_at": self.at,
                **more,
                "due": due and utc(due),
            }
        )
        closed = [t for t in self.now.tasks if not t.open][-KEPT_CLOSED_TASKS:]
        still_open = [t for t in self.now.tasks if t.open]
        self.set(
            tasks=(*closed, *still_open, task),
            tasks_opened={**self.now.tasks_opened, kind: number},
        )
        self.record("task_opened", source, task.step, **_task_data(task))
        return task

    def change_task(self, task_id: str, **changes: Any) -> None:
        """Change one task."""
        self.change_tasks((task_id,), **changes)

    def change_tasks(self, task_ids: Sequence[str], **changes: Any) -> None:
        """Change several tasks alike."""
        self.set(tasks=_changed(self.now.tasks, task_ids, changes))

    def close_task(self, task: Task, source: str, result: str, **data: Any) -> str:
        """Close a task and record it."""
        self.change_task(task.id, done_at=self.at, result=result)
        return self.record("task_done", source, task.step, task=task.id, result=result, **data)

    def close_kind(self, kind: TaskKind, result: str, source: str = "playbook") -> None:
        """Close the open tasks of a kind that became pointless."""
        for task in self.now.tasks:
            if task.kind == kind and task.open:
                self.close_task(task, source, result)

    # Steps --------------------------------------------------------------------------------

    def run(self, step: str, **changes: Any) -> None:
        """Change how far a step has come; a step that ends or begins to act is the last step."""
        run = self.now.run(step).model_copy(update=changes)
        self.set(runs={**self.now.runs, step: run})
        if changes.get("state") not in (None, "waiting"):
            self.set(last_step=step)

    def enqueue(self, message: QueuedMessage) -> None:
        """Queue a message of a reaction."""
        self.set(queue=(*self.now.queue, message))


def _number(clock: Clock) -> int:
    """Which of its name a clock is: the first bears the name alone."""
    return int(clock.id.removeprefix(clock.name)[1:] or 1)


def _is_about(task: Task, more: Mapping[str, Any]) -> bool:
    """Whether a task is about the clock and the step that are asked about, where any are."""
    clock, step = more.get("clock", task.clock), more.get("step", task.step)
    return bool(clock == task.clock and step == task.step)


_Kept = TypeVar("_Kept", Clock, Task)


def _changed(
    kept: tuple[_Kept, ...], names: Sequence[str], changes: dict[str, Any]
) -> tuple[_Kept, ...]:
    """All of them, those with one of these ids changed."""
    return tuple([each.model_copy(update=changes) if each.id in names else each for each in kept])


def _task_data(task: Task) -> dict[str, Any]:
    data: dict[str, Any] = {"task": task.id, "kind": task.kind, "title": task.title}
    for key in ("clock", "digest", "packet", "warning"):
        if getattr(task, key) is not None:
            data[key] = getattr(task, key)
    if task.due is not None:
        data["due"] = instant_text(task.due)
    if task.refs:
        data["refs"] = list(task.refs)
    return data
