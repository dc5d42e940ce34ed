"""The way through a task without a mouse: what has the focus is seen, and everything is reached."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from atoz.harness.living import Part
from atoz.service import looking
from tests.support.chromium import Visit
from tests.support.shop import Shop
from tests.support.shop_parts import CLAIMED

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="package")]

MOST = 80
"""Presses of the Tab key after which something counts as out of reach."""


async def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus, which must be seen."""
    for _ in range(MOST):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("e => e === document.activeElement"):
            ring = await wanted.evaluate("e => getComputedStyle(e).outlineStyle")
            assert ring != "none", "nobody sees where the focus is"
            return
    raise AssertionError(f"{wanted} is not reached by the keyboard")


async def test_from_the_queue_to_an_approval(shop: Shop, visit: Visit) -> None:
    """Past the header by the skip link, into the claim, to its text, and the approval."""
    part = Part("buyer-silent", "111-0000601-0000601", "126h", adds=CLAIMED)
    (order,) = await shop.open([part])
    page = visit.page
    await page.goto("/queue/needs-you")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await tab_to(page, page.get_by_role("link", name=order))
    await page.keyboard.press("Enter")
    await expect(page).to_have_title(f"Order {order}")
    await tab_to(page, page.locator("a.button[href$='/approve']").first)
    await page.keyboard.press("Enter")
    await expect(page).to_have_title(f"The appeal of order {order}")
    button = page.locator("form[action$='/approve']").get_by_role("button").last
    await tab_to(page, button)
    await page.keyboard.press("Enter")
    await expect(page.locator(".timeline li").filter(has_text="approved").last).to_be_visible()
    status = await looking.status(shop.service, order)
    assert [task["kind"] for task in status["tasks"]] == ["submit-appeal"]
