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

    def forget(self) -> None:
        """Ask everything anew: what was found is known to be of before."""
        self._found.clear()


class Newest(Generic[T]):
    """One answer that takes long: asked for again in the background once it is older than `keep`."""

    def __init__(self, keep: timedelta, now: Callable[[], datetime]) -> None:
        self._keep = keep
        self._now = now
        self._found: tuple[datetime, T] | None = None
        self._asking: asyncio.Task[None] | None = None

    async def get(self, ask: Callable[[], Awaitable[T]], patience: timedelta) -> T | None:
        """The newest answer; None where even the first one takes longer than `patience`.

        What `ask` raises is raised where there is no answer yet, and not kept.
        """
        old = self._found is None or self._now() - self._found[0] > self._keep
        if old and self._asking is None:
            self._asking = asyncio.create_task(self._ask(ask))
        asking = self._asking
        if old and asking is not None:
            await asyncio.wait({asking}, timeout=patience.total_seconds())
            if asking.done() and self._found is None:
                asking.result()
        return self._found[1] if self._found else None

    async def _ask(self, ask: Callable[[], Awaitable[T]]) -> None:
        try:
            began = self._now()
            self._found = began, await ask()
        finally:
            self._asking = None
