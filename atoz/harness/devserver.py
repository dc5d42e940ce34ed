"""The Temporal development server of `up`: its command, its ports, and what it must know of us.

Claims lie in one SQLite file in WAL mode: a killed process loses nothing, a power cut may cost the
last instants. It listens on loopback only, since it asks nobody for a password.
"""

import asyncio
import os
import shutil
import socket
import time
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from atoz.errors import BadInput, NoServer, Usage
from atoz.harness.children import Command
from atoz.harness.server import FLOODS, PROMPT_TIMERS, temporal_binary
from atoz.service.registered import lacking

HOST = "127.0.0.1"
NAMESPACE = "default"
DEFAULT_PORT = 7233
UI_OFFSET = 1000
BOARD_OFFSET = 2000
RETENTION = timedelta(days=3650)
"""How long ended claims are found by id: the server's own default is a day."""

_LAST_PORT = 65_535 - BOARD_OFFSET
_LOOK_AGAIN = 0.05
_QUEUE_TYPES = (
    TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
)


class Ports(NamedTuple):
    """Where the server listens. Its pages are a thousand above, as is Temporal's custom."""

    server: int

    @property
    def ui(self) -> int:
        """The port of the web pages."""
        return self.server + UI_OFFSET

    @property
    def board(self) -> int:
        """The port of the board, which is a thousand further."""
        return self.server + BOARD_OFFSET

    @property
    def every(self) -> tuple[int, int, int]:
        """All ports that `up` listens on."""
        return self.server, self.ui, self.board

    @property
    def address(self) -> str:
        """As clients write it."""
        return f"{HOST}:{self.server}"

    @property
    def pages(self) -> str:
        """The address for a browser."""
        return f"http://{HOST}:{self.ui}"


def free_ports(port: int | None) -> Ports:
    """The wanted ports. Raises Usage for what is no port, BadInput where something listens already.

    The next free one is never taken silently: verbs would then talk to somebody else's server.
    """
    ports = Ports(DEFAULT_PORT if port is None else port)
    if not 1 <= ports.server <= _LAST_PORT:
        raise Usage(f"--port is a number from 1 to {_LAST_PORT}, not {port}")
    busy = next((number for number in ports.every if not _is_free(number)), None)
    if busy is None:
        return ports
    candidates = range(ports.server + 10, _LAST_PORT, 10)
    other = next((n for n in candidates if all(map(_is_free, Ports(n).every))), None)
    raise BadInput(f"port {busy} is in use by another program; try --port {other}")


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError:
            return False
    return True


def database_of(state: Path) -> Path:
    """The file with the claims of a state folder."""
    return state / "temporal.db"


def server_command(state: Path, ports: Ports, lock: int) -> Command:
    """The server over the database in `state`. It holds the lock as long as it lives.

    Raises NoServer where Temporal's command is not installed.
    """
    binary = shutil.which(temporal_binary() or "temporal")
    if binary is None:
        raise NoServer("Temporal's command is not here: run `make setup`, or set TEMPORAL_CLI_PATH")
    arguments = [binary, "server", "start-dev", "--ip", HOST]
    arguments += ["--port", str(ports.server), "--ui-port", str(ports.ui)]
    arguments += ["--db-filename", str(database_of(state))]
    for pragma in ("journal_mode=wal", "synchronous=normal"):
        arguments += ["--sqlite-pragma", pragma]
    for value in (PROMPT_TIMERS, *FLOODS):
        arguments += ["--dynamic-config-value", value]
    arguments += ["--log-level", "warn"]
    return Command(arguments, own_environment(), keep_open=(lock,))


def own_environment() -> dict[str, str]:
    """This process's environment without Temporal's settings: they may speak of another server."""
    return {key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")}


async def open_client(ports: Ports, within: timedelta) -> Client:
    """A client of the server, once it answers. Raises NoServer when it does not `within` that time."""
    deadline = time.monotonic() + within.total_seconds()
    while True:
        try:
            client = await Client.connect(ports.address, data_converter=pydantic_data_converter)
            await client.workflow_service.describe_namespace(
                DescribeNamespaceRequest(namespace=NAMESPACE)
            )
        except (RPCError, RuntimeError) as fault:
            if time.monotonic() > deadline:
                raise NoServer(f"the server does not answer at {ports.address}: {fault}") from fault
        else:
            return client
        await asyncio.sleep(_LOOK_AGAIN)


async def prepare(client: Client) -> None:
    """Register our search attributes where they are missing, and keep ended claims for long.

    Raises BadInput for an attribute of the same name and another type.
    """
    missing, foreign = await lacking(client)
    if foreign:
        raise BadInput(f"search attributes of another type are registered: {', '.join(foreign)}")
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=NAMESPACE, search_attributes=missing)
        )
    retention = Duration()
    retention.FromTimedelta(RETENTION)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=NAMESPACE,
            config=NamespaceConfig(workflow_execution_retention_ttl=retention),
        )
    )


async def until_polled(client: Client, task_queue: str) -> None:
    """Return once a worker asks for workflow tasks and for activities."""
    for kind in _QUEUE_TYPES:
        request = DescribeTaskQueueRequest(
            namespace=NAMESPACE, task_queue=TaskQueue(name=task_queue), task_queue_type=kind
        )
        while True:
            if (await client.workflow_service.describe_task_queue(request)).pollers:
                break
            await asyncio.sleep(_LOOK_AGAIN)
