"""Mail: how fast a notice is read, how much memory a large photo mail takes, what a full mailbox costs.

The memory is that of a fresh process that takes one mail from its bytes to its files in the store. The
full mailbox stands on a real IMAP server; what is counted is what the pass asked it for.
"""

import asyncio
import io
import json
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from PIL import Image
from rich.console import Console

from activities.delivering import Delivering
from activities.mailbox import MailboxPasses, MailboxRules
from activities.mailroom import Held, Mailroom, Note, Standing
from atoz.claims.base import Record
from atoz.claims.claim import ClaimFile
from atoz.evidence.store import open_store
from atoz.harness.imap_server import Postbox, imap_server
from atoz.library import load_library
from atoz.mail.imap import Mailbox, MailSession
from atoz.mail.read import open_mail, read
from atoz.mail.routing import Answered
from atoz.playbook import events as ev
from bench.showing import say_how, table
from bench.stopwatch import timing, yardstick

MAILS = Path(__file__).resolve().parent.parent / "samples" / "mail"
PHOTOS = MAILS / "photos-on-day-two" / "02-reply.eml"
AUTHSERV_ID = "mx.lamp-shop.example"
NOTICE_LIMIT_MS, MEMORY_LIMIT_MB = 5.0, 150.0
OLD, NEW = 4_950, 50
_PIXELS = (4000, 3000)
_QUALITY = 78
_HANDS = 16


class Notice(Record):
    """One notice: milliseconds to read it, and how many yardsticks that is."""

    name: str
    bytes: int
    milliseconds: float
    yardsticks: float


class Memory(Record):
    """The largest memory of a process (MB): before the mail, and after it was taken."""

    mail_mb: float
    before_mb: float
    peak_mb: float


class FullMailbox(Record):
    """A pass over a mailbox of which most was seen before."""

    mails: int
    new: int
    loaded: int
    loaded_bytes: int
    seconds: float


class Report(Record):
    """All three."""

    notices: tuple[Notice, ...]
    memory: Memory
    mailbox: FullMailbox


def measure(repeats: int) -> Report:
    """Measure all three; `repeats` readings of each notice."""
    return Report(
        notices=tuple(_notices(repeats)), memory=_memory(), mailbox=asyncio.run(_mailbox())
    )


def _notices(repeats: int) -> Iterator[Notice]:
    rules = load_library().notices
    beside = timing(yardstick, repeats).median
    for path in sorted([*MAILS.glob("*_claim_opened_*.eml"), *MAILS.glob("*/01-notice.eml")]):
        raw = path.read_bytes()
        found = timing(partial(read, raw, rules=rules, authserv_id=AUTHSERV_ID), repeats).median
        name = path.stem if path.parent == MAILS else path.parent.name
        yield Notice(name=name, bytes=len(raw), milliseconds=found, yardsticks=found / beside)


# Memory ------------------------------------------------------------------------------------------


def _memory() -> Memory:
    with TemporaryDirectory(prefix="bench-mail-") as folder:
        mail = Path(folder) / "photo.eml"
        mail.write_bytes(photo_mail())
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "bench.mail", str(mail)], capture_output=True, check=True
        )
        size = mail.stat().st_size / 1e6
    return Memory(mail_mb=size, **json.loads(done.stdout))


def photo_mail() -> bytes:
    """A buyer's mail of about 10 MB with one photo of 12 megapixels, noise that does not compress."""
    noise = random.Random(1).randbytes(3 * _PIXELS[0] * _PIXELS[1])  # noqa: S311 - repeatable
    out = io.BytesIO()
    Image.frombytes("RGB", _PIXELS, noise).save(out, "JPEG", quality=_QUALITY)
    mail = message_from_bytes(PHOTOS.read_bytes(), policy=SMTP)
    parts = list(mail.iter_attachments())
    parts[0].set_content(
        out.getvalue(), maintype="image", subtype="jpeg", filename="a.jpg", disposition="attachment"
    )
    mail.set_payload([part for part in mail.iter_parts() if part is not parts[1]])
    return mail.as_bytes()


def _peak_mb() -> float:
    """The high-water mark of this program alone: `getrusage` counts what it was started by, too."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line.split()[1] for line in status.splitlines() if "VmHWM" in line)) / 1024


def _take(path: Path) -> None:
    """In a process of its own: one mail to its claim, its photo into a store."""
    rules = load_library().notices
    office, before = _Office(running=True), _peak_mb()
    with TemporaryDirectory(prefix="bench-mail-") as folder:
        mails = partial(open_mail, rules=rules, authserv_id=AUTHSERV_ID)
        delivering = Delivering(mails, Mailroom(office, open_store(Path(folder))))
        asyncio.run(_taken(delivering, path))
    assert [len(reply.attachments) for reply in office.replies] == [1], "the photo was kept"
    sys.stdout.write(json.dumps({"before_mb": before, "peak_mb": _peak_mb()}))


async def _taken(delivering: Delivering, path: Path) -> None:
    await delivering.take(await asyncio.to_thread(path.read_bytes), datetime.now(UTC))


# A full mailbox ----------------------------------------------------------------------------------


async def _mailbox() -> FullMailbox:
    now = datetime.now(UTC)
    notice = (MAILS / "buyer-silent" / "01-notice.eml").read_bytes()
    with TemporaryDirectory(prefix="bench-mail-") as folder, imap_server() as postbox:
        await asyncio.to_thread(_fill, postbox.port)
        counted = _Counting(postbox.mailbox())
        store, office = open_store(Path(folder)), _Office(running=False)
        mails = partial(open_mail, rules=load_library().notices, authserv_id=AUTHSERV_ID)
        rules = MailboxRules(counted, "bench", 25_000_000)
        passes = MailboxPasses(rules, mails, Mailroom(office, store), lambda: now)
        while (await passes.work_off(1_000)).more:
            pass
        counted.loaded = counted.bytes = 0
        for number in range(NEW):
            order = f"111-{number:07}-0000102".encode()
            postbox.put(notice.replace(b"111-0000102-0000102", order))
        began = time.perf_counter()
        done = await passes.work_off(1_000)
        took = time.perf_counter() - began
        assert done.claims_started == NEW, "each new notice started its claim"
    return FullMailbox(
        mails=OLD + NEW, new=NEW, loaded=counted.loaded, loaded_bytes=counted.bytes, seconds=took
    )


def _fill(port: int) -> None:
    """Each append waits for its answer, so many connections do it."""
    boxes = [Postbox(port) for _ in range(_HANDS)]
    with ThreadPoolExecutor(_HANDS) as hands:
        letters = [[_letter(n) for n in range(OLD)][hand::_HANDS] for hand in range(_HANDS)]
        list(hands.map(lambda box, mails: [box.put(mail) for mail in mails], boxes, letters))
    for box in boxes:
        box.close()


def _letter(number: int) -> bytes:
    return (
        f"From: news{number}@shop.example\r\nTo: seller@lamp-shop.example\r\n"
        f"Subject: Offer {number}\r\nMessage-ID: <{number}@shop.example>\r\n\r\nBuy now.\r\n"
    ).encode()


class _Counting:
    """A mailbox that counts what is loaded from it."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self.loaded = 0
        self.bytes = 0

    @asynccontextmanager
    async def session(self) -> AsyncIterator["_CountingSession"]:
        async with self._mailbox.session() as session:
            yield _CountingSession(session, self)


class _CountingSession:
    def __init__(self, session: MailSession, counter: _Counting) -> None:
        self._session = session
        self._counter = counter
        self.listing = session.listing
        self.done = session.done
        self.left = session.left
        self.sent = session.sent

    async def head(self, uid: int, longest: int) -> bytes | None:
        return self._count(await self._session.head(uid, longest))

    async def whole(self, uid: int, longest: int) -> bytes | None:
        return self._count(await self._session.whole(uid, longest))

    def _count(self, raw: bytes | None) -> bytes | None:
        self._counter.loaded += 1
        self._counter.bytes += len(raw or b"")
        return raw


class _Office:
    """Claims that take everything: here only the mail is measured."""

    def __init__(self, *, running: bool) -> None:
        self._running = running
        self.replies: list[ev.BuyerReplied] = []

    async def start(self, file: ClaimFile) -> Literal["started", "same", "running", "over"]:
        del file
        return "started"

    async def standing(self, order_id: str) -> Standing:
        del order_id
        return "running" if self._running else "unknown"

    async def tell(self, order_id: str, event: ev.Event) -> bool:
        del order_id
        if isinstance(event, ev.BuyerReplied):
            self.replies.append(event)
        return True

    async def answered(self, answer: Answered) -> bool:
        del answer
        return False

    async def put(self, note: Note) -> None:
        del note

    async def held(self) -> Sequence[Held]:
        return ()

    async def attached(self, key: str) -> None:
        del key


# Shown -------------------------------------------------------------------------------------------


def show(report: Report, screen: Console) -> None:
    """Three tables."""
    notices = table("Reading a notice", ("notice", "bytes", "median ms", "limit", "yardsticks"))
    for each in report.notices:
        notices.add_row(
            each.name, f"{each.bytes:,}", f"{each.milliseconds:.2f}", f"{NOTICE_LIMIT_MS:g}",
            f"{each.yardsticks:.1f}",
        )  # fmt: skip
    screen.print(notices)
    say_how(screen, "medians; a yardstick is a fixed loop of plain Python in the same run")
    memory = table(
        "A photo mail, read and kept", ("mail MB", "before MB", "peak MB", "limit"), words=0
    )
    found = report.memory
    memory.add_row(
        f"{found.mail_mb:.1f}",
        f"{found.before_mb:.0f}",
        f"{found.peak_mb:.0f}",
        f"{MEMORY_LIMIT_MB:g}",
    )
    screen.print(memory)
    say_how(screen, "the largest memory of a fresh process; one photo of 12 megapixels")
    full = table("A full mailbox", ("mails", "new", "loaded", "bytes loaded", "seconds"), words=0)
    box = report.mailbox
    full.add_row(
        f"{box.mails:,}",
        str(box.new),
        str(box.loaded),
        f"{box.loaded_bytes:,}",
        f"{box.seconds:.2f}",
    )
    screen.print(full)
    say_how(screen, "one pass on a real IMAP server in memory, all but the new mails seen before")


if __name__ == "__main__":
    _take(Path(sys.argv[1]))
