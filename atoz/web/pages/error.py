"""A page for what did not work: what it was, what to do, and the way back to what was typed."""

import json
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from atoz.web.pages import back
from atoz.web.pages.leading import by_script
from atoz.web.pages.render import looks_of, render
from atoz.web.typed import NOTHING, Typed
from atoz.web.visitor import SAFE

_REUSED = "key-reused"
_KNOWN = (401, 403, 404, 409, 413, 422, 429, 500, 503)


def page(request: Request, problem: JSONResponse, typed: Typed = NOTHING) -> Response:
    """The page for a problem, with what was typed to send it once more.

    A stranger who only wants to look is sent to the login; who looks at an address that only takes
    forms, as by a reload, to the page that has the form.
    """
    status = problem.status_code
    if status == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET":
        return RedirectResponse(_page_above(request), 303)
    if status == HTTPStatus.UNAUTHORIZED and request.method in SAFE and not by_script(request):
        asked = back.is_asked_for(request)
        way = back.login_for(request.scope["path"], request.url.query) if asked else back.LOGIN
        return RedirectResponse(way, 303)
    document = json.loads(bytes(problem.body))
    words = looks_of(request).words
    stranger = status == HTTPStatus.UNAUTHORIZED
    reused = document.get("code") == _REUSED
    values = {
        "status": status,
        "summary": words(f"error.{status if status in _KNOWN else 500}"),
        "detail": document["detail"],
        "fields": document.get("errors", ()),
        "again": status == HTTPStatus.SERVICE_UNAVAILABLE and request.method in SAFE,
        "down": status == HTTPStatus.SERVICE_UNAVAILABLE,
        "typed": typed.given_back,
        "had_files": bool(typed.files),
        "key": None if reused else typed.key,
        "login": back.login_for(_page_above(request)) if stranger else None,
    }
    template = "parts/problem.html" if by_script(request) else "error.html"
    answer = render(request, template, values, status=status)
    for name in ("retry-after", "www-authenticate"):
        if name in problem.headers:
            answer.headers[name] = problem.headers[name]
    return answer


def _page_above(request: Request) -> str:
    """The nearest address above this one that is a page: forms are sent to addresses below theirs."""
    parts = request.scope["path"].split("/")
    above = ("/".join(parts[:end]) for end in range(len(parts) - 1, 1, -1))
    page = next((each for each in above if back.is_page(request, each)), "/")
    return f"{page}?{request.url.query}" if request.url.query else page
