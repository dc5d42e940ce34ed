"""What each address needs: an act of the policy, or nothing at all, said where the address is made.

A route without one of the two does not start (`app.py`), so none can be forgotten.
"""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import RouteContext

from atoz.access.access import NotKnown
from atoz.access.people import Person
from atoz.access.secret import same
from atoz.errors import NotAllowed
from atoz.service.policy import JOURNALED, LEAST, LOOK, demand
from atoz.service.problems import PROBLEMS
from atoz.web.board import Board
from atoz.web.problems import NotGenuine
from atoz.web.visitor import SAFE, Visitor

CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"


def board_of(request: Request) -> Board:
    """The board that answers this request."""
    board: Board = request.app.state.board
    return board


class Need:
    """A dependency: somebody who may do the act, by a request that is really theirs."""

    def __init__(self, act: str) -> None:
        assert act in LEAST, f"{act} is not in the policy"
        self.act = act

    async def __call__(self, request: Request) -> Person:
        """Who acts. Raises NotKnown, NotAllowed, NotGenuine."""
        visitor: Visitor | None = request.state.visitor
        if visitor is None:
            raise NotKnown
        try:
            self._demand(visitor.person)
        except NotAllowed:
            if self.act in JOURNALED:
                board = board_of(request)
                board.access.did(self.act, visitor.person, board.now(), "refused")
            raise
        if request.method not in SAFE:
            await genuine(request, visitor)
        return visitor.person

    def _demand(self, person: Person) -> None:
        demand(person.role, self.act, person.name)
        if not person.may(self.act):
            raise NotAllowed(PROBLEMS("token", act=self.act))


class Open:
    """A dependency that says: anybody may come here. Acts here are guarded by other means."""

    async def __call__(self, request: Request) -> None:
        """Refuse a form that another site sent, all the same."""
        if request.method not in SAFE:
            own_origin(request)


class Files:
    """A dependency that says: files are sent here, so that a body may be larger than elsewhere."""

    async def __call__(self) -> None:
        """Nothing is asked: what may come was measured before (`shield.py`)."""


FILES = Depends(Files())


def needs(act: str) -> Any:
    """The dependency that gives the person who may do this act."""
    return Depends(Need(act))


Who = Annotated[Person, Depends(Need(LOOK))]
"""Somebody who may look."""

OPEN = Depends(Open())


async def genuine(request: Request, visitor: Visitor) -> None:
    """Raise NotGenuine for an act that a page of elsewhere could have made a browser send.

    A token is sent by no browser by itself; a cookie and the proxy's word are.
    """
    if visitor.person.via == "token":
        return
    own_origin(request)
    sent = request.headers.get(CSRF_HEADER) or await _field(request)
    if visitor.session is None or not same(sent, visitor.session.csrf):
        raise NotGenuine


async def _field(request: Request) -> str:
    """The token as a field of a plain form, for pages without scripts."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return ""
    value = (await request.form()).get(CSRF_FIELD)
    return value if isinstance(value, str) else ""


def own_origin(request: Request) -> None:
    """Raise NotGenuine where the browser says that another site's page sent this."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    foreign = origin is not None and origin not in request.app.state.origins
    if foreign or site not in ("same-origin", "none"):
        raise NotGenuine


def need_of(route: RouteContext) -> Need | Open | None:
    """What an address needs; None where nobody said it."""
    return next((call for call in _said_of(route) if isinstance(call, Need | Open)), None)


def takes_files(route: RouteContext) -> bool:
    """Whether files are sent to an address."""
    return any(isinstance(call, Files) for call in _said_of(route))


def _said_of(route: RouteContext) -> list[Any]:
    dependant = getattr(route.original_route, "dependant", None)
    return [dependency.call for dependency in dependant.dependencies] if dependant else []
