"""The board as a process of its own: until it is told to stop, whether or not the server is there."""

import asyncio
import getpass
import json
import logging
import signal
import sys
from datetime import datetime
from pathlib import Path

from atoz.errors import AtozError, BadInput
from atoz.keeping import open_vault
from atoz.logging import configure_logging
from atoz.service.holding import holding
from atoz.settings import Settings
from atoz.tracing import traced
from atoz.web.board import Board, Connecting
from atoz.web.face import shown
from atoz.web.place import Place, place_of
from atoz.web.serve import board_of, lets_somebody_in, login_link, serving, warn_if_closed

_LOG = logging.getLogger("atoz.board")


def serve(state: Path | None, port: int | None, *, link: bool, as_json: bool) -> int:
    """Serve until SIGTERM or Ctrl-C: 0. Raises BadInput for bad settings or a taken port."""
    settings = Settings() if state is None else Settings(state=state)
    configure_logging(settings.log_format, settings.log_level)
    warn_if_closed(settings, local=settings.board_is_local)
    open_vault(settings)  # without keys it does not start
    return asyncio.run(_until_told(settings, place_of(settings, port), link=link, as_json=as_json))


async def _until_told(settings: Settings, place: Place, *, link: bool, as_json: bool) -> int:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    ops = settings.health_host, settings.board_health_port, "ATOZ_BOARD_HEALTH_PORT"
    async with traced(settings, "board") as interceptors:
        board = board_of(settings, Connecting(settings, interceptors), place)
        async with (
            holding(settings, "board", board.now),
            shown(Showing(board), *ops),
            serving(board, place),
        ):
            login = login_link(board, login_name()) if link else None
            _say(board.address, login, as_json=as_json)
            _LOG.info("the board answers at %s", board.address)
            await stopping.wait()
    return 0


class Showing:
    """The board to probes and Prometheus."""

    def __init__(self, board: Board) -> None:
        self._board = board

    async def ready(self) -> dict[str, bool]:
        """Ready once it has found its server, and somebody can get in. A server that goes away later is
        told on every page: whoever took the board away then would take that page away, too.
        """
        own = self._board.settings
        people = lets_somebody_in(own, local=own.board_is_local)
        try:
            return {"people": people, "connected": self._board.connection.client is not None}
        except AtozError:
            return {"people": people, "connected": False}

    async def page(self) -> bytes:
        """What it counted."""
        return self._board.tally.page()


def _say(address: str, login: str | None, *, as_json: bool) -> None:
    if as_json:
        lines = [json.dumps({"board": address, "login": login})]
    else:
        lines = [f"The board is at {address}", *([f"Log in once with {login}"] if login else [])]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def another_link(settings: Settings, name: str, now: datetime) -> str:
    """A one-time link for the board of these settings. Raises BadInput where links are off."""
    board = board_of(settings, Connecting(settings), place_of(settings))
    if not board.links_work:
        raise BadInput("one-time links work on loopback only; here: `atoz users add NAME`")
    address = board.access.links.address or board.address
    return f"{address}/login/{board.access.link(name, now)}"


def login_name() -> str:
    """Who a link lets in, as it is recorded: whoever started the board."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "operator"
