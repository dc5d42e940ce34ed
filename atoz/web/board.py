"""What every page and every part of the API works with: the service, who gets in, the words."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Protocol

from temporalio.client import Client, Interceptor

from atoz import meters
from atoz.access.access import Access
from atoz.connect import connect
from atoz.errors import AtozError, NoServer
from atoz.joining import joined
from atoz.service.base import Service
from atoz.service.figures import Figures
from atoz.service.problems import PROBLEMS
from atoz.service.proofs import Shelf
from atoz.service.queues import VIEWS, Queues, queues
from atoz.settings import Settings
from atoz.web.tally import Tally

FIRST_PAUSE = timedelta(milliseconds=500)
LONGEST_PAUSE = timedelta(seconds=10)
LOOK_AHEAD = timedelta(seconds=2)
"""So long a board that starts waits at most before it listens."""

_LOG = logging.getLogger("atoz.board")


class Connection(Protocol):
    """Where a client comes from."""

    @property
    def client(self) -> Client:
        """A client. Raises NoServer while there is none."""
        ...

    def trying(self) -> AbstractAsyncContextManager[None]:
        """While the block runs, a client is looked for where there is none."""
        ...


@dataclass(frozen=True)
class Connected:
    """A client that is there already."""

    client: Client

    @contextlib.asynccontextmanager
    async def trying(self) -> AsyncIterator[None]:
        """Nothing is to be looked for."""
        yield


class Connecting:
    """A client as soon as the server answers; it finds the server again by itself after that."""

    def __init__(self, settings: Settings, interceptors: Sequence[Interceptor] = ()) -> None:
        self._settings = settings
        self._interceptors = interceptors
        self._client: Client | None = None
        self._fault: AtozError = NoServer(PROBLEMS("server_sought"))

    @property
    def client(self) -> Client:
        """The client. Raises NoServer with the newest reason while there is none."""
        if self._client is None:
            raise self._fault
        return self._client

    @contextlib.asynccontextmanager
    async def trying(self) -> AsyncIterator[None]:
        """While the block runs, the server is looked for until it is found."""
        looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking

    async def _look(self) -> None:
        pause = FIRST_PAUSE
        while self._client is None:
            try:
                found = await connect(interceptors=self._interceptors)
                self._client = (await joined(found, self._settings)).client
            except AtozError as fault:
                self._fault = fault
                _LOG.warning("%s; trying again in %g s", fault, pause.total_seconds())
                await asyncio.sleep(pause.total_seconds())
                pause = min(2 * pause, LONGEST_PAUSE)


@dataclass(frozen=True)
class Board:
    """One board: over one server, one state folder, under one address."""

    settings: Settings
    connection: Connection
    access: Access
    address: str
    """As a browser writes it: `http://127.0.0.1:9233`, or the public one behind a proxy."""
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    tally: Tally = field(default_factory=lambda: Tally("board", meters.OF_BOARD))
    demo: bool = False
    """The claims are the demo's, and every page says so."""

    @cached_property
    def service(self) -> Service:
        """The service layer, the same for all. Raises NoServer while the server was not found."""
        return Service(self.connection.client, self.settings, self.now)

    @cached_property
    def queues(self) -> Queues:
        """The views of the day. Raises NoServer while the server was not found."""
        return queues(self.service)

    @cached_property
    def shelf(self) -> Shelf:
        """The playbooks as they lie in the folder now."""
        return Shelf(self.settings.playbooks)

    @cached_property
    def figures(self) -> Figures:
        """What is counted over many claims. Raises NoServer while the server was not found."""
        return Figures(self.service)

    async def look_ahead(self) -> None:
        """Find out how the views are cut, where a server is there: the first look at each costs most.

        What goes wrong here goes wrong again for whoever looks, and is told then.
        """
        with contextlib.suppress(AtozError, TimeoutError):
            async with asyncio.timeout(LOOK_AHEAD.total_seconds()):
                for view in VIEWS:
                    await self.queues.rows(view)

    async def warm(self) -> None:
        """Read the rules before anybody needs them, off the loop: it takes a second or two.

        Raises BadInput where they are bad.
        """
        while True:
            with contextlib.suppress(NoServer):
                service = self.service
                break
            await asyncio.sleep(FIRST_PAUSE.total_seconds())
        await asyncio.to_thread(getattr, service, "library")
        await asyncio.to_thread(self.shelf.look, self.now())

    @property
    def links_work(self) -> bool:
        """Whether one-time links let in: only where the board can be reached from this machine alone."""
        return self.settings.board_is_local and not self.settings.board_proxied

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by https."""
        return self.address.startswith("https:")
