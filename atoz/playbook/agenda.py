"""The agenda of a claim: everything that is planned, each with its instant, act and reason.

`decide` takes the first item that is due, `status` shows the next one, `why` quotes the reason.
The order of the generator is the order of precedence among items that are due at once.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from atoz.claims.status import Status
from atoz.playbook import events as ev
from atoz.playbook.acts import Archive, Do, Draft, Note, Notify, Open, Send, Submit
from atoz.playbook.conditions import holds
from atoz.playbook.model import Step
from atoz.playbook.schedule import (
    act_at,
    approval_ends,
    hand_over_at,
    natural,
    playbook_of,
    scheduled_for,
)
from atoz.playbook.state import Appeal, CaseState, StepRun


class Item(NamedTuple):
    """One planned act."""

    at: datetime
    do: Do
    step: str | None
    why: str


def agenda(state: CaseState, now: datetime) -> Iterator[Item]:
    """Everything planned for this claim as seen at `now`, in order of precedence."""
    if state.policy is None:
        yield Item(now, Open(), None, "the claim has just arrived")
    elif state.archive_ref is None:
        yield from _clocks(state)
        yield from _notices(state, now)
        yield from (_after_decision(state) if state.decided else _open_claim(state, now))


def _clocks(state: CaseState) -> Iterator[Item]:
    for clock in state.clocks:
        if clock.running:
            event = ev.ClockRanOut(at=clock.due, clock=clock.id)
            yield Item(clock.due, Note(event=event), None, f"clock {clock.id} runs out")


def _notices(state: CaseState, now: datetime) -> Iterator[Item]:
    """Untold tasks at once, warnings at their instants; what is due together goes in one notice."""
    warnings = tuple(
        ev.WarningGiven(clock=clock.id, hours=hours)
        for clock in state.clocks
        if clock.running and (hours := clock.warning_due(now)) is not None
    )
    untold = tuple(task.id for task in state.tasks if task.open and not task.told)
    if warnings or untold:
        at = now if warnings or state.tell_again_at is None else state.tell_again_at
        yield Item(at, Notify(tasks=untold, warnings=warnings), None, "operators are told")
    for clock in state.clocks:
        if clock.running and (warning := clock.next_warning()) and warning[1] > now:
            yield Item(warning[1], Notify(), None, f"warning {warning[0]} h before {clock.id}")


def _after_decision(state: CaseState) -> Iterator[Item]:
    assert state.decided_at is not None, "only after a decision"
    window = next((c for c in reversed(state.clocks) if c.name == "post_decision_appeal"), None)
    if state.closed_at is None:
        open_window = state.status is Status.GRANTED_SELLER_FUNDED and window is not None
        at = window.due if open_window and window else state.decided_at
        yield Item(at, Note(event=ev.Closed(at=at)), None, "the claim closes")
    else:
        at = state.closed_at + playbook_of(state).aftercare
        yield Item(at, Archive(), None, "aftercare ends")


def _open_claim(state: CaseState, now: datetime) -> Iterator[Item]:
    if state.next_check_at is not None:
        event = ev.DecisionOverdue(at=state.next_check_at)
        yield Item(state.next_check_at, Note(event=event), None, "no decision yet")
    if state.refunded_at is not None or state.handed_over:
        return
    last_rank = max(book.rank for book in state.candidates) if state.candidates else None
    if state.file.missing and playbook_of(state).rank != last_rank:
        at = hand_over_at(state)
        yield Item(at, Note(event=ev.HandedOver(at=at)), None, "still incomplete")
    elif not state.paused:
        yield from _queued(state)
        for step in playbook_of(state).steps:
            yield from _step(state, step, now)


def _queued(state: CaseState) -> Iterator[Item]:
    """Answers to the buyer's own question: at once, whatever the hour, at most once each."""
    for message in state.queue:
        run = state.run(message.id)
        if run.over:
            continue
        at = run.retry_at or message.asked_at
        if state.messages_stopped:
            event = ev.StepSkipped(at=at, step=message.id, why="messages_stopped", scheduled_at=at)
            yield Item(at, Note(event=event), message.id, "the buyer wants no more messages")
        else:
            send = _send(state, message.id, message.template, run)
            yield Item(at, send, message.id, f"the buyer asked ({message.because})")


def _step(state: CaseState, step: Step, now: datetime) -> Iterator[Item]:
    run = state.run(step.id)
    at = act_at(state, step, now)
    if run.over or run.state != "waiting" or at is None:
        return
    skip = _skip(state, step, now)
    if skip is not None:
        scheduled = natural(state, step) or at
        event = ev.StepSkipped(at=scheduled, step=step.id, why=skip, scheduled_at=scheduled)
        yield Item(scheduled, Note(event=event), step.id, f"skipped: {skip}")
    elif _too_late(state, step, run, now):
        yield Item(now, _late(state, step, now), step.id, "late")
    elif step.send is not None:
        send = _send(state, step.id, step.send, run)
        yield Item(run.retry_at or at, send, step.id, f"{step.id} is due")
    elif step.submit is not None:
        yield from _submission(state, step, run, at)
    else:
        yield Item(at, Note(event=ev.StepAsked(at=at, step=step.id)), step.id, f"{step.id} is due")


def _skip(state: CaseState, step: Step, now: datetime) -> str | None:
    """Why the step is skipped, or None."""
    by_rule = _skip_by_rule(state, step)
    if by_rule is None and step.send is not None and _overtaken(state, step, now):
        return "overtaken by a later step"
    return by_rule


def _skip_by_rule(state: CaseState, step: Step) -> str | None:
    for name in step.skip_if:
        if holds(name, state, step):
            return name
    for name in step.only_if:
        if not holds(name, state, step):
            return f"not {name}"
    return "messages_stopped" if step.send is not None and state.messages_stopped else None


def _overtaken(state: CaseState, step: Step, now: datetime) -> bool:
    """Whether a later step has acted, or a later message is due as well: never two at once."""
    later = playbook_of(state).steps[playbook_of(state).steps.index(step) + 1 :]
    for other in later:
        run = state.run(other.id)
        if run.state in {"handed_in", "done", "unknown"} or (other.submit and state.appeal):
            return True
        at = act_at(state, other, now) if other.send and run.state == "waiting" else None
        if at is not None and at <= now and _skip_by_rule(state, other) is None:
            return True
    return False


def _too_late(state: CaseState, step: Step, run: StepRun, now: datetime) -> bool:
    """Whether the step asks for another course than `send` now that its instant is long past."""
    planned = scheduled_for(state, step)
    late = planned is not None and now > planned + playbook_of(state).late_after
    return (
        late
        and step.if_late != "send"
        and not run.cleared
        and not run.attempts
        and state.appeal is None
    )


def _late(state: CaseState, step: Step, now: datetime) -> Note:
    if step.if_late == "ask":
        return Note(event=ev.StepAsked(at=now, step=step.id, late=True))
    return Note(event=ev.StepSkipped(at=now, step=step.id, why="late", scheduled_at=now))


def _submission(state: CaseState, step: Step, run: StepRun, at: datetime) -> Iterator[Item]:
    """Draft, have it approved where that is needed, hand it in."""
    appeal = state.appeal
    if appeal is None or appeal.step != step.id or appeal.stale or appeal.unchecked:
        yield Item(at, _draft(step, appeal), step.id, "the appeal is written")
    elif not needs_approval(step, appeal) or appeal.approved_by or appeal.facts_only:
        submit = Submit(
            step=step.id, attempt=run.attempts + 1, revision=appeal.revision, channel=state.channel
        )
        yield Item(max(at, run.retry_at or at), submit, step.id, "the appeal goes")
    elif appeal.approval_asked_at is None:
        yield Item(
            at, Note(event=ev.ApprovalAsked(at=at, step=step.id)), step.id, "approval is needed"
        )
    elif appeal.unapproved_at is None:
        ends = approval_ends(state)
        yield Item(
            ends, Note(event=ev.Unapproved(at=ends, step=step.id)), step.id, "time to approve ends"
        )
    elif step.if_unapproved == "submit_facts_only":
        draft = Draft(step=step.id, revision=appeal.revision + 1, facts_only=True)
        yield Item(appeal.unapproved_at, draft, step.id, "nobody approved: the facts alone go")


def needs_approval(step: Step, appeal: Appeal) -> bool:
    """Whether this revision needs a person's yes."""
    return step.approval == "always" or (
        step.approval == "on_findings" and (bool(appeal.findings) or appeal.asked_before)
    )


def _draft(step: Step, appeal: Appeal | None) -> Draft:
    revision = appeal.revision + 1 if appeal else 1
    if appeal is not None and appeal.unchecked:
        return Draft(step=step.id, revision=revision, text=appeal.text, edited_by=appeal.edited_by)
    facts_only = appeal is not None and appeal.unapproved_at is not None
    return Draft(step=step.id, revision=revision, facts_only=facts_only)


def _send(state: CaseState, step: str, template: str, run: StepRun) -> Send:
    buyer, policy = state.file.buyer, state.policy
    assert buyer is not None and buyer.relay is not None and policy is not None, "a complete claim"
    return Send(
        step=step,
        template=template,
        attempt=run.attempts + 1,
        revision=run.revision,
        to=buyer.relay,
        language=buyer.language or policy.language,
        values=state.values(),
    )


def next_planned(state: CaseState, now: datetime) -> Item | None:
    """The earliest planned act of a step, for `status`."""
    items = [item for item in agenda(state, now) if item.step is not None]
    return min(items, key=lambda item: item.at, default=None)
