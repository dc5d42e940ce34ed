"""Where a claim has very many open questions at once, further ones go under one that ends no later.

Each question has a clock and a task of its own, which a person reads one by one; nobody reads a thousand,
and a claim cannot carry them. So past a number they share: no deadline is lost, and none moves later.
"""

from collections.abc import Sequence
from datetime import datetime

from atoz.claims.clocks import Clock, ClockName
from atoz.playbook.edition import BOUNDED
from atoz.playbook.state import CaseState, Task
from atoz.playbook.stored import NOTES, RESULTS
from atoz.playbook.work import Work

MOST_RUNNING = 20
"""So many open information requests have a clock of their own; sellers' reports know of two or three."""
MOST_MISSED = 20
"""Of each name: clocks that ran out and that nobody has answered since."""


def shared_task(state: CaseState, due: datetime | None) -> Task | None:
    """The task of a running request under which one that is due then goes, too; None while there is room.

    Of those that end no later the last one; where all end later, the first, which then ends as soon.
    """
    if state.edition < BOUNDED or due is None:
        return None
    asked = {task.clock: task for task in state.tasks if _asks(task)}
    running = [clock for clock in state.clocks if clock.running and clock.id in asked]
    if len(running) < MOST_RUNNING:
        return None
    no_later = [clock for clock in running if clock.due <= due]
    found = max(no_later, key=_due) if no_later else min(running, key=_due)
    return asked[found.id]


def _asks(task: Task) -> bool:
    return task.open and task.kind == "answer-information"


def _due(clock: Clock) -> datetime:
    return clock.due


def share(work: Work, task: Task, fact: str, due: datetime, source: str) -> None:
    """Put a further request under the task of another one: people are told of it anew."""
    if task.due is not None and due < task.due and task.clock is not None:
        work.move_clock(task.clock, due, source)
    count = (task.stands_for or 1) + 1
    work.add_to(task, (fact,))
    work.change_task(
        task.id, stands_for=count, told=False, warning=NOTES("stands_for", count=count)
    )


def join_missed(work: Work, name: ClockName) -> None:
    """Before another clock of the name starts: of too many missed ones two become the earlier of them."""
    if work.get("edition") < BOUNDED:
        return
    same = [clock for clock in work.get("clocks") if clock.name == name]
    # The newest names the next one, so it stays.
    missed = [clock for clock in same[:-1] if clock.missed and clock.stopped_at is None]
    if len(missed) >= MOST_MISSED:
        *_, earlier, later = sorted(missed, key=_due)
        _join(work, later, earlier)


def _join(work: Work, later: Clock, earlier: Clock) -> None:
    """What is open about the later clock is asked with what is open about the earlier one."""
    for task in _about(work.now, later):
        other = next((t for t in _about(work.now, earlier) if t.kind == task.kind), None)
        if other is None:
            work.change_task(task.id, clock=earlier.id, due=earlier.due)
            continue
        count = (other.stands_for or 1) + (task.stands_for or 1)
        work.add_to(other, task.refs)
        work.change_task(other.id, stands_for=count, warning=NOTES("stands_for", count=count))
        work.close_task(task, "playbook", RESULTS("joined", task=other.id))
    work.set(clocks=tuple(clock for clock in work.get("clocks") if clock.id != later.id))


def _about(state: CaseState, clock: Clock) -> Sequence[Task]:
    return [task for task in state.tasks if task.open and task.clock == clock.id]
