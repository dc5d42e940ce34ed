"""The appeal: drafted from facts, and handed in through its channel with a known fate."""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping

import obstore
from temporalio import activity

from activities import jobs, names
from activities.alive import alive
from activities.counting import count_findings
from activities.gap import Gap
from activities.messages import Senders
from activities.packing import Packing
from atoz.appeal.draft import draft
from atoz.appeal.packet.make import Packet
from atoz.appeal.packet.manifest import NAME as MANIFEST
from atoz.appeal.packet.manifest import entry
from atoz.appeal.words import AppealWords
from atoz.claims.base import instant_text
from atoz.mail.outgoing import Delivery, Mailer, MailFile, build_message, delivery
from atoz.notices import Notice, Notifier
from atoz.playbook.acts import Draft
from atoz.playbook.events import AppealDrafted, AppealTried

Post = Callable[[bytes, str], Awaitable[Delivery]]
"""Posts a signed JSON body under an idempotency key."""

PASTE = (
    "Paste appeal.txt into Seller Central, attach evidence.pdf and the exhibits, then give the receipt: "
    "only the receipt stops the clock."
)
FETCH = (
    "The packet: `atoz packet {order}` writes it into a folder of yours; the board has it as a zip."
)
LARGEST = 20_000_000
"""Bytes of all files that a mail or a webhook takes along; more is for a person to hand in."""


class Appeals:
    """Drafts appeals and hands them in by the operator, by e-mail or by a signed webhook."""

    def __init__(
        self,
        *,
        words: AppealWords,
        packing: Packing,
        notifier: Notifier,
        mailer: Mailer,
        senders: Senders,
        email_to: str | None,
        post: Post | None,
        gap: Gap | None = None,
    ) -> None:
        self._words = words
        self._packing = packing
        self._notifier = notifier
        self._mailer = mailer
        self._senders = senders
        self._email_to = email_to
        self._post = post
        self._gap = gap

    @activity.defn(name=names.DRAFT_APPEAL)
    async def draft_appeal(self, job: jobs.DraftJob) -> AppealDrafted:
        """Compose and check one revision: a pure calculation, and its findings are counted."""
        drafted = draft(job.state, job.draft, job.at, self._words)
        policy = job.state.policy
        language = policy.appeal_language if policy else ""
        count_findings(drafted.findings, "appeal", language=language, template=_origin(job.draft))
        return drafted

    @activity.defn(name=names.HAND_IN_APPEAL)
    async def hand_in_appeal(self, job: jobs.HandInJob) -> AppealTried:
        """One attempt through the claim's channel."""
        if job.submit.channel == "operator":
            return await self._to_operator(job)
        by_mail = job.submit.channel == "email"
        known = {"message_id": job.message_id if by_mail else None}
        if self._gap and by_mail and self._gap.covers(job.planned):
            return _tried(job, "unknown", **known, detail=self._gap.why)
        async with alive():
            result = await self._transmitted(job)
        receipt = job.message_id if result.sent else None
        return _tried(job, result.outcome, **known, receipt=receipt, detail=result.detail)

    async def _to_operator(self, job: jobs.HandInJob) -> AppealTried:
        """A packet to paste and a notice; writing the same packet again changes nothing."""
        packet = await self._packing.write(job.dossier, job.archives)
        lines = [
            FETCH.format(order=job.order_id),
            f"Answer due: {instant_text(job.due)}",
            f"Digest of text and attachments: {job.dossier.digest}",
            PASTE,
            *(f"MIND: {warning}" for warning in packet.warnings),
        ]
        if job.dossier.facts_only:
            lines.insert(0, "NOBODY APPROVED IN TIME: this is the text with the facts alone.")
        notice = Notice(
            subject=f"{job.order_id}: hand in the appeal",
            lines=tuple(lines),
            order_id=job.order_id,
            due=job.due,
            at=job.at,
        )
        failed = await self._notifier.tell(notice)
        mind = "; ".join(packet.warnings)[:2_000]
        return _tried(job, "handed_over", packet=packet.path, told=not failed, detail=mind)

    async def _transmitted(self, job: jobs.HandInJob) -> Delivery:
        """By mail or webhook: with every file, or not at all."""
        by_mail = job.submit.channel == "email"
        if (self._email_to if by_mail else self._post) is None:
            setting = "ATOZ_APPEAL_EMAIL" if by_mail else "ATOZ_APPEAL_WEBHOOK_URL"
            return delivery("refused", f"set {setting}, or hand in by the operator")
        try:
            packet = await self._packing.make(job.dossier, job.archives)
        except (OSError, obstore.exceptions.BaseError) as fault:
            return delivery(
                "refused_for_now", f"nothing was sent, the packet cannot be made: {fault}"
            )
        return _not_whole(job, packet) or await (
            self._by_email(job, packet) if by_mail else self._by_post(job, packet)
        )

    async def _by_email(self, job: jobs.HandInJob, packet: Packet) -> Delivery:
        assert self._email_to is not None, "asked before"
        message = build_message(
            sender=self._senders.sender_for(job.marketplace),
            to=self._email_to,
            subject=f"Appeal: order {job.order_id}",
            text=job.dossier.text,
            message_id=job.message_id,
            date=job.at,
            files=[
                MailFile(name, entry(name, content)["type"], content)
                for name, content in _outgoing(packet).items()
            ],
        )
        return await self._mailer.send(message, self._email_to)

    async def _by_post(self, job: jobs.HandInJob, packet: Packet) -> Delivery:
        assert self._post is not None, "asked before"
        document: dict[str, object] = {
            "order_id": job.order_id,
            "marketplace": job.marketplace,
            "text": job.dossier.text,
            "digest": job.dossier.digest,
            "revision": job.submit.revision,
            "attachments": [each.file.model_dump() for each in job.dossier.attached if each.file],
            "manifest": json.loads(packet.files[MANIFEST]),
            "files": [
                {**entry(name, content), "content": base64.b64encode(content).decode()}
                for name, content in _outgoing(packet).items()
            ],
        }
        return await self._post(json.dumps(document).encode(), job.message_id)


def _outgoing(packet: Packet) -> Mapping[str, bytes]:
    """What goes along with the text: the PDF and the exhibits."""
    return {
        name: content
        for name, content in packet.files.items()
        if name not in (MANIFEST, "appeal.txt")
    }


def _not_whole(job: jobs.HandInJob, packet: Packet) -> Delivery | None:
    """Why this packet may not go by itself: a person approved it with every file."""
    if len(_outgoing(packet)) <= len(job.dossier.attached):
        return delivery("refused_for_now", f"nothing was sent: {'; '.join(packet.warnings)}")
    size = sum(map(len, packet.files.values()))
    if size > LARGEST:
        return delivery(
            "refused", f"{size:,} bytes are too many for this channel: hand in by the operator"
        )
    return None


def _origin(draft: Draft) -> str:
    """Whose words a text is, for the count of what is found in it."""
    if draft.text is not None:
        return "edited"
    return "facts" if draft.facts_only else "composed"


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
