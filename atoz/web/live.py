"""Changes as they happen, for every browser at once: one look at the server serves all who wait.

A claim changes when the server says that its history grew; a list when its first page differs. Both
cost no worker anything. Acts made here are looked for at once.
"""

import asyncio
import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from datetime import timedelta

from atoz.errors import AtozError

EVERY = timedelta(seconds=2)
MOST_WAITING = 200
"""Streams at once: browsers keep one a tab open."""
MOST_OF_ONE = 50
"""Of one person or program: whoever opens them without end leaves room for the others."""

Look = Callable[[], Awaitable[object]]


class Crowded(AtozError):  # noqa: N818 - named for what happened
    """Too many pages are kept up to date at once: close some tabs."""

    permanent = False


def version_of(found: object) -> str:
    """What a look found, as the id that its `changed` event bears."""
    text = json.dumps(found, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Live:
    """What is watched, each thing by one task as long as somebody waits for it."""

    def __init__(self, every: timedelta = EVERY) -> None:
        self._every = every.total_seconds()
        self._topics: dict[str, _Topic] = {}
        self._waiting: Counter[str] = Counter()
        self._seats: Counter[str] = Counter()

    def demand_room(self, name: str) -> None:
        """Raise Crowded where no further stream can be served, or none to whoever has this name."""
        if self._seats.total() >= MOST_WAITING or self._seats[name] >= MOST_OF_ONE:
            raise Crowded

    @contextlib.contextmanager
    def seat(self, name: str) -> Iterator[None]:
        """While the block runs, whoever has this name has one stream more."""
        self._seats[name] += 1
        try:
            yield
        finally:
            self._seats[name] -= 1
            if not self._seats[name]:
                del self._seats[name]

    def poke(self) -> None:
        """Something was done here: look now."""
        for topic in self._topics.values():
            topic.now.set()

    async def changes(
        self, name: str, look: Look, seen: str | None = None
    ) -> AsyncGenerator[str, None]:
        """The versions of a thing from now on, beginning with how it is unless that was `seen`.

        "" where it cannot be seen.
        """
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = _Topic(look, self._every)
        self._waiting[name] += 1
        try:
            while (seen := await topic.after(seen)) is not None:
                yield seen
        finally:
            self._waiting[name] -= 1
            if not self._waiting[name]:
                del self._waiting[name]
                del self._topics[name]
                await topic.close()

    async def close(self) -> None:
        """Let everybody go: the board stops."""
        for topic in list(self._topics.values()):
            await topic.close()


class _Topic:
    def __init__(self, look: Look, every: float) -> None:
        self.now = asyncio.Event()
        self._look = look
        self._every = every
        self._version: str | None = None
        self._changed = asyncio.Condition()
        self._over = False
        self._task = asyncio.create_task(self._watch())

    async def after(self, seen: str | None) -> str | None:
        """The version, once it is another than `seen`; None when nothing comes any more."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._over or self._version not in (None, seen))
            return None if self._over else self._version

    async def close(self) -> None:
        async with self._changed:
            self._over = True
            self._changed.notify_all()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _watch(self) -> None:
        while True:
            self.now.clear()
            version = await self._seen()
            if version != self._version:
                async with self._changed:
                    self._version = version
                    self._changed.notify_all()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.now.wait(), self._every)

    async def _seen(self) -> str:
        try:
            return version_of(await self._look())
        except AtozError:
            return ""
