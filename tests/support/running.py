"""Processes of the system as a person starts them: `up` and the worker, watched from outside."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def eventually(what: Callable[[], object], why: str, seconds: float = PATIENCE) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {why}"
        time.sleep(0.02)


def free_port() -> int:
    """A port of loopback that is free, and those a thousand and two thousand above it, too."""
    while True:
        with socket.socket() as server, socket.socket() as pages, socket.socket() as board:
            server.bind(("127.0.0.1", 0))
            port: int = server.getsockname()[1]
            try:
                pages.bind(("127.0.0.1", port + 1000))
                board.bind(("127.0.0.1", port + 2000))
            except (OSError, OverflowError):
                continue
            return port


def is_alive(pid: int) -> bool:
    """Whether the process still runs; one that nobody has waited for yet does not."""
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip() not in ("", "Z", "Zs", "Z+")


class Process:
    """A process of ours whose output lies in files; a process group of its own, as under a shell."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self._out, self._err = folder / "stdout.txt", folder / "stderr.txt"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.popen = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def out(self) -> str:
        """What it wrote on stdout so far."""
        return self._out.read_text("utf-8")

    @property
    def err(self) -> str:
        """What it wrote on stderr so far."""
        return self._err.read_text("utf-8")

    def until(self, holds: Callable[[], object], why: str) -> None:
        """Wait for something, and no longer than the process lives."""
        eventually(lambda: holds() or self.popen.poll() is not None, why)
        assert holds(), f"it ended with {self.popen.returncode}, {why}:\n{self.err}"

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait: the exit code."""
        self.popen.send_signal(number)
        return self.popen.wait(PATIENCE)

    def children(self) -> dict[str, int]:
        """Its child processes: `server`, `worker` and `board`."""
        listed = subprocess.run(
            ["ps", "-wweo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        )
        rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
        own = [(row[2], int(row[0])) for row in rows if row[1] == str(self.popen.pid)]
        names = {"start-dev": "server", "worker.py": "worker", "starter.py board": "board"}
        return {name: pid for args, pid in own for word, name in names.items() if word in args}


class Up(Process):
    """A running `up`, with its state in `folder/state` unless told otherwise."""

    def __init__(
        self, folder: Path, port: int, state: Path | None = None, program: Path = ROOT
    ) -> None:
        where = ["--state", str(state or folder / "state"), "--port", str(port)]
        super().__init__(folder, str(program / "starter.py"), "up", *where, "-o", "json")

    @property
    def addresses(self) -> dict[str, str | None]:
        """What it printed when it was ready."""
        self.until(lambda: "\n" in self.out, "it did not become ready")
        found: dict[str, str | None] = json.loads(self.out.splitlines()[0])
        return found


@contextmanager
def running_up(folder: Path, port: int) -> Iterator[Up]:
    """A ready `up`; whatever is left of it is killed with the block."""
    up = Up(folder, port)
    pids: list[int] = []
    try:
        assert up.addresses["temporal"] == f"127.0.0.1:{port}"
        pids = [up.popen.pid, *up.children().values()]
        yield up
    finally:
        up.popen.kill()
        up.popen.wait()
        for pid in filter(is_alive, pids):
            os.kill(pid, signal.SIGKILL)
