"""One act of the engine as an activity, and the event that came of it.

The one rule that matters most: a send is tried ONCE per attempt that the history shows. Only an
answer of the activity itself says sent or refused; every other end of it is `unknown`.
"""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

from activities import jobs
from activities import names as activity_names
from atoz.appeal.letters import LETTERS
from atoz.appeal.packet.dossier import appeal_dossier
from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.schedule import can_wait
from atoz.playbook.state import CaseState
from workflows import names

ONCE = RetryPolicy(maximum_attempts=1)
PATIENT = RetryPolicy(maximum_interval=timedelta(minutes=5))


async def perform(
    state: CaseState, do: acts.Do, now: datetime, planned: datetime | None = None
) -> ev.Event:
    """Carry out one act and return what came of it. Never raises for a failed effect.

    `planned` is when the claim was to wake for it (UTC), where a timer woke it.
    """
    match do:
        case acts.Note():
            return do.event
        case acts.Open():
            return await _open(state, now)
        case acts.Send():
            return await _send(state, do, now, planned)
        case acts.Draft():
            return await _draft(state, do, now)
        case acts.Submit():
            return await _hand_in(state, do, now, planned)
        case acts.Notify():
            return await _notify(state, do, now)
        case acts.Archive():
            return await _archive(state, now)


async def take_turn(state: CaseState, at: datetime, now: datetime, woke_for: datetime) -> timedelta:
    """How long a message waits for those of other claims that woke late with this one.

    `at` is the server's instant, `now` and `woke_for` are by the claim's clock.
    """
    job = jobs.TurnJob(
        workflow_id=state.workflow_id, at=at, woke_for=woke_for, at_most=can_wait(state, now)
    )
    wait: timedelta = await workflow.execute_local_activity(
        activity_names.TAKE_TURN,
        job,
        result_type=timedelta,
        start_to_close_timeout=names.TURN_TIMEOUT,
        summary="a turn, after an outage",
        retry_policy=PATIENT,
    )
    return wait


async def _open(state: CaseState, now: datetime) -> ev.Opened:
    event: ev.Opened = await workflow.execute_local_activity(
        activity_names.OPEN_CLAIM,
        jobs.OpenJob(workflow_id=state.workflow_id, file=state.file, at=now),
        result_type=ev.Opened,
        start_to_close_timeout=names.DRAFT_TIMEOUT,
        summary="order book, rules to pin",
        retry_policy=PATIENT,
    )
    return event


async def _send(
    state: CaseState, send: acts.Send, now: datetime, planned: datetime | None
) -> ev.MessageTried:
    message_id = names.message_id(state.workflow_id, send.step, send.revision, state.message_domain)
    job = jobs.SendJob(
        workflow_id=state.workflow_id,
        order_id=state.file.claim.order_id,
        message_id=message_id,
        marketplace=state.file.claim.marketplace,
        status=state.status.value,
        send=send,
        at=now,
        planned=planned,
    )
    try:
        event: ev.MessageTried = await workflow.execute_activity(
            activity_names.SEND_MESSAGE,
            job,
            result_type=ev.MessageTried,
            start_to_close_timeout=names.SEND_TIMEOUT,
            heartbeat_timeout=names.ALIVE_TIMEOUT,
            retry_policy=ONCE,
            summary=f"{send.step}: {send.template} to the buyer, attempt {send.attempt}",
        )
        return event
    except ActivityError as error:
        return ev.MessageTried(
            at=now,
            step=send.step,
            template=send.template,
            attempt=send.attempt,
            revision=send.revision,
            outcome="unknown",
            message_id=message_id,
            language=send.language,
            detail=_cause(error),
        )


async def _draft(state: CaseState, draft: acts.Draft, now: datetime) -> ev.AppealDrafted:
    event: ev.AppealDrafted = await workflow.execute_local_activity(
        activity_names.DRAFT_APPEAL,
        jobs.DraftJob(state=state, draft=draft, at=now),
        result_type=ev.AppealDrafted,
        start_to_close_timeout=names.DRAFT_TIMEOUT,
        summary=f"{draft.step}: revision {draft.revision} is written",
        retry_policy=PATIENT,
    )
    return event


async def _hand_in(
    state: CaseState, submit: acts.Submit, now: datetime, planned: datetime | None
) -> ev.AppealTried:
    appeal, clock = state.appeal, state.clock("response")
    assert appeal is not None, "only a drafted appeal is handed in"
    assert clock is not None, "an opened claim has a response clock"
    job = jobs.HandInJob(
        workflow_id=state.workflow_id,
        order_id=state.file.claim.order_id,
        marketplace=state.file.claim.marketplace,
        submit=submit,
        dossier=appeal_dossier(state, appeal),
        archives=state.fact_archives,
        due=clock.due,
        at=now,
        message_id=names.message_id(
            state.workflow_id, submit.step, submit.revision, state.message_domain
        ),
        planned=planned,
    )
    try:
        return await (_packet(job) if submit.channel == "operator" else _transmit(job))
    except ActivityError as error:
        return ev.AppealTried(
            at=now,
            step=submit.step,
            attempt=submit.attempt,
            revision=submit.revision,
            channel=submit.channel,
            outcome="unknown",
            message_id=job.message_id if submit.channel == "email" else None,
            detail=_cause(error),
        )


async def _packet(job: jobs.HandInJob) -> ev.AppealTried:
    """A folder and a notice: writing the same packet again does no harm, so it is local."""
    event: ev.AppealTried = await workflow.execute_local_activity(
        activity_names.HAND_IN_APPEAL,
        job,
        result_type=ev.AppealTried,
        start_to_close_timeout=names.HAND_IN_TIMEOUT,
        retry_policy=PATIENT,
        summary=f"{job.submit.step}: packet of revision {job.submit.revision}",
    )
    return event


async def _transmit(job: jobs.HandInJob) -> ev.AppealTried:
    """Mail or webhook: tried once for each attempt that the history shows."""
    event: ev.AppealTried = await workflow.execute_activity(
        activity_names.HAND_IN_APPEAL,
        job,
        result_type=ev.AppealTried,
        start_to_close_timeout=names.HAND_IN_TIMEOUT,
        heartbeat_timeout=names.ALIVE_TIMEOUT,
        retry_policy=ONCE,
        summary=f"{job.submit.step}: revision {job.submit.revision} by {job.submit.channel}",
    )
    return event


async def _notify(state: CaseState, notify: acts.Notify, now: datetime) -> ev.Noticed:
    tasks = tuple(task for task in state.tasks if task.id in notify.tasks)
    letters = any(task.kind in LETTERS and task.packet is None for task in tasks)
    job = jobs.NoticeJob(
        workflow_id=state.workflow_id,
        order_id=state.file.claim.order_id,
        tasks=tasks,
        state=state if letters else None,
        warnings=notify.warnings,
        due={clock.id: clock.due for clock in state.clocks},
        at=now,
    )
    try:
        # Local: a notice that a lost worker repeats is read twice and harms nobody.
        event: ev.Noticed = await workflow.execute_local_activity(
            activity_names.NOTIFY_OPERATORS,
            job,
            result_type=ev.Noticed,
            start_to_close_timeout=names.NOTICE_TIMEOUT,
            schedule_to_close_timeout=names.NOTICE_PATIENCE,
            summary=f"operators: {', '.join(notify.tasks) or 'deadline warning'}",
        )
        return event
    except ActivityError as error:
        return ev.Noticed(
            at=now, tasks=notify.tasks, warnings=notify.warnings, failed=(_cause(error),)
        )


async def _archive(state: CaseState, now: datetime) -> ev.Archived:
    ref = await workflow.execute_local_activity(
        activity_names.ARCHIVE_CLAIM,
        jobs.ArchiveJob(state=state, at=now),
        result_type=str,
        start_to_close_timeout=names.ARCHIVE_TIMEOUT,
        summary="the archive document",
        retry_policy=PATIENT,
    )
    return ev.Archived(at=now, ref=ref, facts_known=state.facts_recorded)


def _cause(error: ActivityError) -> str:
    cause = error.cause or error
    return f"{type(cause).__name__}: {cause}"[:500]
