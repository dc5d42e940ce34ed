"""Turns: after an outage many claims wake at once, and their messages leave one after the other.

Each worker gives out turns at its own pace, and a claim waits for its own without holding anything. A
turn is a promise of no one: a worker that is started anew gives out fresh ones.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from temporalio import activity

from activities import jobs, names

MINUTE = timedelta(minutes=1)


class Turns:
    """One turn after the other, `per_minute` of them. `clock` counts seconds and never goes back."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._pause = MINUTE.total_seconds() / per_minute
        self._clock = clock
        self._next = clock()

    @activity.defn(name=names.TAKE_TURN)
    async def take_turn(self, job: jobs.TurnJob) -> timedelta:
        """How long to wait: until the next free turn, at most as long as the claim can."""
        now = self._clock()
        turn = max(now, self._next)
        self._next = turn + self._pause
        return min(timedelta(seconds=turn - now), job.at_most)
