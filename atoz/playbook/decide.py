"""`decide(state, now)`: what to do now, or how long to wait. The other half of the engine."""

from datetime import datetime, timedelta

from atoz.playbook.acts import Act, Done, Wait
from atoz.playbook.agenda import Item, agenda
from atoz.playbook.state import CaseState

LOOK_AGAIN = timedelta(days=7)
"""No wait is without an end, even where nothing is planned."""


def decide(state: CaseState, now: datetime) -> Act | Wait | Done:
    """The first due item of the agenda, else the wait until the earliest one. `now` is in UTC."""
    if state.archive_ref is not None:
        return Done(state.status)
    earliest: Item | None = None
    for item in agenda(state, now, whole=False):
        if item.at <= now:
            return Act(item.make(now), item.step, item.why)
        if earliest is None or item.at < earliest.at:
            earliest = item
    if earliest is None:
        return Wait(now + LOOK_AGAIN, None, ("nothing",))
    return Wait(earliest.at, earliest.step, earliest.why)


def look_again(state: CaseState, now: datetime) -> datetime:
    """When something else becomes due (UTC): whoever puts an act off must look again then."""
    later = (item.at for item in agenda(state, now, whole=False) if item.at > now)
    return min(later, default=now + LOOK_AGAIN)
