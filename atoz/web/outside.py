"""What a worker shows to probes and to Prometheus: health, readiness, metrics, on one port.

`/healthz` answers as long as the process does; `/readyz` once it works, and says what is missing;
`/metrics` is the SDK's own metrics, ours beside them, and how the open claims stand.
"""

import contextlib
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from itertools import accumulate
from typing import get_args

import httpx2
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.metrics_core import (
    GaugeHistogramMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from temporalio.client import Client
from temporalio.worker import Worker

from atoz import meters
from atoz.meters import Meter
from atoz.service.census import Census, Counting
from atoz.service.listing import Attention
from atoz.service.readiness import Readiness
from atoz.settings import Settings
from atoz.web.place import Place
from atoz.web.serve import answering
from atoz.wiring import own_build

PLAIN = "text/plain; version=0.0.4; charset=utf-8"
SDK_PATIENCE = 2.0
"""Seconds that the SDK's own page, on loopback, may take."""


class Outside(Collector):
    """The face of one worker process. It shows counts and steps, never anything of a claim's own."""

    def __init__(self, settings: Settings, sdk_metrics: str | None) -> None:
        self.readiness = Readiness()
        self._build, self._state = own_build(settings), settings.state
        self._sdk_metrics = sdk_metrics
        self._counting: Counting | None = None
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def connected(self, client: Client) -> None:
        """The server answers: from now on its open claims are counted."""
        self.readiness.reached("connected")
        self._counting = Counting(
            client.namespace, client.workflow_service.list_workflow_executions, _now
        )

    def works(self, worker: Worker) -> None:
        """The worker runs."""
        self.readiness.works(worker)

    def app(self) -> Starlette:
        """The three addresses."""
        routes = {"/healthz": self._health, "/readyz": self._ready, "/metrics": self._metrics}
        return Starlette(routes=[Route(path, answer) for path, answer in routes.items()])

    async def _health(self, _: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _ready(self, _: Request) -> Response:
        steps = await self.readiness.look(_now())
        ready = all(steps.values())
        return JSONResponse({"ready": ready, **steps}, 200 if ready else 503)

    async def _metrics(self, _: Request) -> Response:
        if self._counting is not None:
            await self._counting.look()
        own = generate_latest(self._registry)
        return Response(await self._of_sdk() + own, media_type=PLAIN)

    async def _of_sdk(self) -> bytes:
        if self._sdk_metrics is None:
            return b""
        try:
            async with httpx2.AsyncClient(timeout=SDK_PATIENCE, trust_env=False) as client:
                return (await client.get(self._sdk_metrics)).content
        except httpx2.HTTPError:
            return b""

    def collect(self) -> Iterator[Metric]:
        """What this process says of itself and of the open claims, for the registry."""
        yield _gauge(meters.BUILD, {(self._build,): 1})
        with contextlib.suppress(OSError):  # no folder yet, or none that can be looked at
            yield _gauge(meters.DISK_FREE, {(): shutil.disk_usage(self._state).free})
        census = self._counting.newest if self._counting else None
        if census is not None:
            yield _gauge(meters.CENSUS, {(): census.at.timestamp()})
            yield _gauge(meters.CLAIMS_OPEN, dict(census.claims.items()))
            yield _left(census)


def _gauge(meter: Meter, values: Mapping[tuple[str, ...], float]) -> Metric:
    family = GaugeMetricFamily(meter.name, meter.what, labels=meter.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def _left(census: Census) -> Metric:
    """Time to the deadline, cumulative: `le` is seconds from now, the first bucket is overdue."""
    meter = meters.CLAIMS_DUE
    family = GaugeHistogramMetricFamily(meter.name, meter.what, labels=meter.labels)
    bounds = [*(f"{bound:.0f}" for bound in meter.buckets), "+Inf"]
    for attention in get_args(Attention):
        counts = census.due.get(attention, [0] * len(bounds))
        buckets = list(zip(bounds, accumulate(counts), strict=True))
        family.add_metric([attention], buckets, census.left[attention])
    return family


def _now() -> datetime:
    return datetime.now(UTC)


@contextlib.asynccontextmanager
async def shown(outside: Outside, settings: Settings) -> AsyncIterator[None]:
    """The face, while the block runs; nothing where no port is set. Raises BadInput for a taken port."""
    if settings.health_port is None:
        yield
        return
    host, port = settings.health_host, settings.health_port
    async with answering(
        outside.app(), Place(host, port, f"http://{host}:{port}"), "ATOZ_HEALTH_PORT"
    ):
        yield
