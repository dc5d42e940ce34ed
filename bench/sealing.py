"""What it costs to seal a claim: its key made, taken up by another process, its payloads sealed and opened.

Against the same payloads through the converter alone; the store is a folder.
"""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, WorkflowSerializationContext

from atoz.claims.base import Record
from atoz.claims.claim import claim_id_of
from atoz.evidence.store import open_objects
from atoz.keeping import converter_of
from atoz.vault.data_keys import DataKeys
from atoz.vault.ring import make_ring
from atoz.vault.vault import Vault
from bench.showing import say_how, table

PAYLOADS = 40
"""Of a typical claim, each sealed once and opened once; a claim's whole history is some 4 KB without."""
WORDS = {"text": "We would like to settle this with you directly. " * 4}
HOW = (
    f"mean of many claims, one process: {PAYLOADS} payloads of {len(str(WORDS))} bytes each, sealed by a "
    "client and opened by a worker with keys of its own; the store is a folder"
)


class SealingReport(Record):
    """Milliseconds and bytes of one claim, sealed and plain."""

    how: str
    sealed_ms: float
    plain_ms: float
    more_bytes_per_payload: float


def measure(repeats: int) -> SealingReport:
    """Time many claims, each with a key of its own."""
    with TemporaryDirectory(prefix="bench-") as folder:
        return asyncio.run(_measured(Path(folder), repeats))


async def _measured(folder: Path, repeats: int) -> SealingReport:
    ring, store = make_ring(folder / "ring.json", datetime.now(UTC)), open_objects(folder / "store")
    client, worker = (converter_of(Vault(DataKeys(store, ring))) for _ in range(2))
    sealed, long = await _claims(client, worker, repeats)
    plain, short = await _claims(pydantic_data_converter, pydantic_data_converter, repeats)
    return SealingReport(
        how=HOW, sealed_ms=sealed, plain_ms=plain, more_bytes_per_payload=(long - short) / PAYLOADS
    )


async def _claims(
    client: DataConverter, worker: DataConverter, repeats: int
) -> tuple[float, float]:
    """Milliseconds and bytes of a claim."""
    size, began = 0, time.perf_counter()
    for number in range(repeats):
        context = WorkflowSerializationContext("default", claim_id_of(f"777-{number:07}-0000000"))
        for _ in range(PAYLOADS):
            payloads = await client.with_context(context).encode([WORDS])
            await worker.with_context(context).decode(payloads)
            size += payloads[0].ByteSize()
    return (time.perf_counter() - began) / repeats * 1_000, size / repeats


def show(report: SealingReport, screen: Console) -> None:
    """One line."""
    shown = table("Sealing a claim", ("sealed ms", "plain ms", "bytes more per payload"))
    shown.add_row(
        f"{report.sealed_ms:.1f}", f"{report.plain_ms:.1f}", f"{report.more_bytes_per_payload:.0f}"
    )
    screen.print(shown)
    screen.print()
    say_how(screen, report.how)
