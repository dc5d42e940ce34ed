"""The command as a process: what it prints is whole, and its exit code is the one that counts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 60


def atoz(
    root: Path, state: Path, *line: str, address: str = "127.0.0.1:1"
) -> subprocess.CompletedProcess[str]:
    """Run `starter.py` with these arguments, where no server is."""
    return subprocess.run(
        [sys.executable, root / "starter.py", *line],
        cwd=root,
        env={**os.environ, "ATOZ_STATE": str(state), "TEMPORAL_ADDRESS": address},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["status", "111-0000102-0000102"], 4),
        (["status"], 2),
        (["explode"], 2),
        (["start", "there-is-no-such-file.json"], 1),
        (["--help"], 0),
    ],
)
def test_the_exit_code_tells_what_happened(
    root: Path, tmp_path: Path, line: list[str], code: int
) -> None:
    """One line of error and no traceback, whatever goes wrong."""
    ended = atoz(root, tmp_path, *line)
    assert ended.returncode == code
    assert "Traceback" not in ended.stderr
    assert ended.stderr.count("\n") == (1 if code else 0)


def test_a_reader_that_has_seen_enough_is_no_error(root: Path, tmp_path: Path) -> None:
    """`starter.py … | head -1` ends quietly."""
    case = root / "samples" / "cases" / "buyer-silent.json"
    line = [sys.executable, str(root / "starter.py"), "playbook", "simulate", "documented"]
    with subprocess.Popen(
        [*line, "--case", str(case)],
        cwd=root,
        env={**os.environ, "ATOZ_STATE": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == 0


@pytest.mark.server
def test_a_rehearsal_prints_the_document_of_its_simulation(root: Path, tmp_path: Path) -> None:
    """The real workflow and the engine alone tell the same; a rehearsal leaves nothing behind."""
    case = str(root / "samples" / "cases" / "photos-on-day-two.json")
    lines = (["rehearse"], ["playbook", "simulate", "documented"])
    played: list[dict[str, Any]] = []
    for line in lines:
        ended = atoz(root, tmp_path, *line, "--case", case, "-o", "json")
        assert ended.returncode == 0, ended.stderr
        played.append(json.loads(ended.stdout))
    real, simulated = played
    assert real.keys() == {"timeline", "outcome"}
    assert real["outcome"] == simulated["outcome"]
    told = [[(fact["kind"], fact["step"]) for fact in p["timeline"]] for p in played]
    assert told[0] == told[1]
    for fact, foreseen in zip(real["timeline"], simulated["timeline"], strict=True):
        late = datetime.fromisoformat(fact["at"]) - datetime.fromisoformat(foreseen["at"])
        assert timedelta(0) <= late <= timedelta(seconds=60), fact
    assert list(tmp_path.iterdir()) == []
