"""The mailbox: a real IMAP server behind a door that fails as a fault says, and at the moment it says.

It holds the folder of sent mail, into which the mail server puts a copy of what it took.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from atoz.harness.imap_server import HOST, PASSWORD, USER, Postbox, imap_server
from tests.chaos.post import SILENCE
from tests.support.loopback import listening
from tests.support.mailroom import AUTHSERV_ID

SENT = "Sent"


class Box(NamedTuple):
    """How a mailbox fails, if it does: `refuses`, `hangs` or `drops`.

    Either whenever somebody connects, or once, when the folder of sent mail is opened.
    """

    fails: str | None = None
    sent: bool = False
    """Sends of unknown fate are looked up, and there it fails."""
    notice: bool = False
    """The notice of another claim waits in it."""


class Door:
    """Lets through, unless it fails."""

    def __init__(self, box: Box, inner: int | None) -> None:
        self._box, self._inner = box, inner
        self._fails = box.fails
        self.failed = self.asked = 0

    @property
    def struck(self) -> bool:
        """Whether it failed as it should, or was asked where nothing fails."""
        return self.failed > 0 if self._box.fails else self.asked > 0 or not self._box.sent

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            if self._inner is None:
                await self._fail(b"* BYE not now\r\n", writer)
            else:
                await self._through(self._inner, reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _through(
        self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        answers, commands = await asyncio.open_connection(HOST, port)
        answering = asyncio.create_task(_flow(answers, writer))
        try:
            while line := await reader.readline():
                if b"EXAMINE" in line and SENT.encode() in line:
                    self.asked += 1
                    if self._fails is not None:
                        tag = line.split()[0]
                        await self._fail(tag + b" NO not now\r\n", writer)
                        return
                commands.write(line)
                await commands.drain()
        finally:
            answering.cancel()
            commands.close()

    async def _fail(self, refusal: bytes, writer: asyncio.StreamWriter) -> None:
        self.failed += 1
        how = self._fails
        if self._box.sent:
            self._fails = None
        if how == "hangs":
            await asyncio.sleep(SILENCE)
        if how == "refuses":
            writer.write(refusal)
            await writer.drain()


async def _flow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65_536):
        writer.write(chunk)
        await writer.drain()


class Opened(NamedTuple):
    """A mailbox that is there: its door, what a worker needs to know, and its other side."""

    door: Door
    settings: dict[str, str]
    postbox: Postbox | None = None


@asynccontextmanager
async def opened(box: Box | None) -> AsyncIterator[Opened]:
    """The mailbox of a fault, until the block ends."""
    if box is None:
        yield Opened(Door(Box(), None), {})
    elif box.fails and not box.sent:
        door = Door(box, None)
        async with listening(door.serve) as port:
            yield Opened(door, _settings(port, box))
    else:
        inner = imap_server()
        postbox = await asyncio.to_thread(inner.__enter__)
        try:
            postbox.make(SENT)
            door = Door(box, postbox.port)
            async with listening(door.serve) as port:
                yield Opened(door, _settings(port, box), postbox)
        finally:
            await asyncio.to_thread(inner.__exit__, None, None, None)


def _settings(port: int, box: Box) -> dict[str, str]:
    return {
        "imap_host": HOST,
        "imap_port": str(port),
        "imap_security": "none",
        "imap_username": USER,
        "imap_password": PASSWORD,
        "imap_timeout": "2s",
        "authserv_id": AUTHSERV_ID,
        **({"sent_folder": SENT} if box.sent else {}),
    }
