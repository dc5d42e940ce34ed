"""Debian's Chromium, driven by Playwright: what the machine has, nothing that is downloaded.

Everything that a page complains of is kept: an error on its console, an exception of its scripts, a
breach of the content policy. A test that does not expect a complaint fails by it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    async_playwright,
    expect,
)

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",  # Chromium refuses root's sandbox; it opens only pages of loopback here
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)
PATIENCE = 15_000
"""Milliseconds that a test waits for what it expects on a page."""

LOST = r"\[object Event\] .*htmx"
"""How HTMX complains of a stream of changes that ended; it comes back by itself."""

ZONE = "America/Los_Angeles"
NARROW, WIDE = 400, 1280
"""Widths in CSS pixels."""


def program() -> str | None:
    """The browser of this machine, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def why_not() -> str | None:
    """Why no browser can run here, or None."""
    return None if program() else "no Chromium on this machine: apt install chromium fonts-noto-cjk"


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    """The browser, ended with the block."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=list(FLAGS))
        yield browser
        await browser.close()


class Visit:
    """One person at one browser: a page, and what it complained of."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context, self.page = context, page
        self.complaints: list[str] = []
        self._expected: list[re.Pattern[str]] = []
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            where = message.location.get("url", "")
            self.complaints.append(f"{message.type}: {message.text} ({where})")

    def expect(self, pattern: str) -> None:
        """Complaints like this belong to the test: an answer of 409 is one on the console."""
        self._expected.append(re.compile(pattern))

    def faults(self) -> list[str]:
        """What nobody expected."""
        known = self._expected
        return [said for said in self.complaints if not any(each.search(said) for each in known)]

    async def sideways(self) -> float:
        """By how many pixels the page is wider than its window."""
        width: float = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return width


@asynccontextmanager
async def a_visit(
    browser: Browser,
    address: str,
    cookie: dict[str, str] | None = None,
    *,
    width: int = WIDE,
    height: int = 900,
    language: str = "en",
    dark: bool = False,
    **more: Any,
) -> AsyncIterator[Visit]:
    """A window of somebody, with the session's cookie where there is one. Complaints fail at its end."""
    context = await browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        locale=language,
        timezone_id=ZONE,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        **more,
    )
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    if cookie:
        # Somebody who was here before: the board knows their zone.
        zone = {"name": "atoz-zone", "value": ZONE, "url": address}
        await context.add_cookies([cookie, zone])  # type: ignore[list-item] # TypedDicts with optional keys
    try:
        visit = Visit(context, await context.new_page())
        yield visit
        faults = visit.faults()
        assert not faults, "\n".join(faults)
    finally:
        await context.close()
