"""Open claims under the rules as the files say today: which can no longer be answered in time.

A running claim keeps the rules that were pinned for it. But a holiday, a shorter limit or a longer
operator's lead in the files tells of the world, so whoever changes one wants to know whom it hits.
Each is judged by the sum of what is left, and where something lies with a person, which the sum takes as
done, by the walk of all paths from its own state.
"""

import asyncio
from datetime import datetime
from typing import Any, NamedTuple

from atoz.claims.base import instant_text, utc
from atoz.claims.policy import Policy, response_due
from atoz.library import RULES_AHEAD, pinned_policy
from atoz.playbook.model import Playbook
from atoz.playbook.moving import pinned
from atoz.playbook.prove import WorstCase
from atoz.playbook.remaining import worst_from
from atoz.playbook.schedule import due_at, playbook_of
from atoz.playbook.state import CaseState
from atoz.playbook.walk_on import broken_promise, lies_with_a_person, walk_on
from atoz.service.base import Service
from atoz.service.open_claims import open_claims
from workflows import names


async def infeasible(service: Service, playbook: Playbook) -> dict[str, Any]:
    """The open claims on the playbook of this name whose answer would be late under today's files.

    `{looked_at, infeasible: […]}`, the earliest deadline first; `became` tells those that are still in
    time by the rules that are pinned for them. Raises NoWorker, and BadInput for bad files.
    """
    rows: list[dict[str, Any]] = []
    looked_at = 0
    async for state in open_claims(service, playbook.name):
        clock = state.clock("response")
        if state.decided or clock is None or not clock.running:
            continue
        looked_at += 1
        # A walk takes up to some 100 ms, of which the board's other users should notice nothing.
        policy = service.library.policy(state.file.claim.marketplace)
        row = await asyncio.to_thread(late_under, state, playbook, policy, utc(service.now()))
        rows += [row] if row else []
    return {"looked_at": looked_at, "infeasible": sorted(rows, key=lambda row: row["due"])}


def late_under(
    state: CaseState, playbook: Playbook, policy: Policy, now: datetime
) -> dict[str, Any] | None:
    """What to tell of an open claim that would be late under these files, as of `now` (UTC), or None."""
    first = state.file.claim.notified_at.date()
    today = pinned_policy(policy, first, first + RULES_AHEAD)
    due = _due_today(state, playbook, today)
    new = _look(_under(state, playbook, today, due), now)
    if new.in_time:
        return None
    old = _look(state, now)
    return {
        "order_id": names.order_of(state.workflow_id),
        "workflow_id": state.workflow_id,
        "marketplace": state.file.claim.marketplace,
        "due": instant_text(due),
        "finishes_at": instant_text(new.worst.finishes_at),
        "must_finish_by": instant_text(new.worst.must_finish_by),
        "became": old.in_time,
        "why": _why(old, new),
    }


class _Looked(NamedTuple):
    """A claim at its slowest by the sum, and the promise that falls on some path, where one does."""

    worst: WorstCase
    broken: str | None

    @property
    def in_time(self) -> bool:
        """Whether the answer will be in, whatever anybody does."""
        return self.worst.fits and self.broken is None


def _look(state: CaseState, now: datetime) -> _Looked:
    """The claim under the rules that it has, from `now` (UTC) on."""
    hours = _pinned(state).sending_hours
    worst = worst_from(state, playbook_of(state), now, due_at(state), hours)
    walked = worst.fits and lies_with_a_person(state)
    broken = walk_on(state, now).broken if walked else None
    return _Looked(worst, broken and broken_promise(state, broken))


def _under(state: CaseState, playbook: Playbook, policy: Policy, due: datetime) -> CaseState:
    """The claim as it would be under the files of today."""
    moved = state if state.playbook_digest == playbook.digest else pinned(state, playbook)
    clocks = tuple(
        clock.model_copy(update={"due": due}) if clock.id == "response" else clock
        for clock in state.clocks
    )
    return moved.model_copy(update={"policy": policy, "clocks": clocks})


def _due_today(state: CaseState, playbook: Playbook, policy: Policy) -> datetime:
    """When the answer is due by today's files; what a notice or a person said stays (UTC)."""
    claim, limit = state.file.claim, playbook_of(state).limit
    then = response_due(claim.response_due, _pinned(state), claim.notified_at, limit).due
    if due_at(state) != then:
        return due_at(state)  # a person set it
    return response_due(claim.response_due, policy, claim.notified_at, playbook.limit).due


def _pinned(state: CaseState) -> Policy:
    assert state.policy is not None, "an opened claim has a policy"
    return state.policy


def _why(old: _Looked, new: _Looked) -> str:
    before = "" if old.in_time else "; it was late before, too"
    worst = new.worst
    said = new.broken or (
        f"the answer would be in at {instant_text(worst.finishes_at)} at the latest and must be at "
        f"{instant_text(worst.must_finish_by)}"
    )
    return f"{said}{before}"
