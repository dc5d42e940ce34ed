"""The real server for rehearsals and tests: one virtual clock per workflow.

Time skipping of the dev server is experimental in this SDK; everything that depends on it
stands in this file.
"""

import asyncio
import os
import shutil
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.converter import DataConverter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from atoz.errors import NoServer
from workflows.names import SEARCH_ATTRIBUTE_TYPES

Handle = WorkflowHandle[Any, Any]

PROMPT_TIMERS = 'history.timerProcessorMaxTimeShift="10ms"'
"""Timers fire about a second late by default; in rehearsals that second would be most of the time."""

EDGE = timedelta(milliseconds=30)
"""The last stretch of a jump passes by itself: a clock that is moved to the very instant of a timer goes on
to the next one now and then (measured)."""

FLOODS = (
    "history.maxInFlightUpdates=1000",
    "history.maximumBufferedEventsBatch=10000",
    "history.maximumBufferedEventsSizeInBytes=67108864",
)
"""By itself the server drops what a claim is at when more than 10 updates or 100 signals meet it at
once (measured): the worker begins again, and 200 callers keep each other waiting for minutes."""


def temporal_binary() -> str | None:
    """The Temporal command: `TEMPORAL_CLI_PATH`, else beside this Python, else on the path.

    None lets the SDK look for its own.
    """
    named = os.environ.get("TEMPORAL_CLI_PATH")
    beside = Path(sys.executable).with_name("temporal")
    return named or (str(beside) if beside.exists() else shutil.which("temporal"))


class Skipping(Protocol):
    """What moves clocks: the SDK's environment, or its skipper over a server that runs already."""

    @property
    def client(self) -> Client:
        """A client whose workflows have clocks of their own."""
        ...

    async def get_current_time(self, handle: Handle) -> datetime:
        """A workflow's clock."""
        ...

    async def fast_forward(self, handle: Handle, duration: timedelta, /) -> bool:
        """Move it."""
        ...


class VirtualTime:
    """A server on which each workflow has a clock of its own that moves when it is told to."""

    def __init__(self, env: Skipping, pages: str | None = None) -> None:
        self._env = env
        self.pages = pages
        """The address of the server's web pages, where they were asked for."""

    @property
    def client(self) -> Client:
        """A client of this server."""
        return self._env.client

    async def now(self, handle: Handle) -> datetime:
        """The workflow's own clock (UTC)."""
        return await self._env.get_current_time(handle)

    async def jump(self, handle: Handle, to: datetime) -> None:
        """Move the workflow's clock to `to`; timers on the way fire at their own instants."""
        left = to - await self.now(handle)
        try:
            if left > EDGE:
                await self._env.fast_forward(handle, left - EDGE)
            while (left := to - await self.now(handle)) > timedelta(0):
                if (await handle.describe()).status is not WorkflowExecutionStatus.RUNNING:
                    return  # its clock goes no faster than ours any more
                await asyncio.sleep(min(left, EDGE).total_seconds())
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:  # the workflow ended on the way
                raise

    async def idle(self, handle: Handle) -> datetime | None:
        """The workflow's clock if it has no task or activity under way, else None."""
        description = (await handle.describe()).raw_description
        if description.HasField("pending_workflow_task") or description.pending_activities:
            return None
        extended = description.workflow_extended_info
        if not extended.HasField("time_skipping_info"):
            return datetime.now(UTC)
        return extended.time_skipping_info.current_time.ToDatetime().replace(tzinfo=UTC)


@asynccontextmanager
async def virtual_time(
    converter: DataConverter,
    *,
    pages: bool = False,
    log: Path | None = None,
    database: Path | None = None,
    settings: Sequence[str] = (),
) -> AsyncIterator[VirtualTime]:
    """Start the server with this project's search attributes; ends with the block.

    What it prints goes into `log` or nowhere, its claims into the file `database` or memory only.
    `settings` are more of its dynamic ones (`key=json`). Raises NoServer where it does not start.
    """
    port = free_port() if pages else None
    try:
        with _output_into(log):
            env = await WorkflowEnvironment.start_time_skipping_v2(
                ts_config=TimeSkippingConfig(enabled=False),
                data_converter=converter,
                dev_server_existing_path=temporal_binary(),
                dev_server_extra_args=_dev_server_args(settings),
                dev_server_database_filename=str(database) if database else None,
                dev_server_startup_timeout=timedelta(seconds=60),
                ui=pages,
                ui_port=port,
            )
    except RuntimeError as error:
        raise NoServer(f"the rehearsal server did not start: {error}") from error
    async with env:
        yield VirtualTime(env, f"http://127.0.0.1:{port}" if pages else None)


@contextmanager
def _output_into(log: Path | None) -> Iterator[None]:
    """The SDK lets the server inherit our stdout and stderr: for the start, they are something else.

    A command that prints a document must print nothing beside it.
    """
    own = [os.dup(1), os.dup(2)]
    place = os.open(log or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for number in (1, 2):
            os.dup2(place, number)
        yield
    finally:
        for number, kept in zip((1, 2), own, strict=True):
            os.dup2(kept, number)
            os.close(kept)
        os.close(place)


def free_port() -> int:
    """A port of loopback that is free right now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def _dev_server_args(more: Sequence[str]) -> list[str]:
    settings = ("frontend.WorkflowTimeSkippingEnabled=true", PROMPT_TIMERS, *FLOODS, *more)
    # Standard output belongs to the document that the command prints.
    args = ["--output", "none", "--log-level", "error"]
    args += [part for value in settings for part in ("--dynamic-config-value", value)]
    for name, kind in SEARCH_ATTRIBUTE_TYPES.items():
        args += ["--search-attribute", f"{name}={kind}"]
    return args


async def pause_until(deadline: float) -> None:
    """A short pause between two looks; raises TimeoutError after `deadline` (monotonic seconds)."""
    if time.monotonic() > deadline:
        raise TimeoutError("the claim did not come to rest")
    await asyncio.sleep(0.005)
