"""Messages to the buyer: rendered, built, and sent at most once per recorded attempt."""

from collections.abc import Mapping
from typing import Protocol

from temporalio import activity

from activities import jobs, names
from activities.alive import alive
from activities.counting import count_findings
from atoz.claims.status import Status
from atoz.errors import AtozError, BadInput
from atoz.mail.lint import Message, lint
from atoz.mail.outgoing import Mailer, build_message, is_message_id
from atoz.mail.render import Rendered, Template
from atoz.playbook.acts import Send
from atoz.playbook.events import MessageTried, SendOutcome
from atoz.words.bans import Bans


class Renderer(Protocol):
    """Finds and fills a template."""

    def find(self, name: str, language: str) -> tuple[str, Template]:
        """The template of this name in this language, with the language that was found."""
        ...

    def render(self, name: str, language: str, values: Mapping[str, object]) -> Rendered:
        """The subject and text of a template in a language."""
        ...


class Senders(Protocol):
    """Which address a marketplace's buyers are written from, and who signs."""

    @property
    def seller_name(self) -> str:
        """The name under messages."""
        ...

    def sender_for(self, marketplace: str) -> str:
        """The approved sender address for the marketplace."""
        ...


class Messages:
    """Sends messages to buyers."""

    def __init__(
        self, mailer: Mailer, templates: Renderer, senders: Senders, bans: Bans | None = None
    ) -> None:
        self._mailer = mailer
        self._templates = templates
        self._senders = senders
        self._bans = bans or Bans()

    @activity.defn(name=names.SEND_MESSAGE)
    async def send_message(self, job: jobs.SendJob) -> MessageTried:
        """One attempt. What cannot be rendered, or breaks a rule, is `blocked`: it never left us."""
        try:
            rendered = self._render(job)
            refuse_blocked(rendered, job.send, self._bans)
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
        async with alive():
            result = await self._mailer.send(message, job.send.to)
        tried = _tried(job, result.outcome, rendered, result.detail)
        return tried.model_copy(update={"reached_nobody": result.reached_nobody})

    def _render(self, job: jobs.SendJob) -> Rendered:
        _, template = self._templates.find(job.send.template, job.send.language)
        if not template.may_be_sent(Status(job.status)):
            raise BadInput(f"{job.send.template} may not be sent while the claim is {job.status}")
        values: dict[str, object] = {**job.send.values, "seller_name": self._senders.seller_name}
        return self._templates.render(job.send.template, job.send.language, values)


def refuse_blocked(rendered: Rendered, send: Send, bans: Bans) -> None:
    """Raise BadInput where a rendered message breaks a rule that stops it."""
    message = Message(
        text=rendered.text,
        subject=rendered.subject,
        language=rendered.language,
        order_id=str(send.values.get("order_id") or "") or None,
        template=send.template,
    )
    found = lint(message, bans)
    count_findings(found, "message")
    blocks = [finding for finding in found if finding.severity == "block"]
    if blocks:
        said = "; ".join(f"{finding.rule}: {finding.message}" for finding in blocks[:5])
        raise BadInput(f"{send.template} breaks a rule on messages to buyers: {said}")


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
