"""`worker.py` that kills itself once, by SIGKILL, at the place that CHAOS_AT names.

Places are `activity:NAME:before` and `…:after` (done, but not reported yet), and `task:N`, in the middle
of the Nth workflow task. A file remembers that it died, so that the next one lives, and beside it stands
what it met: its activities, and how many workflow tasks. What it waits for is the same as in production,
only how long is not; with CHAOS_LATE every message counts as late, CHAOS_KEEP says how many facts stay
that nothing needs.
"""

from __future__ import annotations

import json
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
from atoz.playbook import acts, prune
from atoz.playbook.state import CaseState
from workflows import claim, names

MARK = "CHAOS_MARK"
PLACE = "CHAOS_AT"
LATE = "CHAOS_LATE"
KEEP = "CHAOS_KEEP"


def die_at(place: str) -> None:
    """End this process at once, if this is the place and nobody died here yet."""
    mark = Path(os.environ[MARK])
    if os.environ.get(PLACE) == place and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def met(folder: Path) -> dict[str, Any]:
    """What the workers of a folder met: `activities` by name, `tasks` as a number."""
    found = {path.stem: json.loads(path.read_bytes()) for path in folder.glob("*.met")}
    return {"activities": [], "tasks": 0, **found}


def _meets(what: str, value: object) -> None:
    Path(os.environ[MARK]).with_name(f"{what}.met").write_text(json.dumps(value), "utf-8")


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
            _meets("tasks", len(tasks))
            die_at(f"task:{len(tasks)}")
        return decide(state, now)

    return decided


def _mortal_worker(*given: Any, interceptors: Sequence[Interceptor] = (), **more: Any) -> Worker:
    """A worker with its own interceptors, and death behind them."""
    more["sticky_queue_schedule_to_start_timeout"] = timedelta(seconds=1)
    _meets("activities", sorted(_name_of(each) for each in more["activities"]))
    return Worker(*given, interceptors=[*interceptors, _Mortal()], **more)


def _name_of(registered: Callable[..., Any]) -> str:
    definition = activity._Definition.from_callable(registered)
    assert definition is not None, "it is an activity"
    return str(definition.name)


def _hasty() -> None:
    alive.EVERY = timedelta(seconds=0.3)
    names.ALIVE_TIMEOUT = timedelta(seconds=2)
    names.NOTICE_TIMEOUT = timedelta(seconds=10)
    wiring.GRACE = timedelta(seconds=1)
    worker.LONGEST_PAUSE = timedelta(seconds=1)
    if LATE in os.environ:
        names.OUTAGE = timedelta(seconds=-1)
    if KEEP in os.environ:
        prune.KEPT_FACTS = int(os.environ[KEEP])


if __name__ == "__main__":
    _hasty()
    claim.decide = _dying(claim.decide)  # type: ignore[attr-defined] # a test may take it away
    wiring.Worker = _mortal_worker  # type: ignore[assignment, attr-defined] # as above
    worker.main()
