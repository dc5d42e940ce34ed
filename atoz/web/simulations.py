"""Plays for everybody at once: off the event loop, few at a time, and whoever comes to a queue is told so."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from atoz.errors import AtozError

AT_ONCE = 1
"""Plays compute and nothing else: a second one at the same time would only make both slower."""
MOST_WAITING = 8

T = TypeVar("T")


class Busy(AtozError):  # noqa: N818 - named for what happened
    """Too much is computed for others already: try again in some seconds."""

    permanent = False


class Simulations:
    """The plays of one board."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._asked = 0

    async def play(self, work: Callable[[], Awaitable[T]]) -> T:
        """Play when it is its turn. Raises Busy where too many wait already."""
        if self._asked >= AT_ONCE + MOST_WAITING:
            raise Busy
        self._asked += 1
        try:
            async with self._turn:
                return await work()
        finally:
            self._asked -= 1
