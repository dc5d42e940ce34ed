"""A shop on one afternoon: sample claims that stand in the middle of their lives, and a board over them.

Every claim arrived some time ago and was played up to the same instant, the board's now, so that its
clocks, tasks and mails are what a support team would see. The browser suite and the screenshots look
at the same shop.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowUpdateFailedError

from atoz.access.people import Person
from atoz.claims.base import merged, parse_span
from atoz.claims.case import CaseFile
from atoz.harness.photos import Photos
from atoz.harness.script import script_of
from atoz.harness.server import free_port
from atoz.keeping import kept_store
from atoz.playbook.simulate import meant
from atoz.service.base import Service
from atoz.service.claim_files import shifted
from atoz.service.policy import Role
from atoz.web.board import Board, Connected, Connection
from atoz.web.place import Place, place_of
from atoz.web.serve import board_of, serving
from tests.support.server import Bench, Claim, sample_cases
from workflows import names

NOW = datetime(2026, 9, 16, 18, 0, tzinfo=UTC)
"""A Wednesday, 11:00 in Los Angeles: what is due by day is sent at once."""

AT_ONCE = 3
"""Claims that are played at the same time: more would only take turns."""


@dataclass(frozen=True)
class Part:
    """One claim of the shop: a sample, under an order of its own, that arrived `age` ago."""

    sample: str
    order: str
    age: str
    acts: Sequence[dict[str, Any]] = ()
    """What a person did, each with its `after`: a span since the notice."""
    changes: dict[str, Any] | None = None

    def case(self, now: datetime) -> CaseFile:
        """The case with its dates moved, so that at `now` it is of that age."""
        sample = sample_cases()[self.sample]
        changed = merged(sample.model_dump(mode="json", by_alias=True), self.changes or {})
        changed["claim"]["order_id"] = self.order
        at = sample.claim.notified_at
        for given in self.acts:
            act = dict(given)
            happened = at + parse_span(act.pop("after"))
            changed["events"] = [*changed["events"], {"at": happened.isoformat(), **act}]
        return shifted(CaseFile.model_validate(changed), now - parse_span(self.age))


async def played(bench: Bench, case: CaseFile, now: datetime) -> Claim:
    """The case's claim, with everything that happened in it up to `now`."""
    claim = await bench.begin(case)
    photos = Photos()
    script = script_of(case, bench.rules.library.phrases, photos.make)
    await photos.keep(kept_store(bench.settings))
    for event in script:
        if event.at > now:
            break
        state, *_ = await claim.rehearsal.reach(event.at)
        with contextlib.suppress(WorkflowUpdateFailedError):
            await claim.rehearsal.send(meant(state, event))
    await claim.rehearsal.reach(now)
    return claim


class Shop:
    """A bench, its board on a port of loopback, and the claims by their orders."""

    def __init__(self, bench: Bench, place: Place, now: datetime) -> None:
        self.bench = bench
        self.place = place
        self.claims: dict[str, Claim] = {}
        self._start, self._began, self._ahead = now, time.monotonic(), timedelta()
        self.board = self.another_board(place, Connected(bench.server.client))

    def now(self) -> datetime:
        """The board's clock: from the shop's instant on it goes like ours, and by what it was moved."""
        gone = timedelta(seconds=time.monotonic() - self._began)
        return self._start + gone + self._ahead

    @contextlib.contextmanager
    def later(self, span: timedelta) -> Any:
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
        turn, now = asyncio.Semaphore(AT_ONCE), self.now()

        async def one(part: Part) -> str:
            async with turn:
                self.claims[part.order] = await played(self.bench, part.case(now), now)
            return part.order

        return list(await asyncio.gather(*map(one, parts)))

    def cookie(self, role: Role, name: str) -> dict[str, str]:
        """The cookie of a session that has begun, as a browser keeps it."""
        secret, _ = self.board.access.sessions.begin(Person(name, role, "link"), self.now())
        return {"name": f"atoz-{self.place.port}", "value": secret, "url": self.place.address}

    def handle(self, order: str) -> Any:
        """The workflow of an order's claim."""
        return self.bench.server.client.get_workflow_handle(names.claim_workflow_id(order))


@asynccontextmanager
async def a_shop(bench: Bench, now: datetime = NOW) -> AsyncIterator[Shop]:
    """A board over the bench, served until the block ends."""
    place = place_of(bench.settings, free_port())
    shop = Shop(bench, place, now)
    async with serving(shop.board, place):
        yield shop


async def until(look: Callable[[], Any], why: str, seconds: float = 20) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not await look():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {why}"
        await asyncio.sleep(0.05)
