"""A mailbox, claims and a desk in memory, which fail when a test says so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Literal

from activities.mailbox import MailboxPasses, MailboxRules
from activities.mailroom import Held, Mailroom, Note, Standing
from activities.settling import Settling, UnknownSend
from atoz.claims.claim import ClaimFile
from atoz.evidence.store import EvidenceStore, open_store
from atoz.library import Library, load_library
from atoz.mail.imap import Arrived, Listing, Seen
from atoz.mail.imap_account import MailboxError, MailboxRefused
from atoz.mail.read import open_mail
from atoz.mail.routing import Answered
from atoz.playbook import events as ev

MAILS = Path(__file__).resolve().parents[2] / "samples" / "mail"
AUTHSERV_ID = "mx.lamp-shop.example"
NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)


def sample(name: str) -> bytes:
    """A sample mail by the beginning of its file's name."""
    (path,) = MAILS.glob(f"{name}*.eml")
    return path.read_bytes()


def with_id(raw: bytes, message_id: str, *changes: tuple[bytes, bytes]) -> bytes:
    """The same mail under another Message-ID, with texts replaced."""
    lines = [
        f"Message-ID: {message_id}".encode() if line.lower().startswith(b"message-id:") else line
        for line in raw.splitlines()
    ]
    changed = b"\r\n".join(lines) + b"\r\n"
    for old, new in changes:
        assert old in changed
        changed = changed.replace(old, new)
    return changed


@cache
def library() -> Library:
    """The rules as shipped."""
    return load_library()


class Trouble:
    """Raises at the chosen call of everything that touches the world, once."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.calls = 0

    def __call__(self) -> None:
        """Count one call; the chosen one fails."""
        self.calls += 1
        if self.calls == self.at:
            raise MailboxError("the line broke")


class FakeMailbox:
    """A folder of mails in memory. It is its own session."""

    def __init__(self, mails: Sequence[bytes] = (), trouble: Trouble | None = None) -> None:
        self.mails = dict(enumerate(mails, 1))
        self.marked: set[int] = set()
        self.ignored: set[int] = set()
        self.loaded: list[int] = []
        self.uidvalidity = 7
        self.trouble = trouble or Trouble()
        self.moves = False
        self.folders: dict[str, set[str]] = {"Sent": set()}

    def put(self, raw: bytes) -> int:
        """A mail arrives."""
        number = max(self.mails, default=0) + 1
        self.mails[number] = raw
        return number

    @asynccontextmanager
    async def session(self) -> AsyncIterator[FakeMailbox]:
        """Open it."""
        self.trouble()
        yield self

    async def listing(self, seen: Seen | None, today: datetime, most: int = 100) -> Listing:
        """What waits."""
        self.trouble()
        assert today.tzinfo is UTC
        after = seen.uid if seen and seen.uidvalidity == self.uidvalidity else 0
        waiting = tuple(
            Arrived(uid=uid, size=len(raw), received_at=NOW)
            for uid, raw in self.mails.items()
            if uid > after and uid not in self.marked
        )
        return Listing(
            uidvalidity=self.uidvalidity, arrived=waiting[:most], more=len(waiting) > most
        )

    async def head(self, uid: int, longest: int) -> bytes | None:
        """The headers."""
        self.trouble()
        return self.mails[uid].partition(b"\r\n\r\n")[0][:longest] + b"\r\n\r\n"

    async def whole(self, uid: int, longest: int) -> bytes | None:
        """A mail."""
        self.trouble()
        self.loaded.append(uid)
        raw = self.mails.get(uid)
        return None if raw is None else raw[:longest]

    async def done(self, uid: int) -> None:
        """Mark it."""
        self.trouble()
        self.marked.add(uid)

    async def left(self, uid: int) -> None:
        """Leave it."""
        self.trouble()
        self.ignored.add(uid)
        if not self.moves:
            self.marked.add(uid)

    async def sent(self, message_id: str, folder: str, since: date | None = None) -> bool:
        """Whether a folder of sent mail holds it."""
        self.trouble()
        assert since is not None, "a large folder is never searched whole"
        if folder not in self.folders:
            raise MailboxRefused(f"there is no folder {folder}")
        return message_id in self.folders[folder]


class FakeOffice:
    """Claims by order with what they were told, and a desk. Claims ignore an id that they know."""

    def __init__(self, trouble: Trouble | None = None) -> None:
        self.claims: dict[str, list[ev.Event]] = {}
        self.files: dict[str, ClaimFile] = {}
        self.over: set[str] = set()
        self.answers: list[Answered] = []
        self.desk: dict[str, Note] = {}
        self.attached_keys: list[str] = []
        self.trouble = trouble or Trouble()
        self.refusal: Exception | None = None

    def told(self, order_id: str) -> list[str]:
        """The ids of what a claim was told."""
        return [str(getattr(event, "message_id", "")) for event in self.claims[order_id]]

    async def start(self, file: ClaimFile) -> Literal["started", "same", "running", "over"]:
        """Start a claim once."""
        self.trouble()
        if self.refusal:
            raise self.refusal
        order_id = file.claim.order_id
        if order_id in self.over:
            return "over"
        if order_id in self.claims:
            return "same" if self.files.get(order_id) == file else "running"
        self.claims[order_id], self.files[order_id] = [], file
        # The answer may be lost after the claim was started.
        self.trouble()
        return "started"

    async def standing(self, order_id: str) -> Standing:
        """How a claim stands."""
        self.trouble()
        if order_id in self.over:
            return "over"
        return "running" if order_id in self.claims else "unknown"

    async def tell(self, order_id: str, event: ev.Event) -> bool:
        """Signal a claim."""
        self.trouble()
        if order_id in self.over or order_id not in self.claims:
            return False
        if getattr(event, "message_id", "") not in self.told(order_id):
            self.claims[order_id].append(event)
        self.trouble()
        return True

    async def answered(self, answer: Answered) -> bool:
        """Note it where the claim runs."""
        self.trouble()
        runs = answer.order_id in self.claims and answer.order_id not in self.over
        if runs and answer not in self.answers:
            self.answers.append(answer)
        return runs

    async def put(self, note: Note) -> None:
        """Put a note on the desk, once for each key."""
        self.trouble()
        self.desk.setdefault(note.key, note)

    async def held(self) -> Sequence[Held]:
        """What waits."""
        self.trouble()
        return [
            Held(key=key, order_id=note.order_id, ref=note.refs[0])
            for key, note in self.desk.items()
            if note.held and key not in self.attached_keys
        ]

    async def attached(self, key: str) -> None:
        """It waits no more."""
        self.trouble()
        self.attached_keys.append(key)


class FakeSends:
    """Claims that ask what became of their sends, until they are told."""

    def __init__(self) -> None:
        self.asked: dict[str, list[UnknownSend]] = {}
        self.queries: list[str] = []

    def ask(self, workflow_id: str, message_id: str | None, task: str = "settle-send") -> None:
        """A claim asks from now on."""
        send = UnknownSend(
            workflow_id=workflow_id, task=task, fact="f9", message_id=message_id, at=NOW
        )
        self.asked.setdefault(workflow_id, []).append(send)

    async def unsettled(self, workflow_id: str) -> Sequence[UnknownSend]:
        """What it asks."""
        self.queries.append(workflow_id)
        return tuple(self.asked.get(workflow_id, ()))

    async def was_sent(self, send: UnknownSend) -> bool:
        """It asks no more."""
        self.asked[send.workflow_id].remove(send)
        return True


class World:
    """A pass with everything around it."""

    def __init__(
        self,
        *mails: bytes,
        largest: int = 30_000_000,
        trouble: Trouble | None = None,
        sent_folder: str | None = None,
    ) -> None:
        self.trouble = trouble or Trouble()
        self.mailbox = FakeMailbox(mails, self.trouble)
        self.office = FakeOffice(self.trouble)
        self.store: EvidenceStore = open_store("memory:")
        self.mails = partial(open_mail, rules=library().notices, authserv_id=AUTHSERV_ID)
        self.sends = FakeSends()
        settling = Settling(self.sends, self.store, sent_folder) if sent_folder else None
        rules = MailboxRules(self.mailbox, "seller@imap.example/INBOX", largest, settling)
        self.mailroom = Mailroom(self.office, self.store)
        at = NOW + timedelta(minutes=1)
        self.passes = MailboxPasses(rules, self.mails, self.mailroom, lambda: at)
