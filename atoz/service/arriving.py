"""When something came that somebody tells only now: held against the life of its claim before it is taken.

A signal cannot be refused by its claim, so what cannot be is refused here: what lies ahead, and what lies
before the claim. Nor does a claim begin ahead: its clocks would be wrong by as much as a slip in its date.
"""

from datetime import datetime, timedelta

from atoz.claims.base import instant_text, utc
from atoz.claims.claim import ClaimFile
from atoz.errors import BadFields
from atoz.playbook.said import Said
from atoz.playbook.state import CaseState
from atoz.service.base import Service, claim_id
from atoz.service.calls import NotOpen
from atoz.service.problems import PROBLEMS

FIELD = "arrived_at"
BEGINS = "claim.notified_at"
SLACK = timedelta(minutes=1)
"""Clocks are apart, and people tell minutes."""


async def checked(
    service: Service, order_id: str, arrived_at: datetime | None, *, decides: bool = False
) -> datetime | None:
    """The instant (UTC), once it is one at which this can have come; None stays: it comes now.

    `decides`: it is a decision, which does not come before the one that it replaces. Raises BadFields;
    NoWorker, since only the claim itself knows when it began.
    """
    if arrived_at is None:
        return None
    came, now, state = utc(arrived_at), utc(service.now()), None
    try:
        found = await service.calls.query(claim_id(order_id), "look")
        now, state = datetime.fromisoformat(found["at"]), CaseState.model_validate(found["case"])
    except NotOpen:
        pass  # a reply for a claim that is over goes to the desk
    if why := _why_not(came, now, state, decides=decides):
        raise BadFields([(FIELD, why)])
    return came


async def begun_by_now(
    service: Service, workflow_id: str, file: ClaimFile, *, by_mail: bool = False
) -> ClaimFile:
    """The file, once it does not begin its claim later than now; one that is there is only known again.

    A mail is never lost by its server's clock: what it starts begins now. Raises BadFields, NoServer.
    """
    came, now = file.claim.notified_at, utc(service.now())
    if came <= now + SLACK:
        return file
    if by_mail:
        claim = file.claim.model_copy(update={"notified_at": now.replace(microsecond=0)})
        return file.model_copy(update={"claim": claim})
    if await service.calls.describe(workflow_id) is not None:
        return file
    at = instant_text(came)
    raise BadFields([(BEGINS, PROBLEMS("begins_later", at=at, now=instant_text(now)))])


def _why_not(
    came: datetime, now: datetime, state: CaseState | None, *, decides: bool
) -> Said | None:
    at = instant_text(came)
    if came > now + SLACK:
        return PROBLEMS("came_later", at=at, now=instant_text(now))
    if state is None:
        return None
    began = state.file.claim.notified_at
    if came <= began - SLACK:
        return PROBLEMS("came_before", at=at, began=instant_text(began))
    decided = state.decided_at if decides else None
    if decided is not None and came <= decided - SLACK:
        return PROBLEMS("came_before_decision", at=at, decided=instant_text(decided))
    return None
