"""The playbooks: each drawn, with what its proof says; and what a changed one would do to open claims."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi import Path as InPath
from fastapi.responses import Response

from atoz.access.people import Person
from atoz.errors import BadInput, NoSuchClaim
from atoz.playbook.diagram_svg import svg
from atoz.service import migrating
from atoz.service.books import proved
from atoz.service.policy import LEAST
from atoz.service.problems import PROBLEMS
from atoz.service.proofs import Shelved, limit_of
from atoz.web.api.keyed import key_of
from atoz.web.api.shapes import PageToken
from atoz.web.gate import Who, board_of, needs
from atoz.web.pages.claim import DRAWING
from atoz.web.pages.render import looks_of, render
from atoz.web.reading import Change, changes

router = APIRouter()

Name = Annotated[str, InPath(max_length=60, pattern=r"^[^/\x00]+$")]
Limit = Annotated[str, Query(max_length=20, description="prove for this limit, like 48h")]
Mover = Annotated[Person, needs("migrate")]
Key = Annotated[str, Form(alias="key", max_length=100)]
Why = Annotated[str, Form(max_length=2_000)]
Yes = Annotated[str, Form(max_length=10)]
Token = Annotated[str, Form(max_length=2_000)]


@router.get("/playbooks")
async def playbooks(request: Request, _: Who) -> Response:
    """Every playbook of the folder with its tightest proof."""
    return render(request, "playbooks.html", {"shelf": await _shelf(request)})


@router.get("/playbooks/{name}")
async def playbook(request: Request, who: Who, name: Name, limit: Limit = "") -> Response:
    """One playbook: drawn, and its worst case in every marketplace."""
    problem, span = None, None
    try:
        span = limit_of(limit) if limit.strip() else None
    except BadInput as fault:
        problem = str(fault)
    values = {
        "each": await _named(request, name, span),
        "limit": limit,
        "problem": problem,
        **_rights(who),
    }
    return render(request, "playbook.html", values)


@router.get("/playbooks/{name}/drawing.svg")
async def drawing(request: Request, _: Who, name: Name) -> Response:
    """The playbook as a drawing."""
    found = await _named(request, name)
    if found.playbook is None:
        raise NoSuchClaim(PROBLEMS("undrawn", name=name))
    drawn = svg(found.playbook, say=looks_of(request).drawn)
    return Response(drawn, media_type="image/svg+xml", headers=DRAWING)


@router.get("/playbooks/{name}/migration")
async def migration(
    request: Request, who: Who, name: Name, page_token: PageToken = None
) -> Response:
    """What some open claims would do under the playbook as it lies in the folder now; it asks each."""
    return await _migration(request, who, name, page_token)


@router.post("/playbooks/{name}/migrate")
async def migrate(
    request: Request,
    who: Mover,
    name: Name,
    *,
    key: Key = "",
    why: Why = "",
    sure: Yes = "",
    page_token: Token = "",
) -> Response:
    """Move every claim that is safe to move, once somebody confirmed it."""
    if sure != "yes":
        return await _migration(request, who, name, status=422, unsure=True)
    _needs(why)
    found = await _named(request, name)
    board = board_of(request)
    new = await asyncio.to_thread(proved, board.settings.playbooks, found.name, board.now())
    act = {"by": who.name, "key": key_of(key or None, who, request), "why": why}
    moved = await migrating.apply(board.service, new, None, _stretch(page_token), **act)
    return await _migration(request, who, name, moved=moved, going_on="migrate", why=why)


@router.post("/playbooks/{name}/revert")
async def revert(
    request: Request,
    who: Mover,
    name: Name,
    *,
    key: Key = "",
    why: Why = "",
    sure: Yes = "",
    page_token: Token = "",
) -> Response:
    """Move claims back to the playbook that each had before, where that is safe."""
    if sure != "yes":
        return await _migration(request, who, name, status=422, unsure=True)
    _needs(why)
    found = await _named(request, name)
    act = {"by": who.name, "key": key_of(key or None, who, request), "why": why}
    moved = await migrating.revert(
        board_of(request).service, found.name, None, _stretch(page_token), **act
    )
    return await _migration(request, who, name, moved=moved, going_on="revert", why=why)


def _needs(why: str) -> None:
    """Claims that run are moved with a reason: it stands in the timeline of each."""
    if not why.strip():
        raise BadInput(PROBLEMS("why_override"))


def _stretch(page_token: str) -> migrating.Stretch:
    return migrating.Stretch(page_token, time=migrating.MOVING)


async def _migration(
    request: Request,
    who: Person,
    name: str,
    page_token: str | None = None,
    *,
    status: int = 200,
    **told: Any,
) -> Response:
    board, found = board_of(request), await _named(request, name)
    preview: dict[str, Any] | None = None
    problem = None
    try:
        new = await asyncio.to_thread(proved, board.settings.playbooks, found.name, board.now())
        stretch = migrating.Stretch(page_token, migrating.PAGE, migrating.PATIENCE)
        preview = await migrating.preview(board.service, new, None, stretch)
    except BadInput as fault:
        problem = str(fault)
    values = {
        "each": found,
        "preview": preview,
        "problem": problem,
        "text_changes": _text_changes,
        "later": page_token is not None,
        "moved": None,
        "going_on": None,
        "why": "",
        "unsure": False,
        **_rights(who),
        **told,
    }
    return render(request, "migration.html", values, status=status)


def _text_changes(texts: Mapping[str, str | None]) -> Sequence[Change]:
    """What of a text that would go becomes another one; a text that goes in one plan alone is whole."""
    return changes(texts["old"] or "", texts["new"] or "")


def _rights(who: Person) -> dict[str, Any]:
    return {"may": {act: who.may(act) for act in LEAST}, "least": LEAST}


async def _shelf(request: Request, limit: timedelta | None = None) -> tuple[Shelved, ...]:
    board = board_of(request)
    looking = partial(asyncio.to_thread, board.shelf.look, board.now(), limit)
    if limit is None:  # kept: it is proved once for each state of the folder
        return await looking()
    found: tuple[Shelved, ...] = await request.app.state.proofs.play(looking)
    return found


async def _named(request: Request, name: str, limit: timedelta | None = None) -> Shelved:
    """A playbook of the folder by its name: a path of the caller's opens nothing here."""
    shelf = await _shelf(request, limit)
    for each in shelf:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in shelf)
    raise NoSuchClaim(PROBLEMS("no_playbook", name=name[:60], names=known))
