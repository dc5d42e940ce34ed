"""The text of the appeal: read with what carries it, edited, compared, approved by its digest, handed in."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from atoz.harness.living import Part
from atoz.service import looking
from atoz.service.policy import Role
from tests.browser.conftest import Visiting
from tests.support.chromium import Visit
from tests.support.shop import Shop, added
from tests.support.shop_parts import CLAIMED

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="package")]


async def digest_on(page: Page) -> str:
    """The digest of the text that the page shows."""
    return await page.locator("code.digest").first.inner_text()


def approving(page: Page) -> Locator:
    """The button that approves."""
    return page.locator("form[action$='/approve']").get_by_role("button").last


async def test_a_text_is_edited_compared_and_approved(shop: Shop, visit: Visit) -> None:
    """The edit is a new revision with its difference and a finding; what is approved is its digest."""
    (order,) = await shop.open([Part("buyer-silent", "111-0000501-0000501", "123h")])
    page = visit.page
    await page.goto(f"/claims/{order}")
    await page.get_by_role("link", name="Read or edit the text").first.click()
    before = await digest_on(page)
    sentence = page.locator(".sentence a").first
    await sentence.hover()
    facts, text = page.locator(".carries").first, page.locator(".reading .card")
    await expect(facts).to_be_visible()
    beside, own = await facts.bounding_box(), await text.bounding_box()
    assert beside
    assert own
    assert beside["x"] >= own["x"] + own["width"], "the next sentences stay in sight"
    low = page.locator(".sentence > a").last
    await low.evaluate("each => each.scrollIntoView({block: 'end'})")
    await low.hover()
    shown = await page.locator(".carries:visible").bounding_box()
    assert shown
    height = await page.evaluate("innerHeight")
    assert shown["y"] + shown["height"] <= height, "the facts of a low sentence stay in the window"
    await expect(page.locator("[style]")).to_have_count(0)  # HTMX would copy it, against the policy
    await page.locator("#edit > summary").click()
    text = page.locator("#edit textarea")
    await text.fill(f"{await text.input_value()}\n\n{CLAIMED}")
    await page.locator("#edit").get_by_role("button").last.click()
    await expect(page.locator("ins").last).to_contain_text(CLAIMED)
    finding = page.locator(".finding")
    await expect(finding).to_contain_text("no recorded fact carries")
    number = await page.locator(".sentence").last.get_attribute("data-number")
    await expect(finding.get_by_role("link", name=f"sentence {number}")).to_be_visible()
    await expect(page.get_by_text("Your text is saved.")).to_be_visible()
    await expect(page).not_to_have_url(re.compile("did="))  # whoever read it was told
    await page.goto("/queue/needs-you")
    await page.go_back()
    await expect(page.locator("ins").last).to_contain_text(CLAIMED)
    await expect(page.get_by_text("Your text is saved.")).to_have_count(0)
    after = await digest_on(page)
    assert after != before
    await expect(approving(page)).to_contain_text(after[:8])
    await approving(page).click()
    entry = page.locator(".timeline li").filter(has_text="approved")
    await expect(entry.last).to_contain_text("approver-1")
    status = await looking.status(shop.service, order)
    assert [task["kind"] for task in status["tasks"]] == ["submit-appeal"]
    assert status["appeal"]["digest"] == after


async def test_a_text_that_changed_meanwhile_is_not_approved(shop: Shop, visit: Visit) -> None:
    """Who reads the older one is told while they read; their click approves nothing and says why."""
    part = Part("buyer-silent", "111-0000502-0000502", "122h", adds=CLAIMED)
    (order,) = await shop.open([part])
    page = visit.page
    await page.goto(f"/claims/{order}/approve")
    read = await digest_on(page)
    await page.locator("#edit > summary").click()
    await page.locator("#edit textarea").fill("A text that I was just writing.")
    await added(shop.claims[order], "We sent the lamp with care.", by="agent-2")
    await expect(page.locator("#news")).to_contain_text("agent-2")
    assert await digest_on(page) == read
    visit.expect("409")
    await approving(page).click()
    await expect(page.locator("#problem, main .problem").first).to_contain_text("agent-2")
    status = await looking.status(shop.service, order)
    assert "approve-appeal" in [task["kind"] for task in status["tasks"]]
    kept = page.locator("#edit textarea")
    await expect(kept).to_have_value("A text that I was just writing.")
    await page.goto(f"/claims/{order}/approve")
    assert await digest_on(page) == status["appeal"]["digest"] != read
    await expect(kept).to_have_value("A text that I was just writing.")


async def test_an_agent_writes_and_does_not_approve(shop: Shop, visiting: Visiting) -> None:
    """The page says which role approves."""
    part = Part("buyer-silent", "111-0000503-0000503", "121h", adds=CLAIMED)
    (order,) = await shop.open([part])
    async with visiting(Role.AGENT, "agent-2") as agent:
        page = agent.page
        await page.goto(f"/claims/{order}/approve")
        await expect(page.locator("main")).to_contain_text("needs the role approver")
        assert await page.locator("form[action$='/approve']").count() == 0
        assert await page.locator("form[action$='/edit']").count() == 1


async def test_an_appeal_is_handed_in(shop: Shop, visiting: Visiting) -> None:
    """Copied in the form's order, taken along as one zip; only the receipt stops the clock."""
    (order,) = await shop.open([Part("buyer-silent", "111-0000504-0000504", "121h")])
    allowed = {"permissions": ["clipboard-read", "clipboard-write"], "accept_downloads": True}
    async with visiting(**allowed) as visit:
        page = visit.page
        await page.goto(f"/claims/{order}")
        await page.get_by_role("link", name="Hand in").click()
        await page.get_by_role("button", name="Copy").first.click()
        assert await page.evaluate("navigator.clipboard.readText()") == order
        await page.get_by_role("button", name="Copy the text").click()
        copied = await page.evaluate("navigator.clipboard.readText()")
        status = await looking.status(shop.service, order)
        assert copied.strip() == status["appeal"]["text"].strip()
        async with page.expect_download() as started:
            await page.get_by_role("link", name="Download the packet").click()
        path = await (await started.value).path()
        names = zipfile.ZipFile(io.BytesIO(path.read_bytes())).namelist()
        assert {name.rpartition("/")[2] for name in names} >= {"appeal.txt", "evidence.pdf"}
        for box in await page.locator(".checks input").all():
            await box.check()
        button = page.get_by_role("button", name="It is handed in")
        await button.click()
        await expect(button).to_be_visible()  # no receipt, so it did not go
        other = await visit.context.new_page()
        await other.goto(page.url)
        await page.get_by_label("Receipt").fill("A1B2C3")
        await button.click()
        await expect(page.locator(".badge.met").first).to_be_visible()
        await expect(page.locator(".timeline")).to_contain_text("A1B2C3")
        # Whoever still has it open sees that it is done, by whom, and has nothing left to post.
        await expect(other.get_by_text("This was handed in.")).to_be_visible()
        await expect(other.locator(".facts")).to_contain_text("A1B2C3")
        await expect(other.locator("#hand-in button, #hand-in textarea")).to_have_count(0)


async def test_a_session_that_ends_loses_no_word(shop: Shop, visit: Visit) -> None:
    """What was typed is told as kept; after logging in again it still stands in its field."""
    (order,) = await shop.open([Part("buyer-silent", "111-0000505-0000505", "121h")])
    page = visit.page
    address = f"/claims/{order}/tasks/submit-appeal/hand-in"
    await page.goto(address)
    await page.get_by_label("Receipt").fill("A1B2C3")
    visit.expect("401")
    visit.expect("object Event")
    with shop.later(timedelta(hours=13)):
        await page.get_by_role("button", name="It is handed in").click()
        await expect(page.locator("#problem")).to_contain_text("logged in")
        await expect(page.get_by_label("Receipt")).to_have_value("A1B2C3")
        await visit.context.add_cookies([shop.cookie(Role.APPROVER, "approver-1")])  # type: ignore[list-item] # see a_visit
        await page.goto(address)
        await expect(page.get_by_label("Receipt")).to_have_value("A1B2C3")
    assert "submit-appeal" in [
        task["kind"] for task in (await looking.status(shop.service, order))["tasks"]
    ]
