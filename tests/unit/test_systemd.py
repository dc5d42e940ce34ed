"""What systemd hears of a worker that it started, and that nobody else hears anything."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from atoz.systemd import ENDS, READY, TURNS, tell, watched_over


async def test_it_hears_that_we_turn_and_that_we_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ready when told, alive twice within the watchdog's time, and the end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "20000")
        async with watched_over():
            tell(READY)
            await asyncio.sleep(0.05)
        systemd.setblocking(False)
        heard = []
        while ENDS not in heard:
            heard.append(systemd.recv(100).decode())
    assert heard[0] == READY
    assert heard.count(TURNS) >= 2


async def test_without_systemd_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor where it has gone."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    async with watched_over():
        tell(READY)
    monkeypatch.setenv("NOTIFY_SOCKET", "@atoz-nobody-listens")
    tell(READY)
