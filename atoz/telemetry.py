"""What the SDK tells of itself: its log lines, its metrics and ours beside them, on a port of loopback.

The SDK keeps the metrics, ours too, and shows them on an address of its own choice; whoever scrapes
asks `atoz.web.outside`, which hands them on beside health and readiness.
"""

import contextlib
import logging
import socket
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from temporalio.common import MetricMeter
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from activities.counting import add, read
from activities.names import READ_MAILBOX, TELL_MAILBOX_FAILED
from atoz import meters
from atoz.errors import AtozError
from atoz.settings import Settings
from workflows.names import CLAIM_WORKFLOW

TRIES = 5
"""A port that was free may be taken a moment later."""

LONG_SECONDS = (0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0)
"""For the SDK's own spans: from a quick query to a pass over a full mailbox."""
DAYS = (60.0, *meters.DAYS[1:], 30 * meters.DAY, 90 * meters.DAY)
"""A claim lives for weeks; by itself the SDK counts up to ten minutes."""

_SDK_BUCKETS: Mapping[str, Sequence[float]] = {
    "temporal_workflow_endtoend_latency": DAYS,
    "temporal_activity_execution_latency": LONG_SECONDS,
    "temporal_activity_schedule_to_start_latency": LONG_SECONDS,
    "temporal_workflow_task_schedule_to_start_latency": LONG_SECONDS,
    "temporal_workflow_task_execution_latency": LONG_SECONDS,
}


class Telemetry(NamedTuple):
    """The runtime that clients use, and where its metrics can be read, if anywhere."""

    runtime: Runtime
    metrics: str | None


def telemetry(*, metrics: bool) -> Telemetry:
    """A runtime that logs through the standard loggers, with or without metrics.

    Raises AtozError where no port of loopback can be had.
    """
    if not metrics:
        return Telemetry(Runtime(telemetry=_config(None)), None)
    for _ in range(TRIES):
        address = f"127.0.0.1:{_free_port()}"
        with contextlib.suppress(RuntimeError, ValueError):  # somebody else was quicker
            return Telemetry(Runtime(telemetry=_config(address)), f"http://{address}/metrics")
    raise AtozError("the SDK's metrics find no port of loopback")


@cache
def log_as_configured() -> None:
    """Let the SDK log through the standard loggers of this process, unless somebody has chosen already.

    By itself it writes on standard output, which belongs to the document that a command prints.
    """
    with contextlib.suppress(RuntimeError):
        Runtime.set_default(telemetry(metrics=False).runtime)


def _config(address: str | None) -> TelemetryConfig:
    core = LogForwardingConfig(
        logging.getLogger("temporalio.core"),
        append_target_to_name=False,
        prepend_target_on_message=False,
    )
    shown = PrometheusConfig(
        bind_address=address or "",
        counters_total_suffix=True,
        durations_as_seconds=True,
        histogram_bucket_overrides={**meters.BUCKETS, **_SDK_BUCKETS},
    )
    return TelemetryConfig(
        logging=LoggingConfig(
            TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding=core
        ),
        metrics=shown if address else None,
        attach_service_name=False,
    )


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def begin_at_zero(meter: MetricMeter, namespace: str, settings: Settings, now: datetime) -> None:
    """Make every series of ours known that is bound to come, so that its first count is an increase.

    The mailbox counts as read `now`: what comes of it is seen from here on.
    """
    where = {"namespace": namespace, "task_queue": settings.task_queue}
    claims = meter.with_additional_attributes({**where, "workflow_type": CLAIM_WORKFLOW})
    _begin(claims, meters.OF_CLAIMS)
    if settings.imap_account() is not None:
        reading = meter.with_additional_attributes({**where, "activity_type": READ_MAILBOX})
        _begin(reading, (meters.MAILS,))
        read(reading, meters.MAILBOX_READ, now.timestamp())
        telling = meter.with_additional_attributes({**where, "activity_type": TELL_MAILBOX_FAILED})
        _begin(telling, (meters.MAILBOX_FAILURES,))


def _begin(meter: MetricMeter, counters: Iterable[meters.Meter]) -> None:
    for what in counters:
        for labels in what.zeros():
            add(meter, what, 0, **labels)
