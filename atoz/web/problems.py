"""Errors as documents and status codes: the same one line that the command prints, as problem+json.

No answer ever holds more of a surprise than that there was one; the log has the rest.
"""

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from atoz import errors
from atoz.access.access import NotKnown, TooMany
from atoz.service.problems import PROBLEMS
from atoz.web.live import Crowded
from atoz.web.simulations import Busy

PROBLEM = "application/problem+json"

_LOG = logging.getLogger("atoz.board")


class NotGenuine(errors.AtozError):
    """This request did not come from a page of this board: reload the page and try again."""


class Replayed(errors.AtozError):
    """This very request was taken already: sign each one anew, with its own timestamp."""


STATUS: Mapping[type[errors.AtozError], HTTPStatus] = {
    errors.AtozError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.BadInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Refused: HTTPStatus.CONFLICT,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.NoSuchClaim: HTTPStatus.NOT_FOUND,
    errors.NoServer: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.NoWorker: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.OldWorker: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StandsStill: HTTPStatus.SERVICE_UNAVAILABLE,
    NotKnown: HTTPStatus.UNAUTHORIZED,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    NotGenuine: HTTPStatus.FORBIDDEN,
    Replayed: HTTPStatus.CONFLICT,
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    Crowded: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""What each error is over HTTP; an error that is not listed is what its base is."""

RETRY_SECONDS = 5
"""After this long it is worth asking again when a server or a worker did not answer."""


def status_of(error: errors.AtozError) -> HTTPStatus:
    """The status code of an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def headers_of(error: errors.AtozError) -> dict[str, str]:
    """When to come back, and how to say who one is."""
    if isinstance(error, TooMany):
        return {"Retry-After": str(max(1, round(error.wait.total_seconds())))}
    if status_of(error) is HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_SECONDS)}
    return {"WWW-Authenticate": "Bearer"} if isinstance(error, NotKnown) else {}


API = "/api"

CODES: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "unreadable",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "wrong-method",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
    HTTPStatus.MISDIRECTED_REQUEST: "wrong-host",
    HTTPStatus.INTERNAL_SERVER_ERROR: "surprise",
}
"""What programs know a refusal by that is no error of ours."""


def for_program(request: Request) -> bool:
    """Whether a program asks, which gets a document; people get a page."""
    return f"{request.url.path}/".startswith(f"{API}/")


def problem(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    *,
    code: str | None = None,
    **more: Any,
) -> JSONResponse:
    """A problem document (RFC 9457); `detail` is the one line that says what to do."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code or CODES.get(status, "refused"),
        **more,
    }
    return JSONResponse(document, status, dict(headers or {}), media_type=PROBLEM)


def problem_of(error: errors.AtozError) -> JSONResponse:
    """One of our own errors as a problem document."""
    fields = {"errors": _by_path(error.found)} if isinstance(error, errors.BadFields) else {}
    return problem(status_of(error), str(error), headers_of(error), code=code_of(error), **fields)


def of_error(_: Request, error: Exception) -> JSONResponse:
    """One of our own errors."""
    assert isinstance(error, errors.AtozError), "registered for these"
    return problem_of(error)


def _by_path(found: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"path": path, "message": said} for path, said in found]


_NAMED: Mapping[type[errors.AtozError], type[errors.AtozError]] = {
    errors.BadFields: errors.BadInput,
    errors.NoOrderId: errors.NoSuchClaim,
}
"""Errors that programs know by the name of what they are a kind of."""


def code_of(error: errors.AtozError) -> str:
    """The error's name for programs: `no-such-claim`."""
    name = _NAMED.get(type(error), type(error)).__name__
    return "".join(f"-{sign.lower()}" if sign.isupper() else sign for sign in name).lstrip("_-")


def of_validation(_: Request, error: Exception) -> JSONResponse:
    """What was sent does not have the form that it must have: every problem with its path."""
    assert isinstance(error, RequestValidationError), "registered for these"
    whole = _of_body(error)
    found = _by_path(
        [("body", whole)]
        if whole
        else (
            (".".join(map(str, item["loc"][1:])) or str(item["loc"][0]), item["msg"])
            for item in error.errors()
        )
    )
    detail = whole or "; ".join(f"{item['path']}: {item['message']}" for item in found)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail[:2_000], code="bad-input", errors=found)


def _of_body(error: RequestValidationError) -> str | None:
    """What is wrong with a body as a whole, before anything in it is looked at."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        why: str = first["ctx"]["error"]
        return PROBLEMS("no_json", sign=first["loc"][1] + 1, why=why[:1].lower() + why[1:])
    if tuple(first["loc"]) != ("body",):
        return None
    return PROBLEMS("no_body" if first["type"] == "missing" else "no_object")


def of_http(request: Request, error: Exception) -> JSONResponse:
    """What the framework refuses: no such address, a wrong method, a body that it cannot read."""
    assert isinstance(error, HTTPException), "registered for these"
    status, path = error.status_code, request.url.path[:200]
    detail, headers = error.detail, dict(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(methods_at(request))
        detail = PROBLEMS("no_method", method=request.method, path=path, methods=headers["Allow"])
    elif status == HTTPStatus.NOT_FOUND and for_program(request):
        detail = PROBLEMS("no_address", path=path)
    elif status == HTTPStatus.BAD_REQUEST:
        detail = PROBLEMS("unreadable", why=detail.rstrip("."))
    return problem(status, detail, headers)


def methods_at(request: Request) -> list[str]:
    """What may be done at an address: every route of it counts, not only the one that was found first."""
    found = {
        method
        for route in iter_route_contexts(request.app.routes)
        if compile_path(str(route.path))[0].fullmatch(request.url.path)
        for method in getattr(route, "methods", None) or ()
    }
    return sorted(found)


def of_surprise(request: Request, error: Exception) -> JSONResponse:
    """A surprise: nothing of it leaves but that it happened."""
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    detail = PROBLEMS("surprise")
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
