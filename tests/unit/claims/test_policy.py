"""Marketplace rules as data: which limit holds on which day, and when a claim may be filed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from atoz.claims.clocks import ClockName
from atoz.claims.policy import FilingWindow, Limit, Policy, response_due
from atoz.library import pinned_policy
from tests.support.cases import ARRIVED, DAY, HOUR, library


def us() -> Policy:
    """The policy of the United States."""
    return library().policy("US")


def with_limits(*limits: Limit) -> Policy:
    """The US policy with these limits alone."""
    return us().model_copy(update={"limits": limits})


def limit(span: timedelta, effective: str, until: str | None = None) -> Limit:
    """A limit of the response clock."""
    return Limit(
        clock="response",
        limit=span,
        effective=date.fromisoformat(effective),
        until=date.fromisoformat(until) if until else None,
        source="a test",
    )


@pytest.mark.parametrize(
    ("day", "clock", "span"),
    [
        ("2026-09-08", "response", 7 * DAY),
        ("2020-01-01", "response", 7 * DAY),
        ("2019-12-31", "response", 3 * DAY),
        ("2026-09-08", "information_request", 72 * HOUR),
        ("2023-01-01", "information_request", 72 * HOUR),
        ("2022-12-31", "information_request", 48 * HOUR),
        ("2026-09-08", "buyer_reply", 24 * HOUR),
        ("2026-09-08", "post_decision_appeal", 30 * DAY),
    ],
)
def test_the_limit_is_the_one_in_force_on_the_day(
    day: str, clock: ClockName, span: timedelta
) -> None:
    """The deadlines table of the domain notes, by date."""
    start = datetime.combine(date.fromisoformat(day), time(12), UTC)
    found = us().due(clock, start)
    assert found is not None
    assert found.due == start + span
    assert found.source.startswith("policy US: ")


def test_a_rule_ends_on_the_day_before_until() -> None:
    """`effective` is the first day, `until` the first day without it."""
    rules = with_limits(limit(DAY, "2026-01-02", "2026-01-04"))
    spans = [
        rules.due("response", datetime(2026, 1, day, 23, 59, 59, tzinfo=UTC)) for day in range(1, 5)
    ]
    assert [found is not None for found in spans] == [False, True, True, False]


def test_of_two_rules_in_force_the_newer_holds() -> None:
    """Whatever their order in the file."""
    old, new = limit(7 * DAY, "2020-01-01"), limit(3 * DAY, "2026-01-01")
    for rules in (with_limits(old, new), with_limits(new, old)):
        found = rules.due("response", ARRIVED)
        assert found is not None
        assert found.due == ARRIVED + 3 * DAY


def test_the_notice_wins_then_the_policy_then_the_playbook() -> None:
    """Each with its source."""
    stated = response_due(ARRIVED + DAY, us(), ARRIVED, 5 * DAY)
    assert stated == (ARRIVED + DAY, "stated in the notice")
    assert response_due(None, us(), ARRIVED, 5 * DAY).due == ARRIVED + 7 * DAY
    own = response_due(None, with_limits(), ARRIVED, 5 * DAY)
    assert own == (ARRIVED + 5 * DAY, "the playbook's own limit")


@pytest.mark.parametrize("marketplace", ["US", "UK", "DE", "FR", "IT", "ES", "JP"])
def test_every_marketplace_has_all_four_clocks(marketplace: str) -> None:
    """With the currency, zone and window of the design."""
    policy = library().policy(marketplace)
    clocks: tuple[ClockName, ...] = (
        "response",
        "information_request",
        "buyer_reply",
        "post_decision_appeal",
    )
    for clock in clocks:
        assert policy.due(clock, ARRIVED) is not None
    assert (policy.sending.opens, policy.sending.closes) == (time(8), time(20))
    assert policy.sending.weekdays == (0, 1, 2, 3, 4, 5, 6)
    assert policy.sending.holidays == "send"
    assert policy.currency == {"US": "USD", "UK": "GBP", "JP": "JPY"}.get(marketplace, "EUR")


WINDOW = FilingWindow(
    opens_after_latest_delivery=3 * DAY,
    opens_after_order=30 * DAY,
    closes_after_latest_delivery=90 * DAY,
    source="a test",
)


@pytest.mark.parametrize(
    ("ordered", "latest", "opens"),
    [
        ("2026-08-01", "2026-08-10", "2026-08-13"),
        ("2026-08-01", "2026-08-28", "2026-08-31"),
        ("2026-08-01", "2026-08-29", "2026-08-31"),
        ("2026-08-01", "2026-10-01", "2026-08-31"),
    ],
)
def test_filing_opens_at_the_earlier_of_both_readings(
    ordered: str, latest: str, opens: str
) -> None:
    """Three days past the latest delivery, or thirty days after the order."""
    found = WINDOW.opens(date.fromisoformat(ordered), date.fromisoformat(latest))
    assert found == date.fromisoformat(opens)


def test_filing_closes_ninety_days_after_the_latest_delivery() -> None:
    """Over the end of a year and a leap day, too."""
    assert WINDOW.closes(date(2026, 8, 20)) == date(2026, 11, 18)
    assert WINDOW.closes(date(2027, 12, 1)) == date(2028, 2, 29)


def test_both_readings_stand_in_every_policy() -> None:
    """As data with a source."""
    for policy in library().policies.values():
        assert policy.filing_window.model_copy(update={"source": "a test"}) == WINDOW
        assert policy.filing_window.source


def test_holidays_are_pinned_with_the_claim() -> None:
    """Only where the policy skips them; hours that were read before do not stay behind."""
    policy = us()
    assert pinned_policy(policy, date(2026, 12, 1), date(2026, 12, 31)) is policy
    sending = policy.sending.model_copy(update={"holidays": "skip"})
    skips = policy.model_copy(update={"sending": sending})
    assert skips.sending_hours.closed == ()
    pinned = pinned_policy(skips, date(2026, 12, 1), date(2026, 12, 31))
    assert date(2026, 12, 25) in pinned.closed_days
    assert pinned.sending_hours.closed == pinned.closed_days
