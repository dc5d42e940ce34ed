"""Playbooks, what if, the desk and the figures, as a team uses them."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from atoz.harness.living import Part
from atoz.service import desk
from tests.support.chromium import Visit
from tests.support.shop import Shop, delivered
from tests.support.shop_parts import NEW, forged

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="package")]


async def drawn(page: Page) -> None:
    """The drawing of the page has loaded."""
    drawing = page.locator("img.drawing")
    await drawing.scroll_into_view_if_needed()
    # Asked again and again: a page that follows its events may put another drawing in its place.
    await expect(drawing).not_to_have_js_property("naturalWidth", 0)


async def test_a_playbook_is_drawn_and_proved(visit: Visit) -> None:
    """With the worst case of each marketplace; a limit that is too short is told as such."""
    page = visit.page
    await page.goto("/")
    await page.get_by_role("link", name="Playbooks").click()
    await page.get_by_role("link", name="documented", exact=True).click()
    await drawn(page)
    worst = page.locator("#worst-cases tbody tr")
    await expect(worst.filter(has_text="US")).to_have_count(1)
    await page.get_by_label("limit").fill("48h")
    await (
        page.locator("form.act")
        .filter(has=page.get_by_label("limit"))
        .get_by_role("button")
        .click()
    )
    await expect(worst.first.locator(".badge.overdue")).to_contain_text("too late by")


async def test_an_event_on_the_calendar_changes_what_comes(visit: Visit) -> None:
    """Put on a day, it is new in the course; taken away, the course is as it was."""
    page = visit.page
    await page.goto("/what-if")
    await page.get_by_label("Case", exact=True).select_option("buyer-silent")
    await page.get_by_role("button", name="Show").click()
    await expect(page).to_have_url(re.compile("case=buyer-silent"))
    table = page.locator("#what-comes")
    await expect(table).to_be_visible()
    await page.get_by_label("What happens").select_option("reply-photos")
    await page.locator(".day").nth(2).get_by_role("button").first.click()
    await expect(table.get_by_text("new", exact=True).first).to_be_visible()
    await drawn(page)
    await page.get_by_role("button", name=re.compile("^Take away")).click()
    await expect(table.get_by_text("new", exact=True)).to_have_count(0)


async def test_a_running_claim_is_asked_what_if(visit: Visit) -> None:
    """From where it stands, and nothing is touched."""
    page = visit.page
    await page.goto("/what-if")
    await page.get_by_label("running claim").fill(NEW)
    await page.get_by_role("button", name="Show").click()
    await expect(page).to_have_url(re.compile(f"order={NEW}"))
    await expect(page.locator("#what-comes")).to_contain_text("message sent")
    await page.get_by_label("When (").fill("2020-01-01T09:00")
    await page.get_by_role("button", name="Put it on the calendar").click()
    await expect(page.locator("#ask-at-wrong")).to_contain_text("is over")
    await expect(page.locator("#what-comes")).to_contain_text("message sent")
    day = await page.locator(".day:not(.shut) time").last.get_attribute("datetime")
    await page.get_by_label("When (").fill(f"{day}T09:00")
    await page.get_by_role("button", name="Put it on the calendar").click()
    await expect(page.locator(".day .chosen")).to_have_count(1)
    await expect(page.locator("#ask-at-wrong")).to_have_count(0)
    await drawn(page)
    await page.goto("/what-if?order=999-9999999-9999999")
    await expect(page.get_by_role("alert").filter(has_text="999-9999999")).to_be_visible()


async def test_a_mail_of_the_desk_is_handed_to_a_claim_or_let_go(shop: Shop, visit: Visit) -> None:
    """Shown as text with why it was kept apart; each act is recorded with who did it."""
    (order,) = await shop.open([Part("buyer-silent", "111-0000801-0000801", "30h")])
    for words in ("Here is a lamp.", "Buy my pills."):
        await delivered(shop, forged(order, words))
    page = visit.page
    tasks = [task for task in await desk.tasks(shop.service) if order in str(task)]
    assert len(tasks) == 2
    await page.goto("/")
    await page.get_by_role("link", name="Desk").click()
    card = page.locator(f"#{tasks[0]['id']}")
    await expect(card.get_by_role("button")).to_have_count(0)  # nobody vouches for what is unread
    await card.get_by_role("link", name="Read it").last.click()
    await expect(page.locator("blockquote")).to_contain_text("Here is a lamp.")
    attach = page.locator("#form-attach")
    await expect(attach.get_by_label("Order")).to_have_value(order)
    await attach.get_by_label("How you know").fill("She rang us.")
    await attach.get_by_role("button").click()
    await expect(page.get_by_role("status").first).to_be_visible()
    await page.goto(f"/desk/{tasks[1]['id']}")
    discard = page.locator("#form-discard")
    await discard.get_by_role("textbox").fill("An advertisement.")
    await discard.get_by_role("button").click()
    await expect(page.locator("main")).to_contain_text("An advertisement.")
    assert not [task for task in await desk.tasks(shop.service) if order in str(task)]
    await page.goto(f"/claims/{order}")
    entry = page.locator(".timeline li").filter(has_text="Here is a lamp.")
    await expect(entry).to_contain_text("approver-1")


async def test_the_figures_stand_beside_their_pictures(visit: Visit) -> None:
    """Open claims by step, deadlines by day, and outcomes as soon as they are counted."""
    page = visit.page
    await page.goto("/")
    await page.get_by_role("link", name="Figures").click()
    for part in ("by-step", "due"):
        section = page.locator(f"section[aria-labelledby={part}]")
        await expect(section.locator("svg, img").first).to_be_visible()
        assert await section.locator("tbody tr").count() > 0
    await expect(page.locator("#report")).to_contain_text("decided", ignore_case=True)
