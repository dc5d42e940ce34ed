"""One pass over the mailbox: a short workflow that a schedule starts, and `mail sync` by hand.

It holds no mail: its history has counts and references only.
"""

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from activities import jobs
from activities import names as activity_names
from atoz.claims.base import Record, utc
from workflows import names

ROUNDS = 100
"""Activities of one pass: ten thousand mails; what is left waits for the next one."""

RETRY = RetryPolicy(
    maximum_interval=names.NOTICE_PATIENCE,
    # Trying again is vain until somebody changes a setting.
    non_retryable_error_types=["MailboxRefused", "NoMailbox"],
)


class MailboxInput(Record):
    """How long a failing mailbox is tried again: a person who waits has less patience. `by`: who asked."""

    by_hand: bool = False
    by: str | None = None


@workflow.defn(name=names.MAILBOX_WORKFLOW)
class MailboxWorkflow:
    """Work off what waits in the mailbox."""

    def __init__(self) -> None:
        self._done = jobs.MailboxPass()

    @workflow.run
    async def run(self, start: MailboxInput) -> jobs.MailboxPass:
        """Rounds of one activity until nothing waits. A failure is told once a day, and raised."""
        try:
            for _ in range(ROUNDS):
                self._done = self._done.plus(await self._round(start))
                if not self._done.more:
                    break
        except ActivityError as error:
            raise await self._failed(error) from error
        return self._done

    @workflow.query
    def progress(self) -> jobs.MailboxPass:
        """What is done so far; that it is answered shows that a worker is there."""
        return self._done

    async def _round(self, start: MailboxInput) -> jobs.MailboxPass:
        found: jobs.MailboxPass = await workflow.execute_activity(
            activity_names.READ_MAILBOX,
            jobs.MailboxJob(),
            result_type=jobs.MailboxPass,
            start_to_close_timeout=names.PASS_TIMEOUT,
            schedule_to_close_timeout=names.PASS_PATIENCE,
            heartbeat_timeout=names.ALIVE_TIMEOUT,
            retry_policy=RetryPolicy(maximum_attempts=1) if start.by_hand else RETRY,
            summary="new mail",
        )
        return found

    async def _failed(self, error: ActivityError) -> ApplicationError:
        """Tell people, as far as that works, and say why for whoever waits for the result."""
        cause = error.cause or error
        why = str(cause)[:500]
        try:
            await workflow.execute_activity(
                activity_names.TELL_MAILBOX_FAILED,
                jobs.MailboxFailure(why=why, at=utc(workflow.now())),
                start_to_close_timeout=names.NOTICE_TIMEOUT,
                schedule_to_close_timeout=names.NOTICE_PATIENCE,
            )
        except ActivityError:
            workflow.logger.exception("nobody could be told that the mailbox fails")
        return ApplicationError(why, type="MailboxFailed", non_retryable=True)
