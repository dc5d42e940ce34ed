"""What a worker shows (`atoz.web.face`): its steps until it works, the SDK's own metrics, ours beside
them, and how the open claims stand.
"""

import contextlib
import shutil
from collections.abc import Iterator, Mapping
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
from temporalio.client import Client
from temporalio.worker import Worker

from atoz import meters
from atoz.meters import Meter
from atoz.service.census import Census, Counting
from atoz.service.desk_count import DeskCount
from atoz.service.listing import Attention
from atoz.service.readiness import Readiness, Step
from atoz.settings import Settings
from atoz.wiring import own_build

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
        lists = client.workflow_service.list_workflow_executions
        self._counting = Counting(client.namespace, lists, DeskCount(client).look, _now)

    def works(self, worker: Worker) -> None:
        """The worker runs."""
        self.readiness.works(worker)

    async def ready(self) -> Mapping[Step, bool]:
        """The steps of a worker."""
        return dict(await self.readiness.look(_now()))

    async def page(self) -> bytes:
        """The SDK's page and ours."""
        if self._counting is not None:
            await self._counting.look()
        own = generate_latest(self._registry)
        return await self._of_sdk() + own

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
            none: dict[tuple[str, ...], float] = dict.fromkeys(meters.TASKS_OPEN.begins, 0)
            yield _gauge(meters.TASKS_OPEN, none | {**census.tasks})
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
