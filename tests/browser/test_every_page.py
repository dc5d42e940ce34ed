"""What holds on every page: WCAG 2 A and AA in light and dark, 400 pixels, both languages, no complaint."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visiting
from tests.support import axe
from tests.support.chromium import NARROW, WIDE, Visit
from tests.support.screenshots import MADE
from tests.support.shop_parts import PAGES

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="package")]


Record = Callable[[str, object], None]


async def pictured(visit: Visit, name: str) -> list[str]:
    """A picture of the page as it stands; how far it scrolls sideways is a fault."""
    await visit.page.screenshot(path=MADE / f"{name}.png", full_page=True)
    wider = await visit.sideways()
    return [f"{wider:g} pixels too wide"] if wider > 0 else []


async def looked_at(visit: Visit, name: str, dress: str, record: Record) -> list[str]:
    """Axe's violations on the page in this dress, and what its picture shows."""
    found = await axe.look(visit.page, f"{name} {dress}")
    record(axe.LOOKED, list(found))  # between processes go plain values only
    return [*found.violations, *await pictured(visit, f"{name}-{dress}")]


async def on_a_telephone(visit: Visit) -> None:
    """Dark and narrow: with light and wide every colour and every layout is looked at once."""
    await visit.page.emulate_media(color_scheme="dark")
    await visit.page.set_viewport_size({"width": NARROW, "height": 800})


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_for_everybody(visit: Visit, name: str, record_property: Record) -> None:
    """Light, dark, on a telephone, and in Chinese; a violation says where and what."""
    page = visit.page
    if name.startswith("no-such"):
        visit.expect("404")
    await page.goto(PAGES[name])
    wrong = await looked_at(visit, name, "light", record_property)
    await page.emulate_media(color_scheme="dark")
    wrong += await pictured(visit, f"{name}-dark")
    await on_a_telephone(visit)
    wrong += await looked_at(visit, name, "narrow", record_property)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": WIDE, "height": 900})
    await page.goto(f"{PAGES[name]}{'&' if '?' in PAGES[name] else '?'}lang=zh")
    wrong += await pictured(visit, f"{name}-chinese")
    assert wrong == []


async def test_the_login_is_for_everybody(visiting: Visiting, record_property: Record) -> None:
    """The page that a stranger sees."""
    async with visiting(role=None) as stranger:
        await stranger.page.goto("/login")
        wrong = await looked_at(stranger, "login", "light", record_property)
        await on_a_telephone(stranger)
        wrong += await looked_at(stranger, "login", "narrow", record_property)
        assert wrong == []


async def test_a_page_speaks_chinese(visiting: Visiting) -> None:
    """By the browser's own language, and by choice; the choice stays."""
    async with visiting(language="zh-CN") as visit:
        page = visit.page
        await page.goto(PAGES["queue"])
        await expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        await page.locator("button.who").click()
        await page.get_by_role("link", name="English").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Needs you now")
        await page.goto(PAGES["claim"])
        await expect(page.locator("html")).to_have_attribute("lang", "en")
