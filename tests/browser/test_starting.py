"""A claim that somebody starts by hand: typed, or read from the mail of its notice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import expect

from atoz.service import looking, starting
from tests.browser.conftest import Visiting
from tests.support.chromium import ZONE, Visit
from tests.support.service import claim_of
from tests.support.shop import Shop

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="package")]

ORDER, OTHER = "111-0000901-0000901", "111-0000902-0000902"
NOTICE = f"We received an A-to-z Guarantee claim of $58.00 on the order {ORDER}."


@pytest_asyncio.fixture(loop_scope="package")
async def visit(shop: Shop, visiting: Visiting) -> AsyncIterator[Visit]:
    """A window on a board of today: a claim that nobody rehearses lives by our clock."""
    with shop.later(datetime.now(UTC) - shop.now()):
        async with visiting() as made:
            yield made


def an_hour_ago() -> str:
    """As the page's own field takes it."""
    at = datetime.now(UTC) - timedelta(hours=1)
    return f"{at.astimezone(ZoneInfo(ZONE)):%Y-%m-%dT%H:%M}"


async def test_a_notice_becomes_a_claim(shop: Shop, visit: Visit) -> None:
    """Read into the form, completed by a person, refused beside the field, kept over a reload, started."""
    page = visit.page
    visit.expect("422")
    await page.goto("/queue/needs-you")
    await page.get_by_role("link", name="Start a claim").click()
    await page.get_by_label("Tracking number").fill("1Z999")
    await page.locator("#read > summary").click()
    await page.get_by_label("The mail, or the claim file").fill(NOTICE)
    await page.get_by_role("button", name="Read it").click()
    await expect(page.get_by_label("Order id (needed)")).to_have_value(ORDER)
    await expect(page.get_by_label("Amount (needed)")).to_have_value("58.00")
    await expect(page.get_by_label("Tracking number")).to_have_value("1Z999")
    await expect(page.locator("#mail")).to_contain_text("A-to-z Guarantee claim")
    await page.get_by_label("Language").last.fill("English")
    await page.get_by_role("button", name="Start the claim").click()
    language = page.locator("input[name='buyer.language']")
    await expect(language).to_have_attribute("aria-invalid", "true")
    await expect(page.locator("#start-buyer\\.language-wrong")).to_contain_text("two small letters")
    await expect(page.locator("#problem")).to_contain_text("Marketplace: This is needed")
    await page.reload()
    await expect(page.get_by_label("Order id (needed)")).to_have_value(ORDER)
    await language.fill("en")
    await page.get_by_label("Marketplace (needed)").select_option("US")
    await page.get_by_label("Reached us (needed)").fill(an_hour_ago())
    await page.get_by_role("button", name="Start the claim").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(ORDER)
    await expect(page.get_by_text("The claim is started.")).to_be_visible()
    await expect(page.get_by_role("heading", name="Complete the claim")).to_be_visible()
    received = page.locator(".timeline li").filter(has_text="claim received")
    await expect(received).to_contain_text("approver-1")
    tasks = (await looking.status(shop.service, ORDER))["tasks"]
    assert [task["kind"] for task in tasks] == ["complete-claim"]
    await page.goto("/start")
    await expect(page.get_by_label("Order id (needed)")).to_have_value("")


async def test_an_order_that_has_a_claim_is_one_click_away(shop: Shop, visit: Visit) -> None:
    """Nothing is started, nothing typed is lost, and the claim's own form is linked."""
    await starting.start(shop.service, claim_of(order=OTHER), received_now=True)
    page = visit.page
    visit.expect("422")
    await page.goto(f"/start?order={OTHER}")
    await page.get_by_label("Marketplace (needed)").select_option("US")
    await page.get_by_label("Amount (needed)").fill("12.00")
    await page.get_by_label("Reached us (needed)").fill(an_hour_ago())
    await page.get_by_role("button", name="Start the claim").click()
    link = page.locator("#problem").get_by_role("link", name="Complete or correct the claim")
    await expect(page.get_by_label("Amount (needed)")).to_have_value("12.00")
    await link.click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(OTHER)
    await expect(page.locator("#amend")).to_have_attribute("open", "")
