"""A shop on one afternoon: sample claims that stand in the middle of their lives, and a board over them.

Every claim arrived some time ago and was played up to the same instant, the board's now, so that its
clocks, tasks and mails are what a support team would see. The browser suite and the screenshots look
at the same shop.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from shutil import copytree
from typing import Any

from temporalio.client import Client

from atoz.access.people import Person
from atoz.harness import left_open
from atoz.harness.living import Part, played, write_below
from atoz.harness.server import VirtualTime, free_port, virtual_time
from atoz.keeping import converter, kept_store
from atoz.mail.outbox import OutboxMailer
from atoz.mail.outgoing import Delivery, delivery
from atoz.rules import Rules, load_rules
from atoz.service.base import Service
from atoz.service.policy import Role
from atoz.settings import Settings
from atoz.web.board import Board, Connected, Connection
from atoz.web.place import Place, place_of
from atoz.web.serve import board_of, serving
from atoz.wiring import build_worker
from tests.support.cases import PLAYBOOKS
from tests.support.loopback import listening
from tests.support.server import Bench, Claim, shop_settings
from workflows import names

NOW = datetime(2026, 9, 16, 18, 0, tzinfo=UTC)
"""A Wednesday, 11:00 in Los Angeles: what is due by day is sent at once."""

SHORT = timedelta(seconds=2)
"""How long an answer is awaited that will not come."""

LOST = "lost@marketplace.amazon.com"
"""A relay address: what is sent there breaks off in the middle, and nobody knows what became of it."""

AT_ONCE = 3
"""Claims that are played at the same time: more would only take turns."""


async def added(claim: Claim, sentence: str, by: str = "agent-1") -> None:
    """Somebody writes a sentence below the text of the appeal."""
    await write_below(claim.rehearsal, sentence, by)


async def delivered(shop: Shop, raw: bytes) -> None:
    """A mail comes into the shop's mailbox."""
    await left_open.delivered(shop.service, raw, shop.now())


class Post(OutboxMailer):
    """The outbox as a mail server, whose line to one address breaks off."""

    async def send(self, message: EmailMessage, to: str) -> Delivery:
        """Sent, or of unknown fate."""
        if to == LOST:
            return delivery("unknown", "the connection broke off")
        return await super().send(message, to)


class Workers:
    """The shop's worker, which can be sent away."""

    def __init__(self, server: VirtualTime, settings: Settings, rules: Rules) -> None:
        self._made = server.client, settings, rules
        self._running = AsyncExitStack()

    async def come(self) -> None:
        """Start the worker."""
        client, settings, rules = self._made
        post = Post(settings.outbox_folder, delivers=True)
        worker = build_worker(client, settings, rules=rules, mailer=post)
        await self._running.enter_async_context(worker)

    async def go(self) -> None:
        """End it."""
        await self._running.aclose()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Within the block no worker runs."""
        await self.go()
        try:
            yield
        finally:
            await self.come()


class Shop:
    """A bench, its board on a port of loopback, and the claims by their orders."""

    def __init__(self, bench: Bench, workers: Workers, place: Place, now: datetime) -> None:
        self.bench = bench
        self.workers = workers
        self.place = place
        self.claims: dict[str, Claim] = {}
        self._start, self._began, self._ahead = now, time.monotonic(), timedelta()
        self.board = self.another_board(place, Connected(bench.server.client))

    def now(self) -> datetime:
        """The board's clock: from the shop's instant on it goes like ours, and by what it was moved."""
        gone = timedelta(seconds=time.monotonic() - self._began)
        return self._start + gone + self._ahead

    @contextlib.contextmanager
    def later(self, span: timedelta) -> Iterator[None]:
        """Within the block the board's clock is ahead."""
        self._ahead += span
        try:
            yield
        finally:
            self._ahead -= span

    def another_board(self, place: Place, connection: Connection) -> Board:
        """A board over the same claims and people."""
        return replace(board_of(self.bench.settings, connection, place), now=self.now)

    @property
    def service(self) -> Service:
        """The service layer of the board."""
        return self.board.service

    async def open(self, parts: Sequence[Part]) -> list[str]:
        """Play these claims up to now; their orders."""
        turn, bench = asyncio.Semaphore(AT_ONCE), self.bench

        async def one(part: Part) -> str:
            async with turn:
                store = kept_store(bench.settings)
                play = await played(bench.server, bench.rules, store, part, self.now)
                state, *_ = await play.settled()
            self.claims[part.order] = Claim(play, state.file.claim.notified_at)
            return part.order

        playing = [asyncio.create_task(one(part)) for part in parts]
        try:
            return await asyncio.gather(*playing)
        except BaseException:
            for each in playing:
                each.cancel()
            await asyncio.wait(playing)
            raise

    def cookie(self, role: Role, name: str, place: Place | None = None) -> dict[str, str]:
        """The cookie of a session that has begun, as a browser keeps it."""
        place = place or self.place
        secret, _ = self.board.access.sessions.begin(Person(name, role, "link"), self.now())
        return {"name": f"atoz-{place.port}", "value": secret, "url": place.address}

    def handle(self, order: str) -> Any:
        """The workflow of an order's claim."""
        return self.bench.server.client.get_workflow_handle(names.claim_workflow_id(order))


@asynccontextmanager
async def a_shop(folder: Path, now: datetime = NOW) -> AsyncIterator[Shop]:
    """Server, worker and board, with their state below `folder`, until the block ends."""
    # A copy: somebody changes a playbook of the shop.
    settings = shop_settings(folder, playbooks=copytree(PLAYBOOKS, folder / "playbooks"))
    rules = load_rules(settings)
    place = place_of(settings, free_port())
    async with virtual_time(converter(settings)) as server:
        shop = Shop(Bench(server, settings, rules), Workers(server, settings, rules), place, now)
        await shop.workers.come()
        async with serving(shop.board, place):
            ahead = shop.now() - datetime.now(UTC)
            await left_open.desk_begins(server.client, names.TASK_QUEUE, ahead)
            yield shop
        await shop.workers.go()


@contextlib.contextmanager
def impatient(board: Board) -> Iterator[None]:
    """Within the block the board does not wait for an answer as long as people may."""
    patient = board.service
    board.__dict__["service"] = replace(patient, patience=SHORT)
    try:
        yield
    finally:
        board.__dict__["service"] = patient


class Gate:
    """Stands between a board and its server, and can be shut."""

    def __init__(self, target: str) -> None:
        self._target = target.rpartition(":")
        self._open: set[asyncio.StreamWriter] = set()
        self.shut = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry what comes to the server and back; nothing while it is shut."""
        host, _, port = self._target
        if self._refused(writer):
            return
        there, back = await asyncio.open_connection(host, int(port))
        self._open |= {writer, back}
        if self._refused(writer):  # it was shut meanwhile
            back.close()
        try:
            await asyncio.gather(self._carry(reader, back), self._carry(there, writer))
        finally:
            back.close()
            with contextlib.suppress(OSError):
                await back.wait_closed()

    def _refused(self, writer: asyncio.StreamWriter) -> bool:
        if self.shut:
            writer.close()
        return self.shut

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(65_536):
                writer.write(piece)
                await writer.drain()
        writer.close()

    @contextlib.contextmanager
    def closed(self) -> Iterator[None]:
        """Within the block nothing goes through."""
        self.shut = True
        for writer in self._open:
            writer.close()
        self._open.clear()
        try:
            yield
        finally:
            self.shut = False


@asynccontextmanager
async def behind_a_gate(shop: Shop) -> AsyncIterator[tuple[Board, Place, Gate]]:
    """Another board over the same claims, whose way to the server can be shut."""
    config = shop.bench.server.client.service_client.config
    gate = Gate(config.target_host)
    async with listening(gate.serve) as port:
        client = await Client.connect(
            f"127.0.0.1:{port}", data_converter=converter(shop.bench.settings)
        )
        place = place_of(shop.bench.settings, free_port())
        board = shop.another_board(place, Connected(client))
        async with serving(board, place):
            yield board, place, gate


async def until(look: Callable[[], Any], why: str, seconds: float = 20) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not await look():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {why}"
        await asyncio.sleep(0.05)
