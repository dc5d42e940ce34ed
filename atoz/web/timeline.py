"""A timeline as a person reads it: what says the same at the same instant stands in one row.

The record keeps every fact, also where one act left two; here the second becomes a word behind the first.
Nothing is dropped: each fact keeps its place to be linked to. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

Fact = Mapping[str, Any]

_LISTED = frozenset({"task_opened", "task_done", "evidence_added"})
"""Kinds of which several at one instant share a row."""
_SETTLED = frozenset({"done", "approved", "rejected"})


class Row(NamedTuple):
    """A fact, others of its kind from the same instant, and those that only say it again."""

    fact: Fact
    more: tuple[Fact, ...] = ()
    also: tuple[Fact, ...] = ()


def rows(timeline: Sequence[Fact]) -> list[Row]:
    """The timeline in rows, in its order."""
    together = (list(facts) for _, facts in groupby(timeline, key=lambda fact: fact["at"]))
    return [row for facts in together for row in _rows(facts)]


def _rows(facts: Sequence[Fact]) -> Iterator[Row]:
    """The rows of one instant."""
    said = {fact["id"]: next((m for m in facts if _repeats(fact, m)), None) for fact in facts}
    own = [fact for fact in facts if said[fact["id"]] is None]
    for kind, alike in groupby(own, key=lambda fact: fact["kind"]):
        for first, *more in [list(alike)] if kind in _LISTED else ([each] for each in alike):
            ids = {fact["id"] for fact in (first, *more)}
            also = (f for f in facts if (main := said[f["id"]]) and main["id"] in ids)
            yield Row(first, tuple(more), tuple(also))


def _repeats(fact: Fact, main: Fact) -> bool:
    """Whether the first fact tells nothing that the second of the same instant does not tell."""
    if fact["step"] != main["step"]:
        return False
    own, data = fact["data"], main["data"]
    match fact["kind"], main["kind"]:
        case "overridden", "step_skipped":
            return bool(own["what"] == "skip")
        case "task_done", "appeal_submitted" | "approved" | "rejected":
            return own["result"] in _SETTLED
        case "approval_requested", "task_opened":
            return bool(data["kind"] == "approve-appeal")
        case "task_opened", "deadline_missed":
            return bool(own["kind"] == "missed-deadline")
        case "claim_closed", "decision_received":
            return bool(own["status"] == data["status"])
        case _:
            return False
