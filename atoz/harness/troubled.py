"""A world in which things go wrong as a case says: sends refused or lost, operators not reached.

It stands around any other world, so that the simulation of a saved case meets the very troubles
under which the fuzzer found it.
"""

from datetime import datetime
from typing import Any

from atoz.claims.case import Troubles
from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.simulate import World
from atoz.playbook.state import CaseState

OBJECTION = ev.Finding(rule="drawn", severity="warn", message="a check objects, as the case says")


class Troubled:
    """Another world's answers, each with the trouble that its turn brings."""

    def __init__(self, world: World, troubles: Troubles) -> None:
        self._world = world
        self._channel = troubles.channel
        self._sends, self._hand_ins = iter(troubles.sends), iter(troubles.hand_ins)
        self._findings, self._notices = iter(troubles.findings), iter(troubles.notices)

    def perform(self, state: CaseState, do: acts.Do, now: datetime) -> ev.Event:
        """Carry out one act."""
        event = self._world.perform(state, do, now)
        trouble = self._trouble(event)
        return event.model_copy(update=trouble) if trouble else event

    def _trouble(self, event: ev.Event) -> dict[str, Any]:
        """What comes out otherwise than in the world around."""
        match event:
            case ev.Opened() if self._channel != event.channel:
                return {"channel": self._channel}
            case ev.MessageTried() if (outcome := next(self._sends, "sent")) != "sent":
                return {"outcome": outcome} if event.outcome == "sent" else {}
            case ev.AppealTried() if event.outcome == "sent":
                return {"outcome": next(self._hand_ins, "sent")}
            case ev.AppealDrafted() if not event.facts_only and next(self._findings, False):
                return {"findings": (*event.findings, OBJECTION)}
            case ev.Noticed() if not next(self._notices, True):
                return {"failed": ("as the case says",)}
        return {}
