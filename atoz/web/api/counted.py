"""What is counted over many claims, and the desk with the mails behind its tasks."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from atoz.access.people import Person
from atoz.claims.base import Instant, Strict
from atoz.playbook.parts import Words
from atoz.service import desk_mail
from atoz.web.api import shapes
from atoz.web.api.keyed import Key, key_of
from atoz.web.gate import Who, board_of, needs

router = APIRouter()

Doer = Annotated[Person, needs("done")]
Since = Annotated[Instant | None, Query(description="decisions from then on; else those of a year")]


class AttachBody(Strict):
    """The claim that it belongs to, and why."""

    order_id: str
    why: Words = ""


class DiscardBody(Strict):
    """Why it is no claim's business."""

    why: Words


@router.get("/report", responses={200: {"model": shapes.Report}}, operation_id="report")
async def report(request: Request, _: Who, since: Since = None) -> dict[str, Any]:
    """Outcomes by reason, playbook and marketplace, with win rates, intervals, breaches; what is open."""
    return await board_of(request).figures.report(since)


@router.get("/desk", responses={200: {"model": shapes.Desk}}, operation_id="desk")
async def at_desk(request: Request, _: Who) -> dict[str, Any]:
    """What lies on the desk and what each is about, oldest first; what was done lately, newest first."""
    return (await desk_mail.look(board_of(request).service)).document


@router.get(
    "/desk/tasks/{task}", responses={200: {"model": shapes.AtDesk}}, operation_id="task-at-desk"
)
async def task_at_desk(request: Request, _: Who, task: shapes.TaskId) -> dict[str, Any]:
    """One task of the desk with the mail behind it."""
    return await desk_mail.shown(board_of(request).service, task)


@router.get(
    "/desk/tasks/{task}/mail",
    responses={200: {"model": shapes.Letter}},
    operation_id="mail-at-desk",
)
async def letter(request: Request, _: Who, task: shapes.TaskId) -> dict[str, Any]:
    """The mail behind a task, as it was read; what an outsider wrote, whole."""
    found = await desk_mail.shown(board_of(request).service, task)
    return {**found, "task": task, "sort": found["task"]["sort"]}


@router.post(
    "/desk/tasks/{task}/attach",
    responses={200: {"model": shapes.Recorded}},
    operation_id="attach-at-desk",
)
async def attach(
    request: Request, who: Doer, task: shapes.TaskId, body: AttachBody, key: Key = None
) -> dict[str, Any]:
    """Hand what a task is about to a running claim, and close the task."""
    act = {"by": who.name, "why": body.why, "key": key_of(key, who, request)}
    return await desk_mail.attach(board_of(request).service, task, body.order_id, **act)


@router.post(
    "/desk/tasks/{task}/discard",
    responses={200: {"model": shapes.Recorded}},
    operation_id="discard-at-desk",
)
async def discard(
    request: Request, who: Doer, task: shapes.TaskId, body: DiscardBody, key: Key = None
) -> dict[str, Any]:
    """Close a task whose mail is no claim's business."""
    act = {"by": who.name, "why": body.why, "key": key_of(key, who, request)}
    return await desk_mail.discard(board_of(request).service, task, **act)
