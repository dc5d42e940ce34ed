"""The walk of a claim that is under way: what a move to another playbook is proved by.

The sum (`remaining.py`) takes what a person already has as done; the walk gives him the time that the
new playbook names. So a move is judged by both. A walk is too long for a workflow, and must not differ
between two editions of this code: so it is made outside, for the claim with so many facts, and the claim
moves only while it has just these.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from atoz.playbook.migrating import SAY, Judged, judge
from atoz.playbook.model import Playbook
from atoz.playbook.moving import pinned
from atoz.playbook.schedule import playbook_of
from atoz.playbook.state import CaseState, Task
from atoz.playbook.walk import Paths
from atoz.playbook.walk_nodes import Broken, Node, Walked, dated
from atoz.playbook.walk_words import BROKEN

MOST_MOVES = 40_000
"""Of one claim under way; a second or so. The shipped playbooks take a tenth of it from their beginning."""


def judge_by_walk(state: CaseState, new: Playbook, now: datetime) -> Judged:
    """`judge`, and where it finds nothing every path of the claim under `new` from `now` (UTC) on."""
    judged = judge(state, new, now)
    if not judged.safe or judged.worst is None:
        return judged
    broken = walk_on(pinned(state, new), now).broken
    return (
        judged._replace(reasons=(broken_promise(state, broken),), kept=False) if broken else judged
    )


def lies_with_a_person(state: CaseState) -> bool:
    """Whether the sum takes something as done that a person still has: there the walk alone knows."""
    asked = any(run.state in _WITH_A_PERSON for run in state.runs.values())
    return asked or state.appeal is not None or state.held_until is not None


_WITH_A_PERSON = frozenset({"handed_in", "asked", "refused"})


def walk_on(claim: CaseState, now: datetime) -> Walked:
    """Every path of a claim from `now` (UTC) on, to the first broken promise.

    A pause counts as ended, and whoever should have done something by now does it now. Nothing is
    walked where the answer is in or has an unknown fate: a person has it.
    """
    found, book = Walked(), playbook_of(claim)
    sent = claim.decided or claim.submitted_at or claim.refunded_at
    if not sent and not any(claim.run(s.id).state == "unknown" for s in book.steps if s.submit):
        tasks = tuple(_not_overdue(book, task, now) for task in claim.tasks)
        resumed = claim.model_copy(update={"paused": False, "tasks": tasks})
        start = Node(resumed, now, bent=claim.held_until is not None)
        Paths(claim, found, channels=(claim.channel,), most=MOST_MOVES).run(start)
    return found


def _not_overdue(book: Playbook, task: Task, now: datetime) -> Task:
    """The task as if it was opened so late that its time is not over before `now`."""
    span = book.approval_allowance if task.kind == "approve-appeal" else book.operator_lead
    return task.model_copy(update={"opened_at": max(task.opened_at, now - span)})


def broken_promise(state: CaseState, broken: Broken) -> str:
    """Which promise falls, on which path, with dates in the marketplace's time; or that nobody knows."""
    assert state.policy is not None, "an opened claim has a policy"
    if broken.message == BROKEN("many"):
        return SAY("many")
    path = dated(broken.path, ZoneInfo(state.policy.zone))
    return SAY("broken", broken=broken.message, path=path or SAY("as_it_stands"))
