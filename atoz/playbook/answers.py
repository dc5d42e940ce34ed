"""Which open questions of a buyer the copy of a reply answers, that a person wrote elsewhere.

The marketplace sends the seller a copy of each reply, also of what this program wrote and of what a
shop's own machine answered. Neither is an answer to a buyer who asks something, so a copy counts only
where it can be nothing but a person's: in doubt the task stays open, and somebody marks it done.
"""

import re
from datetime import timedelta

from atoz.claims.base import Instant
from atoz.claims.facts import Fact
from atoz.playbook.state import CaseState, Task

AT_ONCE = timedelta(minutes=2)
"""Who answers this soon is a machine: automatic answers stop no clock (the marketplace's rule)."""

OUR_OWN = timedelta(minutes=30)
"""So long after a message of ours a copy is taken to be that message's."""

_COMPARED = 200
_SPACES = re.compile(r"\s+")
_OURS = frozenset({"message_sent", "message_unknown"})


def answered_by(state: CaseState, written_at: Instant, text: str) -> tuple[str, ...]:
    """The ids of the open `answer-buyer` tasks that this copy answers, written at an instant (UTC)."""
    if any(_is_copy_of(fact, written_at, _plain(text)) for fact in state.facts):
        return ()
    asked = [task for task in state.tasks if task.open and task.kind == "answer-buyer"]
    return tuple(task.id for task in asked if written_at > _asked_at(state, task) + AT_ONCE)


def _is_copy_of(fact: Fact, written_at: Instant, text: str) -> bool:
    if fact.kind not in _OURS:
        return False
    said = _plain(str(fact.data.get("text") or ""))[:_COMPARED]
    soon = fact.at - AT_ONCE <= written_at <= fact.at + OUR_OWN
    return soon or bool(said and said in text)


def _asked_at(state: CaseState, task: Task) -> Instant:
    """When the last of the questions was asked that wait under this task."""
    asked = (fact.came_at for fact in state.facts if fact.id in task.refs)
    return max(asked, default=task.opened_at)


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text).strip().casefold()
