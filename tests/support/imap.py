"""Real and scripted IMAP servers on loopback, and accounts for them."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

from imap_tools import MailBoxUnencrypted
from pydantic import SecretStr

from atoz.mail.imap import ImapMailbox
from atoz.mail.imap_account import ImapAccount, ImapSecurity
from tests.support.imap_main import PASSWORD, USER
from tests.support.loopback import listening

START = timedelta(seconds=20)


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def account(
    port: int,
    *,
    security: ImapSecurity = "none",
    done_folder: str | None = None,
    timeout: timedelta = timedelta(seconds=5),
    username: str = USER,
    password: str = PASSWORD,
) -> ImapAccount:
    """An account of a test's server."""
    return ImapAccount(
        host="127.0.0.1",
        port=port,
        security=security,
        username=username,
        password=SecretStr(password),
        done_folder=done_folder,
        timeout=timeout,
    )


class Postbox:
    """The other side of the mailbox: puts mail in and looks at what became of it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._box = MailBoxUnencrypted("127.0.0.1", port, timeout=5).login(USER, PASSWORD)

    def put(self, raw: bytes, folder: str = "INBOX") -> None:
        """A mail arrives."""
        self._box.append(raw, folder)

    def flags(self, folder: str = "INBOX") -> dict[int, set[str]]:
        """The flags of each mail by number."""
        self._box.folder.set(folder)
        answer = self._box.client.uid("FETCH", "1:*", "(UID FLAGS)")[1]
        found: dict[int, set[str]] = {}
        for line in answer:
            text = line.decode() if isinstance(line, bytes) else ""
            uid, flags = re.search(r"UID (\d+)", text), re.search(r"FLAGS \(([^)]*)\)", text)
            if uid and flags:
                found[int(uid[1])] = set(flags[1].split()) - {"\\Recent"}
        return found

    def mark(self, uid: int, flag: str) -> None:
        """The owner marks a mail."""
        self._box.folder.set("INBOX")
        self._box.client.uid("STORE", str(uid), "+FLAGS", f"({flag})")

    def mailbox(self, done_folder: str | None = None) -> ImapMailbox:
        """The mailbox as the program opens it."""
        return ImapMailbox(account(self.port, done_folder=done_folder))

    def close(self) -> None:
        """Log out."""
        self._box.logout()


@contextmanager
def imap_server(flags: str = "keywords") -> Iterator[Postbox]:
    """A real IMAP server in its own process, with our keyword permitted or (`plain`) not."""
    port = free_port()
    command = [sys.executable, "-m", "tests.support.imap_main", str(port), flags]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            _await_port(port, process)
            box = Postbox(port)
            yield box
            box.close()
        finally:
            process.terminate()


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(int(START.total_seconds() * 20)):
        assert process.poll() is None, "the IMAP server ended"
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("the IMAP server did not come up")


ANSWERS = {
    "greeting": "* OK ready",
    "CAPABILITY": "* CAPABILITY IMAP4rev1 UIDPLUS\r\n{tag} OK done",
    "LOGIN": "{tag} OK done",
    "AUTHENTICATE": "{tag} OK done",
    "LIST": '* LIST () "/" Done\r\n{tag} OK done',
    "SELECT": (
        "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [PERMANENTFLAGS (\\*)] x\r\n"
        "{tag} OK [READ-WRITE] done"
    ),
    "SEARCH": "* SEARCH 5\r\n{tag} OK done",
    "FETCH": '* 1 FETCH (UID 5 RFC822.SIZE 9 INTERNALDATE " 8-Sep-2026 09:00:00 +0200")\r\n{tag} OK done',
    "LOGOUT": "* BYE\r\n{tag} OK done",
}


class ScriptedImap:
    """Answers each command by name; `drop` breaks the connection, `hang` is silence. Notes commands."""

    def __init__(self, **answers: str) -> None:
        self.answers = ANSWERS | answers
        self.commands: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            writer.write(f"{self.answers['greeting']}\r\n".encode())
            while line := (await reader.readline()).decode().strip():
                tag, _, command = line.partition(" ")
                self.commands.append(command)
                name = command.removeprefix("UID ").split()[0]
                answer = self.answers.get(name, "{tag} OK done")
                if answer == "hang":
                    await asyncio.sleep(30)
                if answer == "drop":
                    return
                writer.write(f"{answer.replace('{tag}', tag)}\r\n".encode())
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def scripted(**answers: str) -> AsyncIterator[tuple[ScriptedImap, int]]:
    """A scripted server and its port."""
    server = ScriptedImap(**answers)
    async with listening(server.serve) as port:
        yield server, port
