"""Traces by setting: where the time of a claim's tasks, activities and messages goes, and nothing else.

A span says which workflow and what kind of work. What its errors say, keys that callers choose and
names that strangers make up stay here: an error's words may be a buyer's.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Literal

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.trace import Status
from temporalio.client import Interceptor
from temporalio.contrib.opentelemetry import TracingInterceptor

from atoz.playbook import events as ev
from atoz.settings import Settings
from atoz.wiring import own_build
from workflows.names import DESK_ATTACHED, DESK_ITEM

LAST_WORDS = timedelta(seconds=3)
"""How long a process that ends waits for the collector to take the rest."""

_LOG = logging.getLogger("atoz.tracing")

Part = Literal["worker", "board", "command"]

ATTRIBUTES = ("temporalWorkflowID", "temporalRunID", "temporalActivityID")
"""What a span says beside its name."""

_QUERIES = ("case", "held", "look", "progress", "status", "tasks", "timeline", "worked_off")
MESSAGES = frozenset({*ev.SIGNALS, *ev.UPDATES, *_QUERIES, DESK_ITEM, DESK_ATTACHED, "done"})
"""The messages that a span may name."""
_MESSAGE = re.compile(r"\w*(?:Signal|Update|Query)\w*(?=:)")


@contextlib.asynccontextmanager
async def traced(settings: Settings, part: Part) -> AsyncIterator[list[Interceptor]]:
    """What a client needs to send traces while the block runs: nothing where they are not asked for.

    What the client starts or tells a claim carries the span along, so that what a worker does about it
    is of the same trace. `part` says who sends.
    """
    if settings.traces_url is None:
        yield []
        return
    sender = OTLPSpanExporter(endpoint=str(settings.traces_url))
    provider = TracerProvider(
        resource=Resource(
            {
                "service.namespace": "atoz",
                "service.name": f"atoz-{part}",
                "service.version": own_build(settings),
            }
        ),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(Silenced(sender)))
    try:
        yield [interceptor(provider)]
    finally:
        limit = round(LAST_WORDS.total_seconds() * 1000)
        await asyncio.to_thread(provider.force_flush, limit)


_LOST = (
    logging.WARNING,
    "traces do not arrive at ATOZ_TRACES_URL: they are lost until it takes them",
)
_AGAIN = (logging.INFO, "traces arrive again")


def interceptor(provider: TracerProvider) -> TracingInterceptor:
    """For a client, whose workers then trace as well.

    A claim is begun by whoever begins it, with a trace or without: each of its tasks is told.
    """
    return TracingInterceptor(provider.get_tracer("atoz"), always_create_workflow_spans=True)


class Silenced(SpanExporter):
    """Takes out of each span what somebody outside may have written, then hands it on.

    It alone says when the collector takes none: the exporter would write its address, keys and all.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._taken = True

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hand them on."""
        result = self._exporter.export([_silenced(span) for span in spans])
        taken = result is SpanExportResult.SUCCESS
        if taken != self._taken:
            _LOG.log(*(_AGAIN if taken else _LOST))
        self._taken = taken
        return result

    def shutdown(self) -> None:
        """End the exporter, too."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush the exporter, too."""
        return self._exporter.force_flush(timeout_millis)


def _silenced(span: ReadableSpan) -> ReadableSpan:
    known = span.attributes or {}
    return ReadableSpan(
        name=_name(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={key: known[key] for key in ATTRIBUTES if key in known},
        events=[_kind_alone(event) for event in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _name(name: str) -> str:
    """`HandleSignal:buyer_replied`; a message that we do not know loses its name."""
    found = _MESSAGE.match(name)
    if found is None or name[found.end() + 1 :] in MESSAGES:
        return name
    return f"{found.group()}:other"


def _kind_alone(event: Event) -> Event:
    """Which kind of error it was, without its words."""
    kind = (event.attributes or {}).get("exception.type", "")
    return Event(event.name, {"exception.type": kind} if kind else {}, event.timestamp)
