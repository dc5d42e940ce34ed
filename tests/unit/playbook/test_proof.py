"""A playbook that is accepted answers in time, whenever a claim arrives; one that is not says why."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atoz.claims.calendar import SendingHours
from atoz.playbook.model import INTENTS, Effect, Intent, Playbook, Step
from atoz.playbook.proof import DAYS, prove
from atoz.playbook.prove import worst_case
from tests.support.cases import library

FIRST = date(2026, 11, 23)
MARKETS = {name: policy.sending_hours for name, policy in library().policies.items()}
NAMES = [playbook.name for playbook in library().playbooks]
HOUR = timedelta(hours=1)


def arrivals(seed: int, count: int) -> Iterator[datetime]:
    """Instants of the year, down to the second, many of them near its ends of windows."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable draw of test data
    first = datetime.combine(FIRST, time(0), UTC) + timedelta(days=1)
    for _ in range(count):
        day = timedelta(days=chance.randrange(DAYS - 2))
        second = timedelta(seconds=chance.choice([0, 1, 59, chance.randrange(3600)]))
        yield first + day + chance.randrange(24) * HOUR + second


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_playbook_is_proved_for_its_own_limit(name: str) -> None:
    """In every marketplace, for each of the coming year's arrivals."""
    proof = prove(library().playbook(name), MARKETS, FIRST)
    assert proof.holds
    assert proof.arrivals > 60_000
    assert proof.cases < 1_000


@pytest.mark.parametrize("name", NAMES)
def test_no_second_of_the_year_is_worse_than_the_proof_says(name: str) -> None:
    """The folding to a few hundred cases leaves out no worse one."""
    playbook = library().playbook(name)
    proof = prove(playbook, MARKETS, FIRST)
    for market, hours in MARKETS.items():
        for at in arrivals(seed=len(market), count=300):
            case = worst_case(playbook, at, at, at + proof.limit, hours)
            assert case.finishes_at - at <= proof.worst.finishes_after, (market, at)


def test_the_worst_arrival_of_the_documented_playbook() -> None:
    """Its photo request falls due as the window closes, in the longest night of the year."""
    proof = prove(library().playbook("documented"), MARKETS, FIRST)
    assert proof.worst.finishes_after == timedelta(days=4, hours=21)
    assert proof.worst.arrives_at.date() in {date(2027, 10, 27), date(2027, 10, 28)}


@pytest.mark.parametrize(
    ("limit", "holds"), [(timedelta(hours=48), True), (timedelta(hours=47, minutes=59), False)]
)
def test_the_short_limit_holds_to_the_minute(limit: timedelta, holds: bool) -> None:
    """48 hours are just enough in the night in which summer time ends."""
    assert prove(library().playbook("short-limit"), MARKETS, FIRST, limit).holds is holds


def test_without_the_last_sunday_of_october_an_hour_is_left() -> None:
    """Japan has no summer time: there the nights are twelve hours long."""
    japan = {"JP": MARKETS["JP"]}
    assert prove(library().playbook("short-limit"), japan, FIRST).over == -HOUR


def test_a_marketplace_that_is_always_open_shifts_nothing() -> None:
    """One case is all there is."""
    always = SendingHours(zone="UTC", opens=time(0), closes=time(0))
    proof = prove(library().playbook("documented"), {"X": always}, FIRST)
    assert proof.cases == 1
    assert proof.worst.finishes_after == timedelta(days=4, hours=8)


def test_closed_days_count() -> None:
    """Three closed days in a row move the photo request by three days."""
    days = tuple(date(2026, 12, day) for day in (24, 25, 26))
    hours = MARKETS["DE"].model_copy(update={"closed": days})
    hours = SendingHours.model_validate(hours.model_dump())
    proof = prove(library().playbook("documented"), {"DE": hours}, FIRST)
    assert proof.worst.finishes_after == timedelta(days=7, hours=20)
    assert not proof.holds


SPANS = st.integers(0, 60).map(lambda n: n * HOUR)
REPLIES: dict[Intent, tuple[Effect, ...]] = {
    intent: (Effect(task="read-reply"),) for intent in INTENTS
}


@st.composite
def playbooks(draw: st.DrawFn) -> Playbook:
    """Any playbook of up to four messages and an answer."""
    steps: list[Step] = []
    for number in range(draw(st.integers(0, 4))):
        chained = bool(steps) and draw(st.booleans())
        span = draw(SPANS)
        timing = {"after": steps[-1].id, "wait": span} if chained else {"at": span}
        steps.append(Step(id=f"m{number}", send=f"m{number}", **timing))
    timing = {"after": steps[-1].id, "wait": draw(SPANS)} if steps else {"at": draw(SPANS)}
    steps.append(Step(id="appeal", submit="appeal", **timing))
    return Playbook(
        name="any", version=1, title="Any", rank=1, limit=timedelta(days=7), steps=tuple(steps),
        retry_budget=draw(SPANS) / 30, on_reply=REPLIES,
    )  # fmt: skip


@st.composite
def hours(draw: st.DrawFn) -> SendingHours:
    """Any sending hours: short or over midnight, some weekdays closed, with and without summer time."""
    return SendingHours(
        zone=draw(
            st.sampled_from(
                ["Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "Australia/Lord_Howe"]
            )
        ),
        opens=time(draw(st.integers(0, 23)), draw(st.sampled_from([0, 30]))),
        closes=time(draw(st.integers(0, 23)), draw(st.sampled_from([0, 15]))),
        weekdays=tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1)))),
    )


@settings(max_examples=25, deadline=None)
@given(playbook=playbooks(), sending=hours(), seed=st.integers(0, 9))
def test_no_playbook_is_accepted_that_a_single_arrival_breaks(
    playbook: Playbook, sending: SendingHours, seed: int
) -> None:
    """Zero false accepts, by brute force over arrivals drawn to the second."""
    proof = prove(playbook, {"X": sending}, FIRST)
    for at in arrivals(seed, 200):
        case = worst_case(playbook, at, at, at + playbook.limit, sending)
        assert case.finishes_at - at <= proof.worst.finishes_after
        assert case.fits or not proof.holds
