"""The seller's mailbox over IMAP: what is new, its size first, its content without marking it read.

Every conversation with the server runs in a thread of its own, one command at a time, and each
command has a time limit. Nothing here judges a mail.
"""

import asyncio
import functools
import ssl
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, timedelta
from typing import ParamSpec, Protocol, TypeVar

from atoz.claims.base import Instant, Record
from atoz.mail.imap_account import ImapAccount
from atoz.mail.imap_connection import ImapConnection

REISSUE = timedelta(minutes=8)
"""A server may end an IDLE after 30 minutes, a router forgets a silent connection sooner."""

MOST = 1_000
"""Mails of one listing; what is left is listed by the next one."""

FAREWELL = timedelta(seconds=2)

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Seen(Record):
    """Up to which mail the mailbox was worked off. A new `uidvalidity` makes all numbers new."""

    uidvalidity: int
    uid: int


class Arrived(Record):
    """A mail that waits: its number, its size in bytes, when the server received it, if it says so."""

    uid: int
    size: int
    received_at: Instant | None


class Listing(Record):
    """The mails that wait, oldest number first; `more`: these are only the first of them."""

    uidvalidity: int
    arrived: tuple[Arrived, ...] = ()
    more: bool = False


class MailSession(Protocol):
    """One conversation with a mailbox. Everything raises MailboxError when the server fails."""

    async def listing(self, seen: Seen | None, today: Instant, most: int = MOST) -> Listing:
        """The first mails that were not worked off; the account's `since` counts back from `today`."""
        ...

    async def head(self, uid: int, longest: int) -> bytes | None:
        """The beginning of a mail's headers, None where the mail is gone."""
        ...

    async def whole(self, uid: int, longest: int) -> bytes | None:
        """A mail, not marked as read, None where it is gone; at most `longest` bytes are loaded."""
        ...

    async def done(self, uid: int) -> None:
        """Mark a mail as worked off; again is harmless."""
        ...

    async def left(self, uid: int) -> None:
        """A mail that is none of our business: marked where that is invisible, never moved."""
        ...

    async def sent(self, message_id: str, folder: str, since: date | None = None) -> bool:
        """Whether a folder of sent mail holds a message of this Message-ID, that came on this day
        or later. Raises MailboxRefused where there is no such folder.
        """
        ...


class Mailbox(Protocol):
    """A mailbox that can be opened."""

    def session(self) -> AbstractAsyncContextManager[MailSession]:
        """Open a conversation, and end it with the block."""
        ...


class ImapSession:
    """A conversation over IMAP, all of it in one thread."""

    def __init__(self, connection: ImapConnection) -> None:
        self._connection = connection
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="imap")

    async def open(self) -> None:
        """Connect, log in and select the folder. Raises MailboxError, MailboxRefused."""
        await self._do(self._connection.open)

    async def listing(self, seen: Seen | None, today: Instant, most: int = MOST) -> Listing:
        """See MailSession."""
        connection = self._connection
        after = seen.uid if seen and seen.uidvalidity == connection.uidvalidity else 0
        waiting, more = await self._do(connection.waiting, after, today.date(), most)
        arrived = tuple(Arrived(uid=uid, size=size, received_at=at) for uid, size, at in waiting)
        return Listing(uidvalidity=connection.uidvalidity, arrived=arrived, more=more)

    async def head(self, uid: int, longest: int) -> bytes | None:
        """See MailSession."""
        return await self._do(self._connection.peek, uid, "HEADER", longest)

    async def whole(self, uid: int, longest: int) -> bytes | None:
        """See MailSession."""
        return await self._do(self._connection.peek, uid, "", longest)

    async def done(self, uid: int) -> None:
        """See MailSession."""
        await self._do(self._connection.done, uid)

    async def left(self, uid: int) -> None:
        """See MailSession."""
        await self._do(self._connection.left, uid)

    async def news(self, within: timedelta = REISSUE) -> bool:
        """Wait until the server tells of new mail, at most this long; True where it did."""
        return await self._do(self._connection.news, within)

    async def sent(self, message_id: str, folder: str, since: date | None = None) -> bool:
        """See MailSession."""
        return await self._do(self._connection.holds, message_id, folder, since)

    async def close(self) -> None:
        """End the conversation politely."""
        await self._do(self._connection.close)
        self._thread.shutdown(wait=False)

    async def abort(self) -> None:
        """Break the connection, whatever the thread waits for, and give it a moment to end."""
        self._connection.abort()
        ending = self._thread.submit(self._connection.close)
        self._thread.shutdown(wait=False)
        await asyncio.wait({asyncio.wrap_future(ending)}, timeout=FAREWELL.total_seconds())

    async def _do(self, work: Callable[_P, _T], *args: _P.args, **options: _P.kwargs) -> _T:
        call = functools.partial(work, *args, **options)
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


class ImapMailbox:
    """The mailbox of an account. `tls_context` replaces the system's certificates (tests)."""

    def __init__(self, account: ImapAccount, tls_context: ssl.SSLContext | None = None) -> None:
        self._account = account
        self._tls_context = tls_context

    @asynccontextmanager
    async def session(self) -> AsyncIterator[ImapSession]:
        """Open a conversation. Raises MailboxError, and MailboxRefused where trying again is vain."""
        session = ImapSession(ImapConnection(self._account, self._tls_context))
        try:
            await session.open()
            yield session
        except BaseException:
            # Also a cancellation, in the middle of any command.
            await session.abort()
            raise
        await session.close()
