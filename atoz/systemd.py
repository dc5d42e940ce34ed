"""Words to systemd, where it is what started us: that we are ready, that we still turn, that we end.

Its watchdog restarts a process whose loop stands still; a server that is down is no reason for that.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator

READY = "READY=1"
TURNS = "WATCHDOG=1"
ENDS = "STOPPING=1"


def tell(words: str) -> None:
    """Say it to whoever listens at NOTIFY_SOCKET; nothing where nobody does."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = f"\0{address[1:]}"
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaking,
    ):
        speaking.sendto(words.encode(), address)


@contextlib.asynccontextmanager
async def watched_over() -> AsyncIterator[None]:
    """While the block runs, say at half the watchdog's time that the loop turns; then that it ends."""
    usec = os.environ.get("WATCHDOG_USEC", "")
    turning = asyncio.create_task(_turn(int(usec) / 2_000_000)) if usec.isdecimal() else None
    try:
        yield
    finally:
        if turning is not None:
            turning.cancel()
        tell(ENDS)


async def _turn(pause: float) -> None:
    while True:
        tell(TURNS)
        await asyncio.sleep(pause)
