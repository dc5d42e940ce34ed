"""What a real worker shows of a real claim: ready, counted, traced, and nothing of its buyer."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from prometheus_client.parser import text_string_to_metric_families
from pydantic import HttpUrl

from atoz.access.tokens import Tokens
from atoz.service.policy import Role
from atoz.tracing import traced
from atoz.web.board import Connecting
from tests.support.board import a_stand, alive
from tests.support.marked import MARKS, ORDER, OTHER, Played
from tests.support.running import Process, free_port
from tests.support.scanning import seen_in
from tests.support.service import claim_of, eventually
from workflows import names

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


async def test_a_worker_that_works_is_ready(played: Played) -> None:
    """All four steps, asked of the server itself."""
    assert played.seen("healthz") == "ok\n"
    assert set(json.loads(played.seen("readyz")).values()) == {True}


async def test_no_word_of_a_buyer_and_no_order_is_shown(played: Played) -> None:
    """Metrics and health hold neither marked words nor an order's number, in any form."""
    shown = "".join(played.seen(address) for address in ("healthz", "readyz", "metrics"))
    assert 'atoz_inputs_refused_total{namespace="default",reason="unknown_message"' in shown
    assert not list(seen_in(shown.encode(), [*MARKS.values(), ORDER, OTHER]))
    assert "claim-" not in shown


async def test_the_open_tasks_are_those_that_wait(played: Played) -> None:
    """By kind, the desk's among them: as many as the claims themselves say."""
    waiting = Counter(
        "desk" if task["order_id"] == "-" else task["kind"] for task in played.waiting
    )
    shown: Counter[str] = Counter()
    for family in text_string_to_metric_families(played.seen("metrics")):
        for sample in family.samples:
            if sample.name == "atoz_tasks_open":
                shown[sample.labels["kind"]] += int(sample.value)
    assert +shown == waiting
    assert waiting["desk"] > 0
    assert len(waiting) > 2


async def test_spans_tell_what_was_done_and_nothing_of_whom(played: Played) -> None:
    """Every kind of work of the claim under its workflow's id; no marked word in what was sent."""
    spans = played.collector.spans()
    own = [
        span.name
        for span in spans
        if names.claim_workflow_id(ORDER) in [each.value.string_value for each in span.attributes]
    ]
    wanted = {"RunWorkflow:ClaimWorkflow", "RunActivity:send_message", "HandleSignal:buyer_replied"}
    assert {*wanted, "HandleSignal:other", "StartActivity:send_message"} <= set(own)
    sent = b"".join(span.SerializeToString() for span in spans)
    assert not list(seen_in(sent, MARKS.values()))


async def test_a_board_is_ready_once_it_found_its_server(played: Played, tmp_path: Path) -> None:
    """As a process: its port shows addresses of the program and no order."""
    board, health = free_port(), free_port()
    process = Process(
        tmp_path,
        *("starter.py", "board", "--no-link", "-o", "json", "--port", str(board)),
        TEMPORAL_ADDRESS=played.server.client.service_client.config.target_host,
        ATOZ_STATE=str(played.service.settings.state),
        ATOZ_BOARD_HEALTH_PORT=str(health),
    )
    try:
        await asyncio.to_thread(process.until, lambda: "\n" in process.out, "it did not start")
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{health}") as probe:

            async def ready() -> bool:
                return bool((await probe.get("/readyz")).is_success)

            await eventually(ready)
            await probe.get(f"http://127.0.0.1:{board}/claims/{ORDER}")
            await _worked_on(played, f"http://127.0.0.1:{board}/api/claims/{OTHER}")
            page = (await probe.get("/metrics")).text
        assert 'method="GET",route="/claims/{order}",server="board",status="303"' in page
        assert ORDER not in page
        assert await asyncio.to_thread(process.end) == 0
        said = f"{process.out}{process.err}"
        assert not list(seen_in(said.encode(), MARKS.values()))
    finally:
        process.popen.kill()


async def _worked_on(played: Played, claim: str) -> None:
    """Somebody reads a claim, says something of it, and says what is refused."""
    tokens = Tokens(played.service.settings.access_folder)
    _, token = tokens.new("erp", Role.AGENT, datetime.now(UTC))
    own = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=own, timeout=30) as client:
        assert (await client.get(f"{claim}/timeline")).is_success
        taken = await client.post(f"{claim}/reply", json={"text": MARKS["reply"]})
        assert taken.is_success, taken.text
        refused = await client.post(f"{claim}/due", json={MARKS["operator"]: MARKS["reply"]})
        assert refused.status_code == 422


async def test_a_trace_begins_at_who_starts_the_claim_and_at_who_tells_it_something(
    played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command's start is the parent of what the worker does; the board's reply is linked to it."""
    claim = claim_of({"claim": {"buyer_comment": f"{MARKS['comment']} again"}})
    order, workflow = claim.claim.order_id, names.claim_workflow_id(claim.claim.order_id)
    file = tmp_path / "claim.json"
    file.write_text(claim.model_dump_json(by_alias=True, exclude_none=True), "utf-8")
    address = played.server.client.service_client.config.target_host
    command = Process(
        tmp_path,
        *("starter.py", "start", str(file), "--received-now"),
        TEMPORAL_ADDRESS=address,
        ATOZ_STATE=str(played.service.settings.state),
        ATOZ_TRACES_URL=played.traces_url,
    )
    assert await asyncio.to_thread(command.popen.wait, 60) == 0, command.err
    begun = await span(played, "StartWorkflow:ClaimWorkflow", workflow)
    ran = await span(played, "RunWorkflow:ClaimWorkflow", workflow)
    assert (ran.trace_id, ran.parent_span_id) == (begun.trace_id, begun.span_id)

    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    settings = played.service.settings.model_copy(update={"traces_url": HttpUrl(played.traces_url)})
    async with traced(settings, "board") as interceptors:
        stand = a_stand(tmp_path, Connecting(settings, interceptors), settings=settings)
        async with alive(stand), stand.client(headers=stand.token()) as client:
            await eventually(lambda: told(client, order))
    said = await span(played, "SignalWorkflow:buyer_replied", workflow)
    heard = await span(played, "HandleSignal:buyer_replied", workflow)
    assert said.span_id in {link.span_id for link in heard.links}
    sent = b"".join(path.read_bytes() for path in (played.folder / "traces").glob("*.bin"))
    assert b"atoz-command" in sent
    assert b"atoz-board" in sent
    assert not list(seen_in(sent, MARKS.values()))


async def told(client: httpx2.AsyncClient, order: str) -> bool:
    """Whether the claim was told; the board needs a moment to find its server."""
    body = {"text": f"I am {MARKS['reply']}", "language": "en"}
    return (await client.post(f"/api/claims/{order}/reply", json=body)).is_success


async def span(played: Played, name: str, workflow: str) -> Span:
    """The span of this name and workflow, once it has come."""

    def found() -> list[Span]:
        return [
            each
            for each in played.collector.spans()
            if each.name == name
            and workflow in [attribute.value.string_value for attribute in each.attributes]
        ]

    async def come() -> bool:
        return bool(found())

    await eventually(come, 30)
    return found()[0]
