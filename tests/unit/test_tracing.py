"""What leaves with a span: kinds of work and workflow ids, never what somebody outside wrote."""

from __future__ import annotations

import io
import json

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Status, StatusCode

from atoz.logging import configure_logging
from atoz.tracing import Silenced

MARK = "Zephyrine Quartzmark"


@pytest.fixture
def sent() -> InMemorySpanExporter:
    """The collector."""
    return InMemorySpanExporter()


@pytest.fixture
def provider(sent: InMemorySpanExporter) -> TracerProvider:
    """What makes spans and sends each at its end."""
    made = TracerProvider(shutdown_on_exit=False)
    made.add_span_processor(SimpleSpanProcessor(Silenced(sent)))
    return made


def test_words_of_others_stay_here(provider: TracerProvider, sent: InMemorySpanExporter) -> None:
    """An error's message and trace, a status, an operator's key: gone. What kind of error it was: kept."""
    known = {"temporalWorkflowID": "claim-1", "temporalUpdateID": MARK, "other": MARK}
    with provider.get_tracer("t").start_as_current_span("RunActivity:x", attributes=known) as span:
        span.record_exception(ValueError(f"{MARK} is no amount"))
        span.set_status(Status(StatusCode.ERROR, MARK))
    (found,) = sent.get_finished_spans()
    assert MARK not in found.to_json()
    assert dict(found.attributes or {}) == {"temporalWorkflowID": "claim-1"}
    assert found.status.status_code is StatusCode.ERROR
    assert [dict(event.attributes or {}) for event in found.events] == [
        {"exception.type": "ValueError"}
    ]


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("HandleSignal:buyer_replied", "HandleSignal:buyer_replied"),
        (f"HandleSignal:{MARK}", "HandleSignal:other"),
        ("HandleUpdate:approve", "HandleUpdate:approve"),
        (f"ValidateUpdate:{MARK}", "ValidateUpdate:other"),
        (f"HandleQuery:{MARK}: a: b", "HandleQuery:other"),
        ("StartActivity:send_message", "StartActivity:send_message"),
    ],
)
def test_a_message_that_we_do_not_know_has_no_name(
    provider: TracerProvider, sent: InMemorySpanExporter, name: str, seen: str
) -> None:
    """Its name is whatever somebody typed."""
    provider.get_tracer("t").start_span(name).end()
    assert [span.name for span in sent.get_finished_spans()] == [seen]


def test_a_collector_that_is_away_is_told_once_and_without_its_address() -> None:
    """The address holds keys now and then; the exporter and what it sends with would write it whole."""
    stream = io.StringIO()
    configure_logging("json", "debug", stream)
    away = OTLPSpanExporter("http://me:geheim@127.0.0.1:1/v1/traces?key=geheim", timeout=0.1)
    made = TracerProvider(shutdown_on_exit=False)
    made.add_span_processor(SimpleSpanProcessor(Silenced(away)))
    for _ in range(2):
        made.get_tracer("t").start_span("RunActivity:x").end()
    (line,) = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (line["logger"], line["level"]) == ("atoz.tracing", "warning")
    assert "ATOZ_TRACES_URL" in line["event"]
    assert "geheim" not in stream.getvalue()
