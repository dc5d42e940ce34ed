"""Spans, instants and money: the values on which every rule is built."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from atoz.claims.base import (
    Instant,
    Moment,
    Money,
    check_decimals,
    instant_text,
    merged,
    money_text,
    parse_span,
    span_text,
    utc,
)

INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
MOMENT: TypeAdapter[object] = TypeAdapter(Moment)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1d", 86_400),
        ("7d", 604_800),
        ("24h", 86_400),
        ("90m", 5_400),
        ("1d12h", 129_600),
        ("1h30m", 5_400),
        ("+38h", 136_800),
        ("0h", 0),
        ("0", 0),
        ("1.5h", 5_400),
        (" 36h ", 129_600),
        ("10s", 10),
    ],
)
def test_a_span_is_written_in_days_hours_minutes_seconds(text: str, seconds: int) -> None:
    """Days are elapsed 24-hour days."""
    assert parse_span(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "7", "7 d", "d", "-1d", "1w", "7D", "1d-2h", "h1", "٣d x", "1..5h", None, True]
)
def test_a_span_that_is_none_says_what_to_write(text: object) -> None:
    """The message shows a right one."""
    with pytest.raises(ValueError, match="write a span like 1d, 36h"):
        parse_span(text)


@pytest.mark.parametrize("text", ["3651d", "99999999999999999999d", "9" * 400 + "h"])
def test_a_span_ends_at_ten_years(text: str) -> None:
    """No claim lasts longer, and no instant overflows."""
    with pytest.raises(ValueError, match="at most 3650d"):
        parse_span(text)


@given(st.integers(min_value=0, max_value=3650 * 86_400))
def test_a_span_survives_being_written_and_read(seconds: int) -> None:
    """Its text is exact."""
    span = timedelta(seconds=seconds)
    assert parse_span(span_text(span)) == span


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(0), "0h"),
        (timedelta(days=7), "7d"),
        (timedelta(hours=36), "36h"),
        (timedelta(hours=24), "1d"),
        (timedelta(minutes=90), "1h30m"),
        (timedelta(seconds=3601), "1h1s"),
    ],
)
def test_a_span_is_printed_in_its_shortest_exact_form(span: timedelta, text: str) -> None:
    """Whole days as days, all else in hours, minutes and seconds."""
    assert span_text(span) == text


def test_an_instant_is_utc_in_whole_seconds() -> None:
    """Whatever zone it was written in, however fine."""
    east = datetime(2026, 9, 8, 11, 0, 0, 999_999, timezone(timedelta(hours=2)))
    assert utc(east) == datetime(2026, 9, 8, 9, 0, tzinfo=UTC)
    assert INSTANT.validate_python("2026-09-08T11:00:00.5+02:00").isoformat() == (
        "2026-09-08T09:00:00+00:00"
    )
    assert instant_text(east) == "2026-09-08T09:00:00Z"


@pytest.mark.parametrize("text", ["2026-09-08T09:00:00", "2026-09-08", "yesterday", ""])
def test_an_instant_without_a_zone_is_refused(text: str) -> None:
    """A naive time is nobody's time."""
    with pytest.raises(ValidationError):
        INSTANT.validate_python(text)


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "1969-12-31T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00",
        "2300-01-01T00:00:00Z",
    ],
)
def test_an_instant_far_from_today_is_refused(text: str) -> None:
    """48 hours before the first instant there is would be none: a hostile `due` breaks no claim."""
    with pytest.raises(ValidationError, match="between 1970 and 2200"):
        INSTANT.validate_python(text)


def test_a_moment_is_a_day_where_only_the_day_is_known() -> None:
    """A carrier's midnight is an instant, a listing's date is a day."""
    assert str(MOMENT.validate_python("2026-08-11")) == "2026-08-11"
    midnight = MOMENT.validate_json('"2026-08-11T00:00:00Z"')
    assert midnight == datetime(2026, 8, 11, tzinfo=UTC)
    assert MOMENT.validate_python("2026-08-11T00:00:00Z") == midnight


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01", "11.08.2026", "2026-08-11T10:00"])
def test_a_moment_that_is_none_is_refused(text: str) -> None:
    """No such day, or a time without a zone."""
    with pytest.raises(ValidationError):
        MOMENT.validate_python(text)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("58", "USD", "58.00 USD"),
        ("58.10", "USD", "58.10 USD"),
        ("1249.00", "EUR", "1249.00 EUR"),
        ("4980", "JPY", "4980 JPY"),
        ("0.01", "GBP", "0.01 GBP"),
    ],
)
def test_money_is_printed_with_the_decimals_of_its_currency(
    amount: str, currency: str, text: str
) -> None:
    """The yen has none."""
    assert money_text(Decimal(amount), currency) == text
    assert str(Money(amount=Decimal(amount), currency=currency)) == text


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("1.005", "USD"), ("4980.50", "JPY"), ("0.1", "JPY"), ("-1", "USD"), ("NaN", "USD")],
)
def test_money_that_the_currency_cannot_hold_is_refused(amount: str, currency: str) -> None:
    """More decimals than it has, below zero, or no number."""
    with pytest.raises(ValidationError):
        Money(amount=Decimal(amount), currency=currency)


def test_amounts_of_different_currencies_never_meet() -> None:
    """There is no rate of exchange in here."""
    yen = Money(amount=Decimal(100), currency="JPY")
    assert yen + yen == Money(amount=Decimal(200), currency="JPY")
    with pytest.raises(ValueError, match="cannot add USD to JPY"):
        yen + Money(amount=Decimal(1), currency="USD")


@given(
    st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False, places=2),
    st.sampled_from(["USD", "EUR", "GBP"]),
)
def test_money_adds_up_to_the_cent(amount: Decimal, currency: str) -> None:
    """Decimals, never floats."""
    money = Money(amount=amount, currency=currency)
    assert (money + money).amount == 2 * amount


def test_decimals_are_told_with_the_currency() -> None:
    """The message says how many there are."""
    with pytest.raises(ValueError, match="JPY has 0 decimals, not 2"):
        check_decimals(Decimal("1.55"), "JPY")


def test_merging_lays_new_keys_over_old_ones() -> None:
    """Nested tables key by key; everything else is replaced whole."""
    old = {"a": {"b": 1, "c": 2}, "d": [1, 2], "e": 5}
    assert merged(old, {"a": {"b": 9}, "d": [3], "e": None}) == {
        "a": {"b": 9, "c": 2},
        "d": [3],
        "e": None,
    }
    assert old["a"] == {"b": 1, "c": 2}
