"""Server-sent events: a line when a list or a claim changed; what changed is then asked for as usual."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from atoz.access.people import Person
from atoz.service import listing, looking
from atoz.service.base import claim_id, no_such_claim
from atoz.web.api import shapes
from atoz.web.board import Board
from atoz.web.gate import Who, board_of
from atoz.web.live import Live, Look
from atoz.web.visitor import visitor_of

router = APIRouter()

WATCHED = 100
"""Rows of a list that are watched: what people see first."""
BEAT = timedelta(seconds=20)
"""A comment this often keeps proxies from hanging up; then it is also asked whether one is still in."""

Seen = Annotated[
    str | None, Query(max_length=64, description="the id of the newest event that is known already")
]

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": "event: changed\nid: 9f86d081884c7d65\ndata: 9f86d081884c7d65\n\n",
            }
        },
        "description": "`changed` events",
    }
}


@router.get(
    "/events", responses=_STREAM, operation_id="list-events", response_class=StreamingResponse
)
async def list_events(request: Request, who: Who, filters: shapes.Filters) -> StreamingResponse:
    """`changed` whenever the list with these filters changes; the first one says that it is watched."""
    board = board_of(request)
    listing.query_of(filters)

    async def look() -> Any:
        return (await listing.claims(board.service, filters, limit=WATCHED))["claims"]

    return await stream(request, who, f"list:{filters.model_dump_json()}", look)


@router.get(
    "/claims/{order}/events",
    responses=_STREAM,
    operation_id="claim-events",
    response_class=StreamingResponse,
)
async def claim_events(
    request: Request, who: Who, order: shapes.Order, seen: Seen = None
) -> StreamingResponse:
    """`changed` whenever something happens in a claim; at first how it is, unless that was `seen`."""
    service, workflow_id = board_of(request).service, claim_id(order)
    if await looking.version(service, workflow_id) is None:
        raise no_such_claim(workflow_id)
    look = partial(looking.version, service, workflow_id)
    return await stream(request, who, workflow_id, look, seen)


async def stream(
    request: Request, who: Person, topic: str, look: Look, seen: str | None = None
) -> StreamingResponse:
    """The changes of a topic as a stream that ends with the session.

    Raises what a look raises, so that a server that is down is told at once; Crowded where all
    streams are taken.
    """
    live: Live = request.app.state.live
    live.demand_room(who.name)
    await look()
    headers = {"X-Accel-Buffering": "no"}
    lines = _lines(request, who, topic, look, seen)
    return StreamingResponse(lines, media_type="text/event-stream", headers=headers)


async def _lines(
    request: Request, who: Person, topic: str, look: Look, seen: str | None
) -> AsyncIterator[str]:
    live: Live = request.app.state.live
    with live.seat(who.name):
        async for line in _told(request, live, topic, look, seen):
            yield line


async def _told(
    request: Request, live: Live, topic: str, look: Look, seen: str | None
) -> AsyncIterator[str]:
    board: Board = board_of(request)
    # A browser that comes back says what it saw last by itself.
    seen = request.headers.get("last-event-id", seen)
    changes = live.changes(topic, look, seen)
    following: asyncio.Task[str | None] | None = None
    yield "retry: 3000\n\n"
    try:
        while visitor_of(board, request) is not None:
            following = following or asyncio.ensure_future(anext(changes, None))
            done, _ = await asyncio.wait({following}, timeout=BEAT.total_seconds())
            if not done:
                yield ": here\n\n"
            elif (version := following.result()) is None:
                return
            else:
                yield f"event: changed\nid: {version}\ndata: {version}\n\n"
                following = None
    finally:
        if following is not None:
            following.cancel()
            await asyncio.wait({following})
        await changes.aclose()
