"""Processes of a small system: started on a leash, their lines kept in a file, ended in order.

Children stand in process groups of their own: Ctrl-C in a terminal reaches the supervisor alone,
which then ends them in the right order. The leash takes care of what no order can: a supervisor
that is killed outright.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import IO, NamedTuple

from atoz.mail.plain import one_line

KEPT_LOG = 10_000_000
"""A log beyond this many bytes is set aside at the next start; one older file is kept."""

_LOUD = frozenset({"warning", "error", "critical"})
_LEASH = Path(__file__).with_name("leash.py")
_LONGEST_LINE = 1_000


class Command(NamedTuple):
    """What to run: arguments, whole environment, inherited descriptors."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    keep_open: tuple[int, ...] = ()


class Child:
    """A running process of ours."""

    def __init__(
        self, process: asyncio.subprocess.Process, copying: "asyncio.Task[None] | None"
    ) -> None:
        self._process = process
        self._copying = copying

    @property
    def pid(self) -> int:
        """Its process id, which is its group's as well."""
        return self._process.pid

    async def ended(self) -> int:
        """Wait for its end and its last line. The exit code, negative for a signal."""
        code = await self._process.wait()
        if self._copying is not None:
            await self._copying
        return code

    async def end(self, patience: timedelta) -> int:
        """SIGTERM, then SIGKILL for what is still there after `patience`, its own children too."""
        if self._process.returncode is None:
            self._process.terminate()
            try:
                return await asyncio.wait_for(self.ended(), patience.total_seconds())
            except TimeoutError:
                self.kill()
        return await self.ended()

    def kill(self) -> None:
        """SIGKILL to the process and to what it has started itself."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


async def start(command: Command, log: Path, tell: Callable[[str], None] | None = None) -> Child:
    """Start a command with its lines going into `log`; `tell` is given each one that warns."""
    kept = open_log(log)
    with kept:
        process = await asyncio.create_subprocess_exec(
            *_leashed(command.arguments),
            stdin=DEVNULL,
            stdout=PIPE if tell else kept,
            stderr=STDOUT,
            env=command.environment,
            pass_fds=command.keep_open,
            process_group=0,
        )
    copying = None
    if tell is not None and process.stdout is not None:
        copying = asyncio.create_task(_copy(process.stdout, log, tell))
    return Child(process, copying)


def _leashed(arguments: Sequence[str]) -> list[str]:
    # Isolated and without site-packages: the leash costs some ten milliseconds.
    return [sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), *arguments]


def open_log(file: Path) -> IO[bytes]:
    """The log for appending; a large one is set aside first."""
    if file.exists() and file.stat().st_size > KEPT_LOG:
        file.replace(file.with_suffix(".old.log"))
    return file.open("ab")


def last_lines(file: Path, count: int) -> list[str]:
    """The end of a log, made fit for a terminal."""
    with file.open("rb") as log:
        log.seek(max(0, file.stat().st_size - count * _LONGEST_LINE))
        lines = log.read().decode("utf-8", "replace").splitlines()
    return [one_line(line, _LONGEST_LINE) for line in lines if line.strip()][-count:]


async def _copy(lines: asyncio.StreamReader, log: Path, tell: Callable[[str], None]) -> None:
    """Copy everything into the log as it comes; of whole lines, tell those that warn."""
    rest = b""
    with log.open("ab", buffering=0) as kept:
        while chunk := await lines.read(65_536):
            kept.write(chunk)
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                if words := warning_in(line.decode("utf-8", "replace")):
                    tell(words)


def warning_in(line: str) -> str | None:
    """What a log line warns of, in words for a terminal; None for a line that does not warn.

    A line that is no JSON object was written by something that has no logger: it is told, too.
    """
    if not line.strip():
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return one_line(line, _LONGEST_LINE)
    if not isinstance(record, dict):
        return one_line(line, _LONGEST_LINE)
    if record.get("level") not in _LOUD:
        return None
    notice = record.get("notice")
    subject = notice.get("subject") if isinstance(notice, dict) else None
    last = str(record.get("exception") or "").strip().rpartition("\n")[2]
    said = ": ".join(str(part) for part in (record.get("event"), subject, last) if part)
    return one_line(f"{record['level']}: {said}", _LONGEST_LINE)
