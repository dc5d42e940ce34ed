"""A claim that was stopped on the server and goes on: as it stood, with a word about it on the record."""

from collections.abc import Iterable
from datetime import datetime

from atoz.playbook.apply import apply
from atoz.playbook.events import Event
from atoz.playbook.state import CaseState
from atoz.playbook.work import Work


def started_again(
    state: CaseState, at: datetime, how: str, unanswered: Iterable[Event] = ()
) -> CaseState:
    """The state to go on with at `at` (UTC). `unanswered`: what nobody knows the end of, as events.

    What was under way when it was stopped may have gone out: a person settles it, as ever.
    """
    work = Work(state, at)
    work.record("overridden", "start", what="started again", why=f"it was {how} on the server")
    after = work.done()
    for event in unanswered:
        after = apply(after, event.model_copy(update={"at": at}))
    return after
