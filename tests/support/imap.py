"""Real and scripted IMAP servers on loopback, and accounts for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from pydantic import SecretStr

from atoz.harness.imap_server import PASSWORD, USER, Postbox, free_port, imap_server
from atoz.mail.imap_account import ImapAccount, ImapSecurity
from tests.support.loopback import listening

__all__ = [
    "PASSWORD",
    "USER",
    "Postbox",
    "ScriptedImap",
    "account",
    "free_port",
    "imap_server",
    "scripted",
]


def account(
    port: int,
    *,
    security: ImapSecurity = "none",
    done_folder: str | None = None,
    timeout: timedelta = timedelta(seconds=30),
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
