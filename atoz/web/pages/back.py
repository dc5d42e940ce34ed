"""The page that somebody came to without being logged in: carried through the login, and back to it.

It is an address of this board's own pages and nothing else: a link that another site made leads nobody
elsewhere after the login.
"""

from urllib.parse import quote, unquote, urlsplit

from fastapi import Request, Response
from starlette.routing import Match

LOGIN = "/login"
HOME = "/"
NEXT = "next"
"""The parameter and the field with the address."""
LONGEST = 2_000
_COOKIE = "atoz-next"
_KEPT = 600
"""Seconds for which the way back waits for a one-time link, which says nothing of where it was asked for."""


def login_for(path: str, query: str = "") -> str:
    """The address of the login that leads back there."""
    place = f"{quote(path)}?{query}" if query else quote(path)
    return LOGIN if place == HOME else f"{LOGIN}?{NEXT}={quote(place, safe='/')}"


def is_asked_for(request: Request) -> bool:
    """Whether somebody wants to see this page, and no script or picture of another one."""
    return request.headers.get("sec-fetch-dest", "document") == "document"


def safe_place(request: Request, place: str | None) -> str:
    """The address where it is one of a page of this board, else the beginning."""
    # Browsers leave tabs and line ends out of an address and take `\\` for `/`.
    plain = place is not None and all("!" <= sign <= "~" and sign != "\\" for sign in place)
    if not place or not plain or len(place) > LONGEST or place[0] != "/" or place[1:2] == "/":
        return HOME
    path = unquote(urlsplit(place).path)
    own = not path.startswith((LOGIN, "/logout", "/api/"))
    return place if own and is_page(request, path) else HOME


def is_page(request: Request, path: str) -> bool:
    """Whether this board has a page there."""
    scope = {**request.scope, "path": path, "method": "GET"}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


def wait_for_link(answer: Response, place: str, *, secure: bool) -> None:
    """Let the one-time link that is opened next lead there."""
    answer.set_cookie(
        _COOKIE, quote(place), _KEPT, path=LOGIN, httponly=True, samesite="lax", secure=secure
    )


def waited_for(request: Request) -> str:
    """Where the one-time link leads to."""
    return safe_place(request, unquote(request.cookies.get(_COOKIE, "")))


def arrived(answer: Response, *, secure: bool) -> None:
    """Whoever is there needs no way back."""
    answer.delete_cookie(_COOKIE, path=LOGIN, httponly=True, samesite="lax", secure=secure)
