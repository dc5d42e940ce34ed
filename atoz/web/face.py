"""What a process shows to probes and to Prometheus, on a port of its own: health, readiness, metrics.

`/healthz` answers as long as the process does; `/readyz` once it works, and says what is missing;
`/metrics` is what it counted. Nobody is asked who he is, so it shows counts, steps and kinds alone.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from atoz.web.place import Place
from atoz.web.serve import answering

PLAIN = "text/plain; version=0.0.4; charset=utf-8"


class Shows(Protocol):
    """What stands behind the three addresses."""

    async def ready(self) -> Mapping[Any, bool]:
        """Each step that must be taken before the process works, and whether it is."""
        ...

    async def page(self) -> bytes:
        """The metrics as Prometheus reads them."""
        ...


def face(shows: Shows) -> Starlette:
    """The three addresses."""

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_: Request) -> Response:
        steps = await shows.ready()
        whole = all(steps.values())
        return JSONResponse({"ready": whole, **steps}, 200 if whole else 503)

    async def metrics(_: Request) -> Response:
        return Response(await shows.page(), media_type=PLAIN)

    routes = {"/healthz": health, "/readyz": ready, "/metrics": metrics}
    return Starlette(routes=[Route(path, answer) for path, answer in routes.items()])


@contextlib.asynccontextmanager
async def shown(shows: Shows, host: str, port: int | None, setting: str) -> AsyncIterator[None]:
    """The face, while the block runs; nothing where no port is set. Raises BadInput for a taken port.

    `setting` names what chooses the port.
    """
    if port is None:
        yield
        return
    async with answering(face(shows), Place(host, port, f"http://{host}:{port}"), setting):
        yield
