"""The face of a worker: alive from its start, ready only once it works, and no server needed to ask."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from atoz.service.readiness import STEPS
from atoz.web.face import face
from atoz.web.outside import Outside
from tests.support.server import shop_settings


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    """A worker's face before the worker has done anything."""
    return Outside(shop_settings(tmp_path), None)


def asking(outside: Outside) -> httpx2.AsyncClient:
    """Whoever asks it."""
    transport = httpx2.ASGITransport(app=face(outside))
    return httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:9433")


async def test_it_is_alive_before_it_is_ready(outside: Outside) -> None:
    """A server that is down restarts no worker: it only gets no new claims."""
    async with asking(outside) as probe:
        assert (await probe.get("/healthz")).status_code == 200
        answer = await probe.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"ready": False} | dict.fromkeys(STEPS, False)


async def test_every_step_is_seen(outside: Outside) -> None:
    """What is missing is named; with all four it is ready."""
    async with asking(outside) as probe:
        for number, step in enumerate(STEPS, start=1):
            outside.readiness.reached(step)
            answer = (await probe.get("/readyz")).json()
            assert [answer[each] for each in STEPS].count(True) == number
            assert answer["ready"] == (number == len(STEPS))


async def test_metrics_are_there_before_any_server(outside: Outside) -> None:
    """The process itself, the build and the room on the disk."""
    async with asking(outside) as probe:
        text = (await probe.get("/metrics")).text
    found = {family.name for family in text_string_to_metric_families(text)}
    assert {"atoz_build_info", "atoz_disk_free_bytes", "process_resident_memory_bytes"} <= found


async def test_nothing_else_is_shown(outside: Outside) -> None:
    """No description, no page, no way to change anything."""
    async with asking(outside) as probe:
        assert (await probe.get("/")).status_code == 404
        assert (await probe.post("/healthz")).status_code == 405
