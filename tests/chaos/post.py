"""The receiving side: a mail server and a webhook that fail as a fault says, and keep what they took."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from typing import NamedTuple

from tests.support.receiver import http
from tests.support.scripted_smtp import ScriptedServer

SILENCE = 60.0
"""Seconds that a receiver says nothing: longer than anybody waits."""


class Strike(NamedTuple):
    """What happens once, when a phase is reached for the `nth` time: an answer, and a blow.

    The phases are those of the scripted mail server, and `answered`, after the final reply; those of
    the webhook are `connection`, `posted` and `acknowledged`.
    """

    phase: str
    nth: int = 1
    answer: str | None = None
    blow: str | None = None
    """`worker`, `server` or `both`: what is killed."""


class Strikes:
    """Those that are still to come."""

    def __init__(self, strikes: tuple[Strike, ...]) -> None:
        self.left = list(strikes)
        self.reached: Counter[str] = Counter()
        """How often each phase was."""
        self.blow: Callable[[str], None] = lambda _: None

    def reach(self, phase: str) -> str | None:
        """A phase is reached: the blow falls, if it is time, and the answer is given."""
        self.reached[phase] += 1
        for strike in self.left:
            if (strike.phase, strike.nth) == (phase, self.reached[phase]):
                self.left.remove(strike)
                if strike.blow is not None:
                    self.blow(strike.blow)
                return strike.answer
        return None


class Post(ScriptedServer):
    """Takes mail. `bad` says whether the script `trouble` is in force now."""

    def __init__(self, strikes: Strikes, trouble: dict[str, str]) -> None:
        super().__init__({})
        self.strikes = strikes
        self._good, self._trouble = dict(self.script), trouble
        self.taken: Counter[str] = Counter()
        self.troubled = 0
        self.keep: Callable[[bytes], None] = lambda _: None
        """Keeps a copy among the sent mail."""
        self.bad: Callable[[], bool] = lambda: bool(trouble)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, by the script that is in force when it comes."""
        bad = self.bad()
        self.troubled += bad
        self.script = self._good | (self._trouble if bad else {})
        await super().serve(reader, writer)

    async def _answer(self, phase: str, writer: asyncio.StreamWriter) -> bool:
        answer = self.strikes.reach(phase)
        if answer is not None:
            self.script = self.script | {phase: answer}
        if phase == "content":
            self._take()
        answered = await super()._answer(phase, writer)
        if phase == "content" and answered:
            self.strikes.reach("answered")
        return answered

    def _take(self) -> None:
        """Count a mail that arrived whole, unless it is refused: our silence does not unmake it."""
        if self.script["content"][:1] not in "45":
            self.taken[str(message_from_bytes(self.content)["Message-ID"]).strip()] += 1
            self.keep(self.content.removesuffix(b".\r\n"))


class Hook:
    """The webhook of the marketplace: what it accepted is counted by its idempotency key."""

    def __init__(self, strikes: Strikes, taken: Counter[str]) -> None:
        self._strikes, self._taken = strikes, taken

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        try:
            if not await self._breaks_off(self._strikes.reach("connection")):
                key = await _posted(reader)
                await self._acknowledge(key, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _acknowledge(self, key: str, writer: asyncio.StreamWriter) -> None:
        answer = self._strikes.reach("posted")
        refused = answer is not None and answer.isdecimal()
        self._taken[key] += not refused
        if not await self._breaks_off(None if refused else answer):
            writer.write(http(int(answer) if refused and answer else 200))
            await writer.drain()
            self._strikes.reach("acknowledged")

    @staticmethod
    async def _breaks_off(answer: str | None) -> bool:
        if answer == "hang":
            await asyncio.sleep(SILENCE)
        return answer is not None


async def _posted(reader: asyncio.StreamReader) -> str:
    """Read a request to its end: its idempotency key."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
    await reader.readexactly(int(headers["content-length"]))
    return headers["idempotency-key"]
