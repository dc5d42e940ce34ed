"""An answer kept for some seconds: however many browsers ask, the server is asked once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")


class Cached(Generic[T]):
    """The newest answer by key, each asked for again when it is older than `keep`."""

    def __init__(self, keep: timedelta, now: Callable[[], datetime]) -> None:
        self._keep = keep
        self._now = now
        self._found: dict[str, tuple[datetime, T]] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def get(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to a key's question. What `ask` raises is raised and not kept."""
        async with self._turns.setdefault(key, asyncio.Lock()):
            found = self._found.get(key)
            if found is None or self._now() - found[0] > self._keep:
                found = self._found[key] = (self._now(), await ask())
            return found[1]
