"""`decide(state, now)`: what to do now, or how long to wait. The other half of the engine."""

from datetime import datetime, timedelta

from atoz.playbook.acts import Act, Done, Wait
from atoz.playbook.agenda import agenda
from atoz.playbook.state import CaseState

LOOK_AGAIN = timedelta(days=7)
"""No wait is without an end, even where nothing is planned."""


def decide(state: CaseState, now: datetime) -> Act | Wait | Done:
    """The first due item of the agenda, else the wait until the earliest one. `now` is in UTC."""
    if state.archive_ref is not None:
        return Done(state.status)
    items = list(agenda(state, now))
    for item in items:
        if item.at <= now:
            return Act(item.make(now), item.step, item.why)
    if not items:
        return Wait(now + LOOK_AGAIN, None, "nothing is planned")
    first = min(items, key=lambda item: item.at)
    return Wait(first.at, first.step, first.why)
