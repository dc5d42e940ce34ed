"""The codec server: Temporal's own pages and its command show what is sealed, to people who may look.

It speaks what they speak (`/decode`, `/encode`: payloads as JSON) and knows everybody whom the board
knows: a token in `Authorization`, or the cookie that a one-time link or a password leaves in the
browser. Pages of other origins than those named get nothing, with or without a cookie.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from google.protobuf.json_format import MessageToDict, Parse, ParseError
from starlette.applications import Starlette
from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Scope
from temporalio.api.common.v1 import Payloads
from temporalio.converter import PayloadCodec

from atoz.access.access import Access, NotKnown, TooMany
from atoz.access.people import Person
from atoz.errors import AtozError, NotAllowed
from atoz.service.policy import LOOK, demand
from atoz.settings_reading import is_loopback
from atoz.web.tally import NOWHERE, Counted, Tally

LARGEST = 20_000_000
"""Bytes of a request: the payloads of one page of a history."""
_LARGEST_FORM = 4_000
_WELCOME = "This browser may look now. Close this page.\n"
_ASKING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Codec server</title>
<h1>Who looks?</h1><p>Name and password as on the board. Nobody there yet: <code>atoz users add</code>.</p>
<form method="post"><p><label>Name <input name="name" autocomplete="username" maxlength="200"
required></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" maxlength="200"
required></label></p>
<p><button>Log in</button></form></html>
"""
_CLOSED_PAGE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
}


class Unsealing:
    """The two addresses, over a codec, for whom `access` knows."""

    def __init__(
        self,
        codec: PayloadCodec,
        access: Access,
        origins: Collection[str],
        tally: Tally,
        lets_somebody_in: Callable[[], bool],
    ) -> None:
        self.tally = tally
        self._codec = codec
        self._access = access
        self._origins = frozenset(origins)
        self._lets_somebody_in = lets_somebody_in

    def app(self) -> Starlette:
        """The application."""
        cors = Middleware(
            CORSMiddleware,
            allow_origins=sorted(self._origins),
            allow_methods=["POST"],
            allow_headers=["authorization", "content-type", "x-namespace"],
            allow_credentials=True,
        )
        return Starlette(
            routes=[
                Route("/decode", self._decode, methods=["POST"]),
                Route("/encode", self._encode, methods=["POST"]),
                Route("/login", _ask, methods=["GET"]),
                Route("/login", self._by_password, methods=["POST"]),
                Route("/login/{secret}", self._by_link, methods=["GET"]),
                Route("/health", _health, methods=["GET"]),
            ],
            middleware=[Middleware(Counted, self.tally, _address_of), cors],
            exception_handlers={AtozError: _refused},
        )

    async def ready(self) -> dict[str, bool]:
        """The keys were opened before it began; else it needs somebody who can get in."""
        return {"keys": True, "people": self._lets_somebody_in()}

    async def page(self) -> bytes:
        """What it counted."""
        return self.tally.page()

    async def _decode(self, request: Request) -> Response:
        self._person(request)
        return _answer(await self._codec.decode((await _payloads(request)).payloads))

    async def _encode(self, request: Request) -> Response:
        """Sealed with the shop's key: who asks does not say for which workflow."""
        self._person(request)
        return _answer(await self._codec.encode((await _payloads(request)).payloads))

    async def _by_link(self, request: Request) -> Response:
        secret, _ = self._access.by_link(request.path_params["secret"], _peer(request), _now())
        return _welcomed(request, secret)

    async def _by_password(self, request: Request) -> Response:
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.url.netloc:
            raise NotAllowed("another site's page sent this: log in on the codec server's own page")
        typed = parse_qs((await _body(request, _LARGEST_FORM)).decode("utf-8", "replace"))
        name, password = (typed.get(field, [""])[0] for field in ("name", "password"))
        secret, _ = await self._access.by_password(name, password, _peer(request), _now())
        return _welcomed(request, secret)

    def _person(self, request: Request) -> Person:
        """Who asks. Raises NotKnown, TooMany, NotAllowed."""
        origin = request.headers.get("origin")
        if origin is not None and origin not in self._origins:
            raise NotAllowed(f"pages of {origin[:100]} get nothing here: ATOZ_CODEC_ORIGINS")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            person = self._access.by_token(token.strip(), _peer(request), _now())
        else:
            cookie = request.cookies.get(_cookie(request.url), "")
            found = self._access.sessions.find(cookie, _now()) if cookie else None
            # A cookie is sent by the browser itself: only a page that we know may have it sent.
            if found is None or origin is None:
                raise NotKnown
            person = found[1]
        demand(person.role, LOOK, person.name)
        if not person.may(LOOK):
            raise NotAllowed("this token is not for looking: it was made for other acts")
        return person


async def _ask(_: Request) -> Response:
    return HTMLResponse(_ASKING, headers=_CLOSED_PAGE)


def _welcomed(request: Request, secret: str) -> Response:
    """The cookie. Beyond loopback TLS stands before us, whatever the proxy calls us by."""
    secure = request.url.scheme == "https" or not is_loopback(request.url.hostname or "")
    said = PlainTextResponse(_WELCOME, headers={"Cache-Control": "no-store"})
    said.set_cookie(
        _cookie(request.url), secret, path="/", httponly=True, samesite="lax", secure=secure
    )
    return said


async def _payloads(request: Request) -> Payloads:
    """What was sent. Raises HTTPException for what is no list of payloads, or far too much."""
    body = await _body(request, LARGEST)
    try:
        return Parse(body.decode(), Payloads())
    except (ParseError, UnicodeDecodeError, RecursionError) as fault:
        raise HTTPException(HTTPStatus.BAD_REQUEST, 'send {"payloads": […]} as JSON') from fault


async def _body(request: Request, largest: int) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"over {largest:,} bytes")
    return body


def _answer(payloads: Collection[object]) -> Response:
    document = MessageToDict(Payloads(payloads=payloads))  # type: ignore[arg-type] # what a codec gives
    return JSONResponse(document, headers={"Cache-Control": "no-store"})


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _refused(_: Request, fault: Exception) -> Response:
    codes = {NotKnown: HTTPStatus.UNAUTHORIZED, TooMany: HTTPStatus.TOO_MANY_REQUESTS}
    codes |= {NotAllowed: HTTPStatus.FORBIDDEN}
    code = codes.get(type(fault), HTTPStatus.SERVICE_UNAVAILABLE)
    return JSONResponse({"error": str(fault)}, status_code=code)


def _cookie(address: URL) -> str:
    """Browsers share cookies among ports, so the port is part of the name."""
    return f"atoz-codec-{address.port or 443}"


def _address_of(scope: Scope) -> str:
    """The address that a request found, as it is written above."""
    return getattr(scope.get("route"), "path", NOWHERE)


def _peer(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _now() -> datetime:
    return datetime.now(UTC)
