"""`make chaos`: every fault, a few at a time; exit 1 where a promise broke. Writes docs/faults.md.

The page is that of one whole run in which no promise broke, and is not touched otherwise.
`make chaos ARGS="server dies"` plays those whose name holds the words, and writes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from atoz.harness.rehearse import ClockRanAway
from tests.chaos.counting import Row
from tests.chaos.faults import Fault, Known, every_fault
from tests.chaos.play import known, play
from tests.chaos.table import PAGE, page

AT_ONCE = 3
PLAYS = 3
"""How often a fault is played at most. The server's virtual time hangs or runs away now and then, and a
busy machine makes another number of workflow tasks: a promise that breaks is never played again."""


async def run(faults: list[Fault], folder: Path) -> list[Row | str]:
    """A row for each fault, or the words of what went wrong with it."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, fault: Fault) -> Row | str:
        async with gate:
            began = time.monotonic()
            row = await _played(fault, folder / str(number))
            sys.stdout.write(f"{time.monotonic() - began:5.1f} s  {row}\n")
            sys.stdout.flush()
            return row

    return list(await asyncio.gather(*(one(n, fault) for n, fault in enumerate(faults))))


async def _played(fault: Fault, folder: Path) -> Row | str:
    """Its row, which says why it was played again, if it was."""
    why = ""
    for number in range(PLAYS):
        again = f", played again: {why}" if why else ""
        try:
            row = await play(fault, folder / str(number))
        except TimeoutError:
            why = "virtual time hung"
        except ClockRanAway:
            why = "virtual time ran away"
        else:
            if row.struck or number == PLAYS - 1:
                return row._replace(happened=row.happened + again)
            why = "it did not strike"
    return f"{fault.name}: the claim did not come to its end, {why}"


async def _known(folder: Path) -> Known:
    """What a claim without a fault needs; once more where the server's virtual time fails."""
    for number in range(PLAYS):
        with contextlib.suppress(TimeoutError, ClockRanAway):
            return await known(folder / str(number))
    raise TimeoutError("not even a claim without a fault came to its end")


def broken(row: Row | str) -> str | None:
    """What promise a row breaks, or None."""
    if isinstance(row, str):
        return row
    if not row.struck:
        return f"{row.fault}: the fault did not strike"
    if row.lost or row.twice or row.missed:
        return f"{row.fault}: lost {row.lost}, twice {row.twice}, missed {row.missed}"
    return None if row.ended else f"{row.fault}: the claim was not answered and archived"


def main() -> int:
    """Play, write the page where all were played, and say what broke."""
    wanted, began = " ".join(sys.argv[1:]), time.monotonic()
    with TemporaryDirectory() as folder:
        found = asyncio.run(_known(Path(folder) / "known"))
        faults = [fault for fault in every_fault(found) if wanted in fault.name]
        rows = asyncio.run(run(faults, Path(folder)))
    if not rows:
        sys.stdout.write(f"no fault is called like {wanted!r}\n")
        return 2
    failures = [why for why in map(broken, rows) if why]
    if not wanted and not failures:
        PAGE.write_text(page(found, [row for row in rows if isinstance(row, Row)]), "utf-8")
    sys.stdout.write("".join(f"BROKEN {why}\n" for why in failures))
    kept, minutes = len(rows) - len(failures), (time.monotonic() - began) / 60
    sys.stdout.write(f"{kept} of {len(rows)} faults broke no promise, in {minutes:.0f} min\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
