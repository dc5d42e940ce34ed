"""Guards the suite's own gates: each of them bites."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visiting
from tests.support import axe
from tests.support.chromium import Visit

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="package")]


async def test_axe_sees_a_field_without_a_name(visit: Visit) -> None:
    """A label taken away and words in a pale colour are two violations."""
    page = visit.page
    await page.goto("/queue/needs-you")
    await page.evaluate("document.querySelector('label[for=order]').remove()")
    await page.evaluate("document.querySelector('#order').removeAttribute('placeholder')")
    await page.evaluate("document.querySelector('h1').style.color = '#ccc'")
    found = (await axe.look(page, "broken")).violations
    assert {violation.partition(":")[0] for violation in found} == {"label", "color-contrast"}


BREACH = """document.body.append(
    Object.assign(document.createElement("script"), {textContent: "document.title = 1"}))"""
RAISES = "setTimeout(() => { throw new Error('lamp') }, 0)"


@pytest.mark.parametrize(
    ("script", "complaint"),
    [(BREACH, "Content Security Policy"), (RAISES, "lamp"), ("console.error('vase')", "vase")],
)
async def test_a_complaint_fails_the_visit(visiting: Visiting, script: str, complaint: str) -> None:
    """A breach of the content policy, an exception, a line on the console."""

    async def a_visit() -> None:
        async with visiting() as visit:
            await visit.page.goto("/queue/needs-you")
            await visit.page.evaluate(script)
            await visit.page.wait_for_timeout(50)

    with pytest.raises(AssertionError, match=complaint):
        await a_visit()


async def test_what_is_too_wide_is_seen(visit: Visit) -> None:
    """A line that cannot break makes the page wider than its window."""
    page = visit.page
    await page.goto("/queue/needs-you")
    assert await visit.sideways() <= 0
    await page.evaluate("document.querySelector('h1').style.width = '9000px'")
    assert await visit.sideways() > 0
