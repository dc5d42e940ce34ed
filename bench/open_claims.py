"""What very many open claims cost: the worker's memory, a query of a claim that sleeps, the board's pages.

All are real claims on the real path: started as `start` does, sealed, taken up by a worker process, waiting
for their first day to pass; every twentieth is incomplete and waits for a person.
"""

import asyncio
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from atoz.claims.base import Record
from atoz.errors import NoServer, NoWorker, Usage
from atoz.harness.devserver import database_of
from atoz.service import starting
from atoz.service.base import claim_id
from bench.board import PageTime, pages_of
from bench.showing import say_how, table
from bench.standing import Standing, claim_file, megabytes, order_of, paced, percentile, standing

FEW = 100
"""What the many are compared with."""
ROUNDS = 3
ASKED = 100
"""Claims asked in one round, each once, of a worker that has none of them in its cache."""

WORKER_AIM, RATIO_AIM, PAGE_AIM = 400.0, 3.0, 200.0
"""Megabytes; cold query p99 against that at FEW; milliseconds of a page. Source: the issue of scale."""

HOW = (
    "claims started as `start` does, sealed, bulk starts paced to what the worker takes up; the worker's "
    "memory is its highest while it took them all up; a query is cold: asked of a worker that was just "
    "started, {rounds} rounds of {asked} claims drawn from all; each page of the board asked for over HTTP, "
    "rendered whole"
)


class Level(Record):
    """How things are with so many claims open. Megabytes, milliseconds."""

    open: int
    seconds_to_start: float
    worker_mb: float | None
    server_mb: float | None
    database_mb: float
    query_p50: float
    query_p99: float
    pages: tuple[PageTime, ...]

    @property
    def slowest_page(self) -> float:
        """The page that usually takes longest: by its median, since one look shows noise."""
        return max(page.median for page in self.pages)


class OpenReport(Record):
    """Few and many, and how much slower a cold query is with many."""

    how: str
    few: Level
    many: Level
    ratio: float


async def measure(claims: int) -> OpenReport:
    """Measure with few open, open the rest, measure again. Raises Usage for a size that shows nothing."""
    if claims <= FEW:
        raise Usage(f"--claims is more than {FEW}, which they are compared with")
    with TemporaryDirectory(prefix="bench-") as folder:
        async with standing(Path(folder)) as here:
            await here.worker_anew()
            few = await _level(here, Path(folder), 0, FEW)
            many = await _level(here, Path(folder), FEW, claims)
    return OpenReport(
        how=HOW.format(rounds=ROUNDS, asked=ASKED),
        few=few,
        many=many,
        ratio=many.query_p99 / few.query_p99,
    )


async def _level(here: Standing, folder: Path, first: int, last: int) -> Level:
    began = time.monotonic()
    await _open(here, first, last)
    took = time.monotonic() - began
    sys.stderr.write(f"  {last - first} claims were opened in {took:.0f} s\n")
    worker, server = megabytes(here.worker_id, "VmHWM"), megabytes(here.server.pid)
    queries = [each for turn in range(ROUNDS) for each in await _cold(here, last, turn)]
    return Level(
        open=last,
        seconds_to_start=took,
        worker_mb=worker,
        server_mb=server,
        database_mb=database_of(folder).stat().st_size / 1e6,
        query_p50=percentile(queries, 0.5),
        query_p99=percentile(queries, 0.99),
        pages=await pages_of(here.client, folder),
    )


async def _open(here: Standing, first: int, last: int) -> None:
    """Claims that arrived over the last hours, none of which has anything to do yet."""
    service, now = here.service, datetime.now(UTC)

    async def one(number: int) -> None:
        at = now - timedelta(seconds=number * 7919 % 36_000)
        nobody = {"relay": None} if number % 20 == 0 else {}
        await starting.start(service, claim_file(number, at, **nobody))

    await paced(here, one, range(first, last))


async def _cold(here: Standing, known: int, turn: int) -> list[float]:
    """Milliseconds of one status query each, of claims that the worker has never seen."""
    await here.worker_anew()
    calls, times = here.service.calls, list[float]()
    await _answers(here)
    draw = random.Random(turn)  # noqa: S311 - the same claims each time, nothing secret
    for number in draw.sample(range(1, known), min(ASKED, known - 1)):
        began = time.perf_counter()
        await calls.query(claim_id(order_of(number)), "status")
        times.append((time.perf_counter() - began) * 1000)
    return times


async def _answers(here: Standing) -> None:
    """Return once the new worker answers: the server may still know the pollers of the one before."""
    while True:
        try:
            await here.service.calls.query(claim_id(order_of(0)), "status")
        except (NoServer, NoWorker):
            await asyncio.sleep(1)
        else:
            return


def show(report: OpenReport, screen: Console) -> None:
    """Few beside many."""
    made = table("Open claims", ("", f"{report.few.open:,}", f"{report.many.open:,}", "aim"))
    rows: list[tuple[str, str, str]] = [
        ("seconds to start them", "seconds_to_start", ""),
        ("worker, highest MB", "worker_mb", f"{WORKER_AIM:.0f}"),
        ("server MB", "server_mb", ""),
        ("database MB", "database_mb", ""),
        ("cold query p50 ms", "query_p50", ""),
        ("cold query p99 ms", "query_p99", f"{RATIO_AIM:g} times"),
        ("board, slowest page, median ms", "slowest_page", f"{PAGE_AIM:.0f}"),
    ]
    for words, name, aim in rows:
        values = (getattr(level, name) for level in (report.few, report.many))
        made.add_row(words, *("-" if v is None else f"{v:.0f}" for v in values), aim)
    screen.print(made)
    for few, many in zip(report.few.pages, report.many.pages, strict=True):
        screen.print(f"  {many.page}: median {few.median:.0f} → {many.median:.0f} ms", style="dim")
    screen.print(f"cold query p99: [bold]{report.ratio:.1f}[/bold] times that with few")
    screen.print()
    say_how(screen, report.how)
