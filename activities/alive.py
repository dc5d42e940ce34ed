"""A sign of life while an activity talks to the world, so that a lost worker is noticed soon.

The attempt itself is never repeated for it: what the server learns early is only that the fate
of the attempt is unknown.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from temporalio import activity

EVERY = timedelta(seconds=5)


@asynccontextmanager
async def alive() -> AsyncIterator[None]:
    """Heartbeat every few seconds until the block ends."""
    beating = asyncio.create_task(_beat())
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


async def _beat() -> None:
    while True:
        await asyncio.sleep(EVERY.total_seconds())
        activity.heartbeat()
