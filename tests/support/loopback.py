"""A server of a few lines on a free port of loopback, for what real servers do not do on request."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

LARGEST = 2**25
"""Bytes of a mail with all its files, which a server reads to its end at once."""


@asynccontextmanager
async def listening(
    serve: Serve, tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[int]:
    """A server on loopback, on a free port unless one is given; hanging connections end with it."""
    running: set[asyncio.Task[None]] = set()
    writers: list[asyncio.StreamWriter] = []

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def one() -> None:
            await serve(reader, writer)

        writers.append(writer)
        running.add(asyncio.create_task(one()))

    server = await asyncio.start_server(accept, "127.0.0.1", port, ssl=tls, limit=LARGEST)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for writer in writers:
            writer.close()
