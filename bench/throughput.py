"""Completed claims per second beside a bare workflow of the same shape, on the same server.

Both take turns, several times, so that a slow minute of the machine hits both. The server is the
one of `up`: a database file in WAL mode. The claims run the whole documented path: two messages,
two replies, the appeal, its receipt, the decision, the archive.
"""

import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from atoz.claims.base import Record, utc
from atoz.errors import Usage
from bench.bare import BARE_WORKFLOW
from bench.cases import typical_claims
from bench.counting import Cost, cost_of
from bench.crowd import Kind, crowd, live
from bench.ground import BARE_QUEUE, Ground, ground, spent
from bench.showing import say_how, table
from workflows import names
from workflows.claim import ClaimInput

AIM = 0.6
"""Claims per second against the bare workflow's, at least."""

AT_ONCE = 100
"""Claims under way at any time: enough that waits of a second limit nothing."""

FEWEST = 2 * AT_ONCE + 50
"""A run's middle begins once the first claims have ended, and ends before any place stays empty."""

HOW = (
    "one server as `up` starts it (database file, WAL), one process with both workers and the people "
    "who answer; waits of a second or two on the real clock; each run keeps {at_once} claims under way, its "
    "rate is that of its middle, while none is missing; the two kinds take turns, the ratio is the "
    "median of {rounds} pairs; the bare workflow has the same timers, activities and messages, its "
    "activities answer with nothing, and it has no engine, no search attributes, no validation; CPU is "
    "that of this process and of the server, steadier than the clock where others use the machine"
)


class Run(Record):
    """One crowd: claims per second in its steady middle, CPU milliseconds per claim."""

    claims_per_second: float
    worker_ms: float
    server_ms: float | None


class Pair(Record):
    """A crowd of claims and a bare one: the ratios of claims per second and per CPU second."""

    claim: Run
    bare: Run
    ratio: float
    cpu_ratio: float | None


class ThroughputReport(Record):
    """All pairs, their median ratios, and what one claim of each kind left in its history."""

    how: str
    claims: int
    at_once: int
    ratio: float
    cpu_ratio: float | None
    pairs: tuple[Pair, ...]
    costs: dict[str, Cost]


async def measure(rounds: int, claims: int) -> ThroughputReport:
    """Let the crowds take turns. Raises Usage where a run is too short to have a middle."""
    if claims < FEWEST or rounds < 1:
        raise Usage(f"--claims is {FEWEST} or more, and --rounds is one or more")
    with TemporaryDirectory(prefix="bench-") as folder:
        async with ground(Path(folder)) as here:
            pairs = [await _pair(here, number, claims) for number in range(rounds)]
            costs = {kind.workflow: await _cost(here, kind, claims // 2) for kind in KINDS}
    by_cpu = [pair.cpu_ratio for pair in pairs if pair.cpu_ratio is not None]
    return ThroughputReport(
        how=HOW.format(at_once=AT_ONCE, rounds=rounds),
        claims=claims,
        at_once=AT_ONCE,
        ratio=statistics.median(pair.ratio for pair in pairs),
        cpu_ratio=statistics.median(by_cpu) if by_cpu else None,
        pairs=tuple(pairs),
        costs=costs,
    )


def _claim_input(order: str) -> ClaimInput:
    """The documented playbook's typical claim, noticed now."""
    file = typical_claims()["documented"].claim_file
    now = utc(datetime.now(UTC))
    claim = file.claim.model_copy(update={"order_id": order, "notified_at": now, "filed_at": now})
    return ClaimInput(file=file.model_copy(update={"claim": claim}))


CLAIM = Kind(names.CLAIM_WORKFLOW, names.TASK_QUEUE, _claim_input)
BARE = Kind(BARE_WORKFLOW, BARE_QUEUE, lambda order: {"order": order})
KINDS = (CLAIM, BARE)


async def _cost(here: Ground, kind: Kind, claim: int) -> Cost:
    """A claim from the middle of the first pair, to see that both kinds had the same shape."""
    order = _order(KINDS.index(kind), claim)
    handle = here.client.get_workflow_handle(kind.id_of(order))
    return cost_of((await handle.fetch_history()).events)


async def _pair(here: Ground, number: int, claims: int) -> Pair:
    """Both crowds, the first one changing from pair to pair: the later one has the fuller database."""
    runs = {
        kind.workflow: await _run(here, kind, 2 * number + turn, claims)
        for turn, kind in enumerate(KINDS if number % 2 == 0 else reversed(KINDS))
    }
    pair = _paired(runs[CLAIM.workflow], runs[BARE.workflow])
    sys.stderr.write(f"  pair {number + 1}: {pair.ratio:.2f}\n")
    return pair


def _paired(claim: Run, bare: Run) -> Pair:
    ratio = claim.claims_per_second / bare.claims_per_second
    cpu_ratio = None
    if claim.server_ms is not None and bare.server_ms is not None:
        cpu_ratio = (bare.worker_ms + bare.server_ms) / (claim.worker_ms + claim.server_ms)
    return Pair(claim=claim, bare=bare, ratio=ratio, cpu_ratio=cpu_ratio)


async def _run(here: Ground, kind: Kind, number: int, claims: int) -> Run:
    async def one(claim: int) -> Any:
        return await live(here.client, here.watcher, kind, _order(number, claim))

    before = spent(here)
    ended = await crowd(one, claims, AT_ONCE)
    after = spent(here)
    middle = ended[AT_ONCE : claims - AT_ONCE + 1]
    server = None
    if after.server is not None and before.server is not None:
        server = (after.server - before.server) * 1000 / claims
    return Run(
        claims_per_second=(len(middle) - 1) / (middle[-1] - middle[0]),
        worker_ms=(after.workers - before.workers) * 1000 / claims,
        server_ms=server,
    )


def _order(run: int, claim: int) -> str:
    return f"{run:03}-{claim:07}-0000000"


def show(report: ThroughputReport, screen: Console) -> None:
    """The shapes, each pair, and the median."""
    screen.print(_shapes(report))
    screen.print()
    columns = (
        "pair",
        "claims/s",
        "bare/s",
        "ratio",
        "worker ms",
        "bare",
        "server ms",
        "bare",
        "by CPU",
    )
    shown = table("Completed claims per second, and CPU per claim", columns)
    for number, pair in enumerate(report.pairs, start=1):
        rates = (pair.claim.claims_per_second, pair.bare.claims_per_second)
        shown.add_row(
            str(number),
            *(f"{rate:.1f}" for rate in rates),
            f"{pair.ratio:.2f}",
            *(f"{run.worker_ms:.0f}" for run in (pair.claim, pair.bare)),
            *(_known(run.server_ms, ".0f") for run in (pair.claim, pair.bare)),
            _known(pair.cpu_ratio, ".2f"),
        )
    screen.print(shown)
    screen.print(
        f"median ratio [bold]{report.ratio:.2f}[/bold] (aim {AIM:g} or more), "
        f"by CPU {_known(report.cpu_ratio, '.2f')}"
    )
    screen.print()
    say_how(screen, report.how)


def _known(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _shapes(report: ThroughputReport) -> Table:
    shown = table(
        "One claim of each kind",
        ("workflow", "events", "bytes", "tasks", "timers", "local", "sends", "said", "upserts"),
    )
    for name, cost in report.costs.items():
        kinds = ("workflow_task_completed", "timer_started", "marker_recorded")
        counts = [cost.kinds.get(kind, 0) for kind in kinds]
        said = cost.action("signals") + cost.action("updates")
        sends, upserts = cost.action("activity attempts"), cost.action("upserts")
        row = (cost.events, cost.history_bytes, *counts, sends, said, upserts)
        shown.add_row(name, *map(str, row))
    return shown
