"""A chunk of `verify` in its process, with the highest memory that the process has come to by its end."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from atoz.service import verifying
from atoz.service.verifying import Verified
from atoz.settings import Settings

FILE = "MEASURED_IN"
"""The variable that names the file of measurements."""
_KIB = 1024
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
"""`getrusage` would tell the peak of whoever started this process, where that is higher."""


def replay_chunk(settings: Settings, address: str, namespace: str, ids: Sequence[str]) -> Verified:
    """As the product does it; the process id and its peak in bytes are added to the file."""
    found = verifying._replay_chunk(settings, address, namespace, ids)
    peak = _PEAK.search(Path("/proc/self/status").read_text("utf-8"))
    assert peak is not None, "Linux tells"
    with Path(os.environ[FILE]).open("a", encoding="utf-8") as kept:
        kept.write(f"{os.getpid()} {int(peak[1]) * _KIB}\n")
    return found


def found(file: Path) -> dict[int, list[int]]:
    """The peaks of each process after each of its chunks, in bytes."""
    lives: dict[int, list[int]] = {}
    for line in file.read_text("utf-8").splitlines():
        process, peak = map(int, line.split())
        lives.setdefault(process, []).append(peak)
    return lives
