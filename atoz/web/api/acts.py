"""The operator's acts as addresses, made from one table: the event that an act is, says what it takes.

So a document is judged by the very model that the claim judges it by, and an act that is added to
the table has its address, its description and its policy at once.
"""

import inspect
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, create_model

from atoz.access.people import Person
from atoz.claims.base import Strict
from atoz.playbook import events as ev
from atoz.service import acting
from atoz.web.api.keyed import Key, key_of
from atoz.web.api.shapes import Order, Recorded, TaskId
from atoz.web.gate import board_of, needs


class Act(NamedTuple):
    """An act: its name in the policy, the event that it is, its address, and an example."""

    name: str
    event: type[ev.OperatorEvent]
    path: str
    example: dict[str, Any] | None


_CLAIM = "/claims/{order}"
_TASK = "/claims/{order}/tasks/{task}"

ACTS = (
    Act("amend", ev.Amended, f"{_CLAIM}/amend", {"values": {"claim": {"reason": "damaged"}}}),
    Act("refunded", ev.Refunded, f"{_CLAIM}/refunded", {"amount": "12.50"}),
    Act("pause", ev.Paused, f"{_CLAIM}/pause", {"why": "The buyer called, we settle it."}),
    Act("resume", ev.Resumed, f"{_CLAIM}/resume", {"why": "It is settled."}),
    Act(
        "skip",
        ev.StepSkippedByHand,
        f"{_CLAIM}/skip",
        {"step": "request-photos", "why": "The buyer sent them to the shop."},
    ),
    Act("due", ev.DueSet, f"{_CLAIM}/due", {"clock": "response", "due": "2030-01-31T09:00:00Z"}),
    Act("done", ev.TaskDone, f"{_TASK}/done", {"receipt": "R-2030-17"}),
    Act("approve", ev.Approved, f"{_TASK}/approve", {"digest": "0" * 64}),
    Act("reject", ev.Rejected, f"{_TASK}/reject", {"why": "The second date is wrong."}),
    Act("edit", ev.Edited, f"{_TASK}/edit", {"text": "The parcel was delivered on …"}),
)

_NOT_SAID = frozenset({"at", "by", "key", "type"})
"""What the board says itself: nobody may speak in another's name or at another time."""


def add_to(router: APIRouter) -> None:
    """Add an address for every act of the table."""
    for act in ACTS:
        router.add_api_route(
            act.path,
            _endpoint(act),
            methods=["POST"],
            name=act.name,
            summary=inspect.cleandoc(act.event.__doc__ or "").partition("\n")[0],
            responses={200: {"model": Recorded}},
            operation_id=act.name,
        )


def body_of(act: Act) -> type[BaseModel]:
    """What the act takes as a document: its event without what the address and the board say."""
    fields: dict[str, Any] = {
        name: (field.annotation, field)
        for name, field in act.event.model_fields.items()
        if name not in _NOT_SAID and f"{{{name}}}" not in act.path
    }
    config = ConfigDict(**Strict.model_config, json_schema_extra={"examples": [act.example]})
    made: type[BaseModel] = create_model(
        f"{act.event.__name__}Body", __config__=config, __doc__=act.event.__doc__, **fields
    )
    return made


def _endpoint(act: Act) -> Any:
    body_model = body_of(act)

    async def endpoint(request: Request, order: str, who: Person, **given: Any) -> dict[str, Any]:
        values = dict(given["body"]) | ({"task": given["task"]} if "task" in given else {})
        key = key_of(given["key"], who, request)
        service = board_of(request).service
        return await acting.do(service, order, act.event, **values, by=who.name, key=key)

    parameters = {"request": Request, "order": Order, "who": Person, "key": Key}
    parameters |= {"body": body_model} | ({"task": TaskId} if "{task}" in act.path else {})
    defaults = {"who": needs(act.name), "key": None}
    if all(not field.is_required() for field in body_model.model_fields.values()):
        defaults["body"] = body_model()
    signature = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=defaults.get(name, inspect.Parameter.empty),
            annotation=kind,
        )
        for name, kind in parameters.items()
    ]
    vars(endpoint)["__signature__"] = inspect.Signature(signature)
    endpoint.__annotations__ = dict(parameters)
    return endpoint
