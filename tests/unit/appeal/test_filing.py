"""The arithmetic of the filing window: a day late, a day early, and the last and first day in time."""

from __future__ import annotations

import pytest

from atoz.appeal.compose import compose
from tests.support.cases import HOUR, Play, library

WORDS = library().appeal_words


def said(**claim: str | None) -> list[str]:
    """What the appeal says of the day on which the claim was filed: 2026-09-08 in the zone."""
    play = Play({"claim": claim}).to(HOUR)
    return [s.text for s in compose(play.state, play.now, WORDS) if "filed on" in s.text]


@pytest.mark.parametrize(
    ("latest", "days"), [("2026-06-09", 1), ("2026-06-08", 2), ("2026-06-10", 0)]
)
def test_a_claim_after_its_last_day(latest: str, days: int) -> None:
    """Latest estimated delivery plus 90 days is the last day; the day itself is in time."""
    found = said(order_date="2026-05-01", max_estimated_delivery=latest)
    if not days:
        assert found == []
        return
    [sentence] = found
    counted = f"{days} day{'s' if days > 1 else ''} after its last day"
    assert counted in sentence
    assert f"the latest estimated delivery {latest} plus 90 days." in sentence


@pytest.mark.parametrize(
    ("ordered", "latest", "opens"),
    [
        ("2026-08-10", "2026-09-06", "2026-09-09"),
        ("2026-08-10", "2026-09-20", "2026-09-09"),
        ("2026-08-10", "2026-09-05", None),
        ("2026-08-09", "2026-09-20", None),
    ],
)
def test_a_claim_before_its_first_day(ordered: str, latest: str, opens: str | None) -> None:
    """The earlier of latest estimated delivery plus 3 days and order date plus 30 days."""
    found = said(order_date=ordered, max_estimated_delivery=latest)
    if opens is None:
        assert found == []
    else:
        assert [f"before its first day {opens}: the earlier of" in each for each in found] == [True]


def test_days_are_those_of_the_marketplace() -> None:
    """Filed at half past six in the morning in UTC: in Los Angeles it is the day before."""
    late = {"max_estimated_delivery": "2026-06-09", "order_date": "2026-05-01"}
    assert said(**late, filed_at="2026-09-08T06:30:00Z") == []
    assert len(said(**late, filed_at="2026-09-08T07:30:00Z")) == 1


@pytest.mark.parametrize("unknown", ["filed_at", "max_estimated_delivery"])
def test_without_the_days_nothing_is_said(unknown: str) -> None:
    """A window that cannot be computed is no argument."""
    claim: dict[str, str | None] = {"max_estimated_delivery": "2026-03-01", unknown: None}
    assert said(**claim) == []
