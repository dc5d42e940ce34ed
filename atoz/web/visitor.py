"""Who sends a request: by a token, by a session's cookie, or vouched for by the reverse proxy.

It is found from the headers alone and before anything else of the request is looked at. That
somebody is known says nothing of what they may do: that is asked at each address (`gate.py`).
"""

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from atoz.access.access import NotKnown
from atoz.access.people import Person
from atoz.access.sessions import Session
from atoz.errors import AtozError
from atoz.mail.plain import one_line
from atoz.service.policy import Role
from atoz.service.problems import PROBLEMS
from atoz.web.board import Board
from atoz.web.problems import problem_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

_WITH_PORT = re.compile(r"^(?:([0-9.]+)|\[([0-9A-Fa-f:.]+)\]):[0-9]+$")
"""How some proxies write where a request comes from: with its port, which is another one each time."""

_GROUPS = {name: role for role in Role for name in (role.value, f"atoz-{role}")}


@dataclass(frozen=True)
class Visitor:
    """A known person, and the session where a browser has one."""

    person: Person
    session: Session | None = None
    fresh: str | None = None
    """The secret of a session that this request began: the answer sets the cookie."""


class Identify:
    """Finds who sends each request and puts it into the request's state as `visitor`."""

    def __init__(self, app: ASGIApp, board: Board) -> None:
        self._app = app
        self._board = board

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A token that is none is refused at once: it is never taken for a stranger's request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        try:
            state["visitor"] = visitor_of(self._board, Request(scope))
        except AtozError as error:
            await problem_of(error)(scope, receive, send)
            return
        await self._app(scope, receive, send)
        if scope["method"] not in SAFE:
            # Whoever waits for changes sees at once what was done here.
            scope["app"].state.live.poke()


def visitor_of(board: Board, request: Request) -> Visitor | None:
    """Who sends this request, or None for a stranger. Raises NotKnown, TooMany for a bad token."""
    sent = request.headers.get("authorization")
    if sent is not None:
        scheme, _, token = sent.partition(" ")
        if scheme.lower() != "bearer":
            raise NotKnown("send the token as `Authorization: Bearer TOKEN`")
        person = board.access.by_token(token.strip(), peer(board, request), board.now())
        return Visitor(person)
    secret = request.cookies.get(cookie_name(board))
    found = board.access.sessions.find(secret, board.now()) if secret else None
    if board.settings.board_proxied and _is_proxy(board, request):
        return _vouched(board, request, found)
    if found is None or found[1].via == "proxy":
        return None
    return Visitor(found[1], found[0])


def _vouched(
    board: Board, request: Request, found: tuple[Session, Person] | None
) -> Visitor | None:
    """Whom the proxy vouches for. A session beside it is theirs alone: it guards their forms."""
    settings = board.settings
    name = one_line(request.headers.get(settings.board_user_header or "", ""), 100)
    if not name:
        return None
    user = board.access.users.all().get(name)
    role = user.role if user else _role(request.headers.get(settings.board_roles_header or "", ""))
    if role is None:
        board.tally.refused("proxy", "unknown")
        raise NotKnown(PROBLEMS("no_role", name=name))
    person = Person(name, role, "proxy")
    if found and found[0].via == "proxy" and found[0].name == name:
        return Visitor(person, found[0])
    if request.method not in ("GET", "HEAD") or request.url.path.startswith("/api/"):
        return Visitor(person)
    secret, session = board.access.sessions.begin(person, board.now())
    return Visitor(person, session, secret)


def _role(groups: str) -> Role | None:
    """The greatest role among the groups that the proxy names: `atoz-agent`, or `agent` alone."""
    named = {_GROUPS[word] for part in groups.split(",") if (word := part.strip()) in _GROUPS}
    return max(named, key=list(Role).index) if named else None


def peer(board: Board, request: Request) -> str:
    """Whom failed tries are counted against: the address that a request comes from, behind the proxy the
    one that the proxy names last.

    Of IPv6 the network: whoever has one address there has the others of its /64, too.
    """
    direct = request.client.host if request.client else "unknown"
    if not _is_proxy(board, request):
        return _counted(direct)
    named = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()[:60]
    return _counted(_WITH_PORT.sub(r"\1\2", named) or direct)


def _counted(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ipaddress.ip_network((address.packed, 64), strict=False))


def _is_proxy(board: Board, request: Request) -> bool:
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return any(address in network for network in board.settings.board_proxies)


def cookie_name(board: Board) -> str:
    """The session's cookie. Browsers share cookies among ports, so the port is part of the name."""
    port = urlsplit(board.address).port
    return "__Host-atoz" if board.secure else f"atoz-{port or 80}"


def remember(board: Board, response: Response, secret: str) -> None:
    """Set the session's cookie: for this site alone, unreadable for scripts, gone with the browser."""
    response.set_cookie(
        cookie_name(board), secret, path="/", httponly=True, samesite="lax", secure=board.secure
    )


def forget(board: Board, response: Response) -> None:
    """Take the cookie away."""
    response.delete_cookie(
        cookie_name(board), path="/", httponly=True, samesite="lax", secure=board.secure
    )


def csrf_headers(session: Session | None) -> str:
    """What pages send with every act, as HTMX reads it: an attribute's JSON."""
    headers: Mapping[str, str] = {"X-CSRF-Token": session.csrf} if session else {}
    return json.dumps(headers)
