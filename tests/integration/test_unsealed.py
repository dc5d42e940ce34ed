"""Where everything is sealed, what comes unsealed was written by somebody else: refused, and said so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter

from atoz.errors import AtozError, BadInput
from atoz.keeping import converter, open_vault, unsealed
from atoz.service import keys
from atoz.service.base import Service
from tests.support.server import Bench, a_case, message_id
from tests.support.service import eventually
from workflows import names
from workflows.claim import ClaimInput

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


def somebody_else(bench: Bench) -> Client:
    """Whoever reaches the server and has no key."""
    config: dict[str, Any] = dict(bench.server.client.config())
    return Client(**{**config, "data_converter": pydantic_data_converter})


async def test_nobody_without_a_key_tells_a_claim_anything(bench: Bench) -> None:
    """A decision that nobody made is recorded as refused; an act gets its refusal; the claim goes on."""
    claim = await bench.begin(a_case())
    forged = somebody_else(bench).get_workflow_handle(claim.handle.id)
    decision = {"message_id": message_id(), "status": "denied"}
    await forged.signal("marketplace_decided", decision)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await forged.execute_update("pause", {"by": "mallory", "why": "so"})
    assert "pause: it cannot be opened: it came unsealed" in await _reason(bench, refused.value)
    state = await claim.state()
    assert state.status == "under_review"
    assert not state.paused
    (noted,) = [fact for fact in state.facts if fact.kind == "input_refused"]
    assert "it came unsealed" in noted.data["reason"]


async def _reason(bench: Bench, error: WorkflowUpdateFailedError) -> str:
    """The refusal itself is sealed: who has no key does not even read that."""
    assert "Encoded failure" in str(error.cause)
    failure = getattr(error.cause, "failure", None)
    assert failure is not None
    return str(await bench.server.client.data_converter.decode_failure(failure))


async def test_an_answer_without_a_seal_is_one_line(bench: Bench) -> None:
    """A server that answers for a claim itself is not believed: no traceback, no value."""
    sealing = bench.server.client.data_converter
    with pytest.raises(AtozError, match="it came unsealed"):
        await sealing.decode(await pydantic_data_converter.encode([{"status": "denied"}]))


async def _listed(client: Client, name: str, *, wanted: bool = True) -> bool:
    """Whether the server lists the claim as open, as wanted: its list lags behind what it does."""
    query = f"WorkflowId = '{name}' AND ExecutionStatus = 'Running'"
    return bool([each async for each in client.list_workflows(query)]) is wanted


async def test_a_shop_with_unsealed_claims_stays_as_it_is(bench: Bench) -> None:
    """`keys strict` names the claims that could not go on, changes nothing, and works once they ended."""
    ring_file = bench.settings.ring_file.with_name("upgraded.json")
    ring_file.write_bytes(
        bench.settings.ring_file.read_bytes().replace(
            b'"unsealed": "refuse"', b'"unsealed": "accept"'
        )
    )
    ring_file.chmod(0o600)
    settings = bench.settings.model_copy(update={"keys_file": ring_file})
    assert unsealed(settings) == "accept"
    config: dict[str, Any] = dict(bench.server.client.config())
    client = Client(**{**config, "data_converter": converter(settings)})
    service = Service(client, settings, lambda: datetime.now(UTC))
    file = a_case().claim_file
    old = await somebody_else(bench).start_workflow(
        names.CLAIM_WORKFLOW,
        ClaimInput(file=file),
        id=names.claim_workflow_id(file.claim.order_id),
        task_queue="nobody",
    )
    await eventually(lambda: _listed(client, old.id))
    try:
        with pytest.raises(
            BadInput, match=f"could not go on(.|\n)*{old.id}: it was begun unsealed"
        ):
            await keys.strict(service)
        assert unsealed(settings) == "accept"
    finally:
        await old.terminate()
    await eventually(lambda: _listed(client, old.id, wanted=False))
    done = await keys.strict(service)
    vault = open_vault(settings)
    assert vault is not None
    assert (done["unsealed"], vault.keys.ring.unsealed) == ("refuse", "refuse")
