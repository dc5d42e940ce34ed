"""Sending hours: when a message may go to a buyer, in the marketplace's own zone.

One function answers it, by listing whole windows instead of doing arithmetic on their ends, so
that windows over midnight, closed days and changes of the clock need no special case.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from atoz.claims.base import Record

_DAY = timedelta(days=1)
_LOOK_AHEAD_DAYS = 400


class SendingHours(Record):
    """A daily window in local time. `opens == closes` means always open.

    `weekdays` are 0 (Monday) to 6; `closed` are local dates without a window (holidays, pinned
    with the claim so that a new edition of a holiday list changes no running claim).
    """

    zone: str
    opens: time
    closes: time
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    closed: tuple[date, ...] = ()

    def next_open(self, instant: datetime) -> datetime:
        """The first instant at or after `instant` (UTC) that lies inside a window, in UTC."""
        if self._always:
            return instant
        for start, end in self._windows(instant):
            if instant < end:
                return max(start, instant)
        raise ValueError("no sending hours within 400 days: open at least one weekday")

    def is_open(self, instant: datetime) -> bool:
        """Whether `instant` lies inside a window."""
        return self.next_open(instant) == instant

    def windows(self, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The windows (UTC) that touch a stretch of time, oldest first; none where always open."""
        if not self._always:
            days = (local_date(last, self.zone) - local_date(first, self.zone)).days + 1
            yield from (
                (start, end)
                for start, end in self._windows(first, days)
                if first < end and start < last
            )

    @property
    def _always(self) -> bool:
        return self.opens == self.closes and not self.closed and len(self.weekdays) == 7

    def _windows(
        self, instant: datetime, days: int = _LOOK_AHEAD_DAYS
    ) -> Iterator[tuple[datetime, datetime]]:
        """The windows in UTC, from the first one that may still be open at `instant`."""
        today = local_date(instant, self.zone)
        for n in range(-1 if self.closes <= self.opens else 0, days):
            day = today + n * _DAY
            if day.weekday() in self.weekdays and day not in self.closed:
                start, end = _window(self.zone, day, self.opens, self.closes)
                if start < end:  # not where the hour that the clock leaves out turns them round
                    yield start, end


@lru_cache(maxsize=8192)
def _window(zone: str, day: date, opens: time, closes: time) -> tuple[datetime, datetime]:
    """The window that opens on a day, in UTC; one over midnight closes on the next day."""
    last = day + _DAY if closes <= opens else day
    return _utc(zone, day, opens), _utc(zone, last, closes)


def _utc(zone: str, day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def local_date(instant: datetime, zone: str) -> date:
    """The calendar day of `instant` in `zone`."""
    return instant.astimezone(ZoneInfo(zone)).date()
