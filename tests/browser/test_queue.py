"""The queue: what needs a person now, found, followed and paused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import pytest
from playwright.async_api import Locator, Page, Route, expect

from atoz.harness.living import Part
from atoz.playbook import events as ev
from atoz.service import acting, reporting
from tests.browser.conftest import Visiting
from tests.support.chromium import NARROW, Visit
from tests.support.shop import Shop
from tests.support.shop_parts import (
    APPEAL,
    CLOSED,
    FILED,
    GERMAN,
    NEW,
    PARTS,
    PAUSED,
    PHOTOS,
    REFUND,
)

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="package")]

BOXES = """rows => rows.slice(0, 3).flatMap(row => ["a", ".badge", "input[type=checkbox]"].map(
  part => row.querySelector(part).getBoundingClientRect().toJSON()))"""


async def orders(page: Page) -> list[str]:
    """The orders of the list, from above."""
    return await page.locator("#table tbody th a").all_inner_texts()


def tab(page: Page, view: str) -> Locator:
    """The tab of a view, which says how many claims it holds."""
    return page.locator(f"#views a[href='/queue/{view}']")


async def held(page: Page, view: str) -> int:
    """How many claims its tab says that a view holds."""
    return int(await tab(page, view).locator(".count").inner_text())


async def test_each_claim_stands_where_it_belongs(visit: Visit) -> None:
    """What is urgent comes first; each view's title says its condition."""
    page = visit.page
    await page.goto("/")
    await expect(page).to_have_title("Needs you now – Claims")
    shown = [order for order in await orders(page) if order in (GERMAN, APPEAL, PHOTOS, REFUND)]
    assert shown == [GERMAN, APPEAL, PHOTOS, REFUND]
    urgent = page.get_by_role("row").filter(has_text=GERMAN)
    await expect(urgent.locator(".badge.soon")).to_contain_text("left")
    for view, order in (
        ("Waiting for the buyer", NEW),
        ("With the marketplace", FILED),
        ("Paused", PAUSED),
        ("Closed this month", CLOSED),
    ):
        await page.get_by_role("navigation", name="Queue").get_by_text(view).click()
        await expect(page).to_have_title(f"{view} – Claims")
        await expect(page.get_by_role("heading", level=1)).to_have_text(view)
        assert order in await orders(page)
    await expect(page.locator("#table input")).to_have_count(
        0
    )  # of what was decided nothing is held


async def test_what_lies_with_the_marketplace_is_there_with_what_is_left_to_do(
    shop: Shop, visit: Visit
) -> None:
    """A buyer asks for a refund when the answer is in: no clock runs, and somebody should decide."""
    (filed,) = [part for part in PARTS if part.order == FILED]
    asks = {"after": "126h", "type": "buyer_reply", "text": "I want my money back."}
    asks |= {"language": "en", "message_id": "<refund@mail.example>"}
    part = replace(filed, order="111-0000204-0000204", acts=(*filed.acts, asks))
    (order,) = await shop.open([part])
    for view, said in (("with-marketplace", "to do"), ("needs-you", "to do")):
        await visit.page.goto(f"/queue/{view}")
        row = visit.page.get_by_role("row").filter(has_text=order)
        await expect(row.locator(".attention")).to_have_text(said, timeout=20_000)
        await expect(row.locator(".clock")).to_contain_text("no clock")


async def test_an_order_is_found(visit: Visit) -> None:
    """By its id; one that has no claim, and what is no id at all, are told in a line."""
    page = visit.page
    await page.goto("/")
    await page.get_by_label("Order id").fill(f" {FILED} ")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text(FILED)
    visit.expect("404")
    for wrong, said in (("999-9999999-9999999", "no claim for order"), ("a lamp", "no order id")):
        await page.get_by_label("Order id").fill(wrong)
        await page.get_by_role("button", name="Open").click()
        await expect(page.locator(".problem")).to_contain_text(said)


async def test_the_list_follows_what_happens_and_keeps_what_is_chosen(
    shop: Shop, visit: Visit
) -> None:
    """A claim that needs somebody now appears by itself, and its tab counts it; ticks, words and the
    place of the keyboard stay.
    """
    (order,) = await shop.open([Part("buyer-silent", "111-0000201-0000201", "3h")])
    page = visit.page
    await page.goto("/queue/needs-you")
    await page.get_by_label(f"Choose {APPEAL}").check()
    await page.get_by_label("Why").fill("The carrier")
    await tab(page, "paused").focus()
    await reporting.reply(shop.service, order, text="Where is my money?", language="en")
    # The reply is read by a worker, listed by the server and seen by the board: seconds, where all are busy.
    row = page.get_by_role("row").filter(has_text=order)
    await expect(row).to_be_visible(timeout=20_000)
    count = tab(page, "needs-you").locator(".count")
    # As many as it lists: what a test before this one opened may be counted a moment later, too.
    listed = await page.locator("#table tbody tr").count()
    await expect(count).to_have_text(str(listed), timeout=20_000)
    await expect(tab(page, "paused")).to_be_focused()
    await expect(page.get_by_label(f"Choose {APPEAL}")).to_be_checked()
    await expect(page.get_by_label("Why")).to_have_value("The carrier")


async def on_the_way(page: Page, post: str, act: Callable[[], Awaitable[object]]) -> None:
    """Somebody else acts while the form is under way: no list that follows can have shown it before."""

    async def first(route: Route) -> None:
        await act()
        await route.continue_()

    await page.route(post, first, times=1)


async def test_chosen_claims_are_paused_together(shop: Shop, visit: Visit) -> None:
    """With one reason; one that was paused by somebody else meanwhile is told apart, and so is no choice."""
    pair = ("111-0000202-0000202", "111-0000203-0000203")
    first, second = await shop.open([Part("buyer-silent", order, "4h") for order in pair])
    page = visit.page
    await page.goto("/queue/waiting-buyer")
    before = await held(page, "paused")
    await page.get_by_label("Why").fill("The carrier is on strike.")
    await page.get_by_role("button", name="Pause the chosen claims").click()
    await expect(page.get_by_role("alert").filter(has_text="Choose the claims")).to_be_visible()
    for order in pair:
        await page.get_by_label(f"Choose {order}").check()
    await page.get_by_label("Why").fill("The carrier is on strike.")
    meanwhile = partial(acting.do, shop.service, second, by="agent-1")
    await on_the_way(page, "**/pause", partial(meanwhile, ev.Paused, why="", key="k-1"))
    await page.get_by_role("button", name="Pause the chosen claims").click()
    await expect(page.get_by_role("status").filter(has_text="1 paused")).to_be_visible()
    await expect(page.get_by_role("alert").filter(has_text=second)).to_contain_text(
        "paused already"
    )
    count = tab(page, "paused").locator(".count")
    await expect(count).to_have_text(str(before + 2), timeout=20_000)
    await page.goto(f"/claims/{first}")
    entry = page.locator(".timeline li").filter(has_text="The carrier is on strike.")
    await expect(entry).to_be_visible()
    await go_on_together(shop, page, first, second, before)


async def go_on_together(shop: Shop, page: Page, first: str, second: str, before: int) -> None:
    """They stand under their own title with a badge and their clock, and are let go on from there.

    Its tab then counts as many as `before` they were paused.
    """
    await page.goto("/queue/paused")
    for order in (first, second):
        row = page.get_by_role("row").filter(has_text=order)
        await expect(row.locator(".badge.paused")).to_contain_text("paused for", timeout=20_000)
        await expect(row.locator(".clock .badge")).to_contain_text("left")
        await page.get_by_label(f"Choose {order}").check()
    await page.get_by_label("Why").fill("The strike is over.")
    meanwhile = partial(acting.do, shop.service, second, by="agent-1")
    await on_the_way(page, "**/resume", partial(meanwhile, ev.Resumed, key="k-2"))
    await page.get_by_role("button", name="Let the chosen claims go on").click()
    await expect(page.get_by_role("status").filter(has_text="1 let go on")).to_be_visible()
    refused = page.get_by_role("alert").filter(has_text=second)
    await expect(refused).to_contain_text("is not paused")
    await expect(tab(page, "paused").locator(".count")).to_have_text(str(before), timeout=20_000)
    await page.goto(f"/claims/{first}")
    entry = page.locator(".timeline li").filter(has_text="The strike is over.")
    await expect(entry).to_contain_text("approver-1")


async def test_the_first_claims_are_seen_on_a_telephone(visiting: Visiting) -> None:
    """Below the head and the views, without scrolling: each with its clock, and its box to choose it."""
    async with visiting(width=NARROW, height=640) as visit:
        await visit.page.goto("/queue/needs-you")
        # In one look: the list may follow what happens in between.
        boxes = await visit.page.locator("table.queue tbody tr").evaluate_all(BOXES)
        assert len(boxes) == 9
        for box in boxes:
            assert box["y"] + box["height"] <= 640
            assert min(box["width"], box["height"]) >= 12


async def test_the_menu_is_for_the_keyboard(visit: Visit) -> None:
    """Enter opens it, the next Tab is in it, Escape closes it and leaves the focus where it was."""
    page = visit.page
    await page.goto("/queue/needs-you")
    opener = page.locator("button.who")
    await opener.press("Enter")
    await expect(page.get_by_role("button", name="Log out")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="English")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Log out")).to_be_hidden()
    await expect(opener).to_be_focused()
