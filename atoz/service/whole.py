"""One claim as a page shows it: how it stands, what happened, what comes; for one query of a worker."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atoz.claims.base import utc
from atoz.errors import NoSuchClaim
from atoz.playbook.simulate import outcome
from atoz.playbook.simulate import timeline as shown_facts
from atoz.playbook.state import CaseState
from atoz.service import looking
from atoz.service.archive import archived, in_order, older
from atoz.service.base import Service, claim_id
from atoz.service.calls import NotOpen
from atoz.service.drafting import with_drafts_of


@dataclass(frozen=True)
class Whole:
    """A claim as it is: the documents of `status` and `timeline`; `case` is None for an archived one.

    `at` is the claim's own instant (UTC): a rehearsed claim may live in another month.
    """

    status: dict[str, Any]
    timeline: list[dict[str, Any]]
    outcome: dict[str, Any]
    at: datetime
    case: CaseState | None = None


async def whole(service: Service, order_id: str) -> Whole:
    """Everything about one claim. Raises NoSuchClaim, NoWorker."""
    workflow_id = claim_id(order_id)
    try:
        found = await service.calls.query(workflow_id, "look")
    except NotOpen:
        return await _over(service, workflow_id, order_id)
    case, at = CaseState.model_validate(found["case"]), datetime.fromisoformat(found["at"])
    status = with_drafts_of(service, case, found["status"], at)
    earlier = await older(service, case.fact_archives)
    return Whole(
        {**status, "running": True, "ended": None},
        in_order([*earlier, *shown_facts(case.facts)]),
        outcome(case),
        at,
        case,
    )


async def _over(service: Service, workflow_id: str, order_id: str) -> Whole:
    """A claim that does not run: from its archive, else as its history tells it."""
    document = await archived(service, workflow_id)
    at = utc(service.now())
    if document is not None:
        at = datetime.fromisoformat(document["archived_at"])
    try:
        status = await looking.status(service, order_id)
        told = await looking.timeline(service, order_id)
    except NotOpen as error:
        raise NoSuchClaim from error
    return Whole(status, told["timeline"], told["outcome"], at)
