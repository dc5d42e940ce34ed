"""The server is away while very many claims are due: what goes out when it is back, and how fast.

Messages leave at the pace of the settings instead of all at once, and a message that is too late when
its turn comes follows its playbook (`if_late: skip`). Nothing is lost, nothing comes twice. The bench makes
every second claim too late on purpose, and counts whether all go for which there is a turn in time.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from atoz.claims.base import Record
from atoz.claims.claim import claim_id_of
from atoz.errors import Usage
from bench.firing import Charged, charged
from bench.showing import say_how, table
from bench.standing import Standing, drained, order_of, standing
from workflows.names import OUTAGE

PER_MINUTE = 600
"""The pace here: twenty times the default, so that the bench ends."""
TAKEN = 0.5
"""The share of the claims whose turn comes before they are too late, if nothing but the pace limits them."""
SHORTEST = int(OUTAGE.total_seconds()) + 10
WINDOW = 10.0
PATIENCE = 1_200.0
HOW = (
    "claims of the documented playbook, sealed, all due in one second; the server is killed (SIGKILL) before "
    "and started again over its file after the outage, in real time; one worker, which stays, {pace} late "
    "messages a minute, `if_late: skip` beyond {late} s; what a claim did is read from its timeline"
)


class OutageReport(Record):
    """What became of every claim. Seconds count from the server's return."""

    how: str
    claims: int
    outage: int
    pace_per_second: float
    sent: int
    in_time: int
    """The turns between the first message and the instant after which all are too late."""
    skipped: int
    lost: int
    twice: int
    busiest_per_second: float
    """Messages per second in the busiest ten seconds."""
    first_after: float
    last_after: float


async def measure(claims: int, outage: int) -> OutageReport:
    """One outage of so many seconds. Raises Usage for one that nobody would notice."""
    if outage < SHORTEST:
        raise Usage(
            f"--outage is {SHORTEST} seconds or more: claims that are less late take no turns"
        )
    too_late = outage + round(TAKEN * claims * 60 / PER_MINUTE)
    step, late = {"if_late": "skip"}, f"{too_late}s"
    with TemporaryDirectory(prefix="bench-") as folder:
        async with (
            standing(Path(folder), late_sends_per_minute=PER_MINUTE) as here,
            charged(here, claims, step, late_after=late) as ready,
        ):
            back = await _away(here, ready, outage)
            found = await _settled(here, ready, claims)
    came = sorted(at - back for _, at in ready.mails.came)
    return OutageReport(
        how=HOW.format(pace=PER_MINUTE, late=too_late),
        claims=claims,
        outage=outage,
        pace_per_second=PER_MINUTE / 60,
        sent=found.count("message_sent"),
        in_time=_turns_in_time(claims, came),
        skipped=found.count("step_skipped"),
        lost=claims - len(found),
        twice=ready.mails.twice,
        busiest_per_second=_busiest(came) / WINDOW,
        first_after=came[0] if came else 0.0,
        last_after=came[-1] if came else 0.0,
    )


async def _away(here: Standing, ready: Charged, outage: int) -> float:
    """Kill the server before the claims are due, and start it again so many seconds after: when."""
    left = ready.due.timestamp() - time.time() - 3
    await asyncio.sleep(max(left, 0))
    here.server.kill()
    await here.server.ended()
    sys.stderr.write(f"  the server is away for {outage} s\n")
    await asyncio.sleep(ready.due.timestamp() + outage - time.time())
    await here.start_server()
    return time.time()


async def _settled(here: Standing, ready: Charged, claims: int) -> list[str]:
    """What each claim did about its first message, once all of them did something."""
    deadline = time.monotonic() + PATIENCE
    waiting, found = set(range(claims)), list[str]()
    # All turns are over by then, those of the claims that are too late included.
    await asyncio.sleep(claims * 60 / PER_MINUTE)
    while waiting:
        if time.monotonic() > deadline:
            return found
        await _quiet(here, ready)
        for number in sorted(waiting):
            if did := await _did(here, number):
                found.append(did)
                waiting.discard(number)
    return found


async def _quiet(here: Standing, ready: Charged) -> None:
    """Return once no message has come for a while, and no task waits."""
    before = -1
    while before != len(ready.mails.came):
        before = len(ready.mails.came)
        await asyncio.sleep(WINDOW)
        await drained(here, 0)


async def _did(here: Standing, number: int) -> str | None:
    kinds = ("message_sent", "step_skipped")
    timeline = await here.service.calls.query(claim_id_of(order_of(number)), "timeline")
    return next((fact["kind"] for fact in timeline["facts"] if fact["kind"] in kinds), None)


def _turns_in_time(claims: int, came: Sequence[float]) -> int:
    """How many turns there are from the first message on, until the claims are too late."""
    first = came[0] if came else 0.0
    return min(claims, 1 + int(TAKEN * claims - first * PER_MINUTE / 60))


def _busiest(came: Sequence[float]) -> int:
    """The most messages of any ten seconds."""
    return max((sum(0 <= other - at < WINDOW for other in came) for at in came), default=0)


def show(report: OutageReport, screen: Console) -> None:
    """What became of them, and how fast."""
    made = table(
        f"An outage of {report.outage} s with {report.claims:,} claims due in it",
        ("", "", "aim"),
    )
    rows = [
        (
            "sent when the server was back",
            str(report.sent),
            f"{report.in_time}, the turns that were in time",
        ),
        ("too late by their turn, skipped", str(report.skipped), "the others"),
        ("lost", str(report.lost), "0"),
        ("came twice", str(report.twice), "0"),
        (
            "messages per second, busiest 10 s",
            f"{report.busiest_per_second:.1f}",
            f"{report.pace_per_second:.0f}, the pace",
        ),
        ("first message after s", f"{report.first_after:.0f}", ""),
        ("last message after s", f"{report.last_after:.0f}", ""),
    ]
    for row in rows:
        made.add_row(*row)
    screen.print(made)
    screen.print()
    say_how(screen, report.how)
