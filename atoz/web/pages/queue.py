"""The queue: what needs a person now, what waits and for whom, what was closed this month."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from pydantic import ConfigDict, Field

from atoz.access.people import Person
from atoz.claims.base import Strict
from atoz.errors import AtozError, BadInput
from atoz.playbook import events as ev
from atoz.service import acting, queues
from atoz.service.base import claim_id
from atoz.service.problems import PROBLEMS
from atoz.web.api.events import stream
from atoz.web.api.keyed import key_of
from atoz.web.api.shapes import PageToken
from atoz.web.board import Board
from atoz.web.cached import Cached
from atoz.web.gate import Who, board_of, needs
from atoz.web.pages.render import render
from atoz.web.typed import Did
from workflows import names

router = APIRouter()

PAGE = 100
AT_ONCE = 10
"""Claims that are paused, or let go on, at the same time."""
MOST_KEY = 100
COUNTS_KEPT = timedelta(seconds=5)


@router.get("/")
async def home(_: Who) -> Response:
    """The first view."""
    return RedirectResponse(f"/queue/{queues.VIEWS[0]}", 303)


@router.get("/queue/{view}")
async def queue(
    request: Request,
    who: Who,
    view: queues.View,
    page_token: PageToken = None,
    did: Did = None,
) -> Response:
    """One page of a view, and how many claims each view holds."""
    return await _shown(request, who, view, page_token, did=did)


class Chosen(Strict):
    """The claims that are ticked, why, and the key that makes a form that is sent twice act once."""

    model_config = ConfigDict(extra="ignore")

    chosen: Annotated[list[str], Field(max_length=PAGE)] = []
    why: Annotated[str, Field(max_length=2_000)] = ""
    key: Annotated[str | None, Field(max_length=MOST_KEY)] = None


@router.post("/queue/{view}/pause")
async def pause(
    request: Request,
    who: Annotated[Person, needs("pause")],
    view: queues.View,
    chosen: Annotated[Chosen, Form()],
) -> Response:
    """Pause the chosen claims, each with a record of its own; tell of those that could not be."""
    if chosen.chosen and not chosen.why.strip():
        raise BadInput(PROBLEMS("why_override"))
    return await _together(request, who, view, "pause", chosen)


@router.post("/queue/{view}/resume")
async def resume(
    request: Request,
    who: Annotated[Person, needs("resume")],
    view: queues.View,
    chosen: Annotated[Chosen, Form()],
) -> Response:
    """Let the chosen claims go on, in the same way."""
    return await _together(request, who, view, "resume", chosen)


async def _together(
    request: Request,
    who: Person,
    view: queues.View,
    act: Literal["pause", "resume"],
    form: Chosen,
) -> Response:
    gate, kind = asyncio.Semaphore(AT_ONCE), ev.UPDATES[act]

    async def one(order: str) -> str | None:
        async with gate:
            try:
                said = {"why": form.why, "by": who.name, "key": key_of(form.key, who, request)}
                await acting.do(board_of(request).service, order, kind, **said)
            except AtozError as error:
                return str(error)
        return None

    orders = list(dict.fromkeys(form.chosen))
    answers = zip(orders, await asyncio.gather(*map(one, orders)), strict=True)
    failed = {order: said for order, said in answers if said is not None}
    acted = {"act": act, "acted": len(orders) - len(failed)}
    told = {**acted, "failed": failed, "none_chosen": not orders}
    request.app.state.counts.forget()
    return await _shown(request, who, view, None, **told)


async def _shown(
    request: Request, who: Person, view: queues.View, page_token: str | None, **told: Any
) -> Response:
    board = board_of(request)
    page, counted = await asyncio.gather(
        board.queues.rows(view, limit=PAGE, page_token=page_token), counts(request)
    )
    values = {
        "view": view,
        "views": queues.VIEWS,
        "counts": counted,
        "rows": page["claims"],
        "next": page["next_page_token"],
        "later": page_token is not None,
        "page_token": page_token,
        # What was decided has no step that could be held.
        "may_choose": who.may("pause") and view != "closed-month",
        "may_pause": view != "paused",
        "act": None,
        "acted": 0,
        "failed": {},
        "none_chosen": False,
        "did": None,
        **told,
    }
    return render(request, "queue.html", values)


@router.get("/queue/{view}/events")
async def queue_events(request: Request, who: Who, view: queues.View) -> StreamingResponse:
    """`changed` whenever the view's first page changes, or how many claims a view holds."""
    board = board_of(request)

    async def look() -> Any:
        page, counted = await asyncio.gather(board.queues.rows(view, limit=PAGE), counts(request))
        return page["claims"], counted

    return await stream(request, who, f"view:{view}", look)


@router.get("/search")
async def search(_: Who, order: Annotated[str, Query(max_length=100)]) -> Response:
    """To the claim of an order; what is no order id is told as such."""
    found = names.order_of(claim_id(order))
    return RedirectResponse(f"/claims/{quote(found, safe='')}", 303)


async def counts(request: Request) -> dict[str, int]:
    """How many claims each view holds, kept for some seconds for everybody."""
    board: Board = board_of(request)
    cached: Cached[int] = request.app.state.counts
    asked = (cached.get(view, partial(queues.count, board.service, view)) for view in queues.VIEWS)
    return dict(zip(queues.VIEWS, await asyncio.gather(*asked), strict=True))
