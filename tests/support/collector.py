"""An OpenTelemetry collector of a few lines: it keeps what it is sent, as it came, in files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.support.loopback import listening


class Collector:
    """What came, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir()
        self._count = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Requests, one after another, each taken."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self._count += 1
                path = self._folder / f"{self._count}.bin"
                path.write_bytes(await reader.readexactly(size))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
        except asyncio.IncompleteReadError:
            writer.close()

    def spans(self) -> list[Span]:
        """Every span that came."""
        requests = [
            ExportTraceServiceRequest.FromString(path.read_bytes())
            for path in sorted(self._folder.glob("*.bin"))
        ]
        return [
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@asynccontextmanager
async def collecting(folder: Path) -> AsyncIterator[tuple[Collector, str]]:
    """A collector that keeps what it gets below `folder`, and the address for traces."""
    collector = Collector(folder)
    async with listening(collector.serve) as port:
        yield collector, f"http://127.0.0.1:{port}/v1/traces"
