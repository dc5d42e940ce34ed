"""The board as a process serves it: where it listens, what it is called there, and how it ends."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import uvicorn
from starlette.types import ASGIApp

from atoz import meters
from atoz.access.access import Access
from atoz.access.people import Users
from atoz.access.tokens import Tokens
from atoz.errors import AtozError, BadInput
from atoz.settings import Settings
from atoz.web.app import build_app
from atoz.web.board import Board, Connection
from atoz.web.place import Place
from atoz.web.tally import Tally

LAST_WORDS = timedelta(seconds=3)
"""How long open requests may take when the board is told to stop; streams end at once."""

_LOG = logging.getLogger("atoz.board")


def board_of(settings: Settings, connection: Connection, place: Place) -> Board:
    """A board over the settings' state folder."""
    tally = Tally("board", meters.OF_BOARD)
    access = Access(settings.access_folder, settings.board_session, told=tally.refused)
    return Board(settings, connection, access, place.address, tally=tally)


def lets_somebody_in(settings: Settings, *, local: bool) -> bool:
    """Whether anybody could get in: by a link of this machine, the proxy, a password or a token.

    What lets nobody in serves all the same: the first user is added beside it, in its own container.
    """
    if local or settings.board_proxied:
        return True
    return bool(Users(settings.access_folder).all() or Tokens(settings.access_folder).all())


def warn_if_closed(settings: Settings, *, local: bool) -> None:
    """Say in the log how to add the first user, where there is none."""
    if not lets_somebody_in(settings, local=local):
        _LOG.warning(
            "nobody can get in yet: add a user with `atoz users add NAME --role approver`, "
            "or set ATOZ_BOARD_PROXIES and ATOZ_BOARD_USER_HEADER"
        )


def login_link(board: Board, name: str) -> str | None:
    """A one-time link for a browser on this machine; None where links are off."""
    if not board.links_work:
        return None
    return f"{board.address}/login/{board.access.link(name, board.now())}"


@contextlib.asynccontextmanager
async def serving(board: Board, place: Place) -> AsyncIterator[asyncio.Task[None]]:
    """The board, listening, until the block ends. Raises BadInput where the port is taken."""
    app = build_app(board, place.hosts, place.origins)
    board.access.links.serve_at(board.address)
    async with answering(app, place, "ATOZ_BOARD_PORT") as task:
        try:
            yield task
        finally:
            await app.state.live.close()


@contextlib.asynccontextmanager
async def answering(app: ASGIApp, place: Place, setting: str) -> AsyncIterator[asyncio.Task[None]]:
    """An application that listens until the block ends. Raises BadInput where the port is taken.

    `setting` names what chooses the port.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        log_level="critical",  # what matters is logged by us, without a trace of how it ended
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=round(LAST_WORDS.total_seconds()),
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=32_768,
    )
    server = _Server(config)
    # The server closes what it is given when it ends.
    serving = asyncio.create_task(server.serve(sockets=[_listener(place, setting)]))
    try:
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn tells no other way
            await asyncio.sleep(0.02)
        if serving.done():
            serving.result()
            raise AtozError(f"what listens on {place.host}:{place.port} did not start")
        yield serving
    finally:
        server.should_exit = True
        # Whoever is impatient and cancels this does not cancel the server in the middle of its end.
        await asyncio.wait({serving})


def _listener(place: Place, setting: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    try:
        return socket.create_server((place.host, place.port), family=family, backlog=128)
    except OSError as fault:
        raise BadInput(
            f"nothing can listen on {place.host}:{place.port} ({fault.strerror}): "
            f"end what does, or set {setting}"
        ) from fault


class _Server(uvicorn.Server):
    """Signals are for the process that holds the board, which ends it in its own order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield
