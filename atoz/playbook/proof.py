"""The proof that a playbook answers in time, whenever a claim arrives and whatever goes slowly.

A year of arrivals in every marketplace, each with every step at its slowest: refused until the
retry budget is spent, approved at the last moment, done by a person at the end of the lead, moved
by sending hours, closed days and changes of the clock.

Why a year can be looked at whole. The only thing of a calendar that a claim meets are the windows
in which a buyer may be written to, so two arrivals from which the coming windows lie alike are one
case: that folds some ten thousand arrivals to a few hundred. Why whole hours are enough: how long
the answer takes only jumps where a message falls due just as a window closes, and exactly those
arrivals are looked at beside the hours; between two jumps a later arrival is answered no later
after it. So the result holds for every second of the year.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from atoz.claims.calendar import SendingHours
from atoz.playbook.model import Playbook
from atoz.playbook.prove import WorstCase, longest, worst_case

DAYS = 366
"""Arrivals are looked at over a year, a leap year's length, from the first day on."""

_HOUR = timedelta(hours=1)
_FARTHEST = timedelta(days=400)
"""No window opens later than this after another one closes: `SendingHours` looks no farther."""


class Worst(NamedTuple):
    """The arrival (UTC) whose answer takes longest, in which marketplace, along which path."""

    marketplace: str
    arrives_at: datetime
    case: WorstCase

    @property
    def finishes_after(self) -> timedelta:
        """How long after its arrival the claim is answered or handed over, at the latest."""
        return self.case.finishes_at - self.arrives_at


class Proof(NamedTuple):
    """What was found: the worst arrival, and how many were looked at, folded to how many."""

    limit: timedelta
    margin: timedelta
    worst: Worst
    arrivals: int
    cases: int

    @property
    def holds(self) -> bool:
        """Whether every answer is in, or in a person's hands, before limit less margin."""
        return self.over <= timedelta(0)

    @property
    def over(self) -> timedelta:
        """How much too long the worst path takes; negative where there is time left."""
        return self.worst.finishes_after - (self.limit - self.margin)


def prove(
    playbook: Playbook,
    markets: Mapping[str, SendingHours],
    first_day: date,
    limit: timedelta | None = None,
) -> Proof:
    """Look at every arrival of the year from `first_day` on; `limit` else the playbook's own.

    `markets` are the sending hours of each marketplace by name; at least one.
    """
    assert markets, "a playbook is proved for marketplaces"
    limit = playbook.limit if limit is None else limit
    spans = _spans_to_messages(playbook)
    seen: set[tuple[int, ...]] = set()
    worst: Worst | None = None
    arrivals = 0
    for name, hours in markets.items():
        windows = _windows(hours, first_day)
        reach = _reach(playbook, windows)
        for arrival in _arrivals(hours.zone, first_day, windows, spans):
            arrivals += 1
            alike = windows.seen_from(arrival, reach)
            if alike in seen:
                continue
            seen.add(alike)
            at = datetime.fromtimestamp(arrival, UTC)
            found = Worst(name, at, worst_case(playbook, at, at, at + limit, hours))
            if worst is None or found.finishes_after > worst.finishes_after:
                worst = found
    assert worst is not None, "a year has arrivals"
    return Proof(limit, playbook.margin, worst, arrivals, len(seen))


class _Windows(NamedTuple):
    """When a buyer may be written to, as seconds since the epoch; always open where `opens` is None."""

    opens: tuple[int, ...] | None
    closes: tuple[int, ...]

    def seen_from(self, arrival: int, reach: int) -> tuple[int, ...]:
        """The coming openings and closings, counted from the arrival: all that a claim can meet."""
        if self.opens is None:
            return ()
        first = bisect_right(self.closes, arrival)
        last = bisect_right(self.opens, arrival + reach)
        edges = zip(self.opens[first:last], self.closes[first:last], strict=True)
        # A window that is open already is open, however long it has been.
        return tuple(max(edge - arrival, 0) for window in edges for edge in window)


@lru_cache(maxsize=64)
def _windows(hours: SendingHours, first_day: date) -> _Windows:
    """All windows that an arrival of the year can meet."""
    zone = ZoneInfo(hours.zone)
    at = datetime.combine(first_day, time(0), zone).astimezone(UTC)
    end = at + timedelta(days=DAYS + 1) + _FARTHEST
    edges = list(hours.windows(at, end))
    if not edges:
        return _Windows(None, ())
    return _Windows(
        tuple(int(opens.timestamp()) for opens, _ in edges),
        tuple(int(closes.timestamp()) for _, closes in edges),
    )


def _arrivals(zone: str, first_day: date, windows: _Windows, spans: Sequence[int]) -> Iterator[int]:
    """Every hour of the year, and each arrival whose message falls due just as a window closes."""
    begins = datetime.combine(first_day, time(0), ZoneInfo(zone)).astimezone(UTC)
    first = int(begins.timestamp())
    last = first + DAYS * 86_400
    yield from range(first, last, int(_HOUR.total_seconds()))
    for closes in windows.closes:
        for span in spans:
            if first <= closes - span < last:
                yield closes - span


def _spans_to_messages(playbook: Playbook) -> list[int]:
    """From the arrival to each message, in seconds, where nothing between is moved by a window."""
    over: dict[str, timedelta] = {}
    spans: set[int] = set()
    for step in playbook.steps:
        begins = step.at if step.at is not None else over[step.after or ""] + step.wait
        over[step.id] = begins + longest(playbook, step)
        if step.send is not None:
            spans.add(int(begins.total_seconds()))
    return sorted(spans)


def _reach(playbook: Playbook, windows: _Windows) -> int:
    """How many seconds after its arrival a claim can still wait for a window to open, at most."""
    spans = [(step.at or step.wait) + longest(playbook, step) for step in playbook.steps]
    plan = int(sum(spans, timedelta(0)).total_seconds())
    if windows.opens is None:
        return plan
    gaps = [
        opens - closes for closes, opens in zip(windows.closes, windows.opens[1:], strict=False)
    ]
    messages = sum(step.send is not None for step in playbook.steps)
    return plan + messages * max(gaps, default=0)
