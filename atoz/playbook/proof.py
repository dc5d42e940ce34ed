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

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from atoz.claims.calendar import SendingHours
from atoz.playbook.model import Playbook
from atoz.playbook.prove import WorstCase, longest, worst_case

DAYS = 366
"""Arrivals are looked at over a year, a leap year's length, from the first day on."""

_HOUR = 3_600
_FARTHEST = timedelta(days=400)
"""No window opens later than this after another one closes: `SendingHours` looks no farther."""

AHEAD = timedelta(days=DAYS + 1) + _FARTHEST
"""From the first day on: the days that claims of the year can meet."""


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
    limit = playbook.limit if limit is None else limit
    cases = folded(playbook, markets, first_day)
    found = (_case(playbook, limit, case) for case in cases.each)
    worst = max(found, key=lambda each: each.finishes_after)
    return Proof(limit, playbook.margin, worst, cases.arrivals, len(cases.each))


class Arrival(NamedTuple):
    """When a claim arrives (UTC), in which marketplace, with which sending hours."""

    marketplace: str
    at: datetime
    hours: SendingHours


class Folded(NamedTuple):
    """The arrivals that differ, one of each kind, and how many were looked at."""

    each: tuple[Arrival, ...]
    arrivals: int


def folded(playbook: Playbook, markets: Mapping[str, SendingHours], first_day: date) -> Folded:
    """The arrivals of the year from `first_day` on from which the coming windows lie differently."""
    assert markets, "a playbook is proved for marketplaces"
    spans = _spans_to_messages(playbook)
    seen: dict[tuple[int, ...], int] = {}
    cases: dict[tuple[int, ...], Arrival] = {}
    arrivals = 0
    known = {name: _windows(hours, first_day) for name, hours in markets.items()}
    reach = max(_reach(playbook, windows) for windows in known.values())
    for name, hours in markets.items():
        windows = known[name]
        for stretch in windows.stretches(_year(hours.zone, first_day)):
            view = windows.view(stretch, reach)
            if view not in seen:
                inside = _arrivals(stretch, windows, spans)
                seen[view] = len(inside)
                for at in inside:
                    instant = datetime.fromtimestamp(at, UTC)
                    kind = windows.seen_from(at, reach)
                    cases.setdefault(kind, Arrival(name, instant, hours))
            arrivals += seen[view]
    return Folded(tuple(cases.values()), arrivals)


def _case(playbook: Playbook, limit: timedelta, case: Arrival) -> Worst:
    at = case.at
    return Worst(case.marketplace, at, worst_case(playbook, at, at, at + limit, case.hours))


class _Stretch(NamedTuple):
    """Arrivals from `first` to before `last` (seconds), all before the same closing; `hour`: one of
    the full hours from the year's beginning.
    """

    first: int
    last: int
    hour: int


class _Windows(NamedTuple):
    """When a buyer may be written to, as seconds since the epoch; always open where `opens` is None."""

    opens: tuple[int, ...] | None
    closes: tuple[int, ...]

    def stretches(self, year: tuple[int, int]) -> Iterator[_Stretch]:
        """The year cut at each closing: within a stretch all arrivals see the same windows ahead."""
        first, last = year
        inside = self.closes[bisect_right(self.closes, first) : bisect_left(self.closes, last)]
        edges = (first, *inside, last)
        for begins, ends in pairwise(edges):
            yield _Stretch(begins, ends, first)

    def view(self, stretch: _Stretch, reach: int) -> tuple[int, ...]:
        """All that the arrivals of a stretch can meet, whenever in the year it lies."""
        first, last, hour = stretch
        ahead = self._ahead(first, last + reach)
        return (last - first, (hour - first) % _HOUR, *(edge - first for edge in ahead))

    def seen_from(self, arrival: int, reach: int) -> tuple[int, ...]:
        """The coming openings and closings, counted from the arrival: all that a claim can meet."""
        # A window that is open already is open, however long it has been.
        return tuple(max(edge - arrival, 0) for edge in self._ahead(arrival, arrival + reach))

    def _ahead(self, after: int, until: int) -> Iterator[int]:
        """The edges of the windows that close after an instant and open until another."""
        if self.opens is not None:
            first = bisect_right(self.closes, after)
            last = bisect_right(self.opens, until)
            yield from chain.from_iterable(
                zip(self.opens[first:last], self.closes[first:last], strict=True)
            )


@lru_cache(maxsize=64)
def _windows(hours: SendingHours, first_day: date) -> _Windows:
    """All windows that an arrival of the year can meet."""
    zone = ZoneInfo(hours.zone)
    at = datetime.combine(first_day, time(0), zone).astimezone(UTC)
    end = at + AHEAD
    edges = list(hours.windows(at, end))
    if not edges:
        return _Windows(None, ())
    return _Windows(
        tuple(int(opens.timestamp()) for opens, _ in edges),
        tuple(int(closes.timestamp()) for _, closes in edges),
    )


def _year(zone: str, first_day: date) -> tuple[int, int]:
    begins = datetime.combine(first_day, time(0), ZoneInfo(zone)).astimezone(UTC)
    first = int(begins.timestamp())
    return first, first + DAYS * 86_400


def _arrivals(stretch: _Stretch, windows: _Windows, spans: Sequence[int]) -> list[int]:
    """Every full hour, and each arrival whose message falls due just as a window closes."""
    first, last, hour = stretch
    found = list(range(first + (hour - first) % _HOUR, last, _HOUR))
    for span in spans:
        begin, end = (bisect_left(windows.closes, edge + span) for edge in (first, last))
        found += [closes - span for closes in windows.closes[begin:end]]
    return found


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
