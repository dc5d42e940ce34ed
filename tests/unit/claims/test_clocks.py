"""Clocks warn at 48, 24, 6 and 1 hours, each once, and only the most urgent when late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atoz.claims.clocks import STOPPED_BY, WARN_HOURS, Clock
from tests.support.cases import ARRIVED, DAY, HOUR, SECOND


def clock(runs: timedelta = 7 * DAY, warned: tuple[int, ...] = ()) -> Clock:
    """A response clock that was started at the arrival."""
    return Clock(
        id="response",
        name="response",
        due=ARRIVED + runs,
        source="a test",
        opened_at=ARRIVED,
        warned=warned,
    )


def test_the_hours_of_warning() -> None:
    """As the issue states them."""
    assert WARN_HOURS == (48, 24, 6, 1)


@pytest.mark.parametrize(("hours", "before"), [(48, None), (24, 48), (6, 24), (1, 6)])
def test_each_warning_comes_at_its_instant(hours: int, before: int | None) -> None:
    """One second earlier it is not due."""
    given = tuple(h for h in WARN_HOURS if h > hours)
    at = ARRIVED + 7 * DAY - hours * HOUR
    assert clock(warned=given).warning_due(at - SECOND) is None
    assert clock(warned=given).warning_due(at) == hours
    assert clock(warned=given).next_warning() == (hours, at)
    assert before is None or clock(warned=given[:-1]).warning_due(at - SECOND) == before


def test_a_late_look_finds_only_the_most_urgent() -> None:
    """Three hours before the end the earlier warnings are overtaken."""
    late = ARRIVED + 7 * DAY - 3 * HOUR
    assert clock().warning_due(late) == 6
    assert clock(warned=(48, 24, 6)).warning_due(late) is None


@pytest.mark.parametrize(
    ("runs", "first"), [(48 * HOUR, 24), (48 * HOUR + SECOND, 48), (24 * HOUR, 6), (HOUR, None)]
)
def test_no_warning_lies_at_or_before_the_start(runs: timedelta, first: int | None) -> None:
    """Nobody is warned of what has just begun."""
    warning = clock(runs).next_warning()
    assert (warning and warning[0]) == first
    assert clock(runs).warning_due(ARRIVED) is None


def test_all_given_is_nothing_left() -> None:
    """After the last warning there is none."""
    assert clock(warned=WARN_HOURS).next_warning() is None
    assert clock(warned=WARN_HOURS).warning_due(ARRIVED + 8 * DAY) is None


def test_a_clock_runs_until_it_is_stopped_or_missed() -> None:
    """Both end it."""
    assert clock().running
    assert not clock().model_copy(update={"stopped_at": ARRIVED}).running
    assert not clock().model_copy(update={"missed": True}).running


def test_every_clock_says_what_stops_it() -> None:
    """The receipt alone stops the answer's clock, of all that a person does with the appeal."""
    assert set(STOPPED_BY) == {
        "response",
        "information_request",
        "buyer_reply",
        "post_decision_appeal",
    }
    assert "receipt" in STOPPED_BY["response"]
