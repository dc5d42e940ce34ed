"""Claims as a whole: list them, start one, look at one, and what others said about one."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Body, Form, Query, Request, UploadFile
from fastapi.responses import JSONResponse

from atoz import meters
from atoz.access.people import Person
from atoz.claims.base import Instant
from atoz.errors import BadInput
from atoz.evidence.intake import Given
from atoz.evidence.limits import LARGEST_FILE
from atoz.playbook.events import MessageId
from atoz.service import erasing, listing, looking, queues, reporting, starting, waiting
from atoz.service.claim_files import read_claim
from atoz.web.api import shapes
from atoz.web.api.examples import CLAIM_FILE
from atoz.web.api.keyed import Key, key_of
from atoz.web.gate import FILES, Who, board_of, needs

router = APIRouter()

Starter = Annotated[Person, needs("start")]
Teller = Annotated[Person, needs("reply")]
Decider = Annotated[Person, needs("decide")]
Asker = Annotated[Person, needs("request-information")]
Eraser = Annotated[Person, needs("erase")]


@router.get("/claims", responses={200: {"model": shapes.Page}}, operation_id="list")
async def list_(
    request: Request,
    _: Who,
    filters: shapes.Filters,
    limit: shapes.Limit = listing.PAGE,
    page_token: shapes.PageToken = None,
) -> dict[str, Any]:
    """The claims that run, newest first, narrowed by filters; a moment behind."""
    service = board_of(request).service
    return await listing.claims(service, filters, limit=limit, page_token=page_token)


@router.get("/queue/{view}", responses={200: {"model": shapes.Page}}, operation_id="queue")
async def queue(
    request: Request,
    _: Who,
    view: queues.View,
    limit: shapes.Limit = listing.PAGE,
    page_token: shapes.PageToken = None,
) -> dict[str, Any]:
    """A view of the board's queue, the most urgent first; a moment behind."""
    return await board_of(request).queues.rows(view, limit=limit, page_token=page_token)


@router.post(
    "/claims",
    responses={200: {"model": shapes.Started}, 201: {"model": shapes.Started}},
    operation_id="start",
)
async def start(
    request: Request,
    who: Starter,
    file: Annotated[dict[str, Any], Body(openapi_examples={"claim": {"value": CLAIM_FILE}})],
    *,
    received_now: Annotated[bool, Query(description="shift all dates to now")] = False,
    _: Key = None,
) -> JSONResponse:
    """Start a claim by its claim file; the same claim again changes nothing."""
    service = board_of(request).service
    claim = read_claim(json.dumps(file).encode(), service.library.policies)
    document = await starting.start(service, claim, received_now=received_now, by=who.name)
    if document["already_running"]:
        board_of(request).tally.add(meters.REPEATS, by="claim")
    return JSONResponse(document, 200 if document["already_running"] else 201)


@router.get(
    "/claims/{order}", responses={200: {"model": shapes.ClaimStatus}}, operation_id="status"
)
async def status(request: Request, _: Who, order: shapes.Order) -> dict[str, Any]:
    """Where a claim stands: step, clocks, open tasks."""
    return await looking.status(board_of(request).service, order)


@router.get(
    "/claims/{order}/timeline", responses={200: {"model": shapes.Timeline}}, operation_id="timeline"
)
async def timeline(request: Request, _: Who, order: shapes.Order) -> dict[str, Any]:
    """Everything that happened in a claim."""
    return await looking.timeline(board_of(request).service, order)


@router.get(
    "/claims/{order}/why/{step}", responses={200: {"model": shapes.Why}}, operation_id="why"
)
async def why(request: Request, _: Who, order: shapes.Order, step: shapes.TaskId) -> dict[str, Any]:
    """Why a step acted, waits, was moved or left out."""
    return await looking.why(board_of(request).service, order, step)


@router.get(
    "/claims/{order}/why", responses={200: {"model": shapes.WhyEach}}, operation_id="why-each"
)
async def why_each(request: Request, _: Who, order: shapes.Order) -> dict[str, Any]:
    """The same of every step of the claim's playbook."""
    return await looking.why_each(board_of(request).service, order)


@router.get(
    "/claims/{order}/tasks", responses={200: {"model": shapes.Tasks}}, operation_id="tasks-of-claim"
)
async def tasks_of(request: Request, _: Who, order: shapes.Order) -> dict[str, Any]:
    """What waits for a person in one claim."""
    return await waiting.tasks(board_of(request).service, order)


# What others said ----------------------------------------------------------------------------------


@router.post("/claims/{order}/reply", responses={200: {"model": shapes.Told}}, operation_id="reply")
async def reply(
    request: Request,
    who: Teller,
    order: shapes.Order,
    body: shapes.ReplyBody,
    key: Key = None,
) -> dict[str, Any]:
    """Hand a buyer's reply to its claim; for a claim that is over, to the desk."""
    return await reporting.reply(
        board_of(request).service,
        order,
        body.text,
        language=body.language,
        message_id=body.message_id or _message_id(key, who, request),
        arrived_at=body.arrived_at,
        by=who.name,
    )


@router.post(
    "/claims/{order}/reply-with-photos",
    dependencies=[FILES],
    responses={200: {"model": shapes.Told}},
    operation_id="reply-with-photos",
)
async def reply_with_photos(
    request: Request,
    who: Teller,
    order: shapes.Order,
    *,
    photos: list[UploadFile],
    text: Annotated[str, Form(max_length=1_000_000)] = "",
    language: Annotated[str | None, Form(max_length=20)] = None,
    message_id: Annotated[MessageId | None, Form()] = None,
    arrived_at: Annotated[Instant | None, Form()] = None,
    key: Key = None,
) -> dict[str, Any]:
    """Hand a buyer's reply with files to its claim: images, PDF or plain text."""
    files = [Given(each.filename or "file", await each.read(LARGEST_FILE + 1)) for each in photos]
    return await reporting.reply(
        board_of(request).service,
        order,
        text,
        photos=files,
        language=language,
        message_id=message_id or _message_id(key, who, request),
        arrived_at=arrived_at,
        by=who.name,
    )


@router.post(
    "/claims/{order}/decide", responses={200: {"model": shapes.Told}}, operation_id="decide"
)
async def decide(
    request: Request,
    who: Decider,
    order: shapes.Order,
    body: shapes.DecisionBody,
    key: Key = None,
) -> dict[str, Any]:
    """Record the marketplace's decision."""
    return await reporting.decide(
        board_of(request).service,
        order,
        body.status,
        funded_by=body.funded_by,
        odr_counts=body.odr_counts,
        message_id=body.message_id or _message_id(key, who, request),
        arrived_at=body.arrived_at,
        by=who.name,
        replaces=body.replaces,
    )


@router.post(
    "/claims/{order}/request-information",
    responses={200: {"model": shapes.Told}},
    operation_id="request-information",
)
async def request_information(
    request: Request,
    who: Asker,
    order: shapes.Order,
    body: shapes.RequestBody,
    key: Key = None,
) -> dict[str, Any]:
    """Record that the marketplace asks for information."""
    return await reporting.request_information(
        board_of(request).service,
        order,
        body.due,
        message_id=body.message_id or _message_id(key, who, request),
        arrived_at=body.arrived_at,
        by=who.name,
    )


@router.post(
    "/claims/{order}/erase", responses={200: {"model": shapes.Erased}}, operation_id="erase"
)
async def erase(
    request: Request,
    who: Eraser,
    order: shapes.Order,
    body: shapes.EraseBody = shapes.EraseBody(),  # noqa: B008 - frozen
    _: Key = None,
) -> dict[str, Any]:
    """Erase a closed claim: its key is destroyed, nothing of the buyer's can be read any more."""
    if body.order_id not in (None, order):
        raise BadInput(f"order_id must be {order}, the order of the claim that is erased for good")
    return await erasing.erase(board_of(request).service, order, by=who.name)


def _message_id(key: str | None, who: Person, request: Request) -> str | None:
    """Of something that came without one: by the caller's key, else by its content."""
    return None if key is None else f"<{key_of(key, who, request)}@atoz.invalid>"
