"""How many processes this place has room for: its cores, its share of them, and its memory.

It exists because a container sees all cores of its node and dies of memory that it was never given:
the limits are those of the control group, read as the kernel shows them (both editions of them).
"""

import os
from collections.abc import Iterator
from pathlib import Path

MOST = 4
"""More take more from those who work beside them than they bring."""
EACH = 256 * 2**20
"""Bytes that one process may come to: 130 MB to begin with, and the longest history that it holds."""

GROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")


def room(groups: Path = GROUPS, own: Path = OWN) -> int:
    """Processes, from 1 to MOST, that fit beside what runs here already."""
    folders = [folder for folder in _folders(groups, own) if folder.is_dir()]
    limits = [limit for folder in folders for limit in (_cores(folder), _fitting(folder))]
    return max(1, min([MOST, _machine(), *(limit for limit in limits if limit is not None)]))


def _machine() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # only Linux tells
        return os.cpu_count() or 1


def _folders(groups: Path, own: Path) -> Iterator[Path]:
    """Where the limits of this process stand: at the top as a container sees it, or below."""
    yield from (groups, groups / "cpu", groups / "memory")
    try:
        lines = own.read_text("ascii", "replace").splitlines()
    except OSError:
        return
    for line in lines:
        _, kinds, where = line.split(":", 2)
        for kind in kinds.split(","):
            yield groups / kind / where.lstrip("/")


def _cores(folder: Path) -> int | None:
    """Whole cores of the share; None where it is not limited."""
    both = _words(folder / "cpu.max") or [
        *_words(folder / "cpu.cfs_quota_us"),
        *_words(folder / "cpu.cfs_period_us"),
    ]
    quota, period = (_number(word) for word in (*both, "", "")[:2])
    return max(1, quota // period) if quota and period else None


def _fitting(folder: Path) -> int | None:
    """Processes that fit into the memory that is left; None where it is not limited."""
    for limit, used, cache in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        most = _number(*_words(folder / limit)[:1])
        if most is not None:
            stat = _words(folder / "memory.stat")
            given_back = dict(zip(stat[::2], stat[1::2], strict=False)).get(cache, "0")
            taken = (_number(*_words(folder / used)[:1]) or 0) - (_number(given_back) or 0)
            return max(0, most - taken) // EACH
    return None


def _words(file: Path) -> list[str]:
    try:
        return file.read_text("ascii", "replace").split()
    except OSError:
        return []


def _number(word: str = "") -> int | None:
    """A limit; None for `max`, `-1` and what is not there."""
    return int(word) if word.isdecimal() else None
