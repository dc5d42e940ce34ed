"""The service layer over the session's server, with the few words that its tests share."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from atoz.claims.claim import ClaimFile
from atoz.claims.status import Status
from atoz.harness.server import VirtualTime
from atoz.service import looking, reporting, starting
from atoz.service.base import Service, claim_id
from tests.support.cases import claim_file
from tests.support.server import Bench

NOBODY = "999-9999999-9999999"
"""An order without a claim."""

PATIENCE = timedelta(seconds=20)
"""Of tests that expect an answer on a busy machine."""

_NUMBERS = itertools.count(1)


def service_of(bench: Bench, patience: timedelta = PATIENCE, **settings: Any) -> Service:
    """The service layer over the session's server."""
    changed = bench.settings.model_copy(update=settings)
    return Service(bench.server.client, changed, lambda: datetime.now(UTC), patience)


def claim_of(*changes: dict[str, Any], order: str | None = None) -> ClaimFile:
    """A claim that the documented playbook takes, changed, under an order of its own."""
    own = {"claim": {"order_id": order or f"555-{next(_NUMBERS):07}-0000000"}}
    return claim_file(own, *changes)


async def begun(service: Service, *changes: dict[str, Any], opened: bool = True) -> str:
    """The order of a claim that arrives now; `opened`: a worker has taken it up."""
    claim = claim_of(*changes)
    order = claim.claim.order_id
    await starting.start(service, claim, received_now=True)

    async def is_open() -> bool:
        return bool((await looking.status(service, order))["state"] != "opening")

    if opened:
        await eventually(is_open)
    return order


async def eventually(look: Callable[[], Awaitable[object]], seconds: float = 20) -> None:
    """Wait until something is there; visibility is a moment behind."""
    deadline = time.monotonic() + seconds
    while not await look():
        assert time.monotonic() < deadline, "it did not come"
        await asyncio.sleep(0.05)


async def kinds(service: Service, order: str) -> list[str]:
    """What the timeline shows."""
    return [entry["kind"] for entry in (await looking.timeline(service, order))["timeline"]]


async def over(server: VirtualTime, service: Service, order: str) -> None:
    """Decide the claim and let its aftercare pass, until it is archived."""
    await reporting.decide(service, order, Status.DENIED)
    handle = server.client.get_workflow_handle(claim_id(order))
    await looking.status(service, order)
    await server.jump(handle, datetime.now(UTC) + timedelta(days=60))
    await asyncio.wait_for(handle.result(), 30)
