"""One claim as a page shows it: how it stands, what happened, what comes; for one query of a worker."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from atoz.claims.base import utc
from atoz.claims.facts import Fact
from atoz.errors import NoSuchClaim
from atoz.playbook.simulate import outcome
from atoz.playbook.simulate import timeline as shown_facts
from atoz.playbook.state import CaseState
from atoz.service import looking
from atoz.service.archive import archived, in_order, older_facts
from atoz.service.base import Service, claim_id
from atoz.service.calls import NotOpen
from atoz.service.drafting import with_drafts_of


@dataclass(frozen=True)
class Whole:
    """A claim as it is: the documents of `status` and `timeline`, and every fact by its id.

    `at` is the claim's own instant (UTC), when something happened in it last: drafts are as of then.
    `now` is that of whoever looks, and time left counts from it; a rehearsed claim may be ahead of him.
    `case` is None where nothing tells it: for a claim that was archived by an edition that did not
    keep it. `version` is older than all of it, never newer.
    """

    status: dict[str, Any]
    timeline: list[dict[str, Any]]
    outcome: dict[str, Any]
    at: datetime
    now: datetime
    case: CaseState | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    version: str | None = None


async def whole(service: Service, order_id: str) -> Whole:
    """Everything about one claim. Raises NoSuchClaim, NoWorker."""
    workflow_id = claim_id(order_id)
    version = await looking.version(service, workflow_id)
    try:
        found = await service.calls.query(workflow_id, "look")
    except NotOpen:
        return replace(await _over(service, workflow_id, order_id), version=version)
    case, at = CaseState.model_validate(found["case"]), datetime.fromisoformat(found["at"])
    status = with_drafts_of(service, case, found["status"], at)
    facts = [*await older_facts(service, case.fact_archives), *case.facts]
    return Whole(
        {**looking.told_apart(status), "running": True, "ended": None},
        in_order(shown_facts(facts)),
        outcome(case),
        at,
        max(at, utc(service.now())),
        case,
        _by_id(facts),
        version,
    )


async def _over(service: Service, workflow_id: str, order_id: str) -> Whole:
    """A claim that does not run: from its archive, else as its history tells it."""
    document = await archived(service, workflow_id)
    at, case, facts = utc(service.now()), None, list[Fact]()
    if document is not None:
        at = datetime.fromisoformat(document["archived_at"])
    if document is not None and "case" in document:
        case = CaseState.model_validate(document["case"])
        facts = [*await older_facts(service, case.fact_archives), *case.facts]
    try:
        status = await looking.status(service, order_id)
        told = await looking.timeline(service, order_id)
    except NotOpen as error:
        raise NoSuchClaim from error
    return Whole(status, told["timeline"], told["outcome"], at, at, case, _by_id(facts))


def _by_id(facts: Iterable[Fact]) -> Mapping[str, Fact]:
    return {fact.id: fact for fact in facts}
