"""The ground that both crowds run on: one server, one process with both workers, and their CPU time.

The server is started as `up` starts it, over a database file in WAL mode.
"""

import os
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from atoz.harness.children import start
from atoz.harness.devserver import HOST, free_ports, open_client, prepare, server_command
from atoz.mail.outbox import OutboxMailer
from atoz.rules import load_rules
from atoz.wiring import OWN_MODULES, build_worker
from bench.bare import BARE_ACTIVITIES, BareClaim
from bench.cost import shop
from bench.crowd import Watcher
from bench.hurried import hurried

BARE_QUEUE = "bare"
PATIENCE = timedelta(seconds=60)
CACHED = 2_000


class Ground(NamedTuple):
    """A client that both kinds of workflow are started through, and who sees their activities."""

    client: Client
    watcher: Watcher
    server_id: int


class Spent(NamedTuple):
    """CPU seconds since their beginning: this process (workers and people), the server's."""

    workers: float
    server: float | None


@asynccontextmanager
async def ground(folder: Path) -> AsyncIterator[Ground]:
    """Server and workers with everything below `folder`; ended with the block. Raises NoServer."""
    ports = free_ports(_any_port())
    with (folder / "server.lock").open("w") as lock:
        server = await start(server_command(folder, ports, lock.fileno()), folder / "server.log")
        try:
            connected = await open_client(ports, PATIENCE)
            await prepare(connected)
            watcher = Watcher()
            client = Client(
                connected.service_client,
                data_converter=connected.data_converter,
                interceptors=[watcher],
            )
            async with _claim_worker(client, folder), _bare_worker(client):
                yield Ground(client, watcher, server.pid)
        finally:
            await server.end(PATIENCE)


def _claim_worker(client: Client, folder: Path) -> Worker:
    settings = shop(folder)
    rules = hurried(load_rules(settings))
    mailer = OutboxMailer(settings.outbox_folder, delivers=True)
    return build_worker(client, settings, rules=rules, mailer=mailer, cached_claims=CACHED)


def _bare_worker(client: Client) -> Worker:
    """A worker as fast as ours: the same sandbox, with the bare workflow let through as well."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*OWN_MODULES, "bench")
    return Worker(
        client,
        task_queue=BARE_QUEUE,
        workflows=[BareClaim],
        activities=BARE_ACTIVITIES,
        workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
        max_cached_workflows=CACHED,
    )


def spent(ground: Ground) -> Spent:
    """The CPU seconds so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Spent(usage.ru_utime + usage.ru_stime, _cpu_of(ground.server_id))


def _cpu_of(process: int) -> float | None:
    """CPU seconds of another process, where the system tells (Linux)."""
    status = Path("/proc") / str(process) / "stat"
    if not status.exists():
        return None
    fields = status.read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _any_port() -> int:
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        port: int = trial.getsockname()[1]
        return port
