"""The ground that crowds of open claims stand on: a server over a database file, as `up` starts it.

The server can be killed and started again; a worker process beside it shows what it takes of memory.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from atoz.claims.base import merged
from atoz.claims.claim import ClaimFile
from atoz.harness.children import Child, Command, start
from atoz.harness.devserver import (
    HOST,
    NAMESPACE,
    Ports,
    free_ports,
    open_client,
    own_environment,
    prepare,
    server_command,
    until_polled,
)
from atoz.keeping import converter
from atoz.service.base import Service
from atoz.settings import Settings
from bench.cases import typical_claims
from bench.cost import shop
from workflows.names import TASK_QUEUE

PATIENCE = timedelta(seconds=90)
CHUNK, AT_ONCE, BACKLOG = 100, 25, 150
"""Claims are started this many at a time, and only while workers keep up: bulk starts are paced."""
_ROOT = Path(__file__).resolve().parent.parent
_LOOK_AGAIN = 0.1


class Standing:
    """A server, a client that seals, and a worker process where one is asked for."""

    def __init__(self, folder: Path, settings: Settings, ports: Ports, lock: int) -> None:
        self._folder = folder
        self._lock = lock
        self._worker: Child | None = None
        self.settings = settings
        self.ports = ports
        self.client: Client
        self.server: Child

    @property
    def service(self) -> Service:
        """The service over the client."""
        return Service(self.client, self.settings, lambda: datetime.now(UTC), PATIENCE)

    @property
    def worker_id(self) -> int:
        """The worker's process."""
        assert self._worker is not None, "a worker was started"
        return self._worker.pid

    async def start_server(self) -> None:
        """Start it over the same file, and wait until it answers. Raises NoServer."""
        command = server_command(self._folder, self.ports, self._lock)
        self.server = await start(command, self._folder / "server.log")
        plain = await open_client(self.ports, PATIENCE)
        await prepare(plain)
        config: dict[str, Any] = dict(plain.config())
        self.client = Client(**{**config, "data_converter": converter(self.settings)})

    async def worker_anew(self) -> None:
        """A worker process that has nothing in its cache; an earlier one is drained first."""
        if self._worker is not None:
            await self._worker.end(PATIENCE)
        surroundings = {k: v for k, v in own_environment().items() if not k.startswith("ATOZ_")}
        environment = surroundings | {
            "TEMPORAL_ADDRESS": self.ports.address,
            "TEMPORAL_CONFIG_FILE": os.devnull,
            "ATOZ_STATE": str(self.settings.state),
            "ATOZ_LOG_LEVEL": "error",
        }
        command = Command([sys.executable, str(_ROOT / "worker.py")], environment)
        self._worker = await start(command, self._folder / "worker.log")
        await until_polled(self.client, self.settings.task_queue)

    async def close(self) -> None:
        """End both."""
        if self._worker is not None:
            await self._worker.end(PATIENCE)
        await self.server.end(PATIENCE)

    async def backlog(self, task_queue: str = TASK_QUEUE) -> int:
        """Workflow tasks that no worker has taken yet."""
        found = await self.client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=NAMESPACE,
                task_queue=TaskQueue(name=task_queue),
                task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
                report_stats=True,
            )
        )
        return int(found.stats.approximate_backlog_count)


@asynccontextmanager
async def standing(folder: Path, **settings: Any) -> AsyncIterator[Standing]:
    """Everything below `folder`; ended with the block. Raises NoServer."""
    own = shop(folder).model_copy(update=settings)
    with (folder / "server.lock").open("w") as lock:
        here = Standing(folder, own, free_ports(_any_port()), lock.fileno())
        await here.start_server()
        try:
            yield here
        finally:
            await here.close()


async def paced(
    here: Standing,
    one: Callable[[int], Awaitable[object]],
    numbers: Sequence[int],
    task_queue: str = TASK_QUEUE,
) -> None:
    """Start one for each number, as fast as workers take them up; until all are taken up."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def gated(number: int) -> None:
        async with gate:
            await one(number)

    rest = iter(numbers)
    while chunk := list(islice(rest, CHUNK)):
        await asyncio.gather(*map(gated, chunk))
        await drained(here, BACKLOG, task_queue)
    await drained(here, 0, task_queue)


async def drained(here: Standing, backlog: int, task_queue: str = TASK_QUEUE) -> None:
    """Return once no more workflow tasks wait than this."""
    while await here.backlog(task_queue) > backlog:  # noqa: ASYNC110 - the server tells no other way
        await asyncio.sleep(_LOOK_AGAIN)


def order_of(number: int) -> str:
    """An order id for each number."""
    return f"114-{number:07}-0000000"


def claim_file(number: int, notified_at: datetime, **buyer: Any) -> ClaimFile:
    """The documented playbook's typical claim under an order of its own."""
    file = typical_claims()["documented"].claim_file.model_dump(mode="json", by_alias=True)
    at = notified_at.isoformat()
    claim = {"order_id": order_of(number), "notified_at": at, "filed_at": at}
    return ClaimFile.model_validate(merged(file, {"claim": claim, "buyer": buyer}))


def megabytes(process: int, kind: str = "VmRSS") -> float | None:
    """The memory of a process, now or (`VmHWM`) at its highest, where the system tells (Linux)."""
    status = Path("/proc") / str(process) / "status"
    if not status.exists():
        return None
    lines = (line.split() for line in status.read_text("utf-8").splitlines())
    return next((int(line[1]) / 1024 for line in lines if line and line[0] == f"{kind}:"), None)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies; of few, the highest."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _any_port() -> int:
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        port: int = trial.getsockname()[1]
        return port
