"""The worst case of a playbook for one claim, and the choice of the playbook that rests on it.

The sum runs along the steps, each at its slowest: waits, the shift by sending hours, the full retry
budget, the approval allowance and the operator lead. Nothing that happens makes a step later: a
reply ends waits early, a skipped step counts as done when it was planned, what is refused for good
or unknown ends before the budget does. A hold, or a message that a person finds not to have gone, moves
steps; neither moves the answer behind its latest start.
`proof.py` looks at every arrival of a year with this same function.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from atoz.claims.calendar import SendingHours
from atoz.claims.policy import response_due
from atoz.playbook.conditions import applies
from atoz.playbook.model import Playbook, Step
from atoz.playbook.state import CaseState
from atoz.playbook.tasks import answers


class Leg(NamedTuple):
    """One step at its latest: when it begins and when it is over (UTC)."""

    step: str
    begins: datetime
    over: datetime


class WorstCase(NamedTuple):
    """The latest path: its legs, when the answer is in or handed over, and the latest allowed."""

    legs: tuple[Leg, ...]
    finishes_at: datetime
    must_finish_by: datetime

    @property
    def fits(self) -> bool:
        """Whether the answer is in before the limit less the margin, whatever happens."""
        return self.finishes_at <= self.must_finish_by

    def leg(self, step: str) -> Leg:
        """The step at its latest."""
        return next(leg for leg in self.legs if leg.step == step)


def worst_case(
    playbook: Playbook, notified_at: datetime, now: datetime, due: datetime, hours: SendingHours
) -> WorstCase:
    """The latest instants of every step when the playbook starts at `now` for a claim due at `due`."""
    legs: dict[str, Leg] = {}
    answered = notified_at
    for step in playbook.steps:
        begins = max(now, _natural(step, notified_at, legs))
        if step.send is not None:
            begins = hours.next_open(begins)
        legs[step.id] = Leg(step.id, begins, begins + longest(playbook, step))
        if answers(step):
            answered = max(answered, legs[step.id].over)
    return WorstCase(tuple(legs.values()), answered, due - playbook.margin)


def _natural(step: Step, notified_at: datetime, legs: dict[str, Leg]) -> datetime:
    if step.at is not None:
        return notified_at + step.at
    return legs[step.after or ""].over + step.wait


def longest(playbook: Playbook, step: Step) -> timedelta:
    """How long one step can take from its beginning until it is over."""
    if step.send is not None:
        return playbook.retry_budget
    if step.ask is not None:
        return playbook.operator_lead
    if step.draft is not None:
        return timedelta(0)
    allowance = timedelta(0) if step.approval == "never" else playbook.approval_allowance
    return allowance + playbook.operator_lead + playbook.retry_budget


def choose(state: CaseState, now: datetime) -> Playbook:
    """The first playbook by rank that applies and fits the claim's own limit; else the last one.

    The last one hands over to a person at once, so it fits whatever the limit is.
    """
    ranked = sorted(state.candidates, key=lambda playbook: playbook.rank)
    for playbook in ranked[:-1]:
        if applies(playbook.applies, state) and _fits(playbook, state, now):
            return playbook
    return ranked[-1]


def _fits(playbook: Playbook, state: CaseState, now: datetime) -> bool:
    assert state.policy is not None, "a playbook is chosen only for an opened claim"
    claim = state.file.claim
    running = state.clock("response")
    due = (
        running.due
        if running is not None
        else response_due(claim.response_due, state.policy, claim.notified_at, playbook.limit).due
    )
    hours = state.policy.sending_hours
    return worst_case(playbook, claim.notified_at, now, due, hours).fits
