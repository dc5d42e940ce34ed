"""The receiving side: a mail server that fails as a fault says, and keeps what it really took."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from typing import NamedTuple

from tests.support.scripted_smtp import ScriptedServer


class Strike(NamedTuple):
    """What happens once, when a mail reaches a phase for the `nth` time: an answer, and a blow.

    The phases are those of the scripted server, and `answered`, after the final reply.
    """

    phase: str
    nth: int = 1
    answer: str | None = None
    blow: str | None = None
    """`worker`, `server` or `both`: what is killed."""


class Post(ScriptedServer):
    """Takes mail. `bad` says whether the script `trouble` is in force now."""

    def __init__(self, strikes: tuple[Strike, ...], trouble: dict[str, str]) -> None:
        super().__init__({})
        self._strikes = list(strikes)
        self._good, self._trouble = dict(self.script), trouble
        self._phases: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.refused = 0
        self.blow: Callable[[str], None] = lambda _: None
        self.bad: Callable[[], bool] = lambda: bool(trouble)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, by the script that is in force when it comes."""
        self.script = self._good | (self._trouble if self.bad() else {})
        await super().serve(reader, writer)

    async def _answer(self, phase: str, writer: asyncio.StreamWriter) -> bool:
        self._phases[phase] += 1
        strike = self._strike(phase)
        if phase == "content":
            self._take(strike)
        if strike is not None and strike.blow is not None:
            self.blow(strike.blow)
        if strike is not None and strike.answer is not None:
            self.script = self.script | {phase: strike.answer}
        if self.script[phase][:1] in "45":
            self.refused += 1
        answered = await super()._answer(phase, writer)
        if phase == "content" and answered:
            self._phases["answered"] += 1
            after = self._strike("answered")
            if after is not None and after.blow is not None:
                self.blow(after.blow)
        return answered

    def _strike(self, phase: str) -> Strike | None:
        for strike in self._strikes:
            if (strike.phase, strike.nth) == (phase, self._phases[phase]):
                self._strikes.remove(strike)
                return strike
        return None

    def _take(self, strike: Strike | None) -> None:
        """Count a mail that arrived whole, unless it is refused: our silence does not unmake it."""
        answer = (strike.answer if strike else None) or self.script["content"]
        if answer[:1] not in "45":
            self.taken[str(message_from_bytes(self.content)["Message-ID"]).strip()] += 1
