"""The mailbox as a process needs it: its activities, its schedule, a look now, and news as they come.

Two things start a pass: a schedule, which never overlaps itself, and this process's own connection,
on which the mail server tells of new mail, so that nobody waits for the schedule.
"""

import asyncio
import contextlib
import functools
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
    WorkflowExecutionStatus,
    WorkflowFailureError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ActivityError, FailureError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.jobs import MailboxPass
from activities.mailbox import MailboxPasses, MailboxRules
from activities.mailroom import Mailroom
from activities.settling import Settling
from atoz.errors import AtozError, BadInput
from atoz.library import Library
from atoz.mail.imap import REISSUE, ImapMailbox
from atoz.mail.imap_account import MailboxError
from atoz.mail.plain import one_line
from atoz.mail.read import open_mail
from atoz.service.base import Service
from atoz.service.calls import SERVER_PATIENCE, server_errors
from atoz.service.office import TemporalOffice
from atoz.service.problems import PROBLEMS
from atoz.service.waking import wake
from workflows import names
from workflows.mailbox import MailboxInput, MailboxWorkflow

BY_HAND = f"{names.MAILBOX_ID}-by-hand"
"""The pass that somebody asks for: one at a time."""

SYNC_PATIENCE = timedelta(minutes=10)
"""How long a person waits for a pass by hand."""

CATCH_UP = timedelta(minutes=1)
"""Passes that were missed while the server was down are one pass, not many."""

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)

_LOG = logging.getLogger("atoz.mailbox")


def build_mailbox(service: Service) -> ImapMailbox | None:
    """The mailbox of the settings, or None where none is configured."""
    account = service.settings.imap_account()
    return ImapMailbox(account) if account else None


def mailbox_activities(service: Service, library: Library) -> list[Callable[..., Any]]:
    """The activities of the mailbox pass; without a mailbox they say so. Raises BadInput."""
    settings, mailbox = service.settings, build_mailbox(service)
    office, rules = TemporalOffice(service, library.policies), None
    if mailbox is not None:
        name = f"{settings.imap_username}@{settings.imap_host}/{settings.imap_folder}"
        sent = settings.sent_folder
        settling = Settling(office, service.store, sent) if sent else None
        rules = MailboxRules(mailbox, name, settings.imap_largest, settling)
    mails = functools.partial(open_mail, rules=library.notices, authserv_id=settings.authserv_id)
    mailroom = Mailroom(office, service.store)
    passes = MailboxPasses(rules, mails, mailroom, service.now)
    return [passes.read_mailbox, passes.tell_mailbox_failed]


async def look_now(service: Service, *, by: str | None = None) -> dict[str, Any]:
    """Start a pass by hand: `{workflow_id, run_id, already_running}`; one that runs already is enough.

    It waits for a worker where none is there. Raises BadInput without a mailbox, NoServer.
    """
    if service.settings.imap_account() is None:
        raise BadInput(PROBLEMS("no_mailbox"))
    try:
        with server_errors():
            handle = await service.client.start_workflow(
                MailboxWorkflow.run,
                MailboxInput(by_hand=True, by=by),
                id=BY_HAND,
                task_queue=service.settings.task_queue,
                # USE_EXISTING would hide whether one runs already.
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                execution_timeout=SYNC_PATIENCE,
                static_summary="The mailbox, by hand",
                rpc_timeout=SERVER_PATIENCE,
            )
    except WorkflowAlreadyStartedError as found:
        return {"workflow_id": BY_HAND, "run_id": found.run_id, "already_running": True}
    run_id = handle.first_execution_run_id
    return {"workflow_id": BY_HAND, "run_id": run_id, "already_running": False}


async def sync(service: Service, *, by: str | None = None) -> dict[str, Any]:
    """One pass now: the counts of what it did. Raises AtozError with the reason where it fails,
    NoWorker where none is there, BadInput without a mailbox.
    """
    run_id = (await look_now(service, by=by))["run_id"]
    await service.calls.query(BY_HAND, "progress", closed=True)
    try:
        done = await _outcome(service, run_id)
    except WorkflowFailureError as error:
        raise AtozError(one_line(_reason(error), 500)) from error
    return {"workflow_id": BY_HAND, **done.model_dump(mode="json")}


async def progress(service: Service) -> dict[str, Any]:
    """How the newest pass by hand stands: `{workflow_id, run_id, state, mails, why}`.

    `state` is `never`, `running`, `done` or `failed`, and `why` says why it failed; `mails` counts what
    was done with the mails, as `sync` does. Raises NoWorker where a pass runs and nobody does it.
    """
    found = await service.calls.describe(BY_HAND)
    shown: dict[str, Any] = {"workflow_id": BY_HAND, "run_id": found.run_id if found else None}
    if found is None:
        return {**shown, "state": "never", "mails": None, "why": None}
    if found.status is WorkflowExecutionStatus.RUNNING:
        counts = await service.calls.query(BY_HAND, "progress", closed=True)
        return {**shown, "state": "running", "mails": dict(counts), "why": None}
    try:
        done = await _outcome(service, found.run_id)
    except WorkflowFailureError as error:
        why = one_line(_reason(error), 500)
        return {**shown, "state": "failed", "mails": None, "why": why}
    return {**shown, "state": "done", "mails": done.model_dump(mode="json"), "why": None}


async def _outcome(service: Service, run_id: str | None) -> MailboxPass:
    handle = service.client.get_workflow_handle_for(MailboxWorkflow.run, BY_HAND, run_id=run_id)
    with server_errors():
        return await handle.result()


def _reason(error: WorkflowFailureError) -> str:
    cause: BaseException | None = error.cause
    while isinstance(cause, ActivityError) and cause.cause is not None:
        cause = cause.cause
    return cause.message if isinstance(cause, FailureError) else str(cause)


# The schedule --------------------------------------------------------------------------------------


async def keep_schedule(service: Service) -> None:
    """Make the schedule as the settings say; remove it where no mailbox is configured any more.

    Raises NoServer.
    """
    handle = service.client.get_schedule_handle(names.MAILBOX_SCHEDULE)
    if service.settings.imap_account() is None:
        with server_errors(), _absent():
            await handle.delete(rpc_timeout=SERVER_PATIENCE)
        return
    wanted = _schedule(service)
    with server_errors():
        try:
            await service.client.create_schedule(
                names.MAILBOX_SCHEDULE, wanted, rpc_timeout=SERVER_PATIENCE
            )
        except ScheduleAlreadyRunningError:
            await handle.update(functools.partial(_as_wanted, wanted), rpc_timeout=SERVER_PATIENCE)


def _schedule(service: Service) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            names.MAILBOX_WORKFLOW,
            MailboxInput(),
            id=names.MAILBOX_ID,
            task_queue=service.settings.task_queue,
            static_summary="The mailbox",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=service.settings.imap_every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )


def _as_wanted(wanted: Schedule, found: ScheduleUpdateInput) -> ScheduleUpdate:
    """What the settings say; whether somebody paused it stays as it is."""
    wanted.state = found.description.schedule.state
    return ScheduleUpdate(wanted)


@contextlib.contextmanager
def _absent() -> Iterator[None]:
    try:
        yield
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


# News ----------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def watched(service: Service, reissue: timedelta = REISSUE) -> AsyncIterator[None]:
    """While the block runs, new mail starts a pass at once. Without a mailbox nothing is done."""
    await keep_schedule(service)
    mailbox = build_mailbox(service)
    if mailbox is None:
        yield
        return
    watching = asyncio.create_task(_watch(service.client, mailbox, reissue))
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def _watch(client: Client, mailbox: ImapMailbox, reissue: timedelta) -> None:
    pause = FIRST_PAUSE
    while True:
        try:
            async with mailbox.session() as session:
                # Also for what came while nobody listened.
                await wake(client)
                while True:
                    if await session.news(reissue):
                        await wake(client)
                    pause = FIRST_PAUSE
        except MailboxError as fault:
            # The pass itself meets the same and tells people: here a line is enough.
            _LOG.warning("%s; listening again in %g s", fault, pause.total_seconds())
        await asyncio.sleep(pause.total_seconds())
        pause = min(2 * pause, LONGEST_PAUSE)
