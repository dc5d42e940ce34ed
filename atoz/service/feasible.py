"""Open claims under the rules as the files say today: which can no longer be answered in time.

A running claim keeps the rules that were pinned for it. But a holiday, a shorter limit or a longer
operator's lead in the files tells of the world, so whoever changes one wants to know whom it hits.
"""

from datetime import datetime
from typing import Any

from atoz.claims.base import instant_text, utc
from atoz.claims.policy import Policy, response_due
from atoz.library import RULES_AHEAD, pinned_policy
from atoz.playbook.model import Playbook
from atoz.playbook.prove import WorstCase
from atoz.playbook.remaining import worst_from
from atoz.playbook.schedule import due_at, playbook_of
from atoz.playbook.state import CaseState
from atoz.service.base import Service
from atoz.service.migrating import open_claims
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
        row = _judged(service, state, playbook)
        rows += [row] if row else []
    return {"looked_at": looked_at, "infeasible": sorted(rows, key=lambda row: row["due"])}


def _judged(service: Service, state: CaseState, playbook: Playbook) -> dict[str, Any] | None:
    now, first = utc(service.now()), state.file.claim.notified_at.date()
    today = pinned_policy(
        service.library.policy(state.file.claim.marketplace), first, first + RULES_AHEAD
    )
    due = _due_today(state, playbook, today)
    new = worst_from(state, playbook, now, due, today.sending_hours)
    if new.fits:
        return None
    old = worst_from(state, playbook_of(state), now, due_at(state), _pinned(state).sending_hours)
    return {
        "order_id": names.order_of(state.workflow_id),
        "workflow_id": state.workflow_id,
        "marketplace": state.file.claim.marketplace,
        "due": instant_text(due),
        "finishes_at": instant_text(new.finishes_at),
        "must_finish_by": instant_text(new.must_finish_by),
        "became": old.fits,
        "why": _why(old, new),
    }


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


def _why(old: WorstCase, new: WorstCase) -> str:
    before = "" if old.fits else "; it was late before, too"
    return (
        f"the answer would be in at {instant_text(new.finishes_at)} at the latest and must be at "
        f"{instant_text(new.must_finish_by)}{before}"
    )
