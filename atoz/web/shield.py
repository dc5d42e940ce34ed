"""What surrounds every request before anything of it is read: its host, its size, the answer's headers.

Plain ASGI, since an answer may be an endless stream. Bodies of strangers are kept small: who one is
stands in the headers, so it is known before the body is read.
"""

from collections.abc import Callable, Collection, MutableMapping
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atoz.evidence.limits import LARGEST_TOGETHER
from atoz.service.problems import PROBLEMS
from atoz.web.problems import problem

STRANGERS = 100_000
"""Bytes of a request of somebody who has not said who he is: a login form is far smaller."""
SIGNED = 700_000
"""Bytes of a signed request: a claim file is smaller."""
ORDINARY = 1_000_000
WITH_FILES = LARGEST_TOGETHER + ORDINARY
"""Bytes where files are sent (`gate.FILES`)."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # `no-referrer` would make browsers hide the origin of our own forms, too.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HEALTH = "/api/health"
"""Asked by what starts the board, under whatever name: it tells nothing."""
_NOT_KEPT = "no-store"
_ONE_YEAR = "max-age=31536000"


Surprised = Callable[[Request, Exception], Response]


class Shield:
    """The outermost layer. `hosts` are the names that this board is known by, with their ports;
    `surprised` answers what nobody foresaw.
    """

    def __init__(
        self, app: ASGIApp, hosts: Collection[str], surprised: Surprised, *, secure: bool
    ) -> None:
        self._app = app
        self._surprised = surprised
        self._hosts = frozenset(host.lower() for host in hosts)
        self._headers = {**HEADERS, **({"Strict-Transport-Security": _ONE_YEAR} if secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request under a foreign name; lay the headers on every answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        begun = False

        async def sealed(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] == "http.response.start":
                self._seal(message)
            await send(message)

        # A page of elsewhere whose name was bent to this machine still sends that name.
        host = Headers(scope=scope).get("host", "").lower()
        if host in self._hosts or scope["path"] == HEALTH:
            try:
                await self._app(scope, receive, sealed)
            # Here and not in the framework's outermost layer, whose answer would lack the headers.
            except Exception as fault:
                answer = self._surprised(Request(scope), fault)
                if begun:
                    raise
                await answer(scope, receive, sealed)
        else:
            known = ", ".join(sorted(self._hosts))
            said = PROBLEMS("wrong_host", host=repr(host[:100]), known=known)
            await problem(HTTPStatus.MISDIRECTED_REQUEST, said)(scope, receive, sealed)

    def _seal(self, message: MutableMapping[str, Any]) -> None:
        headers = MutableHeaders(raw=message["headers"])
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", _NOT_KEPT)
        message["headers"] = headers.raw


class Sizes:
    """Refuses a body that is larger than this address and this visitor may send.

    `takes_files` says of a path whether files are sent there.
    """

    def __init__(self, app: ASGIApp, takes_files: Callable[[str], bool]) -> None:
        self._app = app
        self._takes_files = takes_files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge by what the head announces; count what comes all the same."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, came = self._limit(scope), 0
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > limit:
            await problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _said(limit))(scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _said(limit))
            return message

        await self._app(scope, counted, send)

    def _limit(self, scope: Scope) -> int:
        path: str = scope["path"]
        if path.startswith("/api/inbound/"):
            return SIGNED
        if scope["state"].get("visitor") is None:
            return STRANGERS
        return WITH_FILES if self._takes_files(path) else ORDINARY


def _said(limit: int) -> str:
    return PROBLEMS("too_large_here", limit=f"{limit:,}")
