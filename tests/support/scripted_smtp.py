"""An SMTP server that answers, breaks or falls silent at the phase that a test names."""

from __future__ import annotations

import asyncio

Script = dict[str, str]
"""What a scripted server answers to each command; `drop` ends the connection, `hang` is silence."""

GOOD: Script = {
    "greeting": "220 ready",
    "EHLO": "250-mx.example\r\n250 AUTH PLAIN LOGIN",
    "AUTH": "235 welcome",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "content": "250 queued as 7",
    "QUIT": "221 bye",
}


class ScriptedServer:
    """Answers each command with its line; notes the commands and the bytes of content it got."""

    def __init__(self, script: Script) -> None:
        self.script = GOOD | script
        self.commands: list[str] = []
        self.content = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._answer("greeting", writer):
            return
        while line := await reader.readline():
            command = line.split()[0].decode().upper()
            self.commands.append(command)
            if not await self._answer(command, writer):
                return
            if command == "DATA" and self.script["DATA"].startswith("354"):
                if self.script["content"] == "drop in the middle":
                    self.content = await reader.read(20)
                    return
                self.content = await reader.readuntil(b"\r\n.\r\n")
                if not await self._answer("content", writer):
                    return

    async def _answer(self, phase: str, writer: asyncio.StreamWriter) -> bool:
        answer = self.script[phase]
        if answer == "hang":
            await asyncio.sleep(30)
        if answer in {"drop", "hang"}:
            return False
        writer.write(answer.encode("latin-1") + b"\r\n")
        await writer.drain()
        return True
