"""Whatever happens to a claim, in any order, at any instant: the rules that must never break."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atoz.playbook import acts
from atoz.playbook.schedule import SEND_GRACE, due_at, playbook_of
from atoz.playbook.state import CaseState
from atoz.playbook.view import attention, details_markdown, status_view
from tests.support.lives import Life, a_life


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_the_rules_hold_whatever_happens(data: st.DataObject) -> None:
    """Nothing raises, nothing spins, and every promise below is kept."""
    life = a_life(data)
    each_template_was_sent_once(life)
    each_mail_was_taken_once(life)
    the_steps_kept_the_sending_hours(life)
    nothing_was_sent_out_of_place(life)
    no_deadline_passed_in_silence(life)
    nobody_is_left_without_a_task(life)
    the_state_can_be_carried_and_shown(life)


def each_template_was_sent_once(life: Life) -> None:
    """A buyer gets no message twice: not from a retry, not from a reaction, not after a restart."""
    settled = [fact for fact in life.state.facts if fact.kind == "message_sent"]
    sent = Counter(fact.data["template"] for fact in settled)
    assert max(sent.values(), default=0) <= 1, sent


def each_mail_was_taken_once(life: Life) -> None:
    """Whatever else carries the same Message-ID."""
    kinds = {"reply_received", "information_requested", "decision_received"}
    taken = Counter(fact.source for fact in life.state.facts if fact.kind in kinds)
    assert max(taken.values(), default=0) <= 1, taken


def the_steps_kept_the_sending_hours(life: Life) -> None:
    """But for a few minutes, for retries, for answers to a question, and at the margin's edge."""
    for at, do, state in life.world.done:
        if not isinstance(do, acts.Send) or do.attempt > 1 or do.step == "withdraw-help":
            continue
        assert state.policy is not None
        hours, edge = state.policy.sending_hours, due_at(state) - playbook_of(state).margin
        assert hours.is_open(at) or hours.is_open(at - SEND_GRACE) or at >= edge


def nothing_was_sent_out_of_place(life: Life) -> None:
    """Not after a decision, an opt-out, a whole refund; no appeal that was not approved."""
    for _, do, state in life.world.done:
        if isinstance(do, acts.Send | acts.Submit | acts.Draft):
            assert not state.decided
            assert state.refunded_at is None
            assert not state.handed_over
        if isinstance(do, acts.Send):
            assert not state.messages_stopped
            assert do.to
        if isinstance(do, acts.Submit):
            appeal = state.appeal
            assert appeal is not None
            assert not appeal.stale
            assert not appeal.unchecked
            if appeal.findings:
                assert appeal.approved_by or appeal.facts_only or never_approves(state)


def never_approves(state: CaseState) -> bool:
    """Whether the playbook asks for no approval at all."""
    steps = state.playbook.steps if state.playbook else ()
    return all(step.approval == "never" for step in steps if step.submit)


def no_deadline_passed_in_silence(life: Life) -> None:
    """The answer's clock was stopped, or it ran out loudly: a fact, and a task that was opened."""
    clock = life.state.clock("response")
    assert clock is not None
    missed = [fact for fact in life.state.facts if fact.kind == "deadline_missed"]
    if clock.stopped_at is None and clock.due <= life.now:
        assert clock.missed
        assert any(fact.data["clock"] == "response" for fact in missed)
        assert any(task.kind == "missed-deadline" for task in life.state.tasks)
    asked = {
        fact.data.get("clock")
        for fact in life.state.facts
        if fact.kind == "task_opened" and fact.data["kind"] == "missed-deadline"
    }
    assert {fact.data["clock"] for fact in missed} <= asked
    for other in life.state.clocks:
        assert not other.running or other.due > life.now


def nobody_is_left_without_a_task(life: Life) -> None:
    """While the answer is due and nothing is planned for it, a person has a task or has paused."""
    state, clock = life.state, life.state.clock("response")
    if state.decided or clock is None or clock.stopped_at is not None or state.paused:
        return
    open_kinds = {task.kind for task in state.tasks if task.open}
    skipped = any(run.state == "skipped" for run in state.runs.values())
    assert open_kinds or skipped, "a claim that is due, and nobody knows"


def the_state_can_be_carried_and_shown(life: Life) -> None:
    """Through JSON and back it is equal; every view of it can be made."""
    again = CaseState.model_validate_json(life.state.model_dump_json())
    assert again == life.state
    status_view(again, life.now)
    assert attention(again, life.now) in {"missed", "urgent", "task", "none"}
    assert details_markdown(again, life.now)
