"""Sending hours: over midnight, on closed days, across both changes of the clock, everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from atoz.claims.calendar import SendingHours, local_date
from tests.support.cases import SECOND

ZONES = {
    "US": "America/Los_Angeles",
    "UK": "Europe/London",
    "DE": "Europe/Berlin",
    "FR": "Europe/Paris",
    "IT": "Europe/Rome",
    "ES": "Europe/Madrid",
    "JP": "Asia/Tokyo",
}


def hours(zone: str = "Europe/Berlin", opens: str = "08:00", closes: str = "20:00") -> SendingHours:
    """Daily sending hours."""
    return SendingHours(
        zone=zone, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes)
    )


def local(text: str, zone: str = "Europe/Berlin", fold: int = 0) -> datetime:
    """A local time of the zone, as UTC."""
    naive = datetime.fromisoformat(text).replace(fold=fold)
    return naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize("zone", ZONES.values())
@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-09-08T07:59:59", "2026-09-08T08:00:00"),
        ("2026-09-08T08:00:00", "2026-09-08T08:00:00"),
        ("2026-09-08T08:00:01", "2026-09-08T08:00:01"),
        ("2026-09-08T19:59:59", "2026-09-08T19:59:59"),
        ("2026-09-08T20:00:00", "2026-09-09T08:00:00"),
        ("2026-09-08T23:59:59", "2026-09-09T08:00:00"),
        ("2026-09-08T00:00:00", "2026-09-08T08:00:00"),
    ],
)
def test_the_window_opens_at_its_start_and_is_closed_at_its_end(
    zone: str, at: str, opens: str
) -> None:
    """In every marketplace's own zone."""
    assert hours(zone).next_open(local(at, zone)) == local(opens, zone)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-09-08T21:59:59", "2026-09-08T22:00:00"),
        ("2026-09-08T23:00:00", "2026-09-08T23:00:00"),
        ("2026-09-09T01:59:59", "2026-09-09T01:59:59"),
        ("2026-09-09T02:00:00", "2026-09-09T22:00:00"),
        ("2026-09-09T12:00:00", "2026-09-09T22:00:00"),
    ],
)
def test_a_window_may_cross_midnight(at: str, opens: str) -> None:
    """From ten in the evening to two in the morning."""
    night = hours(opens="22:00", closes="02:00")
    assert night.next_open(local(at)) == local(opens)
    assert night.is_open(local(at)) is (at == opens)


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    """Friday's window goes on into Saturday; Saturday has none of its own."""
    friday = hours(opens="22:00", closes="02:00").model_copy(update={"weekdays": (4,)})
    assert friday.is_open(local("2026-09-12T01:00:00"))
    assert friday.next_open(local("2026-09-12T02:00:00")) == local("2026-09-18T22:00:00")
    assert friday.next_open(local("2026-09-11T00:30:00")) == local("2026-09-11T22:00:00")


def test_a_closed_day_has_no_window() -> None:
    """Two holidays in a row, then the next day's start."""
    closed = hours().model_copy(update={"closed": (date(2026, 12, 25), date(2026, 12, 26))})
    assert closed.next_open(local("2026-12-24T20:00:00")) == local("2026-12-27T08:00:00")
    assert closed.next_open(local("2026-12-25T12:00:00")) == local("2026-12-27T08:00:00")
    assert closed.is_open(local("2026-12-24T12:00:00"))


def test_weekdays_are_local_days() -> None:
    """Monday morning in Tokyo is still Sunday in UTC."""
    monday = hours("Asia/Tokyo").model_copy(update={"weekdays": (0,)})
    instant = datetime(2026, 9, 6, 23, 30, tzinfo=UTC)
    assert monday.is_open(instant)
    assert local_date(instant, "Asia/Tokyo") == date(2026, 9, 7)
    assert not monday.is_open(datetime(2026, 9, 7, 23, 30, tzinfo=UTC))


def test_the_same_start_and_end_is_always_open() -> None:
    """On the days that are open at all."""
    always = hours(opens="00:00", closes="00:00")
    at = local("2026-09-08T03:33:33")
    assert always.next_open(at) == at
    weekdays = always.model_copy(update={"weekdays": (0, 1, 2, 3, 4)})
    assert weekdays.next_open(local("2026-09-12T10:00:00")) == local("2026-09-14T00:00:00")
    assert weekdays.is_open(local("2026-09-11T23:59:59"))


def test_hours_that_never_open_say_so() -> None:
    """Instead of looking for ever."""
    never = hours().model_copy(update={"weekdays": ()})
    with pytest.raises(ValueError, match="open at least one weekday"):
        never.next_open(local("2026-09-08T12:00:00"))


@pytest.mark.parametrize(
    ("zone", "changes_on"),
    [
        ("America/Los_Angeles", "2026-03-08"),
        ("America/Los_Angeles", "2026-11-01"),
        *[
            (zone, day)
            for zone in list(ZONES.values())[1:6]
            for day in ("2026-03-29", "2026-10-25")
        ],
    ],
)
def test_the_window_keeps_its_local_hours_when_the_clock_changes(
    zone: str, changes_on: str
) -> None:
    """08:00 is 08:00 on the day before, on the day, and after: the night is 11 or 13 hours long."""
    day = date.fromisoformat(changes_on)
    for start in (day - timedelta(days=1), day, day + timedelta(days=1)):
        evening = local(f"{start - timedelta(days=1)}T20:00:00", zone)
        morning = hours(zone).next_open(evening)
        assert morning.astimezone(ZoneInfo(zone)).isoformat()[:16] == f"{start}T08:00"
    night = hours(zone).next_open(local(f"{day - timedelta(days=1)}T20:00:00", zone)) - local(
        f"{day - timedelta(days=1)}T20:00:00", zone
    )
    assert night == timedelta(hours=11 if day.month == 3 else 13)


def test_an_hour_that_there_is_twice_is_open_twice() -> None:
    """02:30 comes twice in October; a window over it is open both times."""
    early = hours(opens="02:15", closes="04:00")
    first, second = local("2026-10-25T02:30:00"), local("2026-10-25T02:30:00", fold=1)
    assert second - first == timedelta(hours=1)
    assert early.is_open(first)
    assert early.is_open(second)


def test_an_hour_that_there_is_not_opens_no_window() -> None:
    """A window that the change of the clock turns round is none; the next day's counts."""
    gap = hours(opens="02:30", closes="03:10")
    opens = gap.next_open(local("2026-03-29T00:00:00"))
    assert opens == local("2026-03-30T02:30:00")
    assert gap.next_open(opens) == opens


INSTANTS = st.integers(0, 3 * 365 * 86_400).map(
    lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
CHANGES = INSTANTS | st.sampled_from(
    [datetime(2026, 3, 29, h, 30, tzinfo=UTC) for h in range(6)]
    + [datetime(2026, 10, 25, h, 30, tzinfo=UTC) for h in range(6)]
    + [datetime(2026, 11, 1, h, 30, tzinfo=UTC) for h in range(12)]
)
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@st.composite
def windows(draw: st.DrawFn) -> SendingHours:
    """Any sending hours that open at all."""
    weekdays = draw(st.sets(st.integers(0, 6), min_size=1))
    return SendingHours(
        zone=draw(st.sampled_from([*ZONES.values(), "Australia/Lord_Howe", "Asia/Kolkata"])),
        opens=draw(TIMES),
        closes=draw(TIMES),
        weekdays=tuple(sorted(weekdays)),
        closed=tuple(draw(st.sets(st.dates(date(2026, 3, 1), date(2026, 4, 1)), max_size=5))),
    )


GAP = SendingHours(zone="Europe/Berlin", opens=time(2, 30), closes=time(3, 10))


@given(windows(), CHANGES)
@example(GAP, datetime(2026, 3, 29, 0, 0, tzinfo=UTC))
def test_the_next_opening_is_open(window: SendingHours, at: datetime) -> None:
    """Never earlier than asked, and asked again it is itself."""
    opens = window.next_open(at)
    assert opens >= at
    assert window.next_open(opens) == opens
    assert window.is_open(opens)


@given(windows(), CHANGES, st.timedeltas(timedelta(0), timedelta(days=3)))
@example(GAP, datetime(2026, 3, 29, 0, 0, tzinfo=UTC), timedelta(hours=2))
def test_later_never_opens_earlier(window: SendingHours, at: datetime, later: timedelta) -> None:
    """It is monotone."""
    assert window.next_open(at) <= window.next_open(at + later)


@given(windows(), CHANGES)
def test_nothing_between_is_open(window: SendingHours, at: datetime) -> None:
    """The next opening is the first one."""
    opens = window.next_open(at)
    assume(opens > at)
    for part in (0.25, 0.5, 0.75):
        assert not window.is_open(at + part * (opens - at))
    assert not window.is_open(opens - SECOND) or opens - SECOND < at


@given(st.sampled_from(list(ZONES.values())), CHANGES)
def test_the_next_opening_lies_in_the_local_hours(zone: str, at: datetime) -> None:
    """By the wall clock of the marketplace."""
    wall = hours(zone).next_open(at).astimezone(ZoneInfo(zone)).time()
    assert time(8) <= wall < time(20)
