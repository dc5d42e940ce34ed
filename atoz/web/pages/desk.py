"""The desk: what belongs to no running claim, read as plain text, then attached to one or let go."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from atoz.access.people import Person
from atoz.errors import AtozError, BadInput
from atoz.service import desk_mail, mailbox
from atoz.service.policy import LEAST
from atoz.service.problems import PROBLEMS
from atoz.web.api.keyed import key_of
from atoz.web.api.shapes import TaskId
from atoz.web.gate import Who, board_of, needs
from atoz.web.pages.leading import lead
from atoz.web.pages.render import render
from workflows.desk import DeskSort

router = APIRouter()

DIDS = ("attached", "discarded", "looked")

Doer = Annotated[Person, needs("done")]
Looker = Annotated[Person, needs("mail-sync")]
Did = Annotated[str, Query(max_length=20)]
Why = Annotated[str, Form(max_length=2_000)]
Key = Annotated[str, Form(max_length=100)]
OrderId = Annotated[str, Form(alias="order_id", max_length=60)]


@router.get("/desk")
async def desk(request: Request, who: Who, did: Did = "") -> Response:
    """Everything that waits at the desk, sorted by what it is, and what was done lately."""
    found = await desk_mail.look(board_of(request).service)
    values = {
        "sorts": [(sort, _of(found, sort)) for sort in desk_mail.SORTS],
        "count": len(found.items),
        "done": found.done,
        "old_worker": found.done is None,
        "did": did if did in DIDS else None,
        "may_act": who.may("done"),
        "least": LEAST["done"],
        "has_mailbox": board_of(request).service.settings.imap_account() is not None,
        "may_look": who.may("mail-sync"),
        "look": await mailbox.progress(board_of(request).service) if did == "looked" else None,
    }
    return render(request, "desk.html", values)


def _of(found: desk_mail.Looked, sort: DeskSort) -> list[desk_mail.Item]:
    return [item for item in found.items if item.sort == sort]


@router.post("/mailbox")
async def look_now(request: Request, who: Looker) -> Response:
    """Read the mailbox now; how that stands is shown above what lies on the desk."""
    board = board_of(request)
    await mailbox.look_now(board.service, by=who.name)
    board.access.did("mail-sync", who, board.now())
    return lead(request, "/desk?did=looked")


@router.get("/mailbox")
async def look(request: Request, _: Who) -> Response:
    """How the newest look stands: a page's part that asks again by itself while it runs."""
    values = {"look": await mailbox.progress(board_of(request).service)}
    return render(request, "parts/mailbox.html", values)


@router.get("/desk/{task}")
async def desk_item(request: Request, who: Who, task: TaskId) -> Response:
    """One task with the mail behind it, whole and as text."""
    return await _item(request, who, task)


@router.post("/desk/{task}/attach")
async def attach(
    request: Request, who: Doer, task: TaskId, *, order: OrderId = "", why: Why = "", key: Key = ""
) -> Response:
    """Hand it to a running claim. What refuses is said beside what was typed.

    Whoever vouches at a page for what could not be trusted says how they know.
    """
    act = {"by": who.name, "why": why, "key": key_of(key or None, who, request)}
    service = board_of(request).service
    try:
        if not why.strip() and (await desk_mail.item(service, task)).sort == "quarantined":
            raise BadInput(PROBLEMS("why_vouch"))
        await desk_mail.attach(service, task, order, **act)
    except AtozError as fault:
        return await _item(request, who, task, fault, order=order, why=why)
    return RedirectResponse("/desk?did=attached", 303)


@router.post("/desk/{task}/discard")
async def discard(
    request: Request, who: Doer, task: TaskId, why: Why = "", key: Key = ""
) -> Response:
    """Let it go, with the reason."""
    act = {"by": who.name, "why": why, "key": key_of(key or None, who, request)}
    try:
        await desk_mail.discard(board_of(request).service, task, **act)
    except AtozError as fault:
        return await _item(request, who, task, fault, why=why)
    return RedirectResponse("/desk?did=discarded", 303)


async def _item(
    request: Request, who: Person, task: str, fault: AtozError | None = None, **typed: str
) -> Response:
    service = board_of(request).service
    found = await desk_mail.item(service, task)
    letter = await desk_mail.mail(service, found)
    values = {
        "item": found,
        "mail": letter,
        "reading": letter.reading if letter else None,
        "problem": str(fault) if fault else None,
        "order": typed.get("order", found.order_id),
        "why": typed.get("why", ""),
        "may_act": who.may("done"),
        "least": LEAST["done"],
    }
    return render(request, "desk_item.html", values, status=409 if fault else 200)
