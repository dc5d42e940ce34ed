"""A small production: a Temporal server over a database file, a worker, and what restarts them.

Both are processes that a fault kills outright, as `up` and systemd would find them; both are started
again where they were.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from atoz.harness.server import FLOODS, PROMPT_TIMERS, VirtualTime, temporal_binary
from atoz.keeping import converter
from atoz.settings import Settings
from tests.chaos.faults import Fault
from tests.chaos.mortal import MARK, PLACE
from tests.chaos.post import Post
from tests.support.loopback import listening
from tests.support.running import ROOT, free_port
from tests.support.server import shop_settings
from workflows.names import SEARCH_ATTRIBUTE_TYPES

PAUSE = 0.2
PATIENCE = 60.0


class Place(NamedTuple):
    """Where everything is."""

    folder: Path
    port: int
    settings: Settings
    mailbox: dict[str, str]
    """The settings of the mailbox, if there is one."""

    @property
    def address(self) -> str:
        """Of the Temporal server."""
        return f"127.0.0.1:{self.port}"


class Town:
    """The processes, killed by name and kept running by a watch."""

    def __init__(self, place: Place, post: Post, fault: Fault, hook_port: int) -> None:
        self._place, self._post, self._fault, self._hook_port = place, post, fault, hook_port
        self._server: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.client: Client
        """Its workflows live in real time; those of the virtual time's own client do not."""

    @property
    def settings(self) -> Settings:
        """The shop's settings."""
        return self._place.settings

    def kill(self, what: str) -> None:
        """SIGKILL to `worker`, `server` or `both`, now."""
        both = what == "both"
        for name, process in (("server", self._server), ("worker", self._worker)):
            if process is not None and (both or what == name):
                process.kill()

    async def watch(self) -> None:
        """Start what does not run, again and again, until cancelled."""
        while True:
            if self._server is None or self._server.poll() is not None:
                self._server = self._started(self._server, "server", _server_command(self._place))
            if self._worker is None or self._worker.poll() is not None:
                command = [sys.executable, "-m", "tests.chaos.mortal"]
                self._worker = self._started(self._worker, "worker", command)
            await asyncio.sleep(PAUSE)

    def _started(
        self, before: subprocess.Popen[bytes] | None, name: str, command: list[str]
    ) -> subprocess.Popen[bytes]:
        if before is not None:
            self.deaths += 1
        with (self._place.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _environment(self) -> dict[str, str]:
        place, fault = self._place, self._fault
        return {
            "TEMPORAL_ADDRESS": place.address,
            "ATOZ_STATE": str(place.settings.state),
            "ATOZ_PLAYBOOKS": str(place.settings.playbooks),
            "ATOZ_SENDER": "claims@fernlane.example",
            "ATOZ_SMTP_HOST": "127.0.0.1",
            "ATOZ_SMTP_PORT": str(self._post_port),
            "ATOZ_SMTP_SECURITY": "none",
            "ATOZ_SMTP_TIMEOUT": "2s",
            "ATOZ_APPEAL_CHANNEL": fault.channel,
            "ATOZ_APPEAL_EMAIL": "appeals@marketplace.example",
            "ATOZ_APPEAL_WEBHOOK_URL": f"http://127.0.0.1:{self._hook_port}/appeals",
            "ATOZ_APPEAL_WEBHOOK_SECRET": "geheim, but of 24 signs or more",
            **{f"ATOZ_{name.upper()}": value for name, value in place.mailbox.items()},
            MARK: str(place.folder / "died"),
            **({PLACE: fault.at} if fault.at else {}),
            **fault.worker,
        }

    @asynccontextmanager
    async def running(self) -> AsyncIterator[VirtualTime]:
        """Everything, until the block ends; then nothing of it is left."""
        self._post.strikes.blow = self.kill
        async with listening(self._post.serve) as self._post_port:
            watching = asyncio.create_task(self.watch())
            try:
                self.client = await _connected(self._place)
                skipper = TimeSkipper(self.client, config=TimeSkippingConfig(enabled=False))
                yield VirtualTime(skipper)
            finally:
                watching.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watching
                self.kill("both")
                for process in (self._server, self._worker):
                    if process is not None:
                        await asyncio.to_thread(process.wait)


def a_place(folder: Path, fault: Fault, mailbox: dict[str, str]) -> Place:
    """A place of its own below a folder."""
    folder.mkdir(parents=True)
    rules = {"playbooks": _resending(folder / "playbooks")} if fault.resend else {}
    settings = shop_settings(folder / "state", **rules, **mailbox)
    return Place(folder, free_port(), settings, mailbox)


def _resending(folder: Path) -> Path:
    """The playbooks, with the documented one as an author has it who would rather write twice."""
    shutil.copytree(ROOT / "playbooks", folder)
    path = folder / "documented.yaml"
    text, changes = re.subn(
        r"^( +)send: (\w+)$",
        r"\g<0>\n\1if_unknown: resend",
        path.read_text("utf-8"),
        flags=re.MULTILINE,
    )
    assert changes == 2, "it writes two messages"
    path.write_text(text, "utf-8")
    return folder


async def _connected(place: Place) -> Client:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await Client.connect(place.address, data_converter=converter(place.settings))
            except RuntimeError:  # what the SDK raises while nobody listens
                await asyncio.sleep(PAUSE)


def _server_command(place: Place) -> list[str]:
    command = [temporal_binary() or "temporal", "server", "start-dev", "--ip", "127.0.0.1"]
    command += ["--port", str(place.port), "--headless", "--log-level", "error"]
    command += ["--db-filename", str(place.folder / "temporal.db")]
    for pragma in ("journal_mode=wal", "synchronous=normal"):
        command += ["--sqlite-pragma", pragma]
    for value in ("frontend.WorkflowTimeSkippingEnabled=true", PROMPT_TIMERS, *FLOODS):
        command += ["--dynamic-config-value", value]
    for name, kind in SEARCH_ATTRIBUTE_TYPES.items():
        command += ["--search-attribute", f"{name}={kind}"]
    return command
