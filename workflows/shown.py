"""What a claim shows in lists: search attributes from the state, and what changed in them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from temporalio.common import SearchAttributeUpdate

from atoz.claims.base import instant_text
from atoz.claims.clocks import Clock
from atoz.playbook.agenda import next_planned
from atoz.playbook.edition import PAUSE_SHOWN, SHOWN_AT_ONCE, TASKS_SHOWN
from atoz.playbook.foresee import next_acting
from atoz.playbook.state import CaseState
from atoz.playbook.tasks import TASKS, waited_for
from atoz.playbook.view import attention, first_clock, last_acted, paused_since
from workflows import names

MOST_TASKS = 50
"""Words of one list: the server takes some 2,000 bytes, and refuses what is longer again and again."""

_SINCE = {
    names.DECIDED_AT.name: SHOWN_AT_ONCE,
    names.CLOCK.name: SHOWN_AT_ONCE,
    names.ACTED.name: SHOWN_AT_ONCE,
    names.TASKS.name: TASKS_SHOWN,
    names.PAUSED.name: PAUSE_SHOWN,
}
"""Since which edition a claim shows something by itself, and not only together with something else."""


def shown_values(state: CaseState, now: datetime) -> dict[str, str]:
    """The search attributes of a claim as text; an attribute without a value is left out."""
    look = next_acting if state.edition >= SHOWN_AT_ONCE else next_planned
    planned, due, first = look(state, now), state.clock("response"), first_clock(state)
    since = paused_since(state)
    values = {
        names.STEP.name: state.last_step,
        names.STATUS.name: state.status.value,
        names.ATTENTION.name: attention(state, now),
        names.MARKETPLACE.name: state.file.claim.marketplace,
        names.REASON.name: state.file.claim.reason,
        names.PLAYBOOK.name: state.playbook.name if state.playbook else None,
        names.NEXT_AT.name: instant_text(planned.at) if planned else None,
        names.RESPONSE_DUE.name: instant_text(due.due) if due and due.running else None,
        names.DECIDED_AT.name: instant_text(state.decided_at) if state.decided_at else None,
        names.CLOCK.name: _clock_word(first) if first else None,
        names.ACTED.name: (last_acted(state) or names.NONE_ACTED) if state.last_step else None,
        names.PAUSED.name: instant_text(since) if since else None,
        names.TASKS.name: " ".join(_open_kinds(state)) or None,
    }
    return {key: value for key, value in values.items() if value is not None}


def _clock_word(clock: Clock) -> str:
    return f"{instant_text(clock.due)} {clock.id}"


def _open_kinds(state: CaseState) -> Sequence[str]:
    return sorted(task.kind for task in state.tasks if task.open)[:MOST_TASKS]


def _pressing(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Whether of a kind that something waits for there are more or fewer tasks than before."""
    before, now = (Counter(shown.get(names.TASKS.name, "").split()) for shown in (old, new))
    return any(before[kind] != now[kind] for kind in TASKS if waited_for(kind))


def changed(
    old: Mapping[str, str], new: Mapping[str, str], edition: int
) -> list[SearchAttributeUpdate[Any]]:
    """The updates that lead from the old values to the new ones, for a claim of this edition.

    What came with a later edition is told only together with something else: a claim that ran before
    it was shown at all must not ask for an upsert that its history does not have. Nor is an upsert, which
    is billed, worth a task for which no clock runs and no answer waits.
    """
    riding = {name for name, since in _SINCE.items() if edition < since}
    if not _pressing(old, new):
        riding.add(names.TASKS.name)
    moved = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    if moved <= riding:
        return []
    updates: list[SearchAttributeUpdate[Any]] = []
    for keyword in names.KEYWORDS:
        if old.get(keyword.name) != new.get(keyword.name):
            value = new.get(keyword.name)
            updates.append(keyword.value_unset() if value is None else keyword.value_set(value))
    for instant in names.INSTANTS:
        if old.get(instant.name) != new.get(instant.name):
            value = new.get(instant.name)
            at = None if value is None else datetime.fromisoformat(value)
            updates.append(instant.value_unset() if at is None else instant.value_set(at))
    for words in names.LISTS:
        if old.get(words.name) != new.get(words.name):
            value = new.get(words.name)
            updates.append(words.value_unset() if value is None else words.value_set(value.split()))
    return updates
