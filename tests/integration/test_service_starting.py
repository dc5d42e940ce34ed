"""Starting claims over the real server: once per order, the same claim again changes nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from atoz.claims.base import instant_text
from atoz.errors import BadInput
from atoz.service import looking, starting
from tests.support.server import Bench
from tests.support.service import begun, claim_of, kinds, service_of

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


async def test_the_same_claim_again_changes_nothing(bench: Bench) -> None:
    """It is not an error: the run that is there is named."""
    service, claim = service_of(bench), claim_of()
    first = await starting.start(service, claim)
    again = await starting.start(service, claim)
    assert first["already_running"] is False
    assert again == {**first, "already_running": True}


async def test_the_same_claim_is_known_by_what_its_file_says_before_any_shift(bench: Bench) -> None:
    """`--received-now` twice, or once with and once without, is the same claim."""
    service, claim = service_of(bench), claim_of()
    first = await starting.start(service, claim, received_now=True)
    await asyncio.sleep(1)
    for received_now in (True, False):
        again = await starting.start(service, claim, received_now=received_now)
        assert again == {**first, "already_running": True}


async def test_other_data_under_the_same_order_is_refused_with_advice(bench: Bench) -> None:
    """The claim goes on as it was; `amend` is named."""
    service, claim = service_of(bench), claim_of()
    await starting.start(service, claim)
    order = claim.claim.order_id
    other = claim_of({"claim": {"amount": "59.00"}}, order=order)
    with pytest.raises(BadInput, match=f"amend {order}"):
        await starting.start(service, other)
    assert "claim_amended" not in await kinds(service, order)


async def test_what_a_list_shows_is_there_from_the_start(bench: Bench) -> None:
    """All that the engine foresees is given with the start, which costs no upsert."""
    service, claim = service_of(bench, task_queue="nobody"), claim_of()
    started = await starting.start(service, claim, received_now=True)
    found = await service.calls.describe(started["workflow_id"])
    assert found is not None
    given = {key.key.name: key.value for key in found.typed_search_attributes}
    due, next_at = given.pop("AtozResponseDue"), given.pop("AtozNextAt")
    assert isinstance(due, datetime)
    assert isinstance(next_at, datetime)
    assert timedelta(days=5) < due - next_at <= timedelta(days=6)
    assert given == {
        "AtozStatus": "under_review",
        "AtozMarketplace": "US",
        "AtozReason": "not_as_described",
        "AtozPlaybook": "documented",
        "AtozAttention": "none",
        "AtozClock": f"{instant_text(due)} response",
    }


async def test_received_now_lets_the_clock_begin_now(bench: Bench) -> None:
    """The answer of a claim from September is due a week from today."""
    service = service_of(bench)
    order = await begun(service)
    (clock,) = (await looking.status(service, order))["clocks"]
    left = datetime.fromisoformat(clock["due"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
