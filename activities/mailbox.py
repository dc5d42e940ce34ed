"""One pass over the mailbox: each mail fetched, read, kept, delivered, and only then marked as done.

A crash anywhere repeats harmlessly: a claim is started once, it ignores a Message-ID that it knows,
the desk keeps an item once, and the store keeps a file once.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from temporalio import activity

from activities import jobs, names
from activities.alive import alive
from activities.counting import add, observe, of_activity, read
from activities.delivering import Delivering
from activities.mailroom import Mailroom, OpenMails
from activities.settling import Settling
from atoz.errors import AtozError
from atoz.mail.imap import Arrived, Mailbox, MailSession, Seen
from atoz.mail.imap_account import MailboxRefused
from atoz.mail.routing import Leave
from atoz.meters import MAIL_LAG, MAILBOX_FAILURES, MAILBOX_READ, MAILS

LONGEST_HEAD = 200_000
"""Bytes of headers that are looked at where the whole mail is too large to be loaded."""


def now() -> datetime:
    """The clock of a process: aware, in UTC."""
    return datetime.now(UTC)


_LOG = logging.getLogger("atoz.mailbox")


class MailboxRules(NamedTuple):
    """Which mailbox, under which name its progress is remembered, and the largest mail in bytes.

    `settling` looks sends of unknown fate up in a folder of sent mail; None: a person finds out.
    """

    mailbox: Mailbox
    name: str
    largest: int
    settling: Settling | None = None


class MailboxPasses:
    """Works off a mailbox. The port to claims and desk, the store and the clock come from outside."""

    def __init__(
        self,
        rules: MailboxRules | None,
        mails: OpenMails,
        mailroom: Mailroom,
        now: Callable[[], datetime],
    ) -> None:
        self._rules = rules
        self._mails = mails
        self._mailroom = mailroom
        self._now = now

    @activity.defn(name=names.READ_MAILBOX)
    async def read_mailbox(self, job: jobs.MailboxJob) -> jobs.MailboxPass:
        """One pass. Raises MailboxRefused where nothing is configured, MailboxError, NoServer."""
        async with alive():
            done = await self.work_off(job.most)
        self._count(done)
        return done

    async def work_off(self, most: int) -> jobs.MailboxPass:
        """Deliver what is held for claims that run by now, then up to `most` new mails."""
        rules = self._rules
        if rules is None:
            raise NoMailbox
        delivering = Delivering(self._mails, self._mailroom)
        await delivering.attach_held(self._now())
        path = f"mailbox/{hashlib.sha256(rules.name.encode()).hexdigest()[:32]}.json"
        seen = await self._remembered(path)
        async with rules.mailbox.session() as session:
            listing = await session.listing(seen, self._now(), most)
            last = seen.uid if seen and seen.uidvalidity == listing.uidvalidity else 0
            try:
                for mail in listing.arrived:
                    await self._one(session, mail, delivering)
                    last = mail.uid
            finally:
                if listing.arrived:
                    await self._remember(path, Seen(uidvalidity=listing.uidvalidity, uid=last))
            if rules.settling is not None and not listing.more:
                await self._settle(session, rules.settling, delivering)
        await delivering.finish(self._now())
        return _counted(delivering.counts, more=listing.more)

    async def _one(self, session: MailSession, mail: Arrived, delivering: Delivering) -> None:
        """One mail to its end. Whatever is only for now is raised, and the mail waits."""
        largest = self._rules.largest if self._rules else 0
        too_large = mail.size > largest
        fetch = session.head if too_large else session.whole
        raw = await fetch(mail.uid, LONGEST_HEAD if too_large else largest)
        if raw is None:
            return
        received_at = mail.received_at or self._now()
        size = mail.size if too_large else None
        loaded = [raw]
        del raw  # handed over, not shared: whoever delivers it can let go of it
        taken = await delivering.take(loaded.pop(), received_at, size=size)
        observe(of_activity(), MAIL_LAG, self._now() - received_at)
        if taken == Leave(ours=False):
            await session.left(mail.uid)
        else:
            await session.done(mail.uid)

    async def _settle(
        self, session: MailSession, settling: Settling, delivering: Delivering
    ) -> None:
        """Last, so that a folder that is not there costs no claim its mail."""
        try:
            delivering.counts["settled"] = await settling.settle(session)
        except MailboxRefused as fault:
            await delivering.tell_unsettled(str(fault), self._now())

    @activity.defn(name=names.TELL_MAILBOX_FAILED)
    async def tell_mailbox_failed(self, job: jobs.MailboxFailure) -> None:
        """Put the failure on the desk, once a day: a claim may wait unseen in there."""
        _LOG.error("the mailbox could not be read: %s", job.why)
        add(of_activity(), MAILBOX_FAILURES)
        await Delivering(self._mails, self._mailroom).tell_failure(job.why, job.at)

    def _count(self, done: jobs.MailboxPass) -> None:
        meter = of_activity()
        for what, mails in done.model_dump(exclude={"read", "more"}).items():
            if mails:
                add(meter, MAILS, mails, result=what)
        if not done.more:
            read(meter, MAILBOX_READ, self._now().timestamp())

    async def _remembered(self, path: str) -> Seen | None:
        content = await self._mailroom.store.get_document(path)
        return Seen.model_validate_json(content) if content else None

    async def _remember(self, path: str, seen: Seen) -> None:
        await self._mailroom.store.put_document(path, seen.model_dump_json().encode())


class NoMailbox(AtozError):  # noqa: N818 - named for what happened
    """No mailbox is configured: set ATOZ_IMAP_HOST and what belongs to it."""


def _counted(counts: Counter[str], *, more: bool) -> jobs.MailboxPass:
    return jobs.MailboxPass(**counts, more=more)
