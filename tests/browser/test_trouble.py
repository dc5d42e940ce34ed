"""A server or a worker that is gone: the page says so in words, loses nothing, and recovers by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from atoz.harness.living import Part
from atoz.service.policy import Role
from tests.support.chromium import LOST, Visit, a_visit
from tests.support.shop import Shop, behind_a_gate, impatient
from tests.support.shop_parts import APPEAL, GERMAN

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="package")]

AGAIN = 6_000
"""Milliseconds after which a page has asked again by itself."""


async def test_a_server_that_is_gone_is_told_until_it_is_back(shop: Shop, browser: Browser) -> None:
    """Nobody reloads anything: the page comes when the server does."""
    async with behind_a_gate(shop) as (board, place, gate):
        cookie = shop.cookie(Role.APPROVER, "approver-1", place)
        async with a_visit(browser, place.address, cookie) as visit:
            page = visit.page
            for complaint in ("503", LOST):
                visit.expect(complaint)
            await page.clock.install()
            with impatient(board), gate.closed():
                await page.goto(f"/claims/{GERMAN}")
                await expect(page.locator(".problem")).to_contain_text("server")
                assert "Traceback" not in await page.content()
            await page.clock.fast_forward(AGAIN)
            heading = page.get_by_role("heading", level=1).filter(has_text=GERMAN)
            await expect(heading).to_be_visible()
            with impatient(board), gate.closed():
                await page.goto(f"/claims/{GERMAN}/playbook.svg")
                await expect(page.locator(".problem")).to_contain_text("server")
            await page.clock.fast_forward(AGAIN)
            await expect(page.locator("svg title").first).to_be_attached()


async def test_lists_need_no_worker_and_a_claim_says_that_it_does(shop: Shop, visit: Visit) -> None:
    """The queue shows what it knows; the claim's page waits for the worker and comes with it."""
    page = visit.page
    visit.expect("503")
    await page.clock.install()
    with impatient(shop.board):
        async with shop.workers.away():
            await page.goto("/queue/needs-you")
            await expect(page.get_by_role("link", name=APPEAL)).to_be_visible()
            await page.goto(f"/claims/{APPEAL}")
            await expect(page.locator(".problem")).to_contain_text("worker")
    await page.clock.fast_forward(AGAIN)
    heading = page.get_by_role("heading", level=1).filter(has_text=APPEAL)
    await expect(heading).to_be_visible()


async def test_words_outlive_a_worker_that_is_gone(shop: Shop, visit: Visit) -> None:
    """An act that no worker took keeps its words; the page tells when one is back; it goes once."""
    (order,) = await shop.open([Part("buyer-silent", "111-0000702-0000702", "9h")])
    page = visit.page
    visit.expect("503")
    await page.goto(f"/claims/{order}#refund")
    form = page.locator("#refund")
    await form.locator("input[name=amount]").fill("7.50")
    await form.get_by_role("checkbox").check()
    with impatient(shop.board):
        async with shop.workers.away():
            async with page.expect_response(lambda each: each.request.method == "POST") as sent:
                await form.get_by_role("button").last.click()
            assert (await sent.value).status == 503
            await expect(page.locator("#problem")).to_contain_text("worker")
            await expect(form.locator("input[name=amount]")).to_have_value("7.50")
    await expect(page.locator("#problem")).to_contain_text("It answers again")
    await form.get_by_role("button").last.click()
    refunded = page.locator(".timeline li").filter(has_text="refund recorded")
    await expect(refunded).to_have_count(1)


async def test_a_page_that_took_the_place_of_a_form_sends_it_again(
    shop: Shop, visit: Visit
) -> None:
    """Whatever was chosen and typed stands on it; it notices by itself that somebody is back."""
    (order,) = await shop.open([Part("buyer-silent", "111-0000703-0000703", "9h")])
    page = visit.page
    for complaint in ("401", LOST):
        visit.expect(complaint)
    await page.goto("/queue/waiting-buyer")
    await page.get_by_label(f"Choose {order}").check()
    await page.get_by_label("Why").fill("The carrier is on strike.")
    with shop.later(timedelta(hours=13)):
        await page.get_by_role("button", name="Pause the chosen claims").click()
        await expect(page.locator(".problem").first).to_contain_text("logged in")
        again = shop.cookie(Role.APPROVER, "approver-1")
        await visit.context.add_cookies([again])  # type: ignore[list-item] # see a_visit
        typed = page.locator("form.typed")
        await expect(typed.get_by_label("Why")).to_have_value("The carrier is on strike.")
        await expect(typed.get_by_label("Chosen claim")).to_have_value(order)
        await expect(page.locator("#problem")).to_contain_text("It answers again")
        await typed.get_by_role("button", name="Send it again").click()
        await expect(page.get_by_role("status").filter(has_text="1 paused")).to_be_visible()
        await page.goto("/queue/waiting-buyer/pause")
        await expect(page).to_have_title("Waiting for the buyer – Claims")


async def test_words_outlive_a_server_that_is_gone(shop: Shop, browser: Browser) -> None:
    """A form that could not be sent keeps its words; the page tells when the server is back; it goes once."""
    (order,) = await shop.open([Part("buyer-silent", "111-0000701-0000701", "9h")])
    async with behind_a_gate(shop) as (board, place, gate):
        cookie = shop.cookie(Role.APPROVER, "approver-1", place)
        async with a_visit(browser, place.address, cookie) as visit:
            page = visit.page
            visit.expect("503")
            visit.expect(LOST)
            await page.goto(f"/claims/{order}#reply")
            form = page.locator("#reply")
            with impatient(board), gate.closed():
                await form.locator("textarea").fill("Where is my money?")
                # The page's own look may be refused first: the gate stays shut until the form was.
                async with page.expect_response(lambda each: each.request.method == "POST") as sent:
                    await form.get_by_role("button").last.click()
                assert (await sent.value).status == 503
                await expect(page.locator("#problem")).to_contain_text("server")
                await expect(form.locator("textarea")).to_have_value("Where is my money?")
            await expect(page.locator("#problem")).to_contain_text("It answers again")
            await form.get_by_role("button").last.click()
            entry = page.locator(".timeline li").filter(has_text="Where is my money?")
            await expect(entry).to_have_count(1)
            await expect(form.locator("textarea")).to_have_value("")
