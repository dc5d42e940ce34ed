"""A server that lacks a search attribute: the worker says it once, instead of claims that stand still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from atoz.errors import AtozError, BadInput
from atoz.service import registered
from atoz.service.registered import WANTED, demand_registered, lacking
from tests.support.running import Process
from tests.support.server import Bench, shop_settings
from tests.support.service import eventually

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bare(bench: Bench) -> AsyncIterator[Client]:
    """A namespace of the session's server that knows everything but the newest attribute."""
    own = bench.server.client
    retention = Duration(seconds=86_400)
    await own.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace="bare", workflow_execution_retention_period=retention)
    )
    client = await Client.connect(own.service_client.config.target_host, namespace="bare")

    async def there() -> bool:
        try:
            return bool((await lacking(client)).missing)
        except RPCError:
            return False

    await eventually(there)
    older = {name: kind for name, kind in WANTED.items() if name != "AtozTasks"}
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace="bare", search_attributes=older)
    )
    yield client


async def test_a_server_that_knows_all_of_them_is_taken(bench: Bench) -> None:
    """As every server that `up` prepares."""
    await demand_registered(bench.server.client)


async def test_what_is_missing_is_named_with_the_line_that_registers_it(bare: Client) -> None:
    """Alone: what is known already would make the line fail."""
    with pytest.raises(BadInput, match="AtozTasks") as refusal:
        await demand_registered(bare)
    line = "temporal operator search-attribute create --namespace bare --name AtozTasks --type KeywordList`"
    assert line in str(refusal.value)
    assert "AtozStep" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


async def test_a_worker_refuses_to_start_there(bare: Client, tmp_path: Path) -> None:
    """With one line and no trace, before any claim is touched."""
    settings = shop_settings(tmp_path / "state")
    worker = Process(
        tmp_path,
        "worker.py",
        TEMPORAL_ADDRESS=bare.service_client.config.target_host,
        TEMPORAL_NAMESPACE="bare",
        ATOZ_STATE=str(settings.state),
    )
    try:
        assert await asyncio.to_thread(worker.popen.wait, 60) == 1
    finally:
        worker.popen.kill()
    assert "does not know the search attributes AtozTasks" in worker.err
    assert "Traceback" not in worker.err


async def test_who_may_not_list_them_finds_it_by_asking(
    bare: Client, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where another keeps the server and gives no operator's rights."""

    async def forbidden(_: Client) -> registered.Lacking:
        raise RPCError("no", RPCStatusCode.PERMISSION_DENIED, b"")

    monkeypatch.setattr(registered, "lacking", forbidden)
    await demand_registered(bench.server.client)
    with pytest.raises(BadInput, match="--sa AtozTasks=KeywordList"):
        await demand_registered(bare)


async def test_an_attribute_of_another_type_is_refused(bare: Client) -> None:
    """What claims show would not fit into it, again and again."""
    await bare.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace="bare",
            search_attributes={"AtozTasks": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD},
        )
    )

    async def known() -> bool:
        return not (await lacking(bare)).missing

    await eventually(known)
    with pytest.raises(AtozError, match=r"another type .* AtozTasks \(KeywordList\)"):
        await demand_registered(bare)
