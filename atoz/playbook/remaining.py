"""The worst case of what is left of a running claim under a playbook: the proof, from here on.

What has acted stands with the instant at which it was over; everything else is as slow as the proof
that chooses a playbook takes it. For a claim on which nothing has acted the two are the same.
"""

from collections.abc import Mapping
from datetime import datetime

from atoz.claims.calendar import SendingHours
from atoz.playbook.model import Playbook, Step
from atoz.playbook.prove import Leg, WorstCase, longest
from atoz.playbook.state import CaseState
from atoz.playbook.tasks import answers


def worst_from(
    state: CaseState, playbook: Playbook, now: datetime, due: datetime, hours: SendingHours
) -> WorstCase:
    """The latest instants of every step from `now` (UTC) on, for an answer that is due at `due`."""
    ends = due - playbook.margin
    legs: dict[str, Leg] = {}
    for step in playbook.steps:
        stands = _acted(state, playbook, step, now, ends)
        legs[step.id] = stands or _to_come(
            playbook, step, max(now, _planned(state, step, legs)), hours
        )
    answered = [legs[step.id].over for step in playbook.steps if answers(step)]
    finishes = max([state.file.claim.notified_at, *answered])
    return WorstCase(tuple(legs.values()), finishes, ends)


def _acted(
    state: CaseState, playbook: Playbook, step: Step, now: datetime, ends: datetime
) -> Leg | None:
    """The step as it stands where it has acted already, or None."""
    run, begun = state.run(step.id), state.run(step.id).first_try_at or now
    if run.done_at is not None:
        return Leg(step.id, min(begun, run.done_at), run.done_at)
    if run.state in ("handed_in", "asked", "refused", "unknown"):
        return Leg(step.id, begun, now)  # a person has it
    if run.attempts:
        return Leg(step.id, begun, max(now, begun + playbook.retry_budget))
    if state.appeal is not None and state.appeal.step == step.id:
        hand_in = playbook.operator_lead + playbook.retry_budget
        return Leg(step.id, now, max(now, ends - hand_in) + hand_in)  # approved at the last moment
    return None


def _planned(state: CaseState, step: Step, legs: Mapping[str, Leg]) -> datetime:
    if step.at is not None:
        return state.file.claim.notified_at + step.at
    return legs[step.after or ""].over + step.wait


def _to_come(playbook: Playbook, step: Step, begins: datetime, hours: SendingHours) -> Leg:
    if step.send is not None:
        begins = hours.next_open(begins)
    return Leg(step.id, begins, begins + longest(playbook, step))
