"""The agenda of a claim: everything that is planned, each with its instant, act and reason.

`decide` takes the first item that is due, `status` shows the next one, `why` quotes the reason.
The order of the generator is the order of precedence among items that are due at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from atoz.claims.base import utc
from atoz.claims.status import Status
from atoz.playbook import events as ev
from atoz.playbook.acts import Archive, Do, Draft, Note, Notify, Open, Send, Submit
from atoz.playbook.approving import needs_approval
from atoz.playbook.conditions import holds
from atoz.playbook.model import Step
from atoz.playbook.reasons import Reason
from atoz.playbook.schedule import (
    act_at,
    approval_ends,
    hand_over_at,
    natural,
    no_sooner,
    playbook_of,
    scheduled_for,
)
from atoz.playbook.state import Appeal, CaseState, StepRun

Make = Callable[[datetime], Do]
"""Makes the act of an item once it is due: given the instant (UTC) at which it is taken up."""


class Item(NamedTuple):
    """One planned act."""

    at: datetime
    make: Make
    step: str | None
    why: Reason
    acts: bool = True
    """Whether the step acts then; else it is skipped."""


def agenda(state: CaseState, now: datetime, *, whole: bool = True) -> Iterator[Item]:
    """Everything planned for this claim as seen at `now`, in order of precedence.

    Not `whole`: without steps that are neither due nor the next to act.
    """
    if state.policy is None:
        yield Item(now, lambda _: Open(), None, ("arrived",))
    elif state.archive_ref is None:
        yield from _clocks(state, now, whole)
        yield from (_after_decision(state) if state.decided else _open_claim(state, now, whole))


def _note(event: type[ev.Event], **fields: Any) -> Make:
    """An item that only records that time has come."""
    return lambda at: Note(event.vouched(at=utc(at), **fields))


def _clocks(state: CaseState, now: datetime, whole: bool) -> Iterator[Item]:
    """Clocks that run out, then what people are told, in one notice: untold tasks, due warnings."""
    due, again, coming = {}, {}, []
    for clock in state.clocks:
        if not clock.running:
            continue
        warning = clock.next_warning()
        # Before it runs out there is its warning, if one is still to come.
        if whole or warning is None or clock.due <= now:
            make = _note(ev.ClockRanOut, clock=clock.id)
            yield Item(clock.due, make, None, ("clock", clock.id))
        if clock.untaken is not None:
            again[clock.id] = clock.untaken
        if warning is not None and warning[1] > now:
            coming.append((clock.id, *warning))
        elif (hours := clock.warning_due(now)) is not None:
            due[clock.id] = hours
    untold = [task.id for task in state.tasks if not task.told and task.done_at is None]
    if due or untold or again:
        at = now if due or state.tell_again_at is None else state.tell_again_at
        yield Item(at, lambda _: _notify(untold, {**again, **due}), None, ("told",))
    for name, hours, at in coming:
        yield Item(at, lambda _: Notify(), None, ("warning", str(hours), name))


def _notify(tasks: Sequence[str], warnings: Mapping[str, int]) -> Notify:
    given = [ev.WarningGiven.vouched(clock=each, hours=hours) for each, hours in warnings.items()]
    return Notify(tasks=tuple(tasks), warnings=tuple(given))


def _after_decision(state: CaseState) -> Iterator[Item]:
    assert state.decided_at is not None, "only after a decision"
    if state.closed_at is not None:
        # A clock that still runs, as of a late question, is stopped or missed first.
        ends = [clock.due for clock in state.clocks if clock.running]
        at = max([state.closed_at + playbook_of(state).aftercare, *ends])
        yield Item(at, lambda _: Archive(), None, ("aftercare",))
        return
    window = next((c for c in reversed(state.clocks) if c.name == "post_decision_appeal"), None)
    waits = state.status is Status.GRANTED_SELLER_FUNDED and window is not None
    at = window.due if waits and window else state.decided_at
    yield Item(at, _note(ev.Closed), None, ("closes",))


def _open_claim(state: CaseState, now: datetime, whole: bool) -> Iterator[Item]:
    if state.next_check_at is not None:
        yield Item(state.next_check_at, _note(ev.DecisionOverdue), None, ("no_decision",))
    if state.refunded_at is not None or state.handed_over:
        return
    incomplete = bool(state.file.missing)
    if incomplete and not _is_last(state):
        yield Item(hand_over_at(state), _note(ev.HandedOver), None, ("incomplete",))
    if state.paused:
        return
    if state.queue:
        yield from _queued(state)
    soonest: datetime | None = None
    for step in playbook_of(state).steps:
        # Half known, a claim may ask a person, but nothing is sent and nothing handed in.
        if state.run(step.id).state != "waiting" or (incomplete and not step.ask):
            continue
        if soonest is not None and not whole and no_sooner(state, step, soonest):
            continue
        for item in _step(state, step, now):
            soonest = item.at if soonest is None else min(soonest, item.at)
            yield item


def _is_last(state: CaseState) -> bool:
    """Whether the claim is with the playbook that hands over already."""
    return playbook_of(state).rank == max((book.rank for book in state.candidates), default=None)


def _queued(state: CaseState) -> Iterator[Item]:
    """Answers to the buyer's own question: at once, whatever the hour, at most once each."""
    if state.file.buyer is None or state.file.buyer.relay is None:
        return
    for message in state.queue:
        run = state.run(message.id)
        if run.over:
            continue
        at = run.retry_at or message.asked_at
        if state.messages_stopped:
            skip = _note(
                ev.StepSkipped, step=message.id, why="messages_stopped", scheduled_at=utc(at)
            )
            yield Item(at, skip, message.id, ("stopped",), acts=False)
        else:
            send = _send(state, message.id, message.template, run)
            yield Item(at, send, message.id, ("asked", message.because))


def _step(state: CaseState, step: Step, now: datetime) -> Iterator[Item]:
    run = state.run(step.id)
    if run.over or run.state != "waiting":
        return
    at = act_at(state, step, now)
    if at is None:
        return
    skip = _skip(state, step, now)
    if skip is not None:
        scheduled = natural(state, step) or at
        make = _note(ev.StepSkipped, step=step.id, why=skip, scheduled_at=utc(scheduled))
        yield Item(scheduled, make, step.id, ("skipped", skip), acts=False)
    elif _too_late(state, step, run, now):
        yield Item(now, _late(state, step), step.id, ("late",), acts=step.if_late == "ask")
    elif step.send is not None:
        send = _send(state, step.id, step.send, run)
        yield Item(run.retry_at or at, send, step.id, ("due", step.id))
    elif step.submit is not None:
        yield from _submission(state, step, run, at)
    else:
        yield Item(at, _note(ev.StepAsked, step=step.id), step.id, ("due", step.id))


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
    """Whether a later step has acted, or a later message is due as well: never two at once.

    What asks a person overtakes no message, nor does a step that stands below but comes before.
    """
    own: datetime | None = None
    for other in playbook_of(state).later[step.id]:
        if other.ask or other.draft:
            continue
        run = state.run(other.id)
        acted = run.state in _ACTED or (other.submit is not None and state.appeal is not None)
        if not acted and (run.state != "waiting" or other.send is None):
            continue
        planned = natural(state, other)
        # No message goes before it is planned: only then is it worth asking when it goes.
        if not acted and (planned is None or planned > now):
            continue
        own = own or natural(state, step)
        if planned is not None and own is not None and planned < own:
            continue
        if acted or _goes_now(state, other, run, now):
            return True
    return False


def _goes_now(state: CaseState, step: Step, run: StepRun, now: datetime) -> bool:
    """Whether a planned message is due, and nothing keeps it from going."""
    at = act_at(state, step, now)
    if at is None or at > now or _skip_by_rule(state, step) is not None:
        return False
    return not _too_late(state, step, run, now)


_ACTED = frozenset({"handed_in", "done", "unknown"})


def _too_late(state: CaseState, step: Step, run: StepRun, now: datetime) -> bool:
    """Whether the step asks for another course than `send` now that its instant is long past."""
    if step.if_late == "send" or run.cleared or run.attempts or state.appeal is not None:
        return False
    planned = scheduled_for(state, step)
    return planned is not None and now > planned + playbook_of(state).late_after


def _late(state: CaseState, step: Step) -> Make:
    if step.if_late == "ask":
        return _note(ev.StepAsked, step=step.id, late=True)
    scheduled = scheduled_for(state, step)
    assert scheduled is not None, "only what was planned is late"
    return _note(ev.StepSkipped, step=step.id, why="late", scheduled_at=utc(scheduled))


def _submission(state: CaseState, step: Step, run: StepRun, at: datetime) -> Iterator[Item]:
    """Draft, have it approved where that is needed, hand it in."""
    appeal = state.appeal
    if appeal is None or appeal.step != step.id or appeal.stale or appeal.unchecked:
        yield Item(at, lambda _: _draft(step, appeal), step.id, ("written",))
    elif not needs_approval(state, step, appeal) or appeal.approved_by or appeal.facts_only:
        submit = Submit.vouched(
            step=step.id,
            attempt=run.attempts + 1,
            revision=appeal.revision,
            channel=state.channel,
        )
        yield Item(max(at, run.retry_at or at), lambda _: submit, step.id, ("goes",))
    elif appeal.approval_asked_at is None:
        yield Item(at, _note(ev.ApprovalAsked, step=step.id), step.id, ("approval",))
    elif appeal.unapproved_at is None:
        ends = approval_ends(state)
        yield Item(ends, _note(ev.Unapproved, step=step.id), step.id, ("approval_ends",))
    elif step.if_unapproved == "submit_facts_only" and not asked_since(appeal):
        draft = Draft(step=step.id, revision=appeal.revision + 1, facts_only=True)
        yield Item(appeal.unapproved_at, lambda _: draft, step.id, ("unapproved",))


def asked_since(appeal: Appeal) -> bool:
    """Whether approval was asked for a text that a person wrote after the time to approve ended.

    The facts alone went to a person by then, so this text waits for its yes.
    """
    asked, ended = appeal.approval_asked_at, appeal.unapproved_at
    return bool(appeal.edited_by) and asked is not None and ended is not None and asked > ended


def _draft(step: Step, appeal: Appeal | None) -> Draft:
    revision = appeal.revision + 1 if appeal else 1
    if appeal is not None and appeal.unchecked:
        return Draft(step=step.id, revision=revision, text=appeal.text, edited_by=appeal.edited_by)
    facts_only = appeal is not None and appeal.unapproved_at is not None
    return Draft(step=step.id, revision=revision, facts_only=facts_only)


def _send(state: CaseState, step: str, template: str, run: StepRun) -> Make:
    buyer, policy = state.file.buyer, state.policy
    assert policy is not None, "a claim that acts was opened"
    relay, language = (buyer.relay, buyer.language) if buyer else (None, None)
    return lambda _: Send.vouched(
        step=step,
        template=template,
        attempt=run.attempts + 1,
        revision=run.revision,
        to=relay or "",  # without an address it is blocked before it leaves
        language=language or policy.language,
        values=state.values(),
        in_reply_to=state.last_reply_id,
        references=_thread(state),
        earlier=_earlier(state),
        doubted_at=_doubted_at(state, step, run),
    )


def _doubted_at(state: CaseState, step: str, run: StepRun) -> datetime | None:
    """When a try of this message ended unknown. What a person said of earlier tries is no doubt: the
    first try is counted anew from there.
    """
    first = run.first_try_at
    if first is None:
        return None
    tries = (fact for fact in state.facts if fact.kind == "message_unknown" and fact.step == step)
    return next((fact.at for fact in tries if fact.at >= first.replace(microsecond=0)), None)


def _thread(state: CaseState) -> tuple[str, ...]:
    """The Message-IDs of what was written so far, ours and the buyer's last: one thread."""
    ours = (fact.data.get("message_id") for fact in state.facts if fact.kind == "message_sent")
    return tuple(known for known in (*ours, state.last_reply_id) if known)


def _earlier(state: CaseState) -> tuple[str, ...]:
    sent = (fact.data.get("template") for fact in state.facts if fact.kind == "message_sent")
    return tuple(dict.fromkeys(name for name in sent if name))


def next_planned(state: CaseState, now: datetime) -> Item | None:
    """The earliest planned act of a step, for `status`; also one that only skips it."""
    items = [item for item in agenda(state, now) if item.step is not None]
    return min(items, key=lambda item: item.at, default=None)
