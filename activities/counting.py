"""How often each rule fires: the metric that shows which templates want mending."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal, Protocol

from temporalio import activity

NAME = "atoz_text_findings"
"""The counter, in the SDK's metrics beside its own; Prometheus shows it under this very name."""


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

    An appeal's template is `composed`, `facts` or `edited`. Outside an activity nobody counts.
    """
    if not activity.in_activity():
        return
    found = Counter((each.rule, each.severity) for each in findings)
    if not found:
        return
    counter = activity.metric_meter().create_counter(
        NAME, "findings of the checks of texts", "findings"
    )
    for (rule, severity), times in found.items():
        labels = {"rule": rule, "severity": severity, "text": text}
        counter.add(times, {**labels, "language": language, "template": template})
