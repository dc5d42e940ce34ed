"""Turns are given out at a pace, at most as far ahead as a claim can wait."""

from __future__ import annotations

from datetime import timedelta

from temporalio.testing import ActivityEnvironment

from activities.jobs import TurnJob
from activities.turns import Turns

SECOND = timedelta(seconds=1)
LONG = timedelta(hours=5)


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """The instant."""
        return self.now


async def waits(turns: Turns, *at_most: timedelta) -> list[timedelta]:
    """The waits of claims that ask one after the other."""
    environment = ActivityEnvironment()
    jobs = [TurnJob(workflow_id="claim-1", at_most=each) for each in at_most]
    return [await environment.run(turns.take_turn, job) for job in jobs]


async def test_turns_are_a_pace_apart() -> None:
    """Thirty a minute are one every two seconds; a pause without anybody saves nothing up."""
    clock = Clock()
    turns = Turns(30, clock)
    assert await waits(turns, LONG, LONG, LONG) == [0 * SECOND, 2 * SECOND, 4 * SECOND]
    clock.now += 3
    assert await waits(turns, LONG) == [3 * SECOND]
    clock.now += 3_600
    assert await waits(turns, LONG, LONG) == [0 * SECOND, 2 * SECOND]


async def test_a_claim_that_cannot_wait_does_not() -> None:
    """Its turn is taken all the same: the others keep their distance."""
    turns = Turns(60, Clock())
    assert await waits(turns, LONG, SECOND / 2, timedelta(0), LONG) == [
        0 * SECOND,
        SECOND / 2,
        0 * SECOND,
        3 * SECOND,
    ]
