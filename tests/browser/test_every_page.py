"""What holds on every page: WCAG 2 A and AA in light and dark, 400 pixels, both languages, no complaint."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import LOOKED, Visiting
from tests.support import axe
from tests.support.chromium import NARROW, WIDE, Visit
from tests.support.screenshots import MADE
from tests.support.shop_parts import PAGES

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="package")]


async def pictured(visit: Visit, name: str) -> list[str]:
    """A picture of the page as it stands; how far it scrolls sideways is a fault."""
    await visit.page.screenshot(path=MADE / f"{name}.png", full_page=True)
    wider = await visit.sideways()
    return [f"{wider:g} pixels too wide"] if wider > 0 else []


async def looked_at(visit: Visit, name: str, dress: str) -> list[str]:
    """Axe's violations on the page in this dress, and what its picture shows."""
    found = await axe.look(visit.page, f"{name} {dress}")
    LOOKED.append(found)
    return [*found.violations, *await pictured(visit, f"{name}-{dress}")]


async def on_a_telephone(visit: Visit) -> None:
    """Dark and narrow: with light and wide every colour and every layout is looked at once."""
    await visit.page.emulate_media(color_scheme="dark")
    await visit.page.set_viewport_size({"width": NARROW, "height": 800})


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_for_everybody(visit: Visit, name: str) -> None:
    """Light, dark, on a telephone, and in Chinese; a violation says where and what."""
    page = visit.page
    if name.startswith("no-such"):
        visit.expect("404")
    await page.goto(PAGES[name])
    wrong = await looked_at(visit, name, "light")
    await page.emulate_media(color_scheme="dark")
    wrong += await pictured(visit, f"{name}-dark")
    await on_a_telephone(visit)
    wrong += await looked_at(visit, name, "narrow")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": WIDE, "height": 900})
    await page.goto(f"{PAGES[name]}?lang=zh")
    wrong += await pictured(visit, f"{name}-chinese")
    assert wrong == []


async def test_the_login_is_for_everybody(visiting: Visiting) -> None:
    """The page that a stranger sees."""
    async with visiting(role=None) as stranger:
        await stranger.page.goto("/login")
        wrong = await looked_at(stranger, "login", "light")
        await on_a_telephone(stranger)
        assert [*wrong, *await looked_at(stranger, "login", "narrow")] == []


async def test_a_page_speaks_chinese(visiting: Visiting) -> None:
    """By the browser's own language, and by choice; the choice stays."""
    async with visiting(language="zh-CN") as visit:
        page = visit.page
        await page.goto(PAGES["queue"])
        await expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        await page.get_by_role("link", name="English").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Needs you now")
        await page.goto(PAGES["claim"])
        await expect(page.locator("html")).to_have_attribute("lang", "en")
