"""Handing in: what a person copies into the marketplace's form, in its order, and the receipt."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from atoz.errors import NoSuchClaim
from atoz.playbook.posted import may_be_posted
from atoz.playbook.state import Task
from atoz.playbook.told import told_by
from atoz.playbook.view import attachments
from atoz.service.kept_packets import SUBMIT
from atoz.service.packets import has_packet, zipped_packet
from atoz.service.problems import PROBLEMS
from atoz.service.whole import Whole, whole
from atoz.web.api.shapes import Order, TaskId
from atoz.web.gate import Who, board_of
from atoz.web.pages.claim import HANDED_IN, shared
from atoz.web.pages.render import render
from atoz.web.showing import revisions

router = APIRouter()


@router.get("/claims/{order}/tasks/{task}/hand-in")
async def hand_in(request: Request, who: Who, order: Order, task: TaskId) -> Response:
    """The text, the files and the receipt of one task, in the order of the marketplace's form.

    Of a task that is closed: what was handed in, when, by whom, with which receipt.
    """
    found = await whole(board_of(request).service, order)
    case, posted = found.case, _replaced(found, task)
    if posted is None and (closed := _closed(found, task)) is not None:
        return render(request, "handed_in.html", shared(who, found) | closed, now=found.now)
    shown = posted.model_dump(mode="json") if posted else _open_task(found, order, task)
    clock = case.clock(shown["clock"]) if case and shown.get("clock") else None
    values = {
        **shared(who, found),
        "task": shown,
        "due": clock.due if clock else None,
        **(_older(found, posted) if posted else _current(found, shown)),
    }
    return render(request, "hand_in.html", values, now=found.now)


def _current(found: Whole, task: dict[str, Any]) -> dict[str, Any]:
    """What is handed in: the text as it is now, or the draft of a letter."""
    case = found.case
    appeal = case.appeal if case and task["kind"] == SUBMIT else None
    return {
        "replaced": False,
        "text": appeal.text if appeal else task.get("draft"),
        "revision": appeal.revision if appeal else None,
        "digest": appeal.digest if appeal else None,
        "files": attachments(case, appeal) if case and appeal else (),
        "packet": case is not None and has_packet(case, task["kind"]),
    }


def _older(found: Whole, task: Task) -> dict[str, Any]:
    """What was to be handed in before another text replaced it: whoever posted it gives its receipt."""
    text = next((each for each in revisions(found) if each["digest"] == task.digest), None)
    open_now = [each["id"] for each in found.status["tasks"] if each["kind"] == SUBMIT]
    return {
        "replaced": True,
        "instead": open_now[0] if open_now else None,
        "text": text["text"] if text else None,
        "revision": task.revision,
        "digest": task.digest,
        "files": (),
        "packet": False,
    }


@router.get("/claims/{order}/tasks/{task}/packet")
async def packet(request: Request, _: Who, order: Order, task: TaskId) -> Response:
    """The packet of a task as one zip: the text, its PDF and the files, made from the claim's facts."""
    service = board_of(request).service
    found = await whole(service, order)
    open_task = _open_task(found, order, task)
    if found.case is None:
        raise NoSuchClaim(PROBLEMS("no_packet", order=order[:60]))
    made = await zipped_packet(service, found.case, open_task["kind"], found.at)
    headers = {"Content-Disposition": f'attachment; filename="{made.name}.zip"'}
    return Response(made.content, media_type="application/zip", headers=headers)


def _closed(found: Whole, task: str) -> dict[str, Any] | None:
    """A closed task as it was handed in, or how else it ended; None where there is no such task."""
    case = found.case
    known = case.task(task) if case else None
    if case is None or known is None or known.open or known.kind not in HANDED_IN:
        return None
    mine = (f for f in found.facts.values() if f.kind == "task_done" and f.data["task"] == task)
    fact = max(mine, key=lambda each: each.at, default=None)
    text = next((each for each in revisions(found) if each["digest"] == known.digest), None)
    appeal = case.appeal
    own = appeal is not None and appeal.digest == known.digest
    return {
        "task": known,
        "by": told_by(fact.model_dump()) if fact else "",
        "receipt": fact.data.get("receipt") if fact else None,
        "text": text,
        "files": attachments(case, appeal) if appeal and own else (),
    }


def _replaced(found: Whole, task: str) -> Task | None:
    """The task where its text was replaced, and may have been posted all the same."""
    known = found.case.task(task) if found.case else None
    return known if known and found.case and may_be_posted(found.case, known) else None


def _open_task(found: Whole, order: str, task: str) -> dict[str, Any]:
    """The open task, where its receipt is awaited. Raises NoSuchClaim where there is none."""
    known = {each["id"]: each for each in found.status["tasks"] if each["kind"] in HANDED_IN}
    if task not in known:
        open_now = ", ".join(known) or "none"
        raise NoSuchClaim(PROBLEMS("no_receipt", task=task[:60], order=order[:60], tasks=open_now))
    return dict(known[task])
