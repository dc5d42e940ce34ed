"""What a team does on few days: complete a claim, settle a mail, move claims to a playbook, erase one."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from atoz.harness.living import Part
from atoz.service import looking
from tests.support.chromium import Visit
from tests.support.shop import LOST, Shop, until

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="package")]


async def kinds(shop: Shop, order: str) -> list[str]:
    """The open tasks of a claim."""
    return [task["kind"] for task in (await looking.status(shop.service, order))["tasks"]]


async def test_a_claim_is_completed(shop: Shop, visit: Visit) -> None:
    """Its task leads to the form, which says what is missing; complete, it follows a playbook."""
    unknown = {"claim": {"reason": None}}
    (order,) = await shop.open([Part("buyer-silent", "111-0000911-0000911", "6h", changes=unknown)])
    page = visit.page
    await page.goto(f"/claims/{order}")
    await page.get_by_role("link", name="Complete the claim").click()
    form = page.locator("#amend")
    await expect(form).to_contain_text("Still missing: Reason")
    await form.get_by_label("Reason").select_option("not_as_described")
    await form.get_by_label("How it was packed").fill("In two boxes.")
    await form.get_by_role("button").last.click()
    await expect(page.get_by_text("The changed values are recorded.")).to_be_visible()
    amended = page.locator(".timeline li").filter(has_text="claim amended")
    await expect(amended).to_contain_text("approver-1")
    await expect(page.locator("ol.line > li")).to_have_count(3)
    assert await kinds(shop, order) == []


async def test_a_mail_of_unknown_fate_is_settled(shop: Shop, visit: Visit) -> None:
    """Nothing is sent a second time by itself: a person says what became of it, and that is recorded."""
    lost = {"buyer": {"relay": LOST}}
    (order,) = await shop.open([Part("buyer-silent", "111-0000921-0000921", "30h", changes=lost)])
    page = visit.page
    await page.goto(f"/claims/{order}")
    task = page.locator("article.task").filter(has_text="Was this message sent?")
    await task.get_by_role("button", name="It was sent").click()
    await expect(page.get_by_text("The task is done.")).to_be_visible()
    done = page.locator(".timeline li").filter(has_text="task done")
    await expect(done).to_contain_text("approver-1")
    assert await kinds(shop, order) == []
    (sent,) = [
        fact
        for fact in (await looking.timeline(shop.service, order))["timeline"]
        if fact["kind"] == "message_sent"
    ]
    assert sent["source"] == "operator:approver-1"


async def test_claims_move_to_a_changed_playbook_and_back(shop: Shop, visit: Visit) -> None:
    """Looked at first, moved with who and why, and back; a step that is late under the new one asks."""
    late, moved = await shop.open(
        [Part("german-48-hours", f"303-00009{n}1-00009{n}1", "14h") for n in (3, 4)]
    )
    file = shop.board.settings.playbooks / "short-limit.yaml"
    as_it_was = file.read_text("utf-8")
    changed = as_it_was.replace("version: 1", "version: 2")
    asks = "send: request_photos\n    if_late: ask"
    file.write_text(changed.replace("send: request_photos", asks), "utf-8")
    page = visit.page

    async def shown() -> bool:
        await page.goto("/playbooks/short-limit/migration")
        return {late, moved} <= set(await page.locator("th a").all_inner_texts())

    async def move(form: str) -> None:
        await page.locator(f"#form-{form}").get_by_label("Why").fill("They answer sooner.")
        await page.locator(f"#form-{form}").get_by_role("checkbox").check()
        await page.locator(f"#form-{form}").get_by_role("button").click()
        await expect(page.get_by_role("status").filter(has_text="Moved: ")).to_be_visible()

    try:
        await page.goto("/playbooks")
        await page.get_by_role("link", name="short-limit", exact=True).click()
        await page.get_by_role("link", name="What it would do to open claims").click()
        await until(shown, "both claims are listed")
        row = page.get_by_role("row").filter(has_text=moved)
        await expect(row.locator(".badge.met")).to_have_text("✓ yes")
        await move("migrate")
        await page.goto(f"/claims/{moved}")
        entry = page.locator(".timeline li").filter(has_text="They answer sooner.")
        await expect(entry).to_contain_text("approver-1")
        await late_step(shop, visit, late)
        await page.goto("/playbooks/short-limit/migration")
        await page.locator("#revert > summary").click()
        await move("revert")
        await page.goto(f"/claims/{moved}")
        await expect(entry).to_have_count(2)
    finally:
        file.write_text(as_it_was, "utf-8")


async def late_step(shop: Shop, visit: Visit, order: str) -> None:
    """A claim that was paused beyond its step's time asks whether the step still acts."""
    page = visit.page
    await page.goto(f"/claims/{order}")
    pause = page.locator("form[action$='/pause']")
    await pause.get_by_label("Why").fill("The buyer calls.")
    await pause.get_by_role("button").last.click()
    await expect(page.locator("form[action$='/resume']")).to_be_visible()
    # Planned for 22:00 in Berlin, moved to 8:00, and six hours late by now.
    await shop.claims[order].reach("33h")
    await page.locator("form[action$='/resume']").get_by_role("button").last.click()
    task = page.locator("article.task").filter(has_text="A step is late")
    await task.get_by_role("button", name="Leave it out").click()
    await expect(page.get_by_text("The task is done.")).to_be_visible()
    left = page.locator("ol.line > li").filter(has=page.locator("#why-request-photos"))
    await expect(left.locator(".stands")).to_have_text("left out")


async def test_a_claim_that_is_over_is_erased(shop: Shop, visit: Visit) -> None:
    """Only by its own order id, typed; then nothing shows it any more."""
    (order,) = await shop.open([Part("decided-on-day-two", "111-0000951-0000951", "80d")])
    page = visit.page
    for complaint in ("422", "409"):
        visit.expect(complaint)
    await page.goto(f"/claims/{order}")
    await page.locator("#erase > summary").click()
    form = page.locator("#erase")
    await form.get_by_label("Order id of this claim").fill("111-0000951-0000952")
    await form.get_by_role("button", name="Erase this claim").click()
    await expect(page.locator("#problem")).to_contain_text("type the order id of this claim")
    await form.get_by_label("Order id of this claim").fill(order)
    await form.get_by_role("button", name="Erase this claim").click()
    await expect(page.get_by_text("The claim is erased.")).to_be_visible()
    await page.goto(f"/claims/{order}")
    await expect(page.locator(".problem")).to_contain_text("was erased at")


async def test_a_claim_that_was_stopped_on_the_server_goes_on(shop: Shop, visit: Visit) -> None:
    """Its page says what happened to it, and one button lets it go on; nobody looks for its file."""
    (order,) = await shop.open([Part("buyer-silent", "111-0000961-0000961", "6h")])
    await shop.handle(order).terminate("a slip")
    page = visit.page
    await page.goto(f"/claims/{order}")
    stopped = page.get_by_role("alert").filter(has_text="terminated on the server")
    await expect(stopped).to_be_visible()
    await page.get_by_role("button", name="Let it go on as it stood").click()
    await expect(page.get_by_text("The claim is started.")).to_be_visible()
    await expect(stopped).to_have_count(0)
    assert (await looking.status(shop.service, order))["running"] is True
