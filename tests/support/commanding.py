"""The command in a test's own process, and as a process of its own: exit codes and documents."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from atoz.cli.app import main
from tests.support.running import ROOT
from tests.support.server import Bench

Captured = pytest.CaptureFixture[str]
Command = Callable[..., Awaitable[tuple[int, Any]]]

PATIENCE = 120.0


def surroundings(bench: Bench) -> dict[str, str]:
    """The environment of whoever calls the command beside this server."""
    return {
        "TEMPORAL_ADDRESS": bench.server.client.service_client.config.target_host,
        "ATOZ_STATE": str(bench.settings.state),
    }


def command_of(bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Command:
    """Runs one line as a person would, with `-o json`: exit code and document."""
    for name, value in surroundings(bench).items():
        monkeypatch.setenv(name, value)

    async def run(*line: str) -> tuple[int, Any]:
        code = await asyncio.to_thread(main, [*line, "-o", "json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def ran(
    *line: str, environment: Mapping[str, str], program: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """One command to its end, as a process; of the `program` in that folder."""
    return subprocess.run(
        [sys.executable, str(program / "starter.py"), *line],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
