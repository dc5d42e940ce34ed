"""The walk of a whole year: which arrivals are walked, and what that shows of all others.

Two arrivals are of one shape when the same messages are moved by sending hours and the steps come in
the same order. Every instant of the engine is a sum, a maximum or a minimum of earlier ones, so of one
shape the arrival whose answer takes longest has the latest paths, and it is walked for all of them:
every failure of the world and every lateness of a person. What the buyer writes is walked on top of it
at the worst arrival of all.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from atoz.claims.calendar import SendingHours
from atoz.playbook.model import Playbook
from atoz.playbook.proof import Arrival, folded
from atoz.playbook.prove import WorstCase, worst_case
from atoz.playbook.tree import Path
from atoz.playbook.walk import walk
from atoz.playbook.walk_claims import opened
from atoz.playbook.walk_nodes import Broken, Moment, Walked, dated


class Year(NamedTuple):
    """What the walked arrivals have shown, how many there were, and where a promise broke."""

    walked: Walked
    arrivals: int
    broken_at: Arrival | None = None
    latest_at: Arrival | None = None


def walk_year(
    playbook: Playbook,
    markets: Mapping[str, SendingHours],
    first_day: date,
    limit: timedelta | None = None,
) -> Year:
    """Walk the arrivals that stand for all of the year; `limit` else the playbook's own.

    Ends at the first promise that breaks.
    """
    limit = playbook.limit if limit is None else limit
    found = Walked()
    shapes = _shapes(playbook, markets, first_day, limit)
    latest_at = None
    for number, arrival in enumerate(shapes):
        before = found.latest
        claims = opened(playbook, arrival.at, arrival.at, arrival.at + limit, arrival.hours)
        walk(claims, found, replies=number == 0)
        latest_at = arrival if found.latest != before else latest_at
        if found.broken:
            return Year(found, number + 1, arrival, latest_at)
    return Year(found, len(shapes), None, latest_at)


def _shapes(
    playbook: Playbook, markets: Mapping[str, SendingHours], first_day: date, limit: timedelta
) -> list[Arrival]:
    """The worst arrival of each shape, the worst of all first."""
    worst: dict[object, tuple[timedelta, Arrival]] = {}
    for arrival in folded(playbook, markets, first_day).each:
        case = worst_case(playbook, arrival.at, arrival.at, arrival.at + limit, arrival.hours)
        takes = max(leg.over for leg in case.legs) - arrival.at
        shape = _shape(playbook, arrival, case)
        if shape not in worst or takes > worst[shape][0]:
            worst[shape] = takes, arrival
    ranked = sorted(worst.values(), key=lambda pair: pair[0], reverse=True)
    return [arrival for _, arrival in ranked]


def _shape(playbook: Playbook, arrival: Arrival, case: WorstCase) -> object:
    moved = []
    for step in playbook.steps:
        planned = (
            arrival.at + step.at
            if step.at is not None
            else (case.leg(step.after or "").over + step.wait)
        )
        moved.append(case.leg(step.id).begins > planned)
    order = sorted(range(len(case.legs)), key=lambda n: case.legs[n].begins)
    return tuple(moved), tuple(order)


def flaws_of(playbook: Playbook, year: Year) -> Iterator[tuple[Path, str]]:
    """What the walk has shown to be wrong, each at the step that it is about."""
    broken = year.walked.broken
    if broken is not None:
        assert year.broken_at is not None, "a promise breaks at some arrival"
        yield _place(playbook, broken), f"{broken.message}. {in_words(broken.path, year.broken_at)}"
    else:
        for number, step in enumerate(playbook.steps):
            if step.id not in year.walked.acted:
                said = (
                    f"`{step.id}` never acts, whatever happens: a later step overtakes it or a "
                    "condition always skips it; give it an earlier time, or leave it out"
                )
                yield ("steps", number, "id"), said


def _place(playbook: Playbook, broken: Broken) -> Path:
    ids = [step.id for step in playbook.steps]
    return ("steps", ids.index(broken.step), "id") if broken.step in ids else ("steps",)


def in_words(path: tuple[Moment, ...], arrival: Arrival) -> str:
    """A path with its dates in the marketplace's own time."""
    zone = ZoneInfo(arrival.hours.zone)
    arrives = f"{arrival.at.astimezone(zone):%a %d %b %Y %H:%M}"
    return f"A claim that reaches {arrival.marketplace} on {arrives}: {dated(path, zone)}"
