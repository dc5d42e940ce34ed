"""`up` waits for a worker that takes its time, and says what it waits for."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from atoz.harness import system
from atoz.harness.devserver import Ports
from atoz.harness.system import Plan, System
from atoz.service.admitting import VERIFYING
from atoz.settings import Settings
from atoz.web.place import place_of


async def test_a_long_replay_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beyond the usual time it tells how far the worker is, and what comes at last is not lost."""
    monkeypatch.setattr(system, "READY_WITHIN", timedelta(milliseconds=20))
    settings = Settings.model_validate({"state": tmp_path})
    plan = Plan(tmp_path, Ports(7233), settings, place_of(settings))
    (tmp_path / "worker.log").write_text(f"{VERIFYING}: 100 of 12000 open workflows so far\n")
    waiting = System(plan, lambda: None)._patiently(asyncio.gather(asyncio.sleep(0.1)))
    await asyncio.wait_for(waiting, 30)
    assert "the worker is not ready yet" in (told := capsys.readouterr().err)
    assert "100 of 12000" in told
