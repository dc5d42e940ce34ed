"""Figures: intervals that are right for few claims, and numbers that come from counts, not from rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.client import Client

from atoz.service.base import Service
from atoz.service.figures import OTHER, opened, wilson
from atoz.settings import Settings
from tests.support.cases import library

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("won", "of", "low", "high"),
    [(0, 1, 0.0, 0.793), (1, 1, 0.207, 1.0), (5, 10, 0.237, 0.763), (81, 263, 0.255, 0.366)],
)
def test_an_interval_is_wilsons(won: int, of: int, low: float, high: float) -> None:
    """By the published formula; never below nought or above one."""
    found = wilson(won, of)
    assert (round(found.low, 3), round(found.high, 3)) == (low, high)


class Counts:
    """A server that only counts: by the words that a query has."""

    def __init__(self, counts: dict[str, int], total: int) -> None:
        self.counts = counts
        self.total = total

    async def count_workflows(self, query: str, **_: Any) -> Any:
        """How many a query finds."""
        found = (count for words, count in self.counts.items() if words in query)
        narrowed = " IS NULL" in query or "Attention" in query or "Due" in query or "Step" in query
        return SimpleNamespace(count=next(found, 0 if narrowed else self.total))


async def test_what_is_open_is_counted_and_adds_up(tmp_path: Path) -> None:
    """A step of an earlier playbook is told as such; what has no clock is due on no day."""
    server = Counts(
        {
            "AtozStep IS NULL": 3,
            "AtozStep = 'appeal'": 4,
            "AtozAttention = 'missed'": 2,
            "AtozResponseDue < '2026-11-02T09:00:00Z'": 1,
            "AtozResponseDue >= '2026-11-03T00:00:00Z'": 5,
        },
        total=9,
    )
    service = Service(cast("Client", server), Settings(state=tmp_path), lambda: NOW)
    vars(service)["library"] = library()
    midnight = NOW.replace(hour=0) + timedelta(days=1)
    found = await opened(service, [NOW, midnight])
    assert found.claims == 9
    assert found.steps == {"": 3, "appeal": 4, OTHER: 2}
    assert found.attention == {"missed": 2, "urgent": 0, "task": 0, "none": 7}
    assert found.due == (1, 0, 5)
