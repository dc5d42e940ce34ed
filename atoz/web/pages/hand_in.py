"""Handing in: what a person copies into the marketplace's form, in its order, and the receipt."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from atoz.errors import NoSuchClaim
from atoz.playbook.view import attachments
from atoz.service.packets import has_packet, zipped_packet
from atoz.service.whole import Whole, whole
from atoz.web.api.shapes import Order, TaskId
from atoz.web.gate import Who, board_of
from atoz.web.pages.claim import HANDED_IN, shared
from atoz.web.pages.render import render

router = APIRouter()


@router.get("/claims/{order}/tasks/{task}/hand-in")
async def hand_in(request: Request, who: Who, order: Order, task: TaskId) -> Response:
    """The text, the files and the receipt of one task, in the order of the marketplace's form."""
    found = await whole(board_of(request).service, order)
    open_task = _task(found, order, task)
    case = found.case
    appeal = case.appeal if case and open_task["kind"] == "submit-appeal" else None
    clock = case.clock(open_task["clock"]) if case and open_task.get("clock") else None
    values = {
        **shared(who, found),
        "task": open_task,
        "appeal": appeal,
        "text": appeal.text if appeal else open_task.get("draft"),
        "files": attachments(case, appeal) if case and appeal else (),
        "due": clock.due if clock else None,
        "packet": case is not None and has_packet(case, open_task["kind"]),
    }
    return render(request, "hand_in.html", values, now=found.at)


@router.get("/claims/{order}/tasks/{task}/packet")
async def packet(request: Request, _: Who, order: Order, task: TaskId) -> Response:
    """The packet of a task as one zip: the text, its PDF and the files, made from the claim's facts."""
    service = board_of(request).service
    found = await whole(service, order)
    open_task = _task(found, order, task)
    if found.case is None:
        raise NoSuchClaim(f"the claim of order {order[:60]} has no packet")
    made = await zipped_packet(service, found.case, open_task["kind"], found.at)
    headers = {"Content-Disposition": f'attachment; filename="{made.name}.zip"'}
    return Response(made.content, media_type="application/zip", headers=headers)


def _task(found: Whole, order: str, task: str) -> dict[str, Any]:
    """The open task, where its receipt is awaited. Raises NoSuchClaim where there is none."""
    known = {each["id"]: each for each in found.status["tasks"] if each["kind"] in HANDED_IN}
    if task not in known:
        open_now = ", ".join(known) or "none"
        raise NoSuchClaim(
            f"{task[:60]} of order {order[:60]} waits for no receipt any more; open: {open_now}"
        )
    return dict(known[task])
