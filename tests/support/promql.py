"""What a query of Prometheus asks for, held against what is really exported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

Exported = dict[str, list[dict[str, str]]]
"""Every series by its metric's name: the labels of each."""

ROOT = Path(__file__).resolve().parents[2]

FROM_PROMETHEUS = frozenset({"instance", "job"})
"""Labels that Prometheus itself adds to what it scrapes."""


def rules() -> list[dict[str, Any]]:
    """Every alert."""
    document = YAML(typ="safe").load(ROOT / "deploy/prometheus/alerts.yaml")
    return [rule for group in document["groups"] for rule in group["rules"]]


def panels() -> Iterator[tuple[str, str]]:
    """The title of each panel of the dashboard with each of its queries."""
    dashboard = json.loads((ROOT / "deploy/grafana/claims.json").read_text("utf-8"))
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def exported(*texts: str) -> Exported:
    """The series of these pages."""
    found: Exported = {}
    for text in texts:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, []).append(sample.labels)
    return found


def faults(query: str, series: Exported) -> list[str]:
    """Why the query could never answer: it does not parse, or asks for what nobody exports."""
    try:
        tree = promql.parse(query)
    except ValueError as error:
        return [f"does not parse: {error}"]
    nodes = list(_nodes(tree))
    selectors = [node for node in nodes if isinstance(node, promql.VectorSelector)]
    labels = {
        label for each in selectors for own in series.get(each.name or "", ()) for label in own
    }
    unknown = {label for node in nodes for label in _grouped(node)} - labels - FROM_PROMETHEUS
    return [
        *(fault for each in selectors for fault in _of_selector(each, series)),
        *(f"groups by {label}, which no series has" for label in sorted(unknown)),
    ]


def _nodes(tree: promql.Expr) -> Iterator[promql.Expr]:
    found: list[promql.Expr] = []
    promql.walk(tree, found.append)
    for node in found:
        yield node
        if isinstance(node, promql.MatrixSelector):
            yield node.vector_selector


def _grouped(node: promql.Expr) -> Iterable[str]:
    if isinstance(node, promql.AggregateExpr) and node.modifier is not None:
        return node.modifier.labels
    return ()


def _of_selector(selector: promql.VectorSelector, series: Exported) -> Iterator[str]:
    own = series.get(selector.name or "")
    if own is None:
        yield f"{selector.name} is exported by nobody"
    elif not any(_matches(selector, labels) for labels in own):
        yield f"{selector} matches none of {len(own)} series"


def _matches(selector: promql.VectorSelector, labels: dict[str, str]) -> bool:
    return all(
        each.name in labels and _holds(each, labels[each.name])
        for each in selector.matchers.matchers
    )


def _holds(matcher: promql.Matcher, value: str) -> bool:
    match matcher.op:
        case promql.MatchOp.Equal:
            return value == matcher.value
        case promql.MatchOp.NotEqual:
            return value != matcher.value
        case promql.MatchOp.Re:
            return re.fullmatch(matcher.value, value) is not None
        case _:
            return re.fullmatch(matcher.value, value) is None
