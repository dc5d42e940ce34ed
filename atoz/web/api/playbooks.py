"""A playbook that changed under running claims: look what it would do, move what is safe, take it back."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from pydantic import Field

from atoz.access.people import Person
from atoz.claims.base import Strict
from atoz.errors import BadInput
from atoz.playbook.model import Playbook
from atoz.playbook.parts import Words
from atoz.playbook.problems import instead
from atoz.service import migrating
from atoz.service.books import names, proved
from atoz.service.proofs import limit_of
from atoz.web.api.keyed import Key, key_of
from atoz.web.api.shapes import Books, Check, Limit, Moved, Moves, PageToken
from atoz.web.gate import Who, board_of, needs

router = APIRouter()

Mover = Annotated[Person, needs("migrate")]
Name = Annotated[str, InPath(max_length=60, pattern=r"^[^/\x00]+$", examples=["documented"])]
OnlyOrder = Annotated[str | None, Query(max_length=60, description="only the claim of this order")]


OtherLimit = Annotated[
    str | None, Query(max_length=20, description="prove it for this limit, like 72h")
]


class MoveBody(Strict):
    """Why, and for which claim alone where it is one; `page_token` goes on where another call ended."""

    order: str | None = None
    why: Words = ""
    page_token: Annotated[str | None, Field(max_length=2_000)] = None


@router.get("/playbooks", responses={200: {"model": Books}}, operation_id="playbooks")
async def shelf(request: Request, _: Who) -> dict[str, Any]:
    """The playbooks of the folder by rank, each with its worst case in every marketplace."""
    board = board_of(request)
    found = await asyncio.to_thread(board.shelf.look, board.now())
    return {"playbooks": [each.document for each in found]}


@router.get("/playbooks/{name}/check", responses={200: {"model": Check}}, operation_id="check")
async def check(request: Request, _: Who, name: Name, limit: OtherLimit = None) -> dict[str, Any]:
    """Everything that can be known of a playbook: problems, the proof, the walk. It takes seconds."""
    board, span = board_of(request), None if limit is None else limit_of(limit)
    _in_folder(request, name)
    proving = partial(asyncio.to_thread, board.shelf.check, name, board.now(), span)
    found: dict[str, Any] = await request.app.state.proofs.play(proving)
    return found


@router.get(
    "/playbooks/{name}/migration", responses={200: {"model": Moves}}, operation_id="migration"
)
async def preview(
    request: Request,
    _: Who,
    name: Name,
    order: OnlyOrder = None,
    limit: Limit = migrating.PAGE,
    page_token: PageToken = None,
) -> dict[str, Any]:
    """What each open claim would do under the playbook as it lies in the folder now: old plan, new plan.

    A page ends after some seconds, also with fewer claims than its limit.
    """
    new = await asyncio.to_thread(_proved, request, name)
    stretch = migrating.Stretch(page_token, limit, migrating.PATIENCE)
    return await migrating.preview(board_of(request).service, new, order, stretch)


@router.post("/playbooks/{name}/migrate", responses={200: {"model": Moved}}, operation_id="migrate")
async def migrate(
    request: Request, who: Mover, name: Name, body: MoveBody, key: Key = None
) -> dict[str, Any]:
    """Move the claims that are safe to move to the playbook as it lies in the folder now.

    It ends after some seconds: while there is a `next_page_token`, call again with it.
    """
    new, act = await asyncio.to_thread(_proved, request, name), _act(request, who, body, key)
    return await migrating.apply(board_of(request).service, new, body.order, _stretch(body), **act)


@router.post("/playbooks/{name}/revert", responses={200: {"model": Moved}}, operation_id="revert")
async def revert(
    request: Request, who: Mover, name: Name, body: MoveBody, key: Key = None
) -> dict[str, Any]:
    """Move claims back to the playbook that each had before it was moved, where that is safe.

    It ends after some seconds: while there is a `next_page_token`, call again with it.
    """
    act = _act(request, who, body, key)
    service = board_of(request).service
    return await migrating.revert(service, name, body.order, _stretch(body), **act)


def _stretch(body: MoveBody) -> migrating.Stretch:
    return migrating.Stretch(body.page_token, time=migrating.MOVING)


def _proved(request: Request, name: str) -> Playbook:
    """A playbook of the folder by its name: a path of the caller's opens nothing here."""
    _in_folder(request, name)
    board = board_of(request)
    return proved(board.settings.playbooks, name, board.now())


def _in_folder(request: Request, name: str) -> None:
    """Raise BadInput for what is no name of a playbook of the folder."""
    folder: Path = board_of(request).settings.playbooks
    if name not in (known := names(folder)):
        raise BadInput(f"no playbook is called {name}: {instead(name, known)}")


def _act(request: Request, who: Person, body: MoveBody, key: str | None) -> dict[str, Any]:
    return {"by": who.name, "key": key_of(key, who, request), "why": body.why}
