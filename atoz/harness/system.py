"""The running system of `up`: the server, the worker, the board, and the order in which they end.

A worker or a board that dies is started again after a pause; a server that dies ends everything; told to
stop, the worker is drained while the server still answers.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

import httpx2
from temporalio.client import Client
from temporalio.service import RPCError

from atoz.harness import devserver
from atoz.harness.children import Child, Command, last_lines, start
from atoz.harness.devserver import Ports
from atoz.joining import note_keys
from atoz.service.admitting import VERIFYING
from atoz.settings import Settings
from atoz.web.place import Place

READY_WITHIN = timedelta(seconds=60)
WORKER_PATIENCE = timedelta(seconds=40)
"""A little more than a draining worker allows itself."""
SERVER_PATIENCE = timedelta(seconds=15)
FIRST_PAUSE = timedelta(milliseconds=500)
LONGEST_PAUSE = timedelta(seconds=60)

BOARD_PATIENCE = timedelta(seconds=10)

_ROOT = Path(__file__).resolve().parents[2]
_REFUSED = 1
_LOOK_AGAIN = 0.1


class Plan(NamedTuple):
    """What to run: the state folder (absolute), the ports, the settings of the worker."""

    folder: Path
    ports: Ports
    settings: Settings
    board: Place

    @property
    def task_queue(self) -> str:
        """Where the worker asks for work."""
        return self.settings.task_queue


class System:
    """Server, worker and board, supervised until a signal or until the server dies."""

    def __init__(self, plan: Plan, announce: Callable[[], None]) -> None:
        self._plan = plan
        self._announce = announce
        self._ready = False
        self._stopping = asyncio.Event()
        self._worker: Child | None = None
        self._board: Child | None = None

    async def run(self, command: Command) -> int:
        """Everything, from the server's start by `command` to its end. The exit code.

        Raises NoServer where the server does not come up, BadInput where its database is not ours.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._told_to_stop)
        server = await start(command, self._plan.folder / "server.log")
        try:
            return await self._until_the_end(server)
        finally:
            await server.end(SERVER_PATIENCE)

    def _told_to_stop(self) -> None:
        if not self._stopping.is_set():
            tell("stopping: the worker finishes what it has begun (once more: at once)")
            self._stopping.set()
        elif self._worker is not None:
            self._worker.kill()

    async def _until_the_end(self, server: Child) -> int:
        working = asyncio.create_task(self._work())
        died = asyncio.create_task(server.ended())
        stop = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({working, died, stop}, return_when=asyncio.FIRST_COMPLETED)
        asked = self._stopping.is_set()
        if died.done() and not asked:
            self._tell_of_the_server(died.result())
        stop.cancel()
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        return 0 if asked else 1

    async def _work(self) -> None:
        """Prepare the server, then keep a worker running. Returns if the worker refuses to start."""
        client = await devserver.open_client(self._plan.ports, READY_WITHIN)
        await devserver.prepare(client)
        await note_keys(client, self._plan.settings, state=self._plan.folder)
        announcing = asyncio.create_task(self._announce_when_ready(client))
        board = asyncio.create_task(self._keep("board", _board_command(self._plan)))
        worker = asyncio.create_task(self._keep("worker", _worker_command(self._plan)))
        try:
            await asyncio.wait({worker, board}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (announcing, board, worker):
                task.cancel()
            # The board first: nobody begins anything that the worker could not finish.
            for child, patience in ((self._board, BOARD_PATIENCE), (self._worker, WORKER_PATIENCE)):
                if child is not None:
                    await child.end(patience)

    async def _keep(self, name: Literal["worker", "board"], command: Command) -> None:
        """Keep the worker or the board running. Returns if it refuses to start."""
        log, pause = self._plan.folder / f"{name}.log", FIRST_PAUSE
        while True:
            began = time.monotonic()
            child = await start(command, log, lambda words: tell(f"{name}: {words}"))
            if name == "worker":
                self._worker = child
            else:
                self._board = child
            code = await child.ended()
            if code == _REFUSED and not self._ready:
                return  # its own words were told
            if time.monotonic() - began > LONGEST_PAUSE.total_seconds():
                pause = FIRST_PAUSE
            tell(f"the {name} ended ({_how(code)}); again in {pause.total_seconds():g} s")
            await asyncio.sleep(pause.total_seconds())
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _announce_when_ready(self, client: Client) -> None:
        polled = devserver.until_polled(client, self._plan.task_queue)
        answers = until_it_answers(self._plan.board.near)
        try:
            await self._patiently(asyncio.gather(polled, answers))
        except RPCError:
            return  # the server goes, which is told elsewhere
        else:
            self._ready = True
            self._announce()

    async def _patiently(self, ready: "asyncio.Future[Any]") -> None:
        """Wait as long as it takes: a worker that replays many claims first is no worker that is ill."""
        try:
            while not (await asyncio.wait({ready}, timeout=READY_WITHIN.total_seconds()))[0]:
                log = self._plan.folder / "worker.log"
                said = last_lines(log, 1) if log.exists() else []
                if said and VERIFYING in said[0]:
                    tell(f"the worker is not ready yet: {said[0]}")
                else:
                    logs = f"{log} and board.log"
                    tell(
                        f"the worker does not ask for work, or the board does not answer; see {logs}"
                    )
            await ready
        finally:
            ready.cancel()
            # A gathered future that nobody waits for complains on stderr, below the reason of the end.
            with contextlib.suppress(asyncio.CancelledError, RPCError):
                await ready

    def _tell_of_the_server(self, code: int) -> None:
        log = self._plan.folder / "server.log"
        tell(f"the Temporal server ended ({_how(code)}), so everything ends; {log} says:")
        for line in last_lines(log, 5):
            tell(f"  {line}")


def _worker_command(plan: Plan) -> Command:
    """The worker beside this server, whatever server the surrounding settings speak of."""
    return Command([sys.executable, str(_ROOT / "worker.py")], _environment(plan))


def _board_command(plan: Plan) -> Command:
    """The board beside them. The login link is ours to print: a log is no place for one."""
    arguments = [sys.executable, str(_ROOT / "starter.py"), "board", "--no-link", "-o", "json"]
    listens = {"ATOZ_BOARD_PORT": str(plan.board.port)}
    return Command(arguments, _environment(plan) | listens)


def _environment(plan: Plan) -> dict[str, str]:
    return devserver.own_environment() | {
        "TEMPORAL_ADDRESS": plan.ports.address,
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "ATOZ_STATE": str(plan.folder),
        "ATOZ_LOG_FORMAT": "json",
    }


async def until_it_answers(board: str) -> None:
    """Return once the board answers."""
    async with httpx2.AsyncClient(timeout=_LOOK_AGAIN * 10) as client:
        while True:
            with contextlib.suppress(httpx2.HTTPError):
                if (await client.get(f"{board}/api/health")).is_success:
                    return
            await asyncio.sleep(_LOOK_AGAIN)


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"


def tell(words: str) -> None:
    """A line on stderr, at once."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
