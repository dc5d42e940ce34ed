"""How many processes a place has room for, by the files in which the kernel says what it may take."""

from __future__ import annotations

from pathlib import Path

import pytest

from atoz.service import room as rooms
from atoz.service.room import EACH, MOST, room

GIB = 2**30


@pytest.fixture(autouse=True)
def big_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node of 64 cores, as a container sees it."""
    monkeypatch.setattr(rooms, "_machine", lambda: 64)


def a_group(folder: Path, **files: str) -> Path:
    """A control group with these files; a dash below stands for a dot."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def asked(groups: Path, own: str = "") -> int:
    """The room of a process whose own line is this."""
    line = groups.parent / "own"
    line.write_text(own)
    return room(groups, line)


def test_without_limits_there_is_a_cap(tmp_path: Path) -> None:
    """Whatever the node has; a machine of one core gets one."""
    assert asked(tmp_path / "nowhere") == MOST
    assert asked(a_group(tmp_path / "g", cpu__max="max 100000", memory__max="max\n")) == MOST


@pytest.mark.parametrize(
    ("quota", "processes"), [("50000", 1), ("100000", 1), ("250000", 2), ("9900000", MOST)]
)
def test_a_share_of_the_cores_counts(tmp_path: Path, quota: str, processes: int) -> None:
    """Whole cores, one at least; both editions of control groups."""
    assert asked(a_group(tmp_path / "two", cpu__max=f"{quota} 100000\n")) == processes
    old = tmp_path / "one"
    a_group(old / "cpu", cpu__cfs_quota_us=quota, cpu__cfs_period_us="100000")
    assert asked(old) == processes


def test_the_memory_that_is_left_counts(tmp_path: Path) -> None:
    """Beside a worker of half a GiB two fit into one; cached files are given back and do not count."""
    used = GIB - 2 * EACH
    group = a_group(tmp_path / "two", memory__max=str(GIB), memory__current=str(used))
    assert asked(group) == 2
    a_group(group, memory__current=str(GIB))
    assert asked(group) == 1
    a_group(group, memory__stat=f"anon 5\ninactive_file {3 * EACH}\nactive_file 9\n")
    assert asked(group) == 3
    old = tmp_path / "one"
    limits = {"memory__limit_in_bytes": str(GIB), "memory__usage_in_bytes": str(used)}
    a_group(old / "memory" / "pod", **limits)
    assert asked(old, "4:memory:/pod\n") == 2
    assert asked(old, "4:memory:/another\n") == MOST


def test_this_machine_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its files look like."""
    monkeypatch.undo()
    assert 1 <= room() <= MOST
