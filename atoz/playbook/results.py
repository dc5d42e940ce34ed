"""What the world answered to an act, and what time alone brings: the second half of `apply`."""

from datetime import datetime, timedelta
from typing import Any

from atoz.claims.base import instant_text
from atoz.claims.clocks import WARN_HOURS
from atoz.claims.status import Status
from atoz.playbook import events as ev
from atoz.playbook.choice import choose_playbook, open_response_clock, pin
from atoz.playbook.decisions import marketplace_decided
from atoz.playbook.inputs import CHECK_AFTER
from atoz.playbook.reactions import open_asked_task
from atoz.playbook.schedule import approval_ends, due_at, playbook_of, retry_pause
from atoz.playbook.state import Appeal
from atoz.playbook.stored import NOTES, RESULTS
from atoz.playbook.tasks import TEXT_TASKS, missed_asks
from atoz.playbook.work import Work

TELL_AGAIN_AFTER = timedelta(minutes=30)
CHECK_AGAIN_AFTER = timedelta(days=7)


def opened(work: Work, event: ev.Opened) -> None:
    """The claim begins: its values become facts, the rules are pinned, its clock starts."""
    work.set(
        file=event.file,
        policy=event.policy,
        candidates=event.candidates,
        channel=event.channel,
        message_domain=event.message_domain,
        two_person_approval=event.two_person_approval,
        edition=event.edition,
    )
    claim, by = event.file.claim, work.get("started_by")
    work.record(
        "claim_received",
        "claim file",
        order_id=claim.order_id,
        marketplace=claim.marketplace,
        notified_at=instant_text(claim.notified_at),
        **({"by": by} if by else {}),
    )
    work.record_values(event.completed_from or "claim file")
    choose_playbook(work)
    due = open_response_clock(work)
    if event.file.missing:
        work.open_task(
            "complete-claim",
            "playbook",
            text=NOTES("complete", field=NOTES.listed(*event.file.missing)),
            due=due - playbook_of(work.now).margin - playbook_of(work.now).operator_lead,
        )
    if claim.status is not Status.UNDER_REVIEW:
        marketplace_decided(
            work, ev.MarketplaceDecided(at=work.at, message_id="claim file", status=claim.status)
        )


def message_tried(work: Work, event: ev.MessageTried) -> None:
    """One attempt ended: sent, refused for good, refused for now, blocked by a check, or unknown."""
    run = work.now.run(event.step)
    first = run.first_try_at or work.at
    work.run(event.step, attempts=event.attempt, first_try_at=first, revision=event.revision)
    data = {"template": event.template, "message_id": event.message_id, "language": event.language}
    if event.outcome == "sent":
        text: dict[str, Any] = {"subject": event.subject, "text": event.text}
        if event.reached_nobody:
            text |= {"delivered": False, "detail": event.detail}
        fact = work.record("message_sent", "playbook", event.step, **data, **text)
        work.run(event.step, state="done", done_at=work.at, retry_at=None)
        if event.reached_nobody:
            work.open_task(
                "message-refused", "playbook", step=event.step, refs=(fact,), text=NOTES("no_smtp")
            )
    elif event.outcome == "unknown":
        _unknown(
            work,
            event.step,
            event.attempt,
            {**data, "detail": event.detail, "subject": event.subject, "text": event.text},
        )
    else:
        _message_refused(work, event, data)


def _message_refused(work: Work, event: ev.MessageTried, data: dict[str, str]) -> None:
    lasting = event.outcome != "refused_for_now"
    again_at = None if lasting else _try_again_at(work, event.step, event.attempt)
    if again_at:
        more = {"again_at": instant_text(again_at)}
    else:  # a person may still want to send it, and has it here
        more = {"subject": event.subject, "text": event.text} if event.text else {}
    fact = work.record(
        "message_refused",
        "playbook",
        event.step,
        **data,
        outcome=event.outcome,
        detail=event.detail,
        **more,
    )
    if again_at is not None:
        work.run(event.step, retry_at=again_at)
        return
    work.run(event.step, state="refused", done_at=work.at, retry_at=None)
    work.open_task("message-refused", "playbook", step=event.step, refs=(fact,), text=event.detail)


def _unknown(work: Work, step: str, attempt: int, data: dict[str, str]) -> None:
    """Nobody knows whether it left: never sent blindly again unless the playbook says so."""
    fact = work.record("message_unknown", "playbook", step, **data)
    rule = playbook_of(work.now).step(step)
    again_at = _try_again_at(work, step, attempt)
    if rule is not None and rule.send and rule.if_unknown == "resend" and again_at is not None:
        work.run(step, retry_at=again_at)
        return
    ended = None if rule is not None and rule.submit else work.at
    work.run(step, state="unknown", done_at=ended, retry_at=None)
    work.open_task("settle-send", "playbook", step=step, refs=(fact,))


def _try_again_at(work: Work, step: str, attempt: int) -> datetime | None:
    """The next attempt, if it lies within the retry budget counted from the first one."""
    first = work.now.run(step).first_try_at or work.at
    again = work.at + retry_pause(attempt)
    return again if again <= first + playbook_of(work.now).retry_budget else None


def appeal_drafted(work: Work, event: ev.AppealDrafted) -> None:
    """A new revision of the text; an approval of an older one is void."""
    old = work.get("appeal")
    if old is not None and old.unchecked and old.text != event.text:
        return  # a person wrote another one meanwhile: that is looked at next
    if work.get("submitted_at") is not None and work.now.run(event.step).over:
        return  # an earlier revision was posted meanwhile: that one counts
    behind = event.facts_known is not None and event.facts_known < work.get("facts_recorded")
    fields = {name: getattr(event, name) for name in _DRAFTED}
    asked = old is not None and (old.asked_before or old.approval_asked_at is not None)
    keep = {"unapproved_at": old.unapproved_at} if old is not None else {}
    work.set(
        appeal=Appeal.vouched(
            **fields,
            **keep,
            sentences=event.sentences,
            findings=event.findings,
            asked_before=asked,
            facts_known=event.facts_known,
            drafted_at=work.at,
            stale=behind and not event.edited_by,
            unchecked=behind and bool(event.edited_by),
        )
    )
    for kind in TEXT_TASKS:
        work.close_kind(kind, RESULTS("replaced", revision=event.revision))
    work.record(
        "appeal_drafted",
        f"operator:{event.edited_by}" if event.edited_by else "playbook",
        event.step,
        **{k: v for k, v in fields.items() if k != "step"},
        sentences=[{**vars(s), "facts": list(s.facts)} for s in event.sentences],
        findings=[f.model_dump(mode="json") for f in event.findings],
        facts_known=event.facts_known,
    )


_DRAFTED = ("step", "revision", "text", "digest", "language", "facts_only", "edited_by")
"""What a revision and the fact that records it have in common."""


def approval_asked(work: Work, event: ev.ApprovalAsked) -> None:
    """Ask a person for a yes to exactly this text."""
    appeal = work.get("appeal")
    work.record(
        "approval_requested", "playbook", event.step, digest=appeal.digest, revision=appeal.revision
    )
    work.set(appeal=appeal.model_copy(update={"approval_asked_at": work.at}))
    work.open_task(
        "approve-appeal",
        "playbook",
        step=event.step,
        digest=appeal.digest,
        revision=appeal.revision,
        due=approval_ends(work.now),
        warning=NOTES("text_waits") if appeal.unapproved_at is not None else None,
    )


def unapproved(work: Work, event: ev.Unapproved) -> None:
    """Nobody approved in time: the facts alone go, a person takes over, or it is held."""
    appeal, step = work.get("appeal"), playbook_of(work.now).step(event.step)
    assert step is not None, "only a playbook step asks for approval"
    work.record("overridden", "playbook", event.step, what="approval", rule=step.if_unapproved)
    work.set(appeal=appeal.model_copy(update={"unapproved_at": work.at}))
    if step.if_unapproved == "hand_over":
        work.set(handed_over=True)
        for kind in TEXT_TASKS:
            work.close_kind(kind, RESULTS("handed_over"))
        open_asked_task(work, "handle-claim", "playbook", step=event.step)
    elif work.get("edition") > 1:
        _tell_of_the_end(work, step.if_unapproved)


def _tell_of_the_end(work: Work, rule: str) -> None:
    """Operators hear that the time to approve has ended; a packet says so in its own notice."""
    if rule == "submit_facts_only" and work.get("channel") == "operator":
        return
    mind = NOTES("facts_go" if rule == "submit_facts_only" else "text_waits")
    for task in work.get("tasks"):
        if task.open and task.kind in ("approve-appeal", "rewrite-appeal"):
            work.change_task(task.id, told=False, warning=mind)


def appeal_tried(work: Work, event: ev.AppealTried) -> None:
    """One attempt to hand in the appeal ended."""
    first = work.now.run(event.step).first_try_at or work.at
    work.run(event.step, attempts=event.attempt, first_try_at=first)
    if event.outcome == "handed_over":
        _handed_to_operator(work, event)
    elif event.outcome == "sent":
        _submitted(work, event)
    elif event.outcome == "unknown":
        sent = {"message_id": event.message_id} if event.message_id else {}
        data = {"channel": event.channel, **sent, "detail": event.detail}
        _unknown(work, event.step, event.attempt, data)
    else:
        _appeal_refused(work, event)


def _handed_to_operator(work: Work, event: ev.AppealTried) -> None:
    if work.get("submitted_at") is not None:
        return  # an earlier packet was posted while this one was written
    appeal = work.get("appeal")
    overtaken = _overtaken(work)
    work.set(appeal=appeal.model_copy(update={"handed_in": not overtaken}))
    work.run(event.step, state="waiting" if overtaken else "handed_in", retry_at=None)
    if work.get("decided_at") is not None or work.get("refunded_at") is not None:
        return  # it came in while the packet was written: there is nothing left to post
    work.open_task(
        "submit-appeal",
        "playbook",
        step=event.step,
        clock="response",
        due=due_at(work.now),
        digest=appeal.digest,
        revision=appeal.revision,
        packet=event.packet,
        warning=event.detail or None,
        told=event.told,
    )


def _overtaken(work: Work) -> bool:
    """Whether something came in while the packet was written, early enough for another one."""
    appeal = work.get("appeal")
    changed = appeal.stale or appeal.unchecked
    return changed and work.get("edition") > 1 and work.at <= approval_ends(work.now)


def _submitted(work: Work, event: ev.AppealTried) -> None:
    appeal = work.get("appeal")
    fact = work.record(
        "appeal_submitted",
        "playbook",
        event.step,
        channel=event.channel,
        receipt=event.receipt,
        revision=appeal.revision,
        digest=appeal.digest,
    )
    work.set(appeal=appeal.model_copy(update={"handed_in": True}))
    work.stop_clock("response", by=fact)
    work.set(submitted_at=work.at, next_check_at=work.at + CHECK_AFTER)
    work.run(event.step, state="done", done_at=work.at, retry_at=None)


def _appeal_refused(work: Work, event: ev.AppealTried) -> None:
    lasting = event.outcome != "refused_for_now"
    again_at = None if lasting else _try_again_at(work, event.step, event.attempt)
    fact = work.record(
        "message_refused",
        "playbook",
        event.step,
        channel=event.channel,
        outcome=event.outcome,
        detail=event.detail,
    )
    if again_at is not None:
        work.run(event.step, retry_at=again_at)
        return
    work.run(event.step, state="refused", retry_at=None)
    open_asked_task(work, "handle-claim", "playbook", step=event.step, refs=(fact,))


def noticed(work: Work, event: ev.Noticed) -> None:
    """Operators were told; channels that failed are tried again later."""
    for warning in event.warnings:
        _warned(work, warning, event.failed)
    if event.tasks:
        work.change_tasks(event.tasks, told=not event.failed)
    for task, packet in event.packets.items():
        work.change_task(task, packet=packet)
    work.set(tell_again_at=work.at + TELL_AGAIN_AFTER if event.failed else None)


def _warned(work: Work, warning: ev.WarningGiven, failed: tuple[str, ...]) -> None:
    clock = work.now.clock(warning.clock)
    if clock is None or clock.due - timedelta(hours=warning.hours) > work.at:
        return  # its end was moved away while people were told of the old one
    given = tuple(h for h in WARN_HOURS if h >= warning.hours)
    again = warning.hours in clock.warned
    untaken = warning.hours if failed and work.get("edition") > 2 else None
    work.change_clock(clock.id, warned=given, untaken=untaken)
    if again and failed:
        return  # it is on record that it did not arrive
    more = {"failed": list(failed)} if failed else {}
    work.record(
        "deadline_warning",
        "playbook",
        clock=clock.id,
        hours=warning.hours,
        due=instant_text(clock.due),
        **more,
    )


def archived(work: Work, event: ev.Archived) -> None:
    """The archive document is written: the workflow may end, unless something came in meanwhile."""
    if event.facts_known is None or event.facts_known == work.get("facts_recorded"):
        work.set(archive_ref=event.ref)


def step_skipped(work: Work, event: ev.StepSkipped) -> None:
    """A skipped step counts as done at its scheduled instant."""
    work.record("step_skipped", "playbook", event.step, why=event.why)
    work.run(event.step, state="skipped", done_at=event.scheduled_at)


def step_asked(work: Work, event: ev.StepAsked) -> None:
    """A step that asks a person, or a late step that waits for a person's word."""
    step = playbook_of(work.now).step(event.step)
    assert step is not None, "only a playbook step asks"
    if event.late:
        work.open_task("late-step", "playbook", step=step.id)
    else:
        open_asked_task(work, step.ask or "metric-restoration", "playbook", step=step.id)
    work.run(step.id, state="asked")


def clock_ran_out(work: Work, event: ev.ClockRanOut) -> None:
    """A deadline passed while its clock ran: said loudly. An appeal window merely closes."""
    clock = work.now.clock(event.clock)
    assert clock is not None, "only a clock of the claim runs out"
    work.change_clock(clock.id, missed=True)
    if clock.name == "post_decision_appeal":
        work.close_kind("post-decision-appeal", RESULTS("window"))
        return
    fact = work.record("deadline_missed", "playbook", clock=clock.id, due=instant_text(clock.due))
    # One task a clock: who was told of another missed deadline is told of this one, too.
    asks = missed_asks(clock.name)
    work.open_task("missed-deadline", "playbook", clock=clock.id, refs=(fact,), text=asks)
    if clock.name == "response":
        work.set(next_check_at=work.at + CHECK_AFTER)


def handed_over(work: Work, _: ev.HandedOver) -> None:
    """An incomplete claim goes to a person while there is still time to answer it."""
    last = max(work.get("candidates") or (playbook_of(work.now),), key=lambda book: book.rank)
    pin(work, last, "still incomplete when a person's time to answer begins")


def decision_overdue(work: Work, _: ev.DecisionOverdue) -> None:
    """Ask a person to look for the decision; weekly, as a reminder of the same task."""
    waiting = work.now.open_task("check-decision")
    if waiting is not None:
        work.change_task(waiting.id, told=False)
    else:
        work.open_task("check-decision", "playbook")
    work.set(next_check_at=work.at + CHECK_AGAIN_AFTER)


def closed(work: Work, _: ev.Closed) -> None:
    """Nothing more is due to the marketplace; late replies and tasks are still served."""
    work.record(
        "claim_closed",
        "playbook",
        status=work.get("status").value,
        funded_by=work.get("funded_by"),
        odr_counts=work.get("odr_counts"),
    )
    work.set(closed_at=work.at)
