"""`make chaos`: every fault, a few at a time; exit 1 where a promise broke. Writes docs/faults.md.

`make chaos ARGS="server dies"` plays those whose name holds the words, and writes nothing.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos.faults import Fault, every_fault
from tests.chaos.play import Row, play
from tests.chaos.table import PAGE, page

AT_ONCE = 3


async def run(faults: list[Fault], folder: Path) -> list[Row | str]:
    """A row for each fault, or the words of what went wrong with it."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, fault: Fault) -> Row | str:
        async with gate:
            began = time.monotonic()
            row = await _played(fault, folder / str(number), tries=2)
            sys.stdout.write(f"{time.monotonic() - began:5.1f} s  {row}\n")
            sys.stdout.flush()
            return row

    return list(await asyncio.gather(*(one(n, fault) for n, fault in enumerate(faults))))


async def _played(fault: Fault, folder: Path, tries: int) -> Row | str:
    """Its row. A play that hangs is played once more: virtual time hangs at times, a lost claim always."""
    for number in range(tries):
        try:
            return await play(fault, folder / str(number))
        except TimeoutError:
            sys.stdout.write(f"{fault.name}: it hangs (play {number + 1} of {tries})\n")
    return f"{fault.name}: the claim did not come to its end"


def broken(row: Row | str) -> str | None:
    """What promise a row breaks, or None."""
    if isinstance(row, str):
        return row
    if row.lost or row.twice or row.missed:
        return f"{row.fault}: lost {row.lost}, twice {row.twice}, missed {row.missed}"
    return None if row.ended else f"{row.fault}: the claim was not answered and archived"


def main() -> int:
    """Play, write the page where all were played, and say what broke."""
    wanted = " ".join(sys.argv[1:])
    faults = [fault for fault in every_fault() if wanted in fault.name]
    if not faults:
        sys.stdout.write(f"no fault is called like {wanted!r}\n")
        return 2
    with TemporaryDirectory() as folder:
        rows = asyncio.run(run(faults, Path(folder)))
    failures = [why for why in map(broken, rows) if why]
    if not wanted and not failures:
        PAGE.write_text(page([row for row in rows if isinstance(row, Row)]), "utf-8")
    sys.stdout.write("".join(f"BROKEN {why}\n" for why in failures))
    sys.stdout.write(f"{len(rows) - len(failures)} of {len(rows)} faults broke no promise\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
