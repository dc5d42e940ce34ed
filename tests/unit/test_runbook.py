"""Each alert has a section that says what to do, each metric a line that says what it is."""

from __future__ import annotations

import re

from atoz import meters
from tests.support.promql import ROOT, rules

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
TOLD = (ROOT / "docs" / "seen-from-outside.md").read_text("utf-8")


def test_each_alert_has_its_section() -> None:
    """Under its own name, linked by it, in the order of the rules, and no section without an alert."""
    assert re.findall(r"(?m)^### (\w+)$", RUNBOOK) == [rule["alert"] for rule in rules()]
    for rule in rules():
        assert rule["annotations"]["runbook_url"] == f"docs/runbook.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_each_section_says_what_it_costs_where_to_look_and_how_to_mend() -> None:
    """In this order."""
    for section in RUNBOOK.split("\n### ")[1:]:
        parts = re.findall(r"(?m)^\*\*(\w+)\*\*", section)
        assert parts == ["Means", "Look", "Mend"], section.splitlines()[0]


def test_each_metric_is_explained() -> None:
    """Under the name that Prometheus shows."""
    missing = [
        meter.name
        for meter in meters.EVERY
        if not re.search(rf"\| `{meter.name}(?:_total|_bucket)?`", TOLD)
    ]
    assert missing == []
