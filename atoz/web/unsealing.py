"""The codec server: Temporal's own pages and its command show what is sealed, to people who may look.

It speaks what they speak (`/decode`, `/encode`: payloads as JSON) and knows everybody whom the board
knows: a token in `Authorization`, or the cookie that a one-time link leaves in the browser. Pages of
other origins than those named get nothing, with or without a cookie.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from http import HTTPStatus

from google.protobuf.json_format import MessageToDict, Parse, ParseError
from starlette.applications import Starlette
from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Scope
from temporalio.api.common.v1 import Payloads
from temporalio.converter import PayloadCodec

from atoz.access.access import Access, NotKnown, TooMany
from atoz.access.people import Person
from atoz.errors import AtozError, NotAllowed
from atoz.service.policy import LOOK, demand
from atoz.web.tally import NOWHERE, Counted, Tally

LARGEST = 20_000_000
"""Bytes of a request: the payloads of one page of a history."""
_JSON = "application/json"


class Unsealing:
    """The two addresses, over a codec, for whom `access` knows."""

    def __init__(
        self, codec: PayloadCodec, access: Access, origins: Collection[str], tally: Tally
    ) -> None:
        self.tally = tally
        self._codec = codec
        self._access = access
        self._origins = frozenset(origins)

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
                Route("/login/{secret}", self._login, methods=["GET"]),
                Route("/health", _health, methods=["GET"]),
            ],
            middleware=[Middleware(Counted, self.tally, _address_of), cors],
            exception_handlers={AtozError: _refused},
        )

    async def ready(self) -> dict[str, bool]:
        """The keys were opened before it began, and it needs nothing else."""
        return {"keys": True}

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

    async def _login(self, request: Request) -> Response:
        secret, _ = self._access.by_link(request.path_params["secret"], _peer(request), _now())
        said = PlainTextResponse("This browser may look now. Close this page.\n")
        secure = request.url.scheme == "https"
        said.set_cookie(
            _cookie(request.url), secret, path="/", httponly=True, samesite="lax", secure=secure
        )
        said.headers["Cache-Control"] = "no-store"
        return said

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


async def _payloads(request: Request) -> Payloads:
    """What was sent. Raises HTTPException for what is no list of payloads, or far too much."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"over {LARGEST:,} bytes")
    try:
        return Parse(body.decode(), Payloads())
    except (ParseError, UnicodeDecodeError, RecursionError) as fault:
        raise HTTPException(HTTPStatus.BAD_REQUEST, 'send {"payloads": […]} as JSON') from fault


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
