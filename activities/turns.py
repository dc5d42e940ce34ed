"""Turns: after an outage many claims wake at once, and their messages leave one after the other.

Each worker gives out turns at its own pace, and a claim waits for its own without holding anything. When
it has come the claim asks once more, and only then may it go: what was kept back all the same, by a busy
machine or by a second outage, does not leave in a heap. A turn is a promise of no one: a worker that is
started anew knows of none, and gives out fresh ones to whoever comes.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from temporalio import activity

from activities import jobs, names

MINUTE = timedelta(minutes=1)
NOTHING = timedelta(0)
AT_ONCE = timedelta(seconds=1)
"""A turn that lies so near has come: no timer is worth the rest."""
LAPSES = timedelta(minutes=1)
"""Whoever does not come for so long, though it may go, gets in line again."""
KEPT = timedelta(hours=1)
"""How long it is known who had which turn: a claim whose answer was lost asks again."""


class _Turn(NamedTuple):
    at: datetime
    certain: bool
    """Given out when the first one had come: who comes for it then may go."""


class Turns:
    """One turn after the other, `per_minute` of them. Instants are the claims' own: their server's clock."""

    def __init__(self, per_minute: int) -> None:
        self._pause = MINUTE / per_minute
        self._given: dict[tuple[str, datetime], _Turn] = {}
        self._waiting: set[tuple[str, datetime]] = set()
        """Those whose turn had not come when they asked last."""
        self._last: datetime | None = None
        """The turn of the last in line."""
        self._gone: datetime | None = None
        """When the last one whose turn has come goes."""

    @activity.defn(name=names.TAKE_TURN)
    async def take_turn(self, job: jobs.TurnJob) -> timedelta:
        """How long to wait, at most as long as the claim can; nothing for who may go now."""
        turn = self._given.get(job.key) or self._in_line(job)
        if turn.at <= job.at and not (turn.certain and job.at - turn.at < LAPSES):
            turn = self._given[job.key] = self._first_in_line(job)
        wait = max(turn.at - job.at, NOTHING)
        (self._waiting.add if wait else self._waiting.discard)(job.key)
        return min(wait, job.at_most)

    def _in_line(self, job: jobs.TurnJob) -> _Turn:
        self._forget(job.at)
        turn = _Turn(self._after(self._last, job.at), certain=False)
        self._last = max(self._last or turn.at, turn.at)
        self._given[job.key] = turn
        return turn

    def _first_in_line(self, job: jobs.TurnJob) -> _Turn:
        at = self._after(self._gone, job.at)
        self._gone = max(self._gone or at, at)
        return _Turn(job.at if at - job.at < AT_ONCE else at, certain=True)

    def _after(self, last: datetime | None, now: datetime) -> datetime:
        """The next free instant. A clock that ran ahead keeps nobody longer than those who wait do."""
        if last is None:
            return now
        return min(max(now, last + self._pause), now + self._pause * (len(self._waiting) + 1))

    def _forget(self, now: datetime) -> None:
        for key, turn in list(self._given.items()):
            if turn.at > now - KEPT:
                break
            del self._given[key]
            self._waiting.discard(key)
