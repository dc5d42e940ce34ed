"""One shop and one browser for the whole suite; each test gets windows of its own.

Without a Chromium on the machine everything here is skipped, and says what to install.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from atoz.harness.rehearse import ClockRanAway
from atoz.service.policy import Role
from tests.support.chromium import Visit, a_browser, a_visit, why_not
from tests.support.shop import Shop, a_shop, delivered
from tests.support.shop_parts import PARTS, QUARANTINED

TRIES = 3

expect.set_options(timeout=20_000)  # milliseconds: a busy machine is no fault

Visiting = Callable[..., AbstractAsyncContextManager[Visit]]


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser() -> AsyncIterator[Browser]:
    """The machine's Chromium."""
    if reason := why_not():
        pytest.skip(reason)
    async with a_browser() as made:
        yield made


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def shop(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Server, worker, board. It asks for the browser first: without one nothing is started.

    Where the server's clock ran away while its claims were played, there is another server.
    """
    del browser
    for tries_left in reversed(range(TRIES)):
        async with a_shop(tmp_path_factory.mktemp("shop")) as made:
            try:
                await made.open(PARTS)
            except ClockRanAway:
                if tries_left:
                    continue
                raise
            await delivered(made, QUARANTINED)
            yield made
            return


@pytest_asyncio.fixture(loop_scope="package")
async def visiting(browser: Browser, shop: Shop) -> AsyncIterator[Visiting]:
    """Opens a window of somebody who is logged in; with `role=None` of a stranger."""

    def opened(role: Role | None = Role.APPROVER, name: str = "approver-1", **more: Any) -> Any:
        cookie = shop.cookie(role, name) if role else None
        return a_visit(browser, shop.place.address, cookie, **more)

    yield opened


@pytest_asyncio.fixture(loop_scope="package")
async def visit(visiting: Visiting) -> AsyncIterator[Visit]:
    """A window of an approver."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(visiting())
