"""What a real worker shows of a real claim: ready, counted, traced, and nothing of its buyer."""

from __future__ import annotations

import json

import pytest

from tests.support.marked import MARKS, ORDER, OTHER, Played
from tests.support.scanning import seen_in
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
