"""Claims that are over, and a server without a worker: what is still known, and what is said."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from activities.claims import archive_path
from atoz.claims.status import Status
from atoz.errors import BadInput, NoSuchClaim, NoWorker
from atoz.playbook import events as ev
from atoz.service import acting, desk, looking, reporting, starting, waiting
from atoz.service.base import claim_id
from tests.support.server import Bench
from tests.support.service import NOBODY, begun, claim_of, over, service_of

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


async def test_a_claim_that_is_over_is_read_from_the_archive(bench: Bench) -> None:
    """Status and timeline stay; nothing can be done to it; a second start does not start it."""
    service, claim = service_of(bench), claim_of()
    started = await starting.start(service, claim, received_now=True)
    order = claim.claim.order_id
    await over(bench.server, service, order)
    assert (await looking.status(service, order))["state"] == "archived"
    found = await looking.timeline(service, order)
    assert found["timeline"][0]["kind"] == "claim_received"
    assert found["outcome"]["status"] == "denied"
    with pytest.raises(BadInput, match="over and archived"):
        await acting.do(service, order, ev.Paused, by="m", key="k")
    with pytest.raises(BadInput, match="over and archived"):
        await reporting.decide(service, order, Status.WITHDRAWN)
    again = await starting.start(service, claim)
    assert again == {**started, "already_running": True, "archived": True}
    with pytest.raises(BadInput, match="other data"):
        await starting.start(service, claim_of({"claim": {"amount": "1.00"}}, order=order))


async def test_the_archive_speaks_for_a_claim_that_the_server_forgot(bench: Bench) -> None:
    """Retention ends; the archive document does not. Older parts are read back in their order."""
    service, order = service_of(bench), "444-0000001-0000001"
    workflow_id = claim_id(order)
    fact: dict[str, object] = {
        "at": "2026-09-08T09:00:00Z",
        "source": "claim file",
        "step": None,
        "data": {},
    }
    entries = [{**fact, "id": f"f{n}", "kind": "paused"} for n in (2, 10, 11)]
    document = {
        "archived_at": "2026-10-08T09:00:00Z",
        "status": {"workflow_id": workflow_id, "order_id": order, "state": "archived"},
        "timeline": entries[2:],
        "archives": ["facts/x/2.json", "facts/x/1.json"],
        "outcome": {"status": "denied"},
    }
    for path, content in (
        ("facts/x/1.json", entries[:1]),
        ("facts/x/2.json", entries[1:2]),
        (archive_path(workflow_id), document),
    ):
        await service.store.put_document(path, json.dumps(content).encode())
    assert (await looking.status(service, order))["state"] == "archived"
    found = await looking.timeline(service, order)
    assert [entry["id"] for entry in found["timeline"]] == ["f2", "f10", "f11"]
    started = await starting.start(service, claim_of(order=order))
    assert started["already_running"] is True
    assert started["run_id"] is None
    said = await reporting.reply(service, order, "Are you there?")
    assert said["delivered_to"] == "desk"


async def test_a_reply_for_a_claim_that_is_over_becomes_a_task_of_the_desk(bench: Bench) -> None:
    """Once, however often it is handed in; a person works it off."""
    service = service_of(bench)
    order = await begun(service)
    await over(bench.server, service, order)
    for _ in range(2):
        said = await reporting.reply(service, order, "The neighbour had it after all.")
        assert said["delivered_to"] == "desk"
    (task,) = [t for t in await desk.tasks(service) if order in t["refs"]]
    assert task["text"] == "The neighbour had it after all."
    listed = await waiting.tasks(service, "-")
    assert task in listed["tasks"]
    with pytest.raises(BadInput, match="not an open desk task"):
        await desk.done(service, "desk-9999", by="m", receipt=None, key="k1")
    await desk.done(service, task["id"], by="approver-1", receipt="answered", key="k2")
    assert task["id"] not in {t["id"] for t in await desk.tasks(service)}


async def test_without_a_worker_the_answer_is_no_worker_and_nothing_changes(bench: Bench) -> None:
    """An update that nobody takes is not even sent: it would be applied when a worker comes back."""
    service = service_of(bench, timedelta(seconds=1), task_queue="nobody")
    order = await begun(service, opened=False)
    began = time.monotonic()
    with pytest.raises(NoWorker):
        await looking.status(service, order)
    with pytest.raises(NoWorker):
        await acting.do(service, order, ev.Paused, by="m", key="k")
    assert time.monotonic() - began < 5
    history = await bench.server.client.get_workflow_handle(claim_id(order)).fetch_history()
    assert len(history.events) == 2
    # What outsiders said needs no worker: the server keeps it.
    assert (await reporting.reply(service, order, "Hello?"))["delivered_to"] == "claim"


async def test_an_unknown_order_is_no_such_claim(bench: Bench) -> None:
    """Whatever is asked about it."""
    service = service_of(bench)
    for order in (NOBODY, "claim-999-9999999-9999999", "x"):
        for look in (looking.status, looking.timeline):
            with pytest.raises(NoSuchClaim):
                await look(service, order)
        with pytest.raises(NoSuchClaim):
            await acting.do(service, order, ev.Paused, by="m", key="k")
