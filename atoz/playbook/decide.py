"""`decide(state, now)`: what to do now, or how long to wait. The other half of the engine."""

from datetime import datetime, timedelta

from atoz.playbook.acts import Act, Done, Note, Wait
from atoz.playbook.agenda import agenda
from atoz.playbook.state import CaseState

LOOK_AGAIN = timedelta(days=7)
"""No wait is without an end, even where nothing is planned."""


def decide(state: CaseState, now: datetime) -> Act | Wait | Done:
    """The first due item of the agenda, else the wait until the earliest one.

    `now` is an instant in UTC. A note is stamped with `now`: facts say when they were recorded.
    """
    if state.archive_ref is not None:
        return Done(state.status)
    items = list(agenda(state, now))
    for item in items:
        if item.at <= now:
            do = item.do
            if isinstance(do, Note):
                do = Note(event=do.event.model_copy(update={"at": now}))
            return Act(do, item.step, item.why)
    if not items:
        return Wait(now + LOOK_AGAIN, None, "nothing is planned")
    first = min(items, key=lambda item: item.at)
    return Wait(first.at, first.step, first.why)
