"""Cases that come in as mail: put into a real mailbox at their instants, read by the real pass.

A case has mails when a folder `mail/<name of the case>` stands beside the folder of the case files
and holds its notice. Each event whose Message-ID one of these mails carries comes as that mail; what
a person does comes from the case file. The notice says little, so the claim starts incomplete: the
order book knows the order, and the persona adds what the marketplace shows only on its own pages.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from email import message_from_bytes
from functools import partial
from pathlib import Path
from typing import Any, Literal

from activities.mailbox import MailboxPasses, MailboxRules
from activities.mailroom import Held, Mailroom, Note, Standing
from atoz.claims.case import CaseFile
from atoz.claims.claim import ClaimFile
from atoz.errors import AtozError, BadInput
from atoz.evidence.store import EvidenceStore
from atoz.harness.imap_server import Postbox
from atoz.harness.rehearse import Rehearsal
from atoz.harness.server import VirtualTime
from atoz.library import Library
from atoz.mail.read import open_mail
from atoz.mail.routing import Answered
from atoz.playbook import events as ev

AUTHSERV_ID = "mx.lamp-shop.example"
"""The mail server of the samples' seller, whose word on a mail's sender is believed."""

LARGEST = 25_000_000
MOST = 10

Mails = Mapping[str, bytes]
"""The mails of a case by Message-ID, the notice first."""


def mails_of(case: Path) -> Mails:
    """The mails that stand beside a case file; none where it has none. Raises BadInput."""
    folder = case.parent.parent / "mail" / case.stem
    try:
        raws = [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
    except OSError as fault:
        raise BadInput(f"{folder}: {fault.strerror}") from fault
    return {str(message_from_bytes(raw)["Message-ID"]).strip(): raw for raw in raws}


def remember_order(orders: Path, case: CaseFile) -> None:
    """Write what the seller's own systems know of a case's order into the order book."""
    document = case.claim_file.model_dump(mode="json", by_alias=True)
    known = ("order_date", "ship_by", "max_estimated_delivery")
    claim = {key: document["claim"][key] for key in known}
    order = {"claim": claim, **{key: document[key] for key in ("buyer", "shipment", "return")}}
    orders.mkdir(parents=True, exist_ok=True)
    (orders / f"{case.claim.order_id}.json").write_text(json.dumps(order), "utf-8")


class Postman:
    """Brings mails, one at a time: puts each into the mailbox and lets the real pass read it."""

    def __init__(self, postbox: Postbox, library: Library, store: EvidenceStore) -> None:
        self.postbox = postbox
        self.brought = 0
        self._office = _Office()
        self._now: datetime | None = None
        self._turn = asyncio.Lock()
        rules = MailboxRules(postbox.mailbox(), "demo", LARGEST)
        mails = partial(open_mail, rules=library.notices, authserv_id=AUTHSERV_ID)
        self._passes = MailboxPasses(rules, mails, Mailroom(self._office, store), self._instant)

    def _instant(self) -> datetime:
        assert self._now is not None, "a pass has an instant"
        return self._now

    async def bring(self, raw: bytes, at: datetime, to: "ByMail") -> None:
        """One mail arrives at an instant of the case. Raises AtozError where it is not taken."""
        async with self._turn:
            self._now, self._office.claim = at, to
            await self.postbox.receive(raw, at)
            done = await self._passes.work_off(MOST)
        self.brought += 1
        if self._office.notes or done.claims_started + done.delivered + done.duplicates != 1:
            said = "; ".join(f"{note.title}: {note.text}" for note in self._office.notes)
            raise AtozError(f"a mail of the case was not taken as one of its own: {said or done}")


class ByMail:
    """The way of a case that has mails."""

    def __init__(self, postman: Postman, mails: Mails) -> None:
        self._postman = postman
        self._mails = mails
        self._begin: tuple[VirtualTime, Mapping[str, Any]] | None = None
        self.play: Rehearsal | None = None

    async def begin(self, server: VirtualTime, case: CaseFile, **start: Any) -> Rehearsal:
        """The notice arrives; the persona completes the claim at once."""
        self._begin = (server, start)
        notice = next(iter(self._mails.values()))
        await self._postman.bring(notice, case.claim.notified_at, self)
        if self.play is None:
            raise AtozError(f"the notice of order {case.claim.order_id} started no claim")
        _, now, _ = await self.play.settled()
        claim = case.claim.model_dump(mode="json", include={"reason", "buyer_comment"})
        await self.play.send(
            ev.Amended(at=now, by="persona", key="complete-claim", values={"claim": claim})
        )
        return self.play

    async def bring(self, play: Rehearsal, event: ev.Event) -> None:
        """The event's mail arrives; what has none, a person does."""
        raw = self._mails.get(getattr(event, "message_id", ""))
        if raw is None:
            await play.send(event)
        else:
            await self._postman.bring(raw, event.at, self)

    async def start(self, file: ClaimFile) -> None:
        """The pass found the notice."""
        assert self._begin is not None, "a mail comes to a case that has begun"
        server, start = self._begin
        self.play = await Rehearsal.begin(server, file, **start)


class _Office:
    """Claims as the pass sees them here: the one whose mail it reads."""

    def __init__(self) -> None:
        self.claim: ByMail | None = None
        self.notes: list[Note] = []

    async def start(self, file: ClaimFile) -> Literal["started", "same", "running", "over"]:
        assert self.claim is not None, "a pass reads the mail of a case"
        if self.claim.play is not None:
            return "running"
        await self.claim.start(file)
        return "started"

    async def standing(self, order_id: str) -> Standing:
        return "running" if self._play(order_id) else "unknown"

    async def tell(self, order_id: str, event: ev.Event) -> bool:
        play = self._play(order_id)
        if play is not None:
            await play.send(event)
        return play is not None

    def _play(self, order_id: str) -> Rehearsal | None:
        play = self.claim.play if self.claim else None
        return play if play and play.handle.id.endswith(order_id) else None

    async def answered(self, answer: Answered) -> bool:
        raise AssertionError(f"no case has a copy of a reply: {answer.message_id}")

    async def put(self, note: Note) -> None:
        self.notes.append(note)

    async def held(self) -> Sequence[Held]:
        return ()

    async def attached(self, key: str) -> None:
        raise AssertionError(f"nothing is held here: {key}")
