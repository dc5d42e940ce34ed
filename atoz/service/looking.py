"""Looking at one claim: the running workflow answers, the archive does for one that is over.

One that was stopped on the server still answers from its history: it is shown as what it is.
"""

from datetime import datetime
from typing import Any

from atoz.claims.base import utc
from atoz.claims.facts import Fact
from atoz.errors import BadInput
from atoz.playbook.state import CaseState
from atoz.playbook.why import why_all, why_of
from atoz.service.acting import not_running
from atoz.service.archive import archived, in_order, older, older_facts, shown
from atoz.service.base import Service, claim_id, no_such_claim
from atoz.service.calls import NotBegun, NotOpen
from atoz.service.drafting import with_drafts
from atoz.service.problems import PROBLEMS
from atoz.service.stopped import before_it_began, how_stopped


async def status(service: Service, order_id: str) -> dict[str, Any]:
    """How the claim stands: the document of `status`, with a draft beside each task for a letter.

    `running` says whether anything will still happen by itself, `ended` how somebody stopped it on
    the server, else None. Raises NoSuchClaim, NoWorker.
    """
    workflow_id = claim_id(order_id)
    try:
        found = await service.calls.query(workflow_id, "status")
        return {**told_apart(await with_drafts(service, found)), "running": True, "ended": None}
    except NotOpen:
        pass
    document = await archived(service, workflow_id)
    if document is not None:
        return {**told_apart(document["status"]), "running": False, "ended": None}
    return await _stopped(service, workflow_id)


def told_apart(status: dict[str, Any]) -> dict[str, Any]:
    """A status with what an older edition did not tell: of its steps, those that act."""
    steps = {"acted": "step", "acts_next": "next_step", "acts_at": "next_at"}
    return {**{new: status.get(old) for new, old in steps.items()}, **status}


async def _stopped(service: Service, workflow_id: str) -> dict[str, Any]:
    """How a claim stood that runs no more: nothing of what it planned will happen."""
    description = await service.calls.describe(workflow_id)
    ended = how_stopped(description.status) if description else None
    found: dict[str, Any] = told_apart(await _ended(service, workflow_id, "status"))
    if ended is None:
        return {**found, "running": False, "ended": None}
    none = dict.fromkeys(("next_step", "next_at", "acts_next", "acts_at"))
    return {**found, **none, "state": "stopped", "running": False, "ended": ended}


async def version(service: Service, workflow_id: str) -> str | None:
    """What is another one whenever something happened in a claim; None where the server knows none.

    The server tells it by itself: no worker is asked.
    """
    found = await service.calls.describe(workflow_id)
    return f"{found.run_id}.{found.history_length}.{found.status}" if found else None


async def timeline(service: Service, order_id: str) -> dict[str, Any]:
    """Everything that happened, and the outcome. Raises NoSuchClaim, NoWorker."""
    workflow_id = claim_id(order_id)
    found = await _asked(service, workflow_id, "timeline")
    document = None if found is not None else await archived(service, workflow_id)
    if document is not None:
        entries, parts, outcome = document["timeline"], document["archives"], document["outcome"]
    else:
        found = found or await _ended(service, workflow_id, "timeline")
        entries, parts, outcome = shown(found["facts"]), found["archives"], found["outcome"]
    return {
        "timeline": in_order([*await older(service, parts), *entries]),
        "outcome": outcome,
    }


async def standing(service: Service, order_id: str) -> tuple[CaseState, list[dict[str, Any]]]:
    """The whole state of a running claim, and the timeline entries that left it for the store.

    Raises NoSuchClaim, NoWorker, BadInput for a claim that is over.
    """
    return (await from_now(service, order_id))[:2]


async def from_now(
    service: Service, order_id: str
) -> tuple[CaseState, list[dict[str, Any]], datetime]:
    """The same, and now (UTC): a rehearsed claim may be ahead of whoever looks."""
    workflow_id = claim_id(order_id)
    found = await _asked(service, workflow_id, "look")
    if found is None:
        raise await not_running(service, workflow_id)
    state = CaseState.model_validate(found["case"])
    at = max(datetime.fromisoformat(found["at"]), utc(service.now()))
    return state, await older(service, state.fact_archives), at


async def why(service: Service, order_id: str, step: str) -> dict[str, Any]:
    """What made, moved or blocks a step of a claim, running or over.

    Raises NoSuchClaim, NoWorker, BadInput for a step that its playbook does not have.
    """
    state = await whole_case(service, order_id)
    return {**_named(state), **why_of(state, step, utc(service.now()))}


async def why_each(service: Service, order_id: str) -> dict[str, Any]:
    """The same of every step: `{workflow_id, order_id, steps: […]}`. Raises NoSuchClaim, NoWorker."""
    state = await whole_case(service, order_id)
    return {**_named(state), "steps": why_all(state, utc(service.now()))}


def _named(state: CaseState) -> dict[str, Any]:
    return {"workflow_id": state.workflow_id, "order_id": state.file.claim.order_id}


async def whole_case(service: Service, order_id: str) -> CaseState:
    """The claim's state with every fact that it ever had. Raises NoSuchClaim, NoWorker.

    Raises BadInput for a claim that was archived by an edition that did not keep its state.
    """
    workflow_id = claim_id(order_id)
    found = await _asked(service, workflow_id, "case")
    document = None if found is not None else await archived(service, workflow_id)
    if document is not None and "case" not in document:
        raise BadInput(PROBLEMS("timeline_alone", order=order_id))
    found = document["case"] if document else found or await _ended(service, workflow_id, "case")
    state = CaseState.model_validate(found)
    facts = [*await older_facts(service, state.fact_archives), *state.facts]
    return state.model_copy(update={"facts": tuple(sorted(facts, key=_number))})


def _number(fact: Fact) -> int:
    return int(fact.id[1:])


async def _asked(service: Service, workflow_id: str, name: str) -> Any:
    """The running workflow's answer, or None where none runs."""
    try:
        return await service.calls.query(workflow_id, name)
    except NotOpen:
        return None


async def _ended(service: Service, workflow_id: str, name: str) -> Any:
    """The last answer of a workflow that ended without an archive, as when somebody stopped it."""
    try:
        return await service.calls.query(workflow_id, name, closed=True)
    except NotBegun:
        return await before_it_began(service, workflow_id, name)
    except NotOpen as error:
        raise no_such_claim(workflow_id) from error
