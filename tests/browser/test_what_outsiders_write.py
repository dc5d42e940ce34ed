"""What an outsider wrote is text on a page: it runs nothing, breaks nothing, hides nothing."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from atoz.harness.living import Part
from atoz.service import reporting
from tests.browser.conftest import Visiting
from tests.support import axe
from tests.support.chromium import NARROW, Visit
from tests.support.shop import Shop

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="package")]

MARKUP = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    "<style>*{display:none}</style></pre></article><form action=https://evil.example><b hx-get=/logout "
    "hx-trigger=load>{{ 7*7 }}</b><!-- "
)


async def test_a_long_text_full_of_markup_is_only_text(shop: Shop, visiting: Visiting) -> None:
    """100,000 signs, a word that never ends among them: the page comes, works, and is no wider."""
    (order,) = await shop.open([Part("buyer-silent", "111-0000301-0000301", "5d")])
    text = MARKUP + "W" * 5_000 + "\n" + (MARKUP + "Where is my money? ") * 500
    await reporting.reply(shop.service, order, text=text[:100_000], language="en")
    await shop.claims[order].state()
    async with visiting(width=NARROW) as visit:
        page = visit.page
        await page.goto(f"/claims/{order}")
        await expect(page).to_have_title(f"Order {order}")
        await page.locator(".timeline .mail > summary").last.click()
        await expect(page.get_by_text("document.title='owned'").first).to_be_visible()
        await expect(page.get_by_text("{{ 7*7 }}").first).to_be_visible()
        assert await page.locator("main img[src=x], main script, main style, main b").count() == 0
        assert await visit.sideways() <= 0
        assert (await axe.look(page, "long")).violations == []


async def test_a_text_that_runs_from_the_right_turns_nothing_around(
    shop: Shop, visit: Visit
) -> None:
    """Hebrew and Arabic read from their side; signs that turn the line end with the text."""
    (order,) = await shop.open([Part("buyer-silent", "111-0000302-0000302", "2d")])
    words = "\u05d4\u05de\u05e0\u05d5\u05e8\u05d4 \u05e9\u05d1\u05d5\u05e8\u05d4 \u202e\u202e 58.00"
    await reporting.reply(shop.service, order, text=words, language="en")
    await shop.claims[order].state()
    page = visit.page
    await page.goto(f"/claims/{order}")
    said = page.get_by_text("\u05d4\u05de\u05e0\u05d5\u05e8\u05d4").first
    await expect(said).to_be_visible()
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_contain_text(order)
    await expect(heading).to_have_css("direction", "ltr")
    await expect(said).to_have_css("unicode-bidi", re.compile("isolate|plaintext"))
