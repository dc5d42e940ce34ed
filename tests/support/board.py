"""A board without a socket: the application itself, called as a browser or a program calls it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI

from atoz.access.people import Person
from atoz.service.policy import Role
from atoz.settings import Settings
from atoz.web.app import build_app
from atoz.web.board import Board, Connecting, Connection
from atoz.web.place import Place, place_of
from atoz.web.serve import board_of

STARTED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self, at: datetime = STARTED) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """The instant."""
        return self.at

    def move(self, span: timedelta) -> None:
        """Let time pass."""
        self.at += span


@dataclass(frozen=True)
class Stand:
    """A board with its application, its place and its clock."""

    app: FastAPI
    board: Board
    place: Place

    def client(
        self, *, address: str = "127.0.0.1", follow: bool = False, **more: Any
    ) -> httpx2.AsyncClient:
        """A client that comes from `address`; what it sends by itself is in `more`."""
        transport = httpx2.ASGITransport(
            app=self.app, client=(address, 4711), raise_app_exceptions=False
        )
        return httpx2.AsyncClient(
            transport=transport, base_url=self.place.address, follow_redirects=follow, **more
        )

    def token(self, role: Role = Role.APPROVER, name: str = "erp", **more: Any) -> dict[str, str]:
        """The header of a fresh token."""
        _, text = self.board.access.tokens.new(name, role, self.board.now(), **more)
        return {"Authorization": f"Bearer {text}"}

    def browser(self, role: Role = Role.APPROVER, name: str = "approver-1") -> httpx2.AsyncClient:
        """A browser that is logged in, and sends the token of its pages' forms with every act."""
        person = Person(name, role, "link")
        secret, session = self.board.access.sessions.begin(person, self.board.now())
        cookie = {f"atoz-{self.place.port}": secret}
        return self.client(cookies=cookie, headers={"X-CSRF-Token": session.csrf})


def a_stand(
    folder: Path,
    connection: Connection | None = None,
    *,
    clock: Clock | None = None,
    settings: Settings | None = None,
    **more: Any,
) -> Stand:
    """A board over a state folder; without a connection its server is never found."""
    settings = settings or Settings.model_validate({"state": folder, **more})
    place = place_of(settings)
    made = board_of(settings, connection or Connecting(settings), place)
    if clock is not None:
        made = replace(made, now=clock)
    return Stand(build_app(made, place.hosts, place.origins), made, place)


def csrf_in(page: str) -> str:
    """The token in a page's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, "the page has a form"
    return found[1]


@asynccontextmanager
async def alive(stand: Stand) -> AsyncIterator[Stand]:
    """The board with its background work, ended with the block."""
    async with stand.app.router.lifespan_context(stand.app):
        yield stand
