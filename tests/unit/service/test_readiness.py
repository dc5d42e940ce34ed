"""A worker is ready as long as the server says so, and asks it no more often than probes need."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.api.workflowservice.v1 import DescribeTaskQueueResponse
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from atoz.service.readiness import KEPT, Readiness

NOW = datetime(2026, 9, 8, 9, tzinfo=UTC)


class Server:
    """Says who asks for work, or nothing at all."""

    def __init__(self) -> None:
        self.pollers, self.away, self.asked = ["us"], False, 0

    async def describe_task_queue(self, _: Any, **__: Any) -> DescribeTaskQueueResponse:
        """Who asks for work."""
        self.asked += 1
        if self.away:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
        found = DescribeTaskQueueResponse()
        for identity in self.pollers:
            found.pollers.add(identity=identity)
        return found


@pytest.fixture
def server() -> Server:
    """A server that answers and knows us."""
    return Server()


@pytest.fixture
def readiness(server: Server) -> Readiness:
    """Of a worker that runs."""
    client = SimpleNamespace(namespace="default", identity="us", workflow_service=server)
    made = Readiness()
    made.reached("proved", "connected", "verified")
    made.works(cast(Worker, SimpleNamespace(client=client, task_queue="q", is_running=True)))
    return made


async def test_it_is_ready_once_the_server_knows_it(readiness: Readiness, server: Server) -> None:
    """Somebody else who asks for work is not us."""
    server.pollers = ["another"]
    assert (await readiness.look(NOW))["polling"] is False
    server.pollers = ["another", "us"]
    assert all((await readiness.look(NOW + 2 * KEPT)).values())


async def test_a_server_that_goes_is_seen_and_its_return_too(
    readiness: Readiness, server: Server
) -> None:
    """What is proved and verified stays."""
    server.away = True
    found = await readiness.look(NOW)
    assert found == {"proved": True, "connected": False, "verified": True, "polling": False}
    server.away = False
    assert all((await readiness.look(NOW + 2 * KEPT)).values())


async def test_probes_do_not_ask_the_server_each_time(readiness: Readiness, server: Server) -> None:
    """Once within some seconds, and again after them."""
    for after in (timedelta(0), KEPT, KEPT + timedelta(seconds=1)):
        await readiness.look(NOW + after)
    assert server.asked == 2
