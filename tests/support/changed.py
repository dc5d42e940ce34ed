"""The program as it is after a change: a copy of its sources with some of their words replaced.

An upgrade is tried with two codes that really differ, each known by its own digest, as its user meets it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.running import ROOT

PROGRAM = ("activities", "atoz", "playbooks", "workflows", "starter.py", "worker.py")
CLAIM = Path("workflows", "claim.py")
_BEGINS = "        while not isinstance(decision := "
"""Where a claim's `run` begins to act."""

BREAKING = f"        await asyncio.sleep(1)\n{_BEGINS}"
"""One timer more at the beginning: a command that no history of before has."""
SAFE = f'        if workflow.patched("waits first"):\n            await asyncio.sleep(1)\n{_BEGINS}'
"""The same as a careful person writes it: claims that run go on as they did."""


def changed(folder: Path, begins: str = BREAKING) -> Path:
    """The program in `folder`, where claims begin otherwise than here."""
    folder.mkdir()
    for part in PROGRAM:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part)
        else:
            shutil.copy2(ROOT / part, folder / part)
    before = (ROOT / CLAIM).read_text("utf-8")
    after = before.replace(_BEGINS, begins)
    assert after != before, f"{CLAIM} has no longer the words that are to be changed"
    (folder / CLAIM).write_text(after, "utf-8")
    return folder
