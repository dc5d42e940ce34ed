"""Templates filled: every page gets the reader's words, zone and visitor, and the token for its forms."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from atoz.web.gate import board_of
from atoz.web.looks import Looks
from atoz.web.visitor import Visitor, csrf_headers, remember
from atoz.web.words import LANGUAGES, preferred, words_of

ZONE_COOKIE = "atoz-zone"
LANGUAGE_COOKIE = "atoz-language"
_A_YEAR = 365 * 86_400

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=True,
    auto_reload=False,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def visitor(request: Request) -> Visitor | None:
    """Who looks, if that is known."""
    found: Visitor | None = getattr(request.state, "visitor", None)
    return found


def render(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    now: datetime | None = None,
) -> Response:
    """A page. `now` is the instant that spans are told from: a rehearsed claim has its own."""
    board, who = board_of(request), visitor(request)
    looks = looks_of(request, now)
    session = who.session if who else None
    shared: dict[str, Any] = {
        "t": looks.words,
        "looks": looks,
        "languages": LANGUAGES,
        "board": board,
        "person": who.person if who else None,
        "csrf": session.csrf if session else "",
        "csrf_headers": csrf_headers(session),
        "path": _own_path(request),
        "in_language": partial(_in_language, request),
        "new_key": _new_key,
    }
    page = HTMLResponse(_TEMPLATES.get_template(template).render({**shared, **values}), status)
    _keep_choices(request, page)
    if who and who.fresh:
        remember(board, page, who.fresh)
    return page


def _in_language(request: Request, code: str) -> str:
    """The address of this page in another language, with what was asked of it."""
    asked = [pair for pair in request.query_params.multi_items() if pair[0] != "lang"]
    return f"{_own_path(request)}?{urlencode([*asked, ('lang', code)])}"


def _own_path(request: Request) -> str:
    """Where this page is, as a link: `//elsewhere`, typed by somebody, would lead off the board."""
    return "/" + request.url.path.lstrip("/")


def _new_key() -> str:
    """The key of a form that is made: sent twice, it acts once."""
    return uuid4().hex


def looks_of(request: Request, now: datetime | None = None) -> Looks:
    """How the reader of this request sees values."""
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    language = preferred(chosen, request.headers.get("accept-language", ""))
    zone = _zone(request.cookies.get(ZONE_COOKIE, ""))
    return Looks(words_of(language), zone, now or board_of(request).now())


def _keep_choices(request: Request, page: Response) -> None:
    chosen = request.query_params.get("lang")
    if chosen in LANGUAGES:
        secure = board_of(request).secure
        page.set_cookie(
            LANGUAGE_COOKIE, chosen, max_age=_A_YEAR, samesite="lax", secure=secure, httponly=True
        )


def _zone(name: str) -> ZoneInfo:
    """The zone that the browser told of itself; UTC where it is none."""
    try:
        return ZoneInfo(name[:60]) if name else ZoneInfo("UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
