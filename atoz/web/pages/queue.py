"""The queue: what needs a person now, what waits and for whom, what was closed this month."""

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from atoz.service import queues
from atoz.service.base import claim_id
from atoz.web.api.events import stream
from atoz.web.api.shapes import PageToken
from atoz.web.board import Board
from atoz.web.cached import Cached
from atoz.web.gate import Who, board_of
from atoz.web.pages.render import render
from workflows import names

router = APIRouter()

PAGE = 100
COUNTS_KEPT = timedelta(seconds=5)


@router.get("/")
async def home(_: Who) -> Response:
    """The first view."""
    return RedirectResponse(f"/queue/{queues.VIEWS[0]}", 303)


@router.get("/queue/{view}")
async def queue(
    request: Request, _: Who, view: queues.View, page_token: PageToken = None
) -> Response:
    """One page of a view, and how many claims each view holds."""
    board = board_of(request)
    page = await board.queues.rows(view, limit=PAGE, page_token=page_token)
    values = {
        "view": view,
        "views": queues.VIEWS,
        "counts": await counts(request),
        "rows": page["claims"],
        "next": page["next_page_token"],
        "later": page_token is not None,
    }
    return render(request, "queue.html", values)


@router.get("/queue/{view}/events")
async def queue_events(request: Request, _: Who, view: queues.View) -> StreamingResponse:
    """`changed` whenever the view's first page changes."""
    board = board_of(request)

    async def look() -> Any:
        return (await board.queues.rows(view, limit=PAGE))["claims"]

    return await stream(request, f"view:{view}", look)


@router.get("/search")
async def search(_: Who, order: Annotated[str, Query(max_length=100)]) -> Response:
    """To the claim of an order; what is no order id is told as such."""
    found = names.order_of(claim_id(order))
    return RedirectResponse(f"/claims/{quote(found, safe='')}", 303)


async def counts(request: Request) -> dict[str, int]:
    """How many claims each view holds, kept for some seconds for everybody."""
    board: Board = board_of(request)
    cached: Cached[int] = request.app.state.counts
    return {
        view: await cached.get(view, lambda view=view: queues.count(board.service, view))  # type: ignore[misc] # mypy cannot infer a lambda with a default
        for view in queues.VIEWS
    }
