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
from starlette.exceptions import HTTPException

from atoz import errors
from atoz.access.access import NotKnown, TooMany
from atoz.service.problems import PROBLEMS
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
    NotKnown: HTTPStatus.UNAUTHORIZED,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    NotGenuine: HTTPStatus.FORBIDDEN,
    Replayed: HTTPStatus.CONFLICT,
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
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


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    """A problem document (RFC 9457); `detail` is the one line that says what to do."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    return JSONResponse(
        {**document, "detail": detail, **more}, status, dict(headers or {}), media_type=PROBLEM
    )


def of_error(_: Request, error: Exception) -> JSONResponse:
    """One of our own errors."""
    assert isinstance(error, errors.AtozError), "registered for these"
    fields = {"errors": _by_path(error.found)} if isinstance(error, errors.BadFields) else {}
    return problem(status_of(error), str(error), headers_of(error), code=code_of(error), **fields)


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
    found = _by_path(
        (".".join(map(str, item["loc"][1:])) or str(item["loc"][0]), item["msg"])
        for item in error.errors()
    )
    detail = "; ".join(f"{item['path']}: {item['message']}" for item in found)[:2_000]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, code="bad-input", errors=found)


def of_http(_: Request, error: Exception) -> JSONResponse:
    """What the framework refuses: no such address, a wrong method, too large a body."""
    assert isinstance(error, HTTPException), "registered for these"
    return problem(error.status_code, error.detail, error.headers)


def of_surprise(request: Request, error: Exception) -> JSONResponse:
    """A surprise: nothing of it leaves but that it happened."""
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    detail = PROBLEMS("surprise")
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
