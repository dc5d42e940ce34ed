"""Getting in and out, as a person does it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from atoz.web.serve import login_link
from tests.browser.conftest import Visiting
from tests.support.chromium import LOST, Visit
from tests.support.shop import Shop
from tests.support.shop_parts import APPEAL, PHOTOS

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="package")]


async def test_a_link_lets_in_once(shop: Shop, visiting: Visiting) -> None:
    """A stranger is shown the login; the printed link opens what he asked for; used again it says so."""
    link = login_link(shop.board, "approver-1")
    assert link
    async with visiting(role=None) as stranger:
        page = stranger.page
        await page.goto(f"/claims/{APPEAL}")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
        await page.goto(link)
        await expect(page.get_by_role("heading", level=1)).to_contain_text(APPEAL)
        await page.get_by_role("button", name="approver-1 (approver)").click()
        await page.get_by_role("button", name="Log out").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
        stranger.expect("401")
        await page.goto(link)
        await expect(page.get_by_role("alert").filter(has_text="link")).to_be_visible()
        await page.goto("/queue/needs-you")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


async def test_the_first_page_knows_the_zone(shop: Shop, visiting: Visiting) -> None:
    """Behind a link the very first page shows times of the reader's zone, UTC when the pointer rests."""
    link = login_link(shop.board, "approver-1")
    async with visiting(role=None) as stranger:
        page = stranger.page
        await page.goto(str(link))
        planned = page.get_by_role("row").filter(has_text=PHOTOS).locator("time")
        await expect(planned).to_have_attribute("title", re.compile(r"^2026-09-18 10:\d\d UTC$"))
        await expect(planned).to_have_text(re.compile(r"^2026-09-18 03:\d\d$"))


async def test_an_expired_login_is_told(shop: Shop, visit: Visit) -> None:
    """After the session's end a look leads to the login; no claim shows any more."""
    page = visit.page
    await page.goto(f"/claims/{APPEAL}")
    await expect(page.get_by_role("heading", level=1)).to_contain_text(APPEAL)
    with shop.later(timedelta(hours=13)):
        visit.expect("401")
        visit.expect(LOST)
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
        # The way back holds the address that was asked for, and nothing shows it.
        assert APPEAL not in await page.inner_text("body")
