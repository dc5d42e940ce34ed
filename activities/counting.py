"""Counting and measuring through the SDK's meters, in an activity or in a workflow alike.

A workflow's meter counts nothing on a replay. Outside of both nobody counts.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Literal, Protocol

from temporalio import activity
from temporalio.common import MetricMeter

from atoz.meters import TEXT_FINDINGS, Meter


def add(meter: MetricMeter, what: Meter, times: int = 1, /, **labels: str) -> None:
    """Count something that happened `times` times; zero makes it known."""
    meter.create_counter(what.name, what.what).add(times, {**labels})


def observe(meter: MetricMeter, what: Meter, took: timedelta, /, **labels: str) -> None:
    """Measure a span. What is negative counts as none at all."""
    seconds = max(0.0, took.total_seconds())
    meter.create_histogram_float(what.name, what.what, "s").record(seconds, {**labels})


def read(meter: MetricMeter, what: Meter, value: float, /, **labels: str) -> None:
    """Set what a gauge reads."""
    meter.create_gauge_float(what.name, what.what).set(value, {**labels})


def of_activity() -> MetricMeter:
    """The meter of the activity that runs, else one that counts nothing."""
    return activity.metric_meter() if activity.in_activity() else MetricMeter.noop


class Found(Protocol):
    """What a check found in a text."""

    @property
    def rule(self) -> str:
        """The name of the rule: one of a fixed few, never words of the text."""
        ...

    @property
    def severity(self) -> str:
        """`block` or `warn`."""
        ...


def count_findings(
    findings: Iterable[Found],
    text: Literal["appeal", "message"],
    *,
    language: str,
    template: str = "",
) -> None:
    """Count findings by rule, severity, kind of text, its language, and a message's template.

    An appeal's template is `composed`, `facts` or `edited`.
    """
    meter = of_activity()
    for (rule, severity), times in Counter((each.rule, each.severity) for each in findings).items():
        labels = {"rule": rule, "severity": severity, "text": text}
        add(meter, TEXT_FINDINGS, times, **labels, language=language, template=template)
