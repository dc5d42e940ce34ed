"""One IMAP connection, blocking, over imap-tools: the commands that the mailbox needs, no others.

The library's own `flag` and `delete` expunge the whole folder, which would remove for good whatever
its owner only marked as deleted, and its TLS checks no certificate unless told to. So both are done
here: flags are stored silently, and the context is always one that verifies.
"""

import contextlib
import imaplib
import io
import math
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from imap_tools import (
    BaseMailBox,
    MailBox,
    MailboxLoginError,
    MailBoxUnencrypted,
)
from imap_tools.errors import ImapToolsError
from imap_tools.idle import get_socket_poller
from imap_tools.utils import encode_folder

from atoz.mail.imap_account import ImapAccount, MailboxError, MailboxRefused
from atoz.mail.imap_answers import Waiting, imap_day, listed, text_of
from atoz.mail.plain import one_line

DONE = "$AtozDone"
"""The keyword of a mail that was worked off."""

CHUNK = 500
"""Mails whose size is asked for in one command."""

NO_IDLE = timedelta(seconds=60)
"""How often a server is asked that cannot tell by itself."""


class ImapConnection:
    """A connection with the account's folder selected. Raises MailboxError, MailboxRefused."""

    def __init__(self, account: ImapAccount, tls_context: ssl.SSLContext | None = None) -> None:
        self._account = account
        self._tls_context = tls_context
        self._box: BaseMailBox | None = None
        self._broken = threading.Event()
        self._capabilities: frozenset[str] = frozenset()
        self.uidvalidity = 0

    def open(self) -> None:
        """Connect, log in, select; make sure that what is done can be marked."""
        with _errors():
            self._box = self._connected()
            if self._account.security == "starttls":
                self._ok(self._client.starttls(self._context()))
            self._log_in()
            _, found = self._client.capability()
            self._capabilities = frozenset(text_of(found).upper().split())
            self._select()
            if self._account.done_folder is None:
                self._needs_keywords()
            elif not self._mailbox.folder.exists(self._account.done_folder):
                self._mailbox.folder.create(self._account.done_folder)

    def waiting(self, after: int, today: date, most: int) -> tuple[list[Waiting], bool]:
        """Mails numbered higher than `after`, not older than the account says, not done: the first
        `most` of them, and whether there are more.
        """
        since = today - self._account.since - timedelta(days=1)
        criteria = ["UID", f"{after + 1}:*", "SINCE", imap_day(since), "UNDELETED"]
        if self._account.done_folder is None:
            criteria += ["UNKEYWORD", DONE]
        with _errors():
            found = text_of(self._ok(self._client.uid("SEARCH", *criteria)))
            # `n:*` names the last mail even where its number is smaller than n.
            uids = sorted(uid for uid in map(int, found.split()) if uid > after)
            found_mails = [mail for part in _chunks(uids[:most]) for mail in self._sizes(part)]
            return sorted(found_mails, key=lambda mail: mail.uid), len(uids) > most

    def _sizes(self, uids: list[int]) -> list[Waiting]:
        wanted = ",".join(map(str, uids))
        answer = self._ok(self._client.uid("FETCH", wanted, "(UID RFC822.SIZE INTERNALDATE)"))
        mails = [listed(line) for line in answer if isinstance(line, bytes)]
        return [mail for mail in mails if mail is not None and mail.uid in set(uids)]

    def peek(self, uid: int, section: str, longest: int) -> bytes | None:
        """At most `longest` bytes of a mail or of a section of it; None where the mail is gone."""
        with _errors():
            part = f"(BODY.PEEK[{section}]<0.{longest}>)"
            answer = self._ok(self._client.uid("FETCH", str(uid), part))
        contents = [bytes(item[1]) for item in answer if isinstance(item, tuple)]
        return contents[0] if contents else None

    def done(self, uid: int) -> None:
        """Mark or move a mail; one that is gone needs neither."""
        with _errors():
            if self._account.done_folder is None:
                self._ok(self._client.uid("STORE", str(uid), "+FLAGS.SILENT", f"({DONE})"))
            else:
                self._move(uid, self._account.done_folder)

    def left(self, uid: int) -> None:
        """Other people's mail stays where it is; a keyword spares us from reading it again."""
        if self._account.done_folder is None:
            self.done(uid)

    def _move(self, uid: int, folder: str) -> None:
        client, target = self._client, encode_folder(folder).decode()
        if "MOVE" in self._capabilities:
            self._ok(client.uid("MOVE", str(uid), target))
            return
        self._ok(client.uid("COPY", str(uid), target))
        self._ok(client.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)"))
        if "UIDPLUS" in self._capabilities:
            self._ok(client.uid("EXPUNGE", str(uid)))

    def news(self, within: timedelta) -> bool:
        """Wait for the server to tell of new mail; one that cannot tell is asked each minute."""
        with _errors():
            # Not every server tells during IDLE of what came just before it.
            if self._more():
                return True
            if "IDLE" in self._capabilities:
                self._idle(within)
                return self._more()
            self._broken.wait(min(within, NO_IDLE).total_seconds())
            return self._more()

    def _more(self) -> bool:
        """Ask whether mail came since the last time, also beside the answers to other commands."""
        self._ok(self._client.noop())
        return self._client.response("EXISTS")[1][0] is not None

    def _idle(self, within: timedelta) -> None:
        """Until the server says anything. The library's own poll breaks where a line comes in pieces:
        here nothing is read before the end of the IDLE, which reads whole lines.
        """
        idle: Any = self._mailbox.idle
        idle.start()
        if not self._said_already():
            get_socket_poller(self._client.sock, math.ceil(within.total_seconds()))
        idle.stop()

    def _said_already(self) -> bool:
        """What came in one packet with the answer to IDLE: no poll of the socket would tell of it."""
        file = getattr(self._client, "_file", None) or self._client.file
        self._client.sock.settimeout(0)
        try:
            return isinstance(file, io.BufferedReader) and bool(file.peek(1))
        except OSError:
            return False
        finally:
            self._client.sock.settimeout(self._account.timeout.total_seconds())

    def holds(self, message_id: str, folder: str, since: date | None) -> bool:
        """Whether another folder holds a mail of this Message-ID, not older than this day."""
        quoted = message_id.replace("\\", "").replace('"', "")
        if not quoted.isascii() or not quoted.isprintable():
            return False
        # The day first: it stands in the server's index, a header may lie in each mail's file.
        day = ["SINCE", imap_day(since)] if since else []
        criteria = [*day, "HEADER", "Message-ID", f'"{quoted}"']
        with _errors():
            if not self._mailbox.folder.exists(folder):
                raise MailboxRefused(f"there is no folder {folder}: see ATOZ_SENT_FOLDER")
            self._mailbox.folder.set(folder, readonly=True)
            found = self._ok(self._client.uid("SEARCH", *criteria))
            self._select()
        return bool(text_of(found).split())

    def close(self) -> None:
        """Say goodbye; whatever happens to it changes nothing."""
        if self._box is not None:
            with contextlib.suppress(Exception):
                self._box.logout()
            with contextlib.suppress(Exception):
                self._box.client.shutdown()
        self._box = None

    def abort(self) -> None:
        """Break the connection from another thread: whatever this one waits for ends."""
        self._broken.set()
        if self._box is not None:
            with contextlib.suppress(OSError):
                self._box.client.sock.shutdown(socket.SHUT_RDWR)

    # Getting there -------------------------------------------------------------------------------

    @property
    def _mailbox(self) -> BaseMailBox:
        if self._box is None:
            raise MailboxError("the mailbox is not open")
        return self._box

    @property
    def _client(self) -> imaplib.IMAP4:
        return self._mailbox.client

    def _connected(self) -> BaseMailBox:
        account = self._account
        place, timeout = (account.host, account.port), account.timeout.total_seconds()
        if account.security != "tls":
            return MailBoxUnencrypted(*place, timeout=timeout)
        return MailBox(*place, timeout=timeout, ssl_context=self._context())

    def _context(self) -> ssl.SSLContext:
        """Without one the library would take any certificate."""
        return self._tls_context or ssl.create_default_context(cafile=self._account.ca_file)

    def _log_in(self) -> None:
        account = self._account
        try:
            if account.token_command:
                self._mailbox.xoauth2(account.username, account.token(), None)
                return
            password = account.secret()
            if any(sign in account.username + password for sign in "\r\n\0"):
                raise MailboxRefused("the account's name or password holds a line break")
            plain = (account.username + password).isascii()
            log_in = self._mailbox.login if plain else self._mailbox.login_utf8
            log_in(account.username, password, None)
        except (MailboxLoginError, imaplib.IMAP4.error) as fault:
            if isinstance(fault, imaplib.IMAP4.abort):
                raise
            raise MailboxRefused(f"the mail server refuses the login: {_words(fault)}") from None

    def _select(self) -> None:
        self._mailbox.folder.set(self._account.folder)
        _, found = self._client.response("UIDVALIDITY")
        self.uidvalidity = int(text_of(found) or 0)
        self._client.response("EXISTS")

    def _needs_keywords(self) -> None:
        _, found = self._client.response("PERMANENTFLAGS")
        if found and found[0] and not re.search(rf"\\\*|{re.escape(DONE)}", text_of(found)):
            raise MailboxRefused(
                "the mail server keeps no keywords in this folder: set ATOZ_IMAP_DONE=move:FOLDER"
            )

    def _ok(self, answer: tuple[str, list[Any]]) -> list[Any]:
        status, data = answer
        if status != "OK":
            raise MailboxError(f"the mail server refuses a command: {one_line(text_of(data), 200)}")
        return [item for item in data if item is not None]


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    """Whatever goes wrong on the way or in the library, as our own error."""
    try:
        yield
    except MailboxError:
        raise
    except (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError, AttributeError) as fault:
        raise MailboxError(f"the mailbox cannot be read: {_words(fault)}") from fault


def _chunks(uids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(uids), CHUNK):
        yield uids[start : start + CHUNK]


def _words(fault: Exception) -> str:
    return one_line(fault, 200) or type(fault).__name__
