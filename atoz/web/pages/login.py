"""Getting in and out: a password, a one-time link, and the end of a session."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from atoz.access.access import NotKnown
from atoz.access.people import LONGEST_PASSWORD
from atoz.service.problems import PROBLEMS
from atoz.web.gate import OPEN, Who, board_of
from atoz.web.pages import back
from atoz.web.pages.render import render, visitor
from atoz.web.visitor import cookie_name, forget, peer, remember

router = APIRouter()

Place = Annotated[str, Query(max_length=back.LONGEST)]


@router.get("/login", dependencies=[OPEN])
async def form(request: Request, next: Place = "") -> Response:  # noqa: A002 - its name outside
    """The ways in that are configured here; each leads on to the page that somebody came from."""
    place = back.safe_place(request, next)
    return RedirectResponse(place, 303) if visitor(request) else _form(request, place)


@router.post("/login", dependencies=[OPEN])
async def by_password(
    request: Request,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=LONGEST_PASSWORD)],
    next: Annotated[str, Form(max_length=back.LONGEST)] = "",  # noqa: A002 - its name outside
) -> Response:
    """In with name and password; the form again, with the name still in it, where they do not fit."""
    board, place = board_of(request), back.safe_place(request, next)
    try:
        secret, _ = await board.access.by_password(
            name, password, peer(board, request), board.now()
        )
    except NotKnown as error:
        return _form(request, place, name=name, said=str(error), status=401)
    return _let_in(request, place, secret)


@router.get("/login/{secret}", dependencies=[OPEN])
async def by_link(request: Request, secret: str) -> Response:
    """In with a one-time link, which works on this machine only; else the form says why not."""
    board, place = board_of(request), back.waited_for(request)
    if not board.links_work:
        said = PROBLEMS("links_off")
        return _form(request, place, said=said, status=401)
    try:
        cookie, _ = board.access.by_link(secret, peer(board, request), board.now())
    except NotKnown as error:
        return _form(request, place, said=str(error), status=401)
    return _let_in(request, place, cookie)


@router.post("/logout")
async def out(request: Request, _: Who) -> Response:
    """Out: the session ends here and now, also for whoever has a copy of its cookie."""
    board = board_of(request)
    board.access.sessions.end(request.cookies.get(cookie_name(board), ""))
    answer = RedirectResponse("/login", 303)
    forget(board, answer)
    return answer


def _let_in(request: Request, place: str, secret: str) -> Response:
    """In, with a session of its own: the one that this browser had before ends."""
    board, answer = board_of(request), RedirectResponse(place, 303)
    board.access.sessions.end(request.cookies.get(cookie_name(board), ""))
    remember(board, answer, secret)
    back.arrived(answer, secure=board.secure)
    return answer


def _form(
    request: Request, place: str, name: str = "", said: str = "", status: int = 200
) -> Response:
    board = board_of(request)
    values = {
        "next": place,
        "name": name,
        "said": said,
        "passwords": any(user.password for user in board.access.users.all().values()),
        "links": board.links_work,
        "proxied": board.settings.board_proxied,
    }
    page = render(request, "login.html", values, status=status)
    if board.links_work and place != back.HOME:
        back.wait_for_link(page, place, secure=board.secure)
    return page
