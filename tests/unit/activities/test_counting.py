"""Findings are counted by rule, severity and kind of text, through the SDK's own metrics."""

from __future__ import annotations

from collections.abc import Mapping

from temporalio.runtime import MetricBuffer, Runtime, TelemetryConfig
from temporalio.testing import ActivityEnvironment

from activities.counting import count_findings
from atoz.meters import TEXT_FINDINGS
from atoz.playbook.events import Finding

SHOUTS = Finding(rule="shouting", severity="block", message="no capitals")
LONG = Finding(rule="long_sentence", severity="warn", message="split it")


def counted(*findings: Finding) -> list[tuple[int, Mapping[str, object]]]:
    """What a real meter took in an activity, each value with its labels."""
    buffer = MetricBuffer(100)
    environment = ActivityEnvironment()
    environment.metric_meter = Runtime(telemetry=TelemetryConfig(metrics=buffer)).metric_meter
    environment.run(lambda: count_findings(findings, "appeal", language="de", template="edited"))
    updates = [each for each in buffer.retrieve_updates() if each.metric.name == TEXT_FINDINGS.name]
    return [(int(each.value), dict(each.attributes)) for each in updates]


def test_each_rule_is_counted_once_with_how_often_it_fired() -> None:
    """The labels are the rule, its severity, what was checked and in which language: never its words."""
    where = {"text": "appeal", "language": "de", "template": "edited"}
    shouts = {"rule": "shouting", "severity": "block", **where}
    long = {"rule": "long_sentence", "severity": "warn", **where}
    found = [
        (value, {key: labels[key] for key in shouts})
        for value, labels in counted(SHOUTS, LONG, SHOUTS)
    ]
    assert found == [(2, shouts), (1, long)]


def test_a_clean_text_counts_nothing() -> None:
    """Not even a zero."""
    assert counted() == []


def test_outside_an_activity_nothing_is_counted_and_nothing_fails() -> None:
    """A draft that a command makes is no draft of a claim."""
    count_findings([SHOUTS], "message", language="en", template="deescalate")
