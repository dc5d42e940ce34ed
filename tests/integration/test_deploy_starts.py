"""What deploy/ configures comes up: each process with the environment that its manifest gives it, on a
volume that nobody has used, and the first user is let in.

Only what no machine without the containers has is put elsewhere: folders, ports, the object store.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx2
import pytest

from atoz.settings import Settings
from atoz.vault.ring import make_ring
from tests.support.manifests import Service, of_compose, of_kubernetes
from tests.support.running import ROOT, Process, eventually, free_port

PASSWORD = "four plain words here"
PLACES = {"kubernetes": of_kubernetes, "compose": of_compose}
PROGRAMS = {"atoz": "starter.py", "python": ""}


class Started(NamedTuple):
    """A process, the environment that it really has, and its two ports."""

    process: Process
    environment: dict[str, str]
    port: int
    health: int

    def asks(self, path: str) -> httpx2.Response | None:
        """What its port for probes answers; None while nobody listens there."""
        try:
            return httpx2.get(f"http://127.0.0.1:{self.health}{path}", trust_env=False)
        except httpx2.HTTPError:
            return None

    def ready(self) -> dict[str, bool]:
        """What it lacks, and what not."""
        answer = self.asks("/readyz")
        assert answer is not None
        found: dict[str, bool] = answer.json()
        return found


@pytest.mark.parametrize("place", PLACES)
def test_every_service_has_good_settings(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker of a build, the board, the codec server; workers are pinned to the build of the image."""
    services = PLACES[place]()
    assert sorted(service.name for service in services) == ["board", "codec", "worker"]
    for service in services:
        with monkeypatch.context() as patched:
            for name, value in service.environment.items():
                patched.setenv(name, value)
            settings = Settings()
        assert (settings.deployment, settings.build) == ("atoz", "3f2a")
        assert settings.store_url is not None


@pytest.fixture(scope="module", params=PLACES)
def system(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Started]]:
    """All processes of a place at once, without a Temporal server; ended with the module."""
    folder = tmp_path_factory.mktemp(request.param)
    make_ring(folder / "keys.json", datetime.now(UTC))
    started = {each.name: start(each, folder) for each in PLACES[request.param]()}
    try:
        for each in started.values():
            each.process.until(partial(each.asks, "/healthz"), "it does not answer")
        yield started
    finally:
        for each in started.values():
            each.process.popen.kill()
            each.process.popen.wait()


def start(service: Service, folder: Path) -> Started:
    """The process as it is configured, over `folder`, the volume that these services share."""
    environment, port, health = dict(service.environment), free_port(), free_port()
    moved = {
        "ATOZ_STATE": str(folder / "state"),
        "ATOZ_KEYS_FILE": str(folder / "keys.json"),
        "ATOZ_STORE_URL": str(folder / "store"),
        "TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}",
        "ATOZ_BOARD_PORT": str(port),
        "ATOZ_CODEC_PORT": str(port),
    }
    moved |= {name: str(health) for name in environment if name.endswith("HEALTH_PORT")}
    program, *arguments = service.command
    own = folder / service.name
    own.mkdir()
    command = [part for part in (PROGRAMS[program], *arguments) if part]
    environment |= moved
    return Started(Process(own, *command, **environment), environment, port, health)


def test_it_comes_up_and_the_first_user_gets_in(system: dict[str, Started]) -> None:
    """Every process lives on a fresh volume; the board's page says how to add the first user, who is then
    let in without a restart, at the board and at the codec server alike.
    """
    board, codec = system["board"], system["codec"]
    assert system["worker"].ready()["proved"]
    assert not board.ready()["people"]
    assert codec.ready() == {"ready": False, "keys": True, "people": False}
    named = {"Host": urlsplit(board.environment["ATOZ_BOARD_URL"]).netloc}
    at = f"http://127.0.0.1:{board.port}/login"
    page = httpx2.get(at, headers=named, trust_env=False)
    assert page.status_code == 200
    assert "atoz users add NAME --role approver" in page.text

    added = subprocess.run(
        [sys.executable, "starter.py", "users", "add", "first", "--role", "approver"],
        cwd=ROOT,
        env=board.environment,
        input=f"{PASSWORD}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert added.returncode == 0, added.stderr
    typed = {"name": "first", "password": PASSWORD}
    inside = httpx2.post(at, data=typed, headers=named, trust_env=False)
    assert inside.status_code == 303
    assert board.ready()["people"]
    assert codec.ready()["ready"]
    there = f"http://127.0.0.1:{codec.port}/login"
    assert httpx2.post(there, data=typed, trust_env=False).is_success
    allowed = {"Origin": codec.environment["ATOZ_CODEC_ORIGINS"]}
    asked = f"http://127.0.0.1:{codec.port}/decode"
    stranger = httpx2.post(asked, content="{}", headers=allowed, trust_env=False)
    assert stranger.status_code == 401
    assert stranger.headers["access-control-allow-origin"] == allowed["Origin"]


def test_nobody_of_them_ended(system: dict[str, Started]) -> None:
    """A server that is not there yet is waited for."""
    for each in system.values():
        assert each.process.popen.poll() is None, each.process.err
    eventually(lambda: "trying again" in system["worker"].process.err, "the worker does not wait")
