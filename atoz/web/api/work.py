"""What waits for people, of all claims and of the desk; files of a claim; who one is."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import Response

from atoz.access.people import Person
from atoz.claims.base import Strict
from atoz.evidence.intake import Given
from atoz.evidence.limits import LARGEST_FILE
from atoz.service import acting, desk, evidence, kept_packets, listing, waiting
from atoz.service.policy import LEAST
from atoz.web.api import shapes
from atoz.web.api.keyed import Key, key_of
from atoz.web.gate import FILES, Who, board_of, needs

router = APIRouter()

Doer = Annotated[Person, needs("done")]
Keeper = Annotated[Person, needs("add-evidence")]

_FILE_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox"}
"""A file of a stranger's does nothing, whatever it is and however it is opened."""


_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_KINDS = (
    *("image/jpeg", "image/png", "application/pdf", "text/plain"),
    "application/octet-stream",
)


class DeskDoneBody(Strict):
    """A task of the desk is done; with a note where there is something to say."""

    receipt: str | None = None


@router.get("/me", responses={200: {"model": shapes.Me}}, operation_id="me")
async def me(who: Who) -> dict[str, Any]:
    """Who you are here, and what you may do."""
    acts = [act for act in LEAST if who.may(act)]
    return {"name": who.name, "role": who.role, "via": who.via, "acts": acts}


@router.get("/tasks", responses={200: {"model": shapes.Tasks}}, operation_id="tasks")
async def tasks(
    request: Request,
    _: Who,
    limit: shapes.Limit = listing.PAGE,
    page_token: shapes.PageToken = None,
) -> dict[str, Any]:
    """What waits for a person: of all claims and the desk, the most urgent first."""
    board = board_of(request)
    return await waiting.tasks(
        board.service, limit=limit, page_token=page_token, views=board.queues
    )


@router.get("/desk/tasks", responses={200: {"model": shapes.Tasks}}, operation_id="tasks-of-desk")
async def desk_tasks(request: Request, _: Who) -> dict[str, Any]:
    """What waits at the desk, which belongs to no running claim."""
    return await waiting.tasks(board_of(request).service, desk.DESK)


@router.post(
    "/desk/tasks/{task}/done",
    responses={200: {"model": shapes.Recorded}},
    operation_id="done-at-desk",
)
async def desk_done(
    request: Request,
    who: Doer,
    task: shapes.TaskId,
    body: DeskDoneBody = DeskDoneBody(),  # noqa: B008 - frozen
    key: Key = None,
) -> dict[str, Any]:
    """Close a task of the desk."""
    return await desk.done(
        board_of(request).service,
        task,
        by=who.name,
        receipt=body.receipt,
        key=key_of(key, who, request),
    )


@router.post(
    "/claims/{order}/evidence",
    dependencies=[FILES],
    responses={200: {"model": shapes.Recorded}},
    operation_id="add-evidence",
)
async def add_evidence(
    request: Request,
    who: Keeper,
    order: shapes.Order,
    file: UploadFile,
    *,
    why: Annotated[str, Form(max_length=2_000)] = "",
    key: Key = None,
) -> dict[str, Any]:
    """Add a file to the claim's evidence: an image, a PDF or plain text."""
    given = Given(file.filename or "file", await file.read(LARGEST_FILE + 1))
    return await acting.add_evidence(
        board_of(request).service,
        order,
        given,
        by=who.name,
        key=key_of(key, who, request),
        why=why,
    )


@router.get(
    "/claims/{order}/evidence/{sha256}",
    responses={200: {"content": dict.fromkeys(_KINDS, _BINARY)}},
    operation_id="evidence",
    response_class=Response,
)
async def file(request: Request, _: Who, order: shapes.Order, sha256: shapes.Sha256) -> Response:
    """A file of this claim: an image as it was written anew, anything else as a download."""
    found = await evidence.file(board_of(request).service, order, sha256)
    headers = dict(_FILE_HEADERS)
    if not found.type.startswith("image/"):
        headers["Content-Disposition"] = f'attachment; filename="{sha256[:12]}{found.suffix}"'
    return Response(found.content, media_type=found.type, headers=headers)


@router.get(
    "/claims/{order}/packets", responses={200: {"model": shapes.Packets}}, operation_id="packets"
)
async def packets(request: Request, _: Who, order: shapes.Order) -> dict[str, Any]:
    """The packets that are to be posted, else all that the claim ever had."""
    found = await kept_packets.packets(board_of(request).service, order)
    return {"packets": [{"name": name, "size": len(zipped)} for name, zipped in found.items()]}


@router.get(
    "/claims/{order}/packets/{packet}",
    responses={200: {"content": {"application/zip": _BINARY}}},
    operation_id="packet",
    response_class=Response,
)
async def packet(request: Request, _: Who, order: shapes.Order, packet: shapes.TaskId) -> Response:
    """A packet as one zip: the text, its PDF and the files."""
    (content,) = (await kept_packets.packets(board_of(request).service, order, packet)).values()
    # The name is the caller's: as a file name it says no more than that it is a packet.
    headers = {**_FILE_HEADERS, "Content-Disposition": 'attachment; filename="packet.zip"'}
    return Response(content, media_type="application/zip", headers=headers)
