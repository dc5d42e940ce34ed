"""Keys rotated and retired by the command while no worker starts: nobody is locked out afterwards."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from atoz.errors import BadInput
from atoz.harness.server import virtual_time
from atoz.joining import joined, note_keys
from atoz.keeping import converter, open_vault
from atoz.service import starting
from atoz.service.base import Service
from atoz.settings import Settings
from tests.support.commanding import ran
from tests.support.running import Process
from tests.support.server import shop_settings
from tests.support.service import claim_of

pytestmark = pytest.mark.server


async def test_the_documented_rotation_locks_nobody_out(tmp_path: Path) -> None:
    """`keys rotate`, `keys retire OLD`, and the server still names the old key: the command reads the
    claim, a worker starts and names the new one, and says what it holds; a shop with keys of its own is
    still refused.
    """
    settings = shop_settings(tmp_path / "state")
    async with virtual_time(converter(settings)) as server:
        own = {"TEMPORAL_ADDRESS": server.client.service_client.config.target_host}
        own["ATOZ_STATE"] = str(settings.state)
        service = Service(server.client, settings, lambda: datetime.now(UTC))
        claim = claim_of({"claim": {"buyer_comment": "It came broken."}})
        await starting.start(service, claim, received_now=True)
        await note_keys(server.client, settings)
        old = _ring(settings)

        await asyncio.to_thread(_command, "keys", "rotate", **own)
        left = await asyncio.to_thread(_command, "keys", "retire", old, **own)
        assert [key["seals"] for key in left["keys"]] == [True]
        assert old not in str(left["keys"])

        (row,) = (await asyncio.to_thread(_command, "list", **own))["claims"]
        assert row["order_id"] == claim.claim.order_id
        stranger = shop_settings(tmp_path / "stranger")
        with pytest.raises(BadInput, match=f"sealed with the key {old}"):
            await joined(_bare(server.client), stranger)
        await asyncio.to_thread(_work, tmp_path, own)
        with pytest.raises(BadInput, match=f"sealed with the key {left['keys'][0]['id']}"):
            await joined(_bare(server.client), stranger)


def _ring(settings: Settings) -> str:
    vault = open_vault(settings)
    assert vault is not None
    return vault.keys.ring.first


def _bare(client: Client) -> Client:
    config: dict[str, Any] = dict(client.config())
    return Client(**{**config, "data_converter": pydantic_data_converter})


def _command(*line: str, **environment: str) -> dict[str, Any]:
    """The document of one command that has to succeed."""
    ended = ran(*line, "-o", "json", environment=environment)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def _work(folder: Path, environment: dict[str, str]) -> None:
    """A worker starts and stops, and as long as it works the store says which keys it holds."""
    worker = Process(folder, "worker.py", **environment)
    try:
        worker.until(lambda: "working on" in worker.err, "it does not work")
        (held,) = Path(environment["ATOZ_STATE"], "store", "holders").iterdir()
        document = json.loads(held.read_bytes())
        assert (document["what"], document["process"]) == ("worker", worker.popen.pid)
        assert worker.end() == 0
        assert not held.exists()
    finally:
        worker.popen.kill()
