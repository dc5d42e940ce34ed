"""Carrying out where a mail goes: to its claim, to the desk, or nowhere; with its files, each once.

What is delivered is decided by `atoz.mail.routing`; here it meets claims that run, are over or are
not known yet. A mail for a claim that is not known is held at the desk, and delivered when it starts.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from activities.claims import notice_path
from activities.mailroom import Held, Mailroom, Note, NoteSort, OpenMails, Standing
from atoz.claims.base import Instant, instant_text
from atoz.claims.claim import ClaimFile, claim_id_of
from atoz.errors import AtozError
from atoz.evidence.intake import Given, take_in
from atoz.mail.plain import one_line
from atoz.mail.read import OpenMail
from atoz.mail.reading import MailFile, Reading
from atoz.mail.routing import (
    Answered,
    ForPerson,
    Leave,
    Route,
    Start,
    Tell,
    message_key,
    order_of,
    route,
    title_of,
)
from atoz.mail.sentences import DESK
from atoz.playbook import events as ev
from atoz.playbook.inputs import KEPT_TEXT
from atoz.vault.vault import Erased

MOST_QUARANTINED = 20
"""Items of one pass: a flood of forgeries must not bury what a person has to see."""

_SORTS: Mapping[str, NoteSort] = {"held": "unknown-order", "quarantined": "quarantined"}

_LOG = logging.getLogger("atoz.mailbox")


class Delivering:
    """Delivers the mails of one pass, and counts what became of them."""

    def __init__(self, mails: OpenMails, mailroom: Mailroom) -> None:
        self._mails = mails
        self._office, self._store = mailroom
        self.counts: Counter[str] = Counter()

    async def take(self, raw: bytes, received_at: Instant, size: int | None = None) -> Route:
        """Deliver one mail and give where it went. `size` is set where only its headers were loaded.

        Raises what may pass: the mail is then taken again later.
        """
        mail = await asyncio.to_thread(self._mails, raw)
        where = route(mail.reading, received_at)
        self.counts["read"] += 1
        if isinstance(where, Leave):
            self.counts["left"] += 1
            return where
        if size is not None and isinstance(where, Tell):
            # Half a mail has no files: what looks like one is a cut-off rest.
            where = where._replace(files=())
        ref = await self._store.of_order(order_of(mail.reading)).put(raw, "message/rfc822")
        del raw  # it lies in the store; its photos are decoded next, and memory is bounded
        try:
            await self._deliver(mail, where, ref, received_at)
            if mail.unread and isinstance(where, Start | Tell):
                left_out = f"Not all of it was read: {mail.unread}. Read it in the mailbox."
                await self._note(mail.reading, "unread", left_out, ref)
            if size is not None:
                await self._note(mail.reading, "size", _too_large(size), ref)
        except AtozError as fault:
            if not fault.permanent:
                raise
            why = one_line(fault, 300)
            order = order_of(mail.reading)
            whose = {"workflow_id": claim_id_of(order)} if order else {}
            # The desk quotes the mail and its id; a log must not.
            kind = type(fault).__name__
            _LOG.warning("a mail could not be delivered (%s): see the desk", kind, extra=whose)
            await self._note(mail.reading, "fault", DESK("by_hand", why=why), ref)
        return where

    async def _deliver(self, mail: OpenMail, where: Route, ref: str, at: Instant) -> None:
        match where:
            case Start():
                await self._start(mail.reading, where.file, ref, at)
            case Tell():
                told = await self.hand_over(mail, where, ref)
                if not told and await self._started(where.start, at):
                    told = await self.hand_over(mail, where, ref)
                if not told:
                    await self._without_claim(mail.reading, where, ref)
            case Answered():
                self.counts["delivered"] += await self._office.answered(where)
            case ForPerson():
                await self._to_desk(mail.reading, where, ref)

    # To claims ---------------------------------------------------------------------------------

    async def _start(self, reading: Reading, file: ClaimFile, ref: str, at: Instant) -> None:
        order_id = file.claim.order_id
        found = await self._office.start(file)
        if found == "over":
            said = f"A claim notice about order {order_id}, whose claim is over"
            note = ForPerson(said, DESK("reopened"))
            await self._to_desk(reading, note, ref)
            return
        self.counts["claims_started"] += found == "started"
        if not await self._opened_by(order_id, message_key(reading), found):
            self.counts["duplicates"] += 1
            again = ev.DuplicateNoticed(at=at, message_id=message_key(reading))
            await self._office.tell(order_id, again)
        # Also where it ran: the pass that started it may have ended before it came to this.
        await self.attach_held(at, order_id)

    async def _started(self, file: ClaimFile | None, at: Instant) -> bool:
        """Start the claim of which a mail tells whose notice never came; False where it cannot be."""
        if file is None or await self._office.standing(file.claim.order_id) != "unknown":
            return False
        self.counts["claims_started"] += await self._office.start(file) == "started"
        await self.attach_held(at, file.claim.order_id)
        return True

    async def _opened_by(self, order_id: str, key: str, found: str) -> bool:
        """Whether this very notice opened the claim, now or before a pass broke off."""
        path = notice_path(order_id)
        known = await self._store.get_document(path)
        if known is None and found in {"started", "same"}:
            await self._store.of_order(order_id).put_document(path, key.encode())
            return True
        return known is not None and known.decode() == key

    async def hand_over(self, mail: OpenMail, where: Tell, ref: str) -> bool:
        """Take the files in and tell the claim; False where none runs. `ref` is the mail in the store."""
        if await self._office.standing(where.order_id) != "running":
            return False
        event = where.event
        if isinstance(event, ev.BuyerReplied):
            event = await self._with_files(mail, event, where, ref)
        told = await self._office.tell(where.order_id, event)
        self.counts["delivered"] += told
        return told

    async def _with_files(
        self, mail: OpenMail, event: ev.BuyerReplied, where: Tell, ref: str
    ) -> ev.BuyerReplied:
        """The reply with its files, and with its whole text in the store where it is long."""
        store = self._store.of_order(where.order_id)
        intake = await take_in(store, _handed_over(mail, where.files))
        refused = [f"{file.name}: {file.reason}" for file in where.files if not file.accepted]
        refused += [f"{refusal.name}: {refusal.reason}" for refusal in intake.refused]
        if refused:
            why = f"Not kept of its files: {one_line('; '.join(refused), 600)}"
            await self._note(mail.reading, "files", why, ref)
        found: dict[str, object] = {"attachments": intake.kept}
        if len(mail.reading.text) > KEPT_TEXT:
            whole = mail.reading.text.encode("utf-8", "replace")
            found["text_ref"] = await store.put(whole, "text/plain")
        return event.model_copy(update=found)

    async def attach_held(self, at: Instant, order_id: str | None = None) -> None:
        """Deliver what waits at the desk for this order's claim, or for any that runs by now."""
        standing: dict[str, Standing] = {}
        for held in await self._office.held():
            if order_id not in {None, held.order_id}:
                continue
            if held.order_id not in standing:
                standing[held.order_id] = await self._office.standing(held.order_id)
            if standing[held.order_id] == "running":
                await self._attach(held, at)

    async def _attach(self, held: Held, at: Instant) -> None:
        """The held mail is read anew, by today's rules; where it still finds no claim it stays."""
        try:
            raw = await self._store.of_order(held.order_id).get(held.ref)
        except Erased:
            await self._office.attached(held.key)
            return
        mail = await asyncio.to_thread(self._mails, raw)
        where = route(mail.reading, at)
        if isinstance(where, Tell) and await self.hand_over(mail, where, held.ref):
            await self._office.attached(held.key)
            self.counts["attached"] += 1

    # To the desk ---------------------------------------------------------------------------------

    async def _without_claim(self, reading: Reading, where: Tell, ref: str) -> None:
        """A claim that is over gets nothing more; for one that is not known yet the mail is held."""
        unknown = await self._office.standing(where.order_id) == "unknown"
        title = title_of(reading, "no_claim" if unknown else "over")
        note = ForPerson(title, _excerpt(reading, goes=unknown))
        await self._to_desk(reading, note, ref, held=unknown)

    async def _to_desk(
        self, reading: Reading, what: ForPerson, ref: str, *, held: bool = False
    ) -> None:
        kind = "held" if held else "for_persons" if what.trusted else "quarantined"
        self.counts[kind] += 1
        if not what.trusted and self.counts[kind] > MOST_QUARANTINED:
            return
        sort: NoteSort = _SORTS.get(kind, "other")
        note = Note(
            # A forgery must not take the place of the mail whose Message-ID it copies.
            key=message_key(reading) if what.trusted else f"quarantine:{ref}",
            title=one_line(what.title, 200),
            text=what.text,
            order_id=order_of(reading) or "",
            refs=(ref,),
            held=held,
            sort=sort,
        )
        await self._office.put(note)

    async def _note(self, reading: Reading, about: str, text: str, ref: str) -> None:
        """A note beside the mail itself, once for each thing that it is about."""
        if not reading.trusted:
            return
        self.counts["for_persons"] += 1
        note = Note(
            key=f"{message_key(reading)}#{about}",
            title=title_of(reading),
            text=text,
            order_id=order_of(reading) or "",
            refs=(ref,),
        )
        await self._office.put(note)

    async def finish(self, at: datetime) -> None:
        """Say in one note how many forgeries were too many to list."""
        more = self.counts["quarantined"] - MOST_QUARANTINED
        if more > 0:
            title = DESK("flood", count=more)
            text = DESK("flood_means")
            key = f"quarantine-flood:{instant_text(at)[:13]}"
            await self._office.put(Note(key=key, title=title, text=text, sort="quarantined"))

    async def tell_unsettled(self, why: str, at: Instant) -> None:
        """One note a day that sends of unknown fate cannot be looked up."""
        title = DESK("sent_unread")
        key = f"sent-failed:{instant_text(at)[:10]}"
        await self._office.put(Note(key=key, title=title, text=one_line(why, 300)))

    async def tell_failure(self, why: str, at: Instant) -> None:
        """One note a day that the mailbox cannot be read."""
        title = DESK("mailbox_unread")
        key = f"mailbox-failed:{instant_text(at)[:10]}"
        await self._office.put(Note(key=key, title=title, text=one_line(why, 300)))


def _handed_over(mail: OpenMail, files: Sequence[MailFile]) -> Iterator[Given]:
    """The accepted files, each decoded when it is asked for and let go of then."""
    for file in files:
        if file.accepted:
            content = mail.content(file)
            mail.forget(file)
            yield Given(file.name, content)


def _too_large(size: int) -> str:
    return DESK("size", size=f"{size:,}")


def _excerpt(reading: Reading, *, goes: bool) -> str:
    """What the mail says, and that it goes to its claim by itself where one may start."""
    if not reading.text:
        return DESK("goes") if goes else ""
    return DESK("goes_says" if goes else "says", words=one_line(reading.text, 300))
