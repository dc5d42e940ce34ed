"""Periods and days as seven markets write them, found in a folded sentence and made instants.

It exists so that `within 3 calendar days`, `bis zum 11. September 2026` and `2026年9月11日までに` become
the same two things: a length of time, or the instant at which a day ends on that marketplace.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from atoz.mail.notice_words import Deadlines
from atoz.mail.patterns import fold

Order = Literal["mdy", "dmy", "ymd"]

LONGEST = timedelta(days=120)
"""A deadline further away than this is a number that means something else."""

_END_OF_DAY = time(23, 59)
_YEAR, _TWO = r"(?:20[0-9]{2})", r"[0-9]{1,2}"
_TH = "st|nd|rd|th"  # codespell:ignore nd
_TIME = (
    rf"(?:(?:t|[,\s]{{1,3}}(?:[^\W\d]{{1,6}}\s+){{0,2}}?)(?P<at_hour>{_TWO}):(?P<at_minute>[0-9]{{2}})"
    r"(?::[0-9]{2})?(?:\s*(?P<at_half>[ap])\.?m\b\.?)?(?:\s*(?P<at_utc>utc|gmt|z)\b)?)?"
)


@dataclass(frozen=True)
class Calendar:
    """How a marketplace writes days, and when the mail was written (UTC)."""

    order: Order
    zone: str
    written: datetime | None


class Dates:
    """One language's ways to state a period or a day."""

    def __init__(self, words: Deadlines, *, spaced: bool) -> None:
        self._numbers = {fold(word): number for word, number in words.numbers.items()}
        self.number_words = frozenset(word.split()[0] for word in self._numbers if word.split())
        self._hours = frozenset(_folded(words.hours))
        self._months = {fold(name): number for name, number in words.months.items()}
        edge = (r"(?<!\w)", r"(?!\w)") if spaced else ("", "")
        self._periods = _periods(words, self._numbers, edge)
        day = _day(self._months)
        until, behind = _any(words.until), _any(words.until_behind)
        self._days = (
            re.compile(rf"{edge[0]}(?:{until})[^0-9]{{0,30}}?{day}"),
            re.compile(rf"{day}[^0-9]{{0,8}}?(?:{behind})"),
        )

    def period(self, folded: str) -> timedelta | None:
        """The shortest period that a sentence states, in elapsed hours or 24-hour days."""
        found = [
            self._length(each["number"], each["unit"])
            for pattern in self._periods
            for each in pattern.finditer(folded)
        ]
        return min((length for length in found if timedelta(0) < length <= LONGEST), default=None)

    def _length(self, number: str, unit: str) -> timedelta:
        count = int(number) if number.isdigit() else self._numbers[" ".join(number.split())]
        hours = " ".join(unit.split()) in self._hours
        return timedelta(hours=count) if hours else timedelta(days=count)

    def instants(self, folded: str, calendar: Calendar) -> list[datetime]:
        """The ends of the days that a sentence names as its latest (UTC), by the market's own clock.

        A day without a year is the first such day from when the mail was written.
        """
        found = (each for pattern in self._days for each in pattern.finditer(folded))
        instants = (self._instant(each, calendar) for each in found)
        return [instant for instant in instants if instant is not None]

    def _instant(self, found: re.Match[str], calendar: Calendar) -> datetime | None:
        values = {name[0]: value for name, value in found.groupdict().items() if value}
        if "f" in values:
            first, second = values["f"], values["s"]
            values |= (
                {"m": first, "d": second} if calendar.order == "mdy" else {"m": second, "d": first}
            )
        named = values.get("n")
        month = self._months[" ".join(named.split())] if named else int(values["m"])
        written = calendar.written
        year = int(values["y"]) if "y" in values else written and written.year
        instant = year and _local(year, month, int(values["d"]), found, calendar.zone)
        if instant and written and "y" not in values and instant < written:
            return _local(written.year + 1, month, int(values["d"]), found, calendar.zone)
        return instant or None


def _local(year: int, month: int, day: int, found: re.Match[str], zone: str) -> datetime | None:
    """The instant (UTC) of a day and the time that may stand behind it; None where there is no such day."""
    try:
        at = datetime.combine(date(year, month, day), _clock(found))
        return at.replace(tzinfo=UTC if found["at_utc"] else ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _clock(found: re.Match[str]) -> time:
    if not found["at_hour"]:
        return _END_OF_DAY
    hour = int(found["at_hour"])
    if found["at_half"]:
        hour = hour % 12 + (12 if found["at_half"] == "p" else 0)
    return time(hour % 24, int(found["at_minute"]))


def _periods(
    words: Deadlines, numbers: Mapping[str, int], edge: tuple[str, str]
) -> tuple[re.Pattern[str], ...]:
    number = rf"(?P<number>[0-9]{{1,3}}|{_any(numbers)})"
    unit = rf"\s*(?:\([0-9]{{1,3}}\)\s*)?(?P<unit>{_any((*words.days, *words.hours))})"
    lead = rf"{edge[0]}(?:{_any(words.before)})\s*(?:[^\W\d]+\s+){{0,3}}?"
    return (
        re.compile(f"{lead}{number}{unit}{edge[1]}"),
        re.compile(rf"(?<![0-9]){number}{unit}\s*(?:{_any(words.behind)})"),
    )


def _day(months: Iterable[str]) -> str:
    """A day in any of the ways; the first letter of a group's name says what it holds."""
    name = _any(months)
    ways = (
        rf"(?P<y1>{_YEAR})\s*[-/.年]\s*(?P<m1>{_TWO})\s*[-/.月]\s*(?P<d1>{_TWO})日?",
        rf"(?<![0-9])(?P<m2>{_TWO})月\s*(?P<d2>{_TWO})日",
        rf"(?P<first>{_TWO})[-/.](?P<second>{_TWO})[-/.](?P<y5>{_YEAR})",
        rf"(?P<d3>{_TWO})(?:\.|{_TH}|er|º|°)?\s*(?:de\s+)?(?P<n3>{name})(?:\.?,?\s*(?:de[l]?\s+)?(?P<y3>{_YEAR}))?",
        rf"(?P<n4>{name})\.?\s+(?P<d4>{_TWO})(?:{_TH})?(?:,?\s+(?P<y4>{_YEAR}))?",
    )
    return rf"(?:{'|'.join(ways)})(?![0-9]){_TIME}"


def _folded(words: Iterable[str]) -> list[str]:
    return [" ".join(fold(word).split()) for word in words]


def _any(words: Iterable[str]) -> str:
    """Plain words as alternatives, the longest first; with none, what matches nothing."""
    listed = sorted(_folded(words), key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in listed) or "(?!)"
