"""The appeal: drafted from facts, and handed in through its channel with a known fate."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from temporalio import activity

from activities import jobs, names
from activities.alive import alive
from activities.counting import count_findings
from activities.messages import Senders
from atoz.appeal.draft import draft
from atoz.appeal.packet import write_packet
from atoz.appeal.words import AppealWords
from atoz.claims.base import instant_text
from atoz.mail.outgoing import Delivery, Mailer, build_message, delivery
from atoz.notices import Notice, Notifier
from atoz.playbook.events import AppealDrafted, AppealTried

Post = Callable[[bytes, str, datetime], Awaitable[Delivery]]
"""Posts a signed JSON body under an idempotency key, at an instant (UTC)."""


PASTE = (
    "Paste appeal.txt into Seller Central, attach the files, then give the receipt: "
    "only the receipt stops the clock."
)


class Appeals:
    """Drafts appeals and hands them in by the operator, by e-mail or by a signed webhook."""

    def __init__(
        self,
        *,
        words: AppealWords,
        packets: Path,
        notifier: Notifier,
        mailer: Mailer,
        senders: Senders,
        email_to: str | None,
        post: Post | None,
    ) -> None:
        self._words = words
        self._packets = packets
        self._notifier = notifier
        self._mailer = mailer
        self._senders = senders
        self._email_to = email_to
        self._post = post

    @activity.defn(name=names.DRAFT_APPEAL)
    async def draft_appeal(self, job: jobs.DraftJob) -> AppealDrafted:
        """Compose and check one revision: a pure calculation, and its findings are counted."""
        drafted = draft(job.state, job.draft, job.at, self._words)
        count_findings(drafted.findings, "appeal")
        return drafted

    @activity.defn(name=names.HAND_IN_APPEAL)
    async def hand_in_appeal(self, job: jobs.HandInJob) -> AppealTried:
        """One attempt through the claim's channel."""
        if job.submit.channel == "operator":
            return await self._to_operator(job)
        by = self._by_email if job.submit.channel == "email" else self._by_post
        async with alive():
            result = await by(job)
        receipt = job.message_id if result.sent else None
        return _tried(job, result.outcome, receipt=receipt, detail=result.detail)

    async def _to_operator(self, job: jobs.HandInJob) -> AppealTried:
        """A packet to paste and a notice; writing the same packet again changes nothing."""
        packet = write_packet(self._packets, job)
        lines = [
            f"Packet: {packet}",
            f"Answer due: {instant_text(job.due)}",
            f"Digest of the text: {job.digest}",
            PASTE,
        ]
        if job.facts_only:
            lines.insert(0, "NOBODY APPROVED IN TIME: this is the text with the facts alone.")
        notice = Notice(
            subject=f"{job.order_id}: hand in the appeal",
            lines=tuple(lines),
            order_id=job.order_id,
            due=job.due,
            at=job.at,
        )
        failed = await self._notifier.tell(notice)
        return _tried(job, "handed_over", packet=str(packet), told=not failed)

    async def _by_email(self, job: jobs.HandInJob) -> Delivery:
        if self._email_to is None:
            return delivery("refused", "set ATOZ_APPEAL_EMAIL, or hand in by the operator")
        message = build_message(
            sender=self._senders.sender_for(job.marketplace),
            to=self._email_to,
            subject=f"Appeal: order {job.order_id}",
            text=job.text,
            message_id=job.message_id,
            date=job.at,
        )
        return await self._mailer.send(message, self._email_to)

    async def _by_post(self, job: jobs.HandInJob) -> Delivery:
        if self._post is None:
            return delivery("refused", "set ATOZ_APPEAL_WEBHOOK_URL, or hand in by the operator")
        document: dict[str, object] = {
            "order_id": job.order_id,
            "marketplace": job.marketplace,
            "text": job.text,
            "digest": job.digest,
            "revision": job.submit.revision,
            "attachments": [fact.data for fact in job.attachments],
        }
        return await self._post(json.dumps(document).encode(), job.message_id, job.at)


def _tried(job: jobs.HandInJob, outcome: str, **more: object) -> AppealTried:
    return AppealTried.model_validate(
        {
            "at": job.at,
            "step": job.submit.step,
            "attempt": job.submit.attempt,
            "revision": job.submit.revision,
            "channel": job.submit.channel,
            "outcome": outcome,
            **more,
        }
    )
