"""The board put together: what surrounds it, the API, the pages; nothing without a policy starts."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import RouteContext, iter_route_contexts
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, compile_path
from starlette.types import Scope

from atoz.errors import AtozError
from atoz.service.figures import Opened
from atoz.web import problems
from atoz.web.api import (
    acts,
    claims,
    counted,
    events,
    inbound,
    mail,
    playbooks,
    shapes,
    simulate,
    work,
)
from atoz.web.api.described import PROBLEMS_BY_STATUS, Described
from atoz.web.board import Board
from atoz.web.cached import Cached, Newest
from atoz.web.gate import OPEN, need_of, takes_files
from atoz.web.live import Live
from atoz.web.pages import error, every_page, figures
from atoz.web.pages.queue import COUNTS_KEPT
from atoz.web.refusing import Refusing
from atoz.web.shield import Shield, Sizes
from atoz.web.simulations import Simulations
from atoz.web.tally import NOWHERE, Counted
from atoz.web.typed import typed_before
from atoz.web.visitor import Identify

PICTURES = "/static"
STATIC = Path(__file__).with_name("static")

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": shapes.Problem} for status in PROBLEMS_BY_STATUS
}
_HEALTHY: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": {"status": "ok"}}}}
}


def build_app(board: Board, hosts: frozenset[str], origins: frozenset[str]) -> FastAPI:
    """The board as an ASGI application. `hosts` and `origins` are what browsers may call it."""
    paths: dict[int, str] = {}
    large: list[re.Pattern[str]] = []
    app = Described(
        title="Claims",
        description="Every verb of the command that acts on claims, over HTTP.",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(board),
        middleware=[
            Middleware(Counted, board.tally, lambda scope: _address_of(paths, scope)),
            Middleware(Shield, hosts, _surprised, secure=board.secure),
            Middleware(Identify, board),
            Middleware(Sizes, lambda path: any(each.fullmatch(path) for each in large)),
        ],
    )
    app.state.board, app.state.live = board, Live()
    app.state.counts = Cached[int](COUNTS_KEPT, board.now)
    app.state.opened = Cached[Opened](figures.KEPT, board.now)
    app.state.report = Newest[dict[str, Any]](figures.REPORT_KEPT, board.now)
    app.state.simulations, app.state.proofs = Simulations(), Simulations()
    app.state.origins, app.state.signatures = origins, inbound.SeenSignatures()
    app.state.refusing = Refusing(board)
    app.include_router(_api(app), prefix=problems.API, responses=_PROBLEMS)
    for page in every_page():
        app.include_router(page, include_in_schema=False)
    app.mount(PICTURES, StaticFiles(directory=STATIC), name="static")
    _handle_errors(app)
    check(app)
    large += [compile_path(str(each.path))[0] for each in addresses(app) if takes_files(each)]
    paths |= {id(route.original_route): str(route.path) for route in addresses(app)}
    return app


def _address_of(paths: Mapping[int, str], scope: Scope) -> str:
    """The address that a request found, as the program writes it."""
    if scope["path"].startswith(f"{PICTURES}/"):
        return PICTURES
    return paths.get(id(scope.get("route")), NOWHERE)


def _api(app: FastAPI) -> APIRouter:
    router = APIRouter()
    for part in (claims, work, counted, mail, events, playbooks, simulate, inbound):
        router.include_router(part.router)
    acts.add_to(router)

    @router.get("/openapi.json", dependencies=[OPEN], include_in_schema=False)
    async def described() -> JSONResponse:
        """The description of the API; it tells nothing of any claim."""
        return JSONResponse(app.openapi())

    @router.get("/health", dependencies=[OPEN], responses=_HEALTHY, operation_id="health")
    async def health() -> dict[str, str]:
        """That the board answers."""
        return {"status": "ok"}

    return router


def addresses(app: FastAPI) -> Iterator[RouteContext]:
    """Every address of the board but its static files."""
    found = iter_route_contexts(app.routes)
    return (route for route in found if not isinstance(route.original_route, Mount))


def check(app: FastAPI) -> None:
    """Raise where an address does not say what it needs: nothing is open because it was forgotten."""
    bare = [str(route.path) for route in addresses(app) if need_of(route) is None]
    if bare:
        raise AtozError(f"these addresses name no act of the policy: {', '.join(bare)}")


def _lifespan(
    board: Board,
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with board.connection.trying():
            await board.look_ahead()
            warming = asyncio.create_task(board.warm())
            yield
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)
        await app.state.live.close()

    return lifespan


def _handle_errors(app: FastAPI) -> None:
    """Each kind of error as a problem document for programs, as a page for people."""
    handlers: dict[type[Exception], Callable[[Request, Exception], JSONResponse]] = {
        AtozError: problems.of_error,
        RequestValidationError: problems.of_validation,
        HTTPException: problems.of_http,
    }
    for kind, as_problem in handlers.items():
        app.add_exception_handler(kind, _for_whom(as_problem))


def _for_whom(
    as_problem: Callable[[Request, Exception], JSONResponse],
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, fault: Exception) -> Response:
        answer = as_problem(request, fault)
        if problems.for_program(request):
            return answer
        return error.page(request, answer, await typed_before(request))

    return handle


def _surprised(request: Request, fault: Exception) -> Response:
    answer = problems.of_surprise(request, fault)
    return answer if problems.for_program(request) else error.page(request, answer)
