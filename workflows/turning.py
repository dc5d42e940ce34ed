"""A claim's turn among the messages that an outage delayed: what it knows of it while it waits."""

from datetime import datetime
from typing import NamedTuple

from atoz.claims.base import utc
from atoz.playbook import acts
from atoz.playbook.decide import decide
from atoz.playbook.schedule import playbook_of, scheduled_for
from atoz.playbook.state import CaseState
from workflows import names

Decision = acts.Act | acts.Wait | acts.Done


class Turn(NamedTuple):
    """Instants by the claim's clock: of the alarm by which it woke, of the turn as it was first given, and
    of the next question whether it has come.
    """

    woke_for: datetime
    planned: datetime
    at: datetime

    def still_due(self, state: CaseState, decision: Decision, now: datetime) -> acts.Act | None:
        """The message that is too late `now` only by what its turn took longer than it was planned to.

        A busy machine, or one that was away for moments, makes nothing late. None: it is another matter.
        """
        late = isinstance(decision, acts.Act) and decision.why == ("late",)
        if not late or not self.planned < now < self.planned + names.OUTAGE:
            return None
        planned = decide(state, utc(self.planned))
        if isinstance(planned, acts.Act) and isinstance(planned.do, acts.Send):
            return planned
        return None


def planned_for(state: CaseState, step: str) -> datetime | None:
    """When a message was to go before anything kept it back; None for an answer to the buyer's question."""
    rule = playbook_of(state).step(step)
    return None if rule is None else scheduled_for(state, rule)
