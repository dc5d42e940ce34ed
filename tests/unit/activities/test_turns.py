"""Turns are given out at a pace, at most as far ahead as a claim can wait, and hold when they come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities.jobs import TurnJob
from activities.turns import Turns

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
LONG = 5 * HOUR
NOW = datetime(2026, 9, 9, 18, tzinfo=UTC)


class Line:
    """Claims that ask for turns; `now` seconds have passed, which a test moves."""

    def __init__(self, per_minute: int = 30) -> None:
        self.turns = Turns(per_minute)
        self.now = 0.0

    async def ask(self, claim: int, at_most: timedelta = LONG, woke_for: datetime = NOW) -> float:
        """Seconds that a claim is to wait."""
        at = NOW + HOUR + self.now * SECOND
        job = TurnJob(workflow_id=f"claim-{claim}", at=at, woke_for=woke_for, at_most=at_most)
        return float((await ActivityEnvironment().run(self.turns.take_turn, job)) / SECOND)


async def test_turns_are_a_pace_apart() -> None:
    """Thirty a minute are one every two seconds; a pause without anybody saves nothing up."""
    line = Line()
    assert [await line.ask(n) for n in range(3)] == [0, 2, 4]
    line.now = 3
    assert await line.ask(3) == 3
    line.now = 3_600
    assert [await line.ask(n) for n in (4, 5)] == [0, 2]


async def test_a_claim_that_cannot_wait_does_not() -> None:
    """Its turn is taken all the same: the others keep their distance."""
    line = Line(60)
    waits = [await line.ask(n, most * SECOND) for n, most in enumerate((99, 0.5, 0, 99))]
    assert waits == [0, 0.5, 0, 3]


async def test_who_comes_for_its_turn_may_go() -> None:
    """Not a second before, though it may ask whenever something happens; and again if the answer was lost."""
    line = Line()
    assert [await line.ask(n) for n in range(4)] == [0, 2, 4, 6]
    line.now = 1
    assert await line.ask(3) == 5
    line.now = 6.2
    assert await line.ask(3) == 0
    line.now = 7
    assert await line.ask(3) == 0
    assert await line.ask(3, woke_for=NOW + HOUR) == 1, "another message has a turn of its own"


async def test_what_was_kept_back_does_not_go_in_a_heap() -> None:
    """Twenty come at once for turns that passed in a minute without a worker: they go at the pace."""
    line = Line(60)
    await line.ask(0)
    assert [await line.ask(n) for n in range(1, 21)] == list(range(1, 21))
    line.now = 60
    waits = [await line.ask(n) for n in range(1, 21)]
    assert waits == list(range(20))
    line.now = 62
    assert await line.ask(3) == 0
    assert await line.ask(4) == 1


async def test_a_worker_that_is_started_anew_keeps_the_pace() -> None:
    """It knows of no turns: whoever comes gets a new one."""
    line = Line(60)
    assert [await line.ask(n) for n in range(3)] == [0, 1, 2]
    line.turns, line.now = Turns(60), 1.5
    assert [await line.ask(n) for n in (2, 1)] == [0, 1]


async def test_a_clock_that_runs_ahead_keeps_nobody() -> None:
    """Claims of a rehearsal have a clock each; one of next week keeps others for one turn."""
    line = Line()
    line.now = 600_000
    assert await line.ask(0) == 0
    line.now = 0
    assert await line.ask(1) <= 2


@pytest.mark.parametrize("lag", [0.0, 8.0])
async def test_whatever_a_busy_machine_keeps_back_the_pace_holds(lag: float) -> None:
    """Two hundred claims ask within ten seconds, and each comes late for its turn, by its own lag."""
    line, gone = Line(600), list[float]()
    coming = [(claim * 37 % 200 / 20, claim) for claim in range(200)]
    while coming:
        coming.sort()
        line.now, claim = coming.pop(0)
        if wait := await line.ask(claim):
            coming.append((line.now + wait + claim * 53 % 97 / 97 * lag, claim))
        else:
            gone.append(line.now)
    busiest = max(sum(start <= at < start + 10 for at in gone) for start in gone)
    assert busiest <= 110 + 10 * lag
    assert gone[-1] < 25 + 2 * lag
