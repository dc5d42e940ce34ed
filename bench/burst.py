"""Very many claims whose timers fire in the same second: all are served, and how late the last ones.

A bare workflow with the same timer and one activity is put to the same test on the same server.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from atoz.claims.base import Record
from atoz.errors import AtozError
from atoz.wiring import OWN_MODULES
from bench.alarm import ALARM, Alarms, BareAlarm
from bench.firing import charged, lead
from bench.showing import say_how, table
from bench.standing import Standing, paced, percentile, standing

AIM_SECONDS = 60.0
"""How late the last ones may be (p99). Source: the issue of scale."""
PATIENCE = 600.0
BARE_QUEUE = "bare-alarms"
HOW = (
    "claims of the documented playbook, sealed, whose first message is due in one and the same second; one "
    "worker with the cache of its settings in this process; late is when the message reaches the way out; "
    "a bare workflow that waits for the same second and runs one activity beside it, on the same server"
)


class Lateness(Record):
    """Seconds after the second that all were due in."""

    served: int
    p50: float
    p99: float
    last: float


class BurstReport(Record):
    """The claims and the bare workflows."""

    how: str
    claims: int
    seconds_to_start: float
    twice: int
    claim: Lateness
    bare: Lateness
    ratio: float


async def measure(claims: int) -> BurstReport:
    """Both bursts, one after the other."""
    with TemporaryDirectory(prefix="bench-") as folder:
        async with standing(Path(folder)) as here:
            async with charged(here, claims, {}) as ready:
                came = ready.mails.came
                await _until(lambda: len(came) >= claims, ready.due)
                ours = _lateness([at for _, at in came], ready.due)
            bare = await _bare(here, claims)
    return BurstReport(
        how=HOW,
        claims=claims,
        seconds_to_start=ready.seconds_to_start,
        twice=ready.mails.twice,
        claim=ours,
        bare=bare,
        ratio=ours.p99 / max(bare.p99, 0.1),
    )


async def _bare(here: Standing, count: int) -> Lateness:
    alarms = Alarms()
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*OWN_MODULES, "bench")
    worker = Worker(
        here.client,
        task_queue=BARE_QUEUE,
        workflows=[BareAlarm],
        activities=[alarms.ring],
        workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
        max_cached_workflows=here.settings.cached_claims,
    )
    due = datetime.now(UTC) + timedelta(seconds=lead(count))

    async def one(number: int) -> None:
        await here.client.start_workflow(
            ALARM, due.isoformat(), id=f"bare-{number}", task_queue=BARE_QUEUE
        )

    async with worker:
        await paced(here, one, range(count), BARE_QUEUE)
        await _until(lambda: len(alarms.rang) >= count, due)
    return _lateness(alarms.rang, due)


async def _until(served: Callable[[], bool], due: datetime) -> None:
    deadline = due.timestamp() + PATIENCE
    while not served():
        if time.time() > deadline:
            raise AtozError(f"not all were served {PATIENCE:g} s after they were due")
        await asyncio.sleep(0.2)


def _lateness(instants: Sequence[float], due: datetime) -> Lateness:
    late = [at - due.timestamp() for at in instants]
    sys.stderr.write(f"  {len(late)} served, the last one {max(late):.1f} s late\n")
    return Lateness(
        served=len(late), p50=percentile(late, 0.5), p99=percentile(late, 0.99), last=max(late)
    )


def show(report: BurstReport, screen: Console) -> None:
    """Claims beside bare workflows."""
    made = table(
        f"{report.claims:,} timers in one second",
        ("", "served", "p50 s late", "p99 s late", "last s late", "aim p99"),
    )
    for name, late, aim in (
        ("claims", report.claim, f"{AIM_SECONDS:.0f}"),
        ("bare workflows", report.bare, ""),
    ):
        numbers = (late.p50, late.p99, late.last)
        made.add_row(name, str(late.served), *(f"{number:.1f}" for number in numbers), aim)
    screen.print(made)
    screen.print(
        f"messages that came twice: {report.twice}; p99 {report.ratio:.1f} times the bare one"
    )
    screen.print()
    say_how(screen, report.how)
