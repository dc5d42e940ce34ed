"""What an operator does to a claim: one update per act, applied once whatever is repeated."""

import json
from collections.abc import Mapping
from typing import Any

from atoz.errors import AtozError, BadInput, Refused
from atoz.evidence.intake import Given
from atoz.playbook import events as ev
from atoz.service import files
from atoz.service.archive import archived
from atoz.service.base import Service, claim_id, is_running, no_such_claim
from atoz.service.calls import NotOpen
from atoz.service.claim_files import validated
from atoz.service.problems import PROBLEMS
from atoz.service.stopped import how_stopped
from workflows import names

LONGEST = 500_000
"""Bytes of one act's document."""

_REASONS = ("why", "despite")

_VERBS = {model: name for name, model in ev.UPDATES.items()}


async def act(service: Service, order_id: str, event: ev.OperatorEvent) -> dict[str, Any]:
    """Apply an act: `{workflow_id, order_id, recorded, at}`; a repeat of its key records nothing more.

    Raises Refused with the claim's own words where it refuses, BadInput, NoSuchClaim, NoWorker.
    """
    workflow_id = claim_id(order_id)
    document = event.model_dump(mode="json", exclude={"at", "type"})
    if len(json.dumps(document)) > LONGEST:
        raise BadInput(PROBLEMS("too_large", longest=f"{LONGEST:,}"))
    try:
        done = await service.calls.update(
            workflow_id, _VERBS[type(event)], document, event.key, probe="status"
        )
    except NotOpen as error:
        raise await not_running(service, workflow_id) from error
    return {"workflow_id": workflow_id, "order_id": names.order_of(workflow_id), **done}


async def do(
    service: Service, order_id: str, kind: type[ev.OperatorEvent], **values: object
) -> dict[str, Any]:
    """`act` with the event made from plain values. Raises BadInput where they are none."""
    event = validated(kind, {"at": service.now(), **with_reasons(kind, values)})
    return await act(service, order_id, event)


def with_reasons(kind: type[ev.OperatorEvent], values: Mapping[str, object]) -> dict[str, object]:
    """The values without reasons that say nothing: they are none. Raises BadInput where one is needed."""
    blank = {
        name for name in _REASONS if isinstance(said := values.get(name), str) and not said.strip()
    }
    if needed := [name for name in blank if kind.model_fields[name].is_required()]:
        raise BadInput(PROBLEMS("say_why", field=needed[0]))
    return {name: value for name, value in values.items() if name not in blank}


async def amend(
    service: Service, order_id: str, values: dict[str, Any], *, by: str, key: str
) -> dict[str, Any]:
    """Complete or correct the claim; `read_values` reads a file of values. Raises as `act`."""
    return await do(service, order_id, ev.Amended, values=values, by=by, key=key)


async def add_evidence(
    service: Service, order_id: str, file: Given, *, by: str, key: str, why: str = ""
) -> dict[str, Any]:
    """Keep a file and add it to the claim's evidence. Raises as `act`, and BadInput for the file."""
    workflow_id = claim_id(order_id)
    taken = await files.judged([file])
    if not await is_running(service, workflow_id):
        raise await not_running(service, workflow_id)
    (kept,) = await files.keep(service.store.of(workflow_id), taken)
    done = await do(service, order_id, ev.EvidenceAdded, file=kept, why=why, by=by, key=key)
    return {**done, "file": kept.model_dump(mode="json")}


async def not_running(service: Service, workflow_id: str) -> AtozError:
    """Why nothing can be done to the claim any more, or that there never was one."""
    order = names.order_of(workflow_id)
    document = await archived(service, workflow_id)
    if document is not None:
        since = document["archived_at"]
        return Refused(PROBLEMS("archived", order=order, at=since))
    found = await service.calls.describe(workflow_id)
    ended = how_stopped(found.status) if found else None
    if ended:
        return Refused(PROBLEMS("stopped_act", order=order, how=ended))
    if found is not None:
        return Refused(PROBLEMS("over_act", order=order))
    return no_such_claim(workflow_id)
