"""Messages to the buyer: rendered, built, and sent at most once per recorded attempt."""

from typing import Protocol

from temporalio import activity

from activities import jobs, names
from activities.alive import alive
from activities.counting import count_findings
from activities.gap import Gap
from atoz.claims.base import Instant
from atoz.claims.status import Status
from atoz.errors import AtozError
from atoz.mail.imap_account import MailboxError
from atoz.mail.outgoing import Delivery, Mailer, build_message, delivery, is_message_id
from atoz.mail.render import Rendered
from atoz.mail.writing import Order, Writing, refuse_blocked
from atoz.playbook.events import MessageTried, SendOutcome


class Senders(Protocol):
    """Which address a marketplace's buyers are written from, and who signs."""

    @property
    def seller_name(self) -> str:
        """The name under messages."""
        ...

    def sender_for(self, marketplace: str) -> str:
        """The approved sender address for the marketplace."""
        ...


class Sent(Protocol):
    """The folder of sent mail."""

    async def holds(self, message_id: str, tried_at: Instant) -> bool:
        """Whether a mail of this id, tried at this instant, lies there. Raises MailboxError."""
        ...


class Messages:
    """Sends messages to buyers."""

    def __init__(
        self,
        mailer: Mailer,
        writing: Writing,
        senders: Senders,
        gap: Gap | None = None,
        sent: Sent | None = None,
    ) -> None:
        self._mailer = mailer
        self._writing = writing
        self._senders = senders
        self._gap = gap
        self._sent = sent

    @activity.defn(name=names.SEND_MESSAGE)
    async def send_message(self, job: jobs.SendJob) -> MessageTried:
        """One attempt. What cannot be rendered, or breaks a rule, is `blocked`: it never left us."""
        try:
            rendered = self._written(job)
            message = build_message(
                sender=self._senders.sender_for(job.marketplace),
                to=job.send.to,
                subject=rendered.subject,
                text=rendered.text,
                message_id=job.message_id,
                date=job.at,
                in_reply_to=_real(job.send.in_reply_to),
                references=[known for known in job.send.references if _real(known)],
            )
        except (AtozError, ValueError) as error:
            return _tried(job, "blocked", detail=str(error))
        if self._gap and self._gap.covers(job.planned):
            return _tried(job, "unknown", rendered, self._gap.why)
        async with alive():
            known = await self._looked_up(job)
            result = known or await self._mailer.send(message, job.send.to)
        tried = _tried(job, result.outcome, rendered, result.detail)
        return tried.model_copy(update={"reached_nobody": result.reached_nobody})

    async def _looked_up(self, job: jobs.SendJob) -> Delivery | None:
        """What the folder of sent mail says of an earlier try of unknown fate; None: it is to go.

        Where it cannot be asked nothing goes, and the fate is as unknown as before.
        """
        if self._sent is None or job.send.doubted_at is None:
            return None
        try:
            found = await self._sent.holds(job.message_id, job.send.doubted_at)
        except MailboxError as fault:
            return delivery("unknown", f"not sent again, the folder of sent mail is mute: {fault}")
        return (
            delivery("sent", "found in the folder of sent mail, not sent again") if found else None
        )

    def _written(self, job: jobs.SendJob) -> Rendered:
        """The message, after its findings were counted. Raises BadInput where one stops it."""
        send = job.send
        order = Order(
            job.marketplace, send.language, send.values, Status(job.status), frozenset(send.earlier)
        )
        written = self._writing.write(send.template, order, self._senders.seller_name)
        labels = {"language": written.rendered.language, "template": send.template}
        count_findings(written.findings, "message", **labels)
        refuse_blocked(send.template, written)
        return written.rendered


def _real(message_id: str | None) -> str | None:
    """An id that a mail really bears; what a person typed in by hand has one of ours, `.invalid`."""
    typed = message_id is None or not is_message_id(message_id) or message_id.endswith(".invalid>")
    return None if typed else message_id


def _tried(
    job: jobs.SendJob, outcome: SendOutcome, rendered: Rendered | None = None, detail: str = ""
) -> MessageTried:
    return MessageTried(
        at=job.at,
        step=job.send.step,
        template=job.send.template,
        attempt=job.send.attempt,
        revision=job.send.revision,
        outcome=outcome,
        message_id=job.message_id,
        language=rendered.language if rendered else job.send.language,
        subject=rendered.subject if rendered else "",
        text=rendered.text if rendered else "",
        detail=detail[:2000],
    )
