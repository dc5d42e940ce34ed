"""When each step is due: pure instants from the playbook, the claim's clocks and what happened.

Three rules bend the natural instant of a step: a hold moves it back, sending hours move a
message into the next window, and the answer never starts later than its latest safe start, whether it
is the appeal or a person who is asked.
"""

from datetime import datetime, timedelta

from atoz.playbook.conditions import holds
from atoz.playbook.edition import JUDGED
from atoz.playbook.model import Playbook, Step
from atoz.playbook.state import CaseState
from atoz.playbook.tasks import answers

SEND_GRACE = timedelta(minutes=15)
"""A message whose instant lay inside the window may leave this much later without a new shift."""

RETRY_PAUSES = tuple(timedelta(minutes=m) for m in (5, 10, 15, 30))


def playbook_of(state: CaseState) -> Playbook:
    """The playbook of an opened claim."""
    assert state.playbook is not None, "an opened claim has a playbook"
    return state.playbook


def due_at(state: CaseState) -> datetime:
    """When the answer to the claim is due (UTC)."""
    clock = state.clock("response")
    assert clock is not None, "an opened claim has a response clock"
    return clock.due


def latest_start(state: CaseState) -> datetime:
    """The latest instant at which the appeal may begin and still be in before limit - margin."""
    return due_at(state) - playbook_of(state).answering


def can_wait(state: CaseState, now: datetime) -> timedelta:
    """How long a message may wait for others without delaying the answer to the claim."""
    return max(latest_start(state) - now, timedelta(0))


def waits_until(state: CaseState, turn: datetime, now: datetime) -> datetime:
    """Until when a message waits for its turn (UTC), also where the answer is due sooner by now.

    The turn was given out by a deadline that a person or a notice may have moved since.
    """
    if state.edition < JUDGED:
        return turn
    return min(turn, now + can_wait(state, now))


def approval_ends(state: CaseState) -> datetime:
    """Until when a person may approve: after it only the operator's lead and retries fit."""
    book = playbook_of(state)
    return due_at(state) - book.margin - book.operator_lead - book.retry_budget


def hand_over_at(state: CaseState) -> datetime:
    """When a claim goes to a person at the latest: one that is incomplete, or that a step hands over."""
    book = playbook_of(state)
    return due_at(state) - book.margin - book.operator_lead


def natural(state: CaseState, step: Step) -> datetime | None:
    """When the step is scheduled by the playbook alone, or None while its predecessor runs.

    Where `or_when` holds its wait is over: since when nobody knows, so since its beginning.
    """
    early = step.or_when is not None and holds(step.or_when, state, step)
    return state.run(step.after).done_at if step.after and early else _in_full(state, step)


def _in_full(state: CaseState, step: Step) -> datetime | None:
    """When the step is scheduled if nothing ends its wait early."""
    if step.at is not None:
        return state.file.claim.notified_at + step.at
    done_at = state.run(step.after or "").done_at
    return None if done_at is None else done_at + step.wait


def act_at(state: CaseState, step: Step, now: datetime) -> datetime | None:
    """When the step acts, or None while that is open. For a message this may lie after `now` again.

    A wake-up that comes late outside the sending hours waits for the next window.
    """
    scheduled = natural(state, step)
    latest = _answers_by(state, step)
    if latest is not None:
        if scheduled is None:
            return latest
        asked = scheduled if step.ask else _held(state, scheduled)
        return min(asked, max(latest, scheduled_floor(state)))
    if scheduled is None or step.send is None:
        return scheduled
    return _in_hours(state, _held(state, scheduled), now)


def _answers_by(state: CaseState, step: Step) -> datetime | None:
    """When a step that answers the claim starts at the latest, whatever it waits for; else None."""
    if step.submit is not None:
        return latest_start(state)
    # What waits for a held message would wait behind the limit with it.
    return hand_over_at(state) if state.edition > 3 and answers(step) else None


def no_sooner(state: CaseState, step: Step, than: datetime) -> bool:
    """Whether nothing that the step does can come before an instant, as its plan alone shows.

    Holds and sending hours only move a message back; the appeal may start as early as its latest start.
    """
    latest = _answers_by(state, step)
    if latest is not None and ((step.submit and state.appeal is not None) or latest < than):
        return False
    planned = natural(state, step)
    return planned is None or planned >= than


def scheduled_floor(state: CaseState) -> datetime:
    """No step acts before the claim reached the seller."""
    return state.file.claim.notified_at


def _held(state: CaseState, instant: datetime) -> datetime:
    return instant if state.held_until is None else max(instant, state.held_until)


def _in_hours(state: CaseState, instant: datetime, now: datetime) -> datetime:
    """The instant moved into the sending hours, but never past limit - margin."""
    assert state.policy is not None, "an opened claim has a policy"
    hours = state.policy.sending_hours
    edge = max(instant, due_at(state) - playbook_of(state).margin)
    shifted = min(hours.next_open(instant), edge)
    if now > shifted + SEND_GRACE:
        return min(hours.next_open(now), max(now, edge))
    return shifted


def scheduled_for(state: CaseState, step: Step) -> datetime | None:
    """The instant that lateness is measured against: what the plan was before any late wake-up.

    A wait that ended early makes nobody late before its full length is over.
    """
    planned, full = natural(state, step), _in_full(state, step)
    if planned is None or full is None:
        return None
    acts = act_at(state, step, planned)
    return acts and max(acts, full)


def retry_pause(attempt: int) -> timedelta:
    """How long to wait after the given refused attempt (1, 2, ...)."""
    return RETRY_PAUSES[min(attempt, len(RETRY_PAUSES)) - 1]
