"""`worker.py` that kills itself once, by SIGKILL, at the place that CHAOS_AT names.

Places are `activity:NAME:before` and `…:after` (done, but not reported yet), and `task:N`, in the middle
of the Nth workflow task. A file remembers that it died, so that the next one lives. What it waits for
is the same as in production, only how long is not.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio import activity, workflow
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    Worker,
)

import worker
from activities import alive
from atoz import wiring
from atoz.playbook import acts
from atoz.playbook.state import CaseState
from workflows import claim, names

MARK = "CHAOS_MARK"
PLACE = "CHAOS_AT"


def die_at(place: str) -> None:
    """End this process at once, if this is the place and nobody died here yet."""
    mark = Path(os.environ[MARK])
    if os.environ.get(PLACE) == place and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)


class _Mortal(Interceptor):
    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        return _Around(super().intercept_activity(next))


class _Around(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        name = activity.info().activity_type
        die_at(f"activity:{name}:before")
        result = await super().execute_activity(input)
        die_at(f"activity:{name}:after")
        return result


def _dying(decide: Callable[[CaseState, datetime], acts.Act | acts.Wait | acts.Done]) -> Any:
    tasks: dict[int, None] = {}

    def decided(state: CaseState, now: datetime) -> acts.Act | acts.Wait | acts.Done:
        if not workflow.unsafe.is_replaying():
            tasks[workflow.info().get_current_history_length()] = None
            die_at(f"task:{len(tasks)}")
        return decide(state, now)

    return decided


def _mortal_worker(*given: Any, interceptors: Sequence[Interceptor] = (), **more: Any) -> Worker:
    """A worker with its own interceptors, and death behind them."""
    more["sticky_queue_schedule_to_start_timeout"] = timedelta(seconds=1)
    return Worker(*given, interceptors=[*interceptors, _Mortal()], **more)


def _hasty() -> None:
    alive.EVERY = timedelta(seconds=0.3)
    names.ALIVE_TIMEOUT = timedelta(seconds=2)
    wiring.GRACE = timedelta(seconds=1)
    worker.LONGEST_PAUSE = timedelta(seconds=1)


if __name__ == "__main__":
    _hasty()
    claim.decide = _dying(claim.decide)  # type: ignore[attr-defined] # a test may take it away
    wiring.Worker = _mortal_worker  # type: ignore[assignment, attr-defined] # as above
    worker.main()
