"""One claim: how it stands, its clocks, what is to do, and everything that happened."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from atoz.access.people import Person
from atoz.service import acting
from atoz.service.policy import LEAST
from atoz.service.whole import whole
from atoz.web.api.acts import ACTS, Act, key_of
from atoz.web.api.events import claim_events
from atoz.web.api.shapes import Order, TaskId
from atoz.web.gate import CSRF_FIELD, Who, board_of, needs
from atoz.web.pages.render import render

router = APIRouter()

KEY_FIELD = "key"
"""Drawn when the form is made: a form that is sent twice acts once."""


@router.get("/claims/{order}")
async def claim(request: Request, who: Who, order: Order) -> Response:
    """Everything about one claim, for one query."""
    found = await whole(board_of(request).service, order)
    values = {
        "claim": found.status,
        "file": found.case.file if found.case else None,
        "timeline": found.timeline,
        "outcome": found.outcome,
        "least": LEAST,
        "may": {act: who.may(act) for act in LEAST},
    }
    return render(request, "claim.html", values, now=found.at)


@router.get("/claims/{order}/events")
async def events(request: Request, who: Who, order: Order) -> StreamingResponse:
    """`changed` whenever something happens in the claim."""
    return await claim_events(request, who, order)


def _add_form(act: Act) -> None:
    """An address for the form of an act: the fields are its document, then back to the claim."""
    if "{task}" in act.path:

        async def of_task(
            request: Request, order: Order, task: TaskId, who: Annotated[Person, needs(act.name)]
        ) -> Response:
            return await _acted(request, act, order, who, {"task": task})

        router.add_api_route(act.path, of_task, methods=["POST"], name=f"form-{act.name}")
        return

    async def of_claim(
        request: Request, order: Order, who: Annotated[Person, needs(act.name)]
    ) -> Response:
        return await _acted(request, act, order, who, {})

    router.add_api_route(act.path, of_claim, methods=["POST"], name=f"form-{act.name}")


async def _acted(
    request: Request, act: Act, order: str, who: Person, named: dict[str, Any]
) -> Response:
    form = await request.form()
    given = {name: value for name, value in form.items() if isinstance(value, str) and value}
    key = key_of(given.pop(KEY_FIELD, None), who, request)
    given.pop(CSRF_FIELD, None)
    known = {name: value for name, value in given.items() if name in act.event.model_fields}
    document = {**known, **named, "by": who.name, "key": key}
    service = board_of(request).service
    done = await acting.do(service, order, act.event, **document)
    return RedirectResponse(f"/claims/{quote(done['order_id'], safe='')}", 303)


for _act in ACTS:
    _add_form(_act)
