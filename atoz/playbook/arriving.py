"""When something reached the seller: what came on Saturday and is typed in on Monday came on Saturday.

Facts stand in the order in which they were recorded, each with the instant of that. One that came before
says so beside it (`arrived_at`), and what counts from its coming counts from there: the limit of an
information request, a buyer's 24 hours, a hold, the window of an appeal. Pure.
"""

from datetime import datetime, timedelta

from atoz.claims.base import instant_text
from atoz.playbook import events as ev
from atoz.playbook.edition import ARRIVED
from atoz.playbook.state import CaseState

AT_ONCE = timedelta(minutes=1)
"""What is recorded this soon came when it was recorded."""


def arrival(event: ev.Event) -> datetime | None:
    """When it came (UTC), where that was before it was recorded. Nothing comes after that."""
    came = event.arrived_at if isinstance(event, ev.Arriving) else None
    return came if came is not None and event.at - came >= AT_ONCE else None


def told_arrival(event: ev.Event) -> dict[str, str]:
    """The same as a fact holds it."""
    came = arrival(event)
    return {"arrived_at": instant_text(came)} if came else {}


def counts_from(state: CaseState, event: ev.Event) -> datetime:
    """From when what an event starts is counted (UTC): its arrival.

    Nothing counts from before the claim's own, nor a decision from before the one that it replaces.
    """
    came = arrival(event)
    if came is None or state.edition < ARRIVED:
        return event.at
    decided = state.decided_at if isinstance(event, ev.MarketplaceDecided) else None
    return min(max(came, state.file.claim.notified_at, decided or came), event.at)
