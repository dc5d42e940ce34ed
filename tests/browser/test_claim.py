"""The claim's page: how it stands, why, what came in, and what a person does about it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from atoz.harness.living import Part
from tests.browser.conftest import Visiting
from tests.support.chromium import Visit
from tests.support.shop import Shop
from tests.support.shop_parts import APPEAL, PHOTOS

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="package")]


async def test_every_step_says_why(visit: Visit) -> None:
    """The line shows where the claim stands; behind each step is its rule, with the facts it read."""
    page = visit.page
    await page.goto(f"/claims/{APPEAL}")
    steps = page.locator("ol.line > li")
    await expect(steps).to_have_count(3)
    await expect(steps.nth(2)).to_have_attribute("aria-current", "step")
    await steps.nth(1).locator("summary").click()
    await expect(steps.nth(1).locator(".why code").first).to_contain_text("documented")
    fact = steps.nth(1).locator(".why a").first
    shown = await fact.get_attribute("href")
    await fact.click()
    assert shown
    await expect(page.locator(shown)).to_be_in_viewport()


async def test_photos_show_small(visit: Visit) -> None:
    """Beside the reply that brought them, and they load."""
    page = visit.page
    await page.goto(f"/claims/{PHOTOS}")
    photo = page.get_by_role("img", name="glass.jpg").first
    await photo.scroll_into_view_if_needed()
    await expect(photo).to_be_visible()
    await expect(photo).to_have_js_property("complete", True)
    assert await photo.evaluate("e => e.naturalWidth") > 0


async def test_a_reply_is_told_and_opens_what_it_asks_for(shop: Shop, visit: Visit) -> None:
    """What somebody types for the buyer stands in the timeline with their name; a task opens.

    It cannot have come next year: the form says so beside the field, and keeps the words without a word.
    """
    (order,) = await shop.open([Part("buyer-silent", "111-0000401-0000401", "10h")])
    page = visit.page
    visit.expect("422")
    await page.goto(f"/claims/{order}#reply")
    form = page.locator("#reply")
    await form.locator("textarea").fill("Where is my money?")
    came = form.get_by_label("When it arrived")
    await came.fill("2099-01-31T09:00")
    await form.get_by_role("button").last.click()
    await expect(form.locator(".wrong")).to_contain_text("cannot have come")
    await expect(form.locator("textarea")).to_have_value("Where is my money?")
    await expect(form.locator(".kept")).to_be_hidden()
    await came.fill("")
    await form.get_by_role("button").last.click()
    await expect(page.get_by_role("heading", name="Answer the buyer")).to_be_visible()
    entry = page.locator(".timeline li").filter(has_text="Where is my money?")
    await expect(entry).to_contain_text("approver-1")


async def test_a_step_is_left_out_knowing_what_it_costs(shop: Shop, visit: Visit) -> None:
    """A link unfolds the form with all around it; a person answers the claim then."""
    (order,) = await shop.open([Part("buyer-silent", "111-0000404-0000404", "13h")])
    page = visit.page
    await page.goto(f"/claims/{order}#skip-appeal")
    form = page.locator("#skip-appeal")
    await expect(form).to_contain_text("a person has to answer the claim")
    await form.get_by_label("Why").fill("We settle it on the telephone.")
    await form.get_by_role("button").last.click()
    skipped = page.locator(".timeline li").filter(has_text="We settle it")
    await expect(skipped).to_have_count(0)
    await form.get_by_role("checkbox").check()
    await form.get_by_role("button").last.click()
    await expect(skipped.first).to_be_visible()
    await expect(page.locator("#task-handle-claim")).to_be_visible()


async def test_a_refund_says_first_what_it_costs(shop: Shop, visit: Visit) -> None:
    """It goes only when somebody says that they know; then it stands in the timeline."""
    (order,) = await shop.open([Part("buyer-silent", "111-0000402-0000402", "11h")])
    page = visit.page
    await page.goto(f"/claims/{order}#refund")
    form = page.locator("#refund")
    await expect(form.locator(".problem")).to_contain_text("order defect rate")
    await form.locator("input[name=amount]").fill("58.00")
    await form.get_by_role("button").last.click()
    refunded = page.locator(".timeline li").filter(has_text="58.00")
    await expect(refunded).to_have_count(0)
    await form.get_by_role("checkbox").check()
    await form.get_by_role("button").last.click()
    await expect(refunded.first).to_be_visible()


async def test_two_people_see_each_others_acts(
    shop: Shop, visit: Visit, visiting: Visiting
) -> None:
    """One pauses while the other types: both see it at once, and what is typed stays."""
    (order,) = await shop.open([Part("buyer-silent", "111-0000403-0000403", "12h")])
    async with visiting(name="agent-1") as other:
        for each in (visit, other):
            await each.page.goto(f"/claims/{order}")
        typed = other.page.locator("#reply textarea")
        await other.page.locator("#reply > summary").click()
        await typed.fill("Where is")
        pause = visit.page.locator("form[action$='/pause']")
        await pause.get_by_label("Why").fill("The buyer calls.")
        await pause.get_by_role("button").last.click()
        for each in (visit, other):
            paused = each.page.locator(".timeline li").filter(has_text="paused")
            await expect(paused).to_contain_text("approver-1")
        await expect(typed).to_have_value("Where is")
        await other.page.locator("form[action$='/resume']").get_by_role("button").last.click()
        await expect(visit.page.locator("form[action$='/pause']")).to_be_visible()
        resumed = visit.page.locator(".timeline li").filter(has_text="resumed")
        await expect(resumed).to_contain_text("agent-1")


async def test_a_viewer_only_looks(visiting: Visiting) -> None:
    """No form that would be refused: it says which role the act needs."""
    async with visiting("viewer", "agent-2") as viewer:
        await viewer.page.goto(f"/claims/{APPEAL}")
        assert await viewer.page.locator("main form[method=post]").count() == 0
        await expect(viewer.page.locator("main")).to_contain_text("needs the role agent")
