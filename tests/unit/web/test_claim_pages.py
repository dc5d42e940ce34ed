"""The pages of a claim and their forms, over claims in memory: what a person sees, does, and never loses."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest

from atoz.service.policy import Role
from tests.support.board_claims import Desk, drafted
from tests.support.cases import BLOCKED


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A board with claims in memory."""
    return Desk(tmp_path)


async def sent(browser: httpx2.AsyncClient, page: str, path: str, **fields: str) -> httpx2.Response:
    """The form of a page with this address, sent with its hidden fields and these."""
    html = (await browser.get(page)).text
    form = next(part for part in html.split("<form") if f'action="{path}"' in part)
    form = form.partition("</form>")[0]
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    return await browser.post(path, data={**hidden, **fields})


async def test_an_approval_binds_the_text_that_was_read(desk: Desk) -> None:
    """The page shows the digest, and what it sends is this digest and no other."""
    play = drafted(findings=BLOCKED)
    order, browser = desk.add(play), desk.stand.browser()
    appeal = play.state.appeal
    assert appeal is not None
    page = await browser.get(f"/claims/{order}/approve")
    assert page.text.count(appeal.digest) >= 3
    task = play.task("approve-appeal").id
    done = await sent(browser, f"/claims/{order}/approve", f"/claims/{order}/tasks/{task}/approve")
    assert (done.status_code, done.headers["location"]) == (303, f"/claims/{order}?did=approve")
    assert desk.calls.acts[-1][1]["digest"] == appeal.digest
    assert desk.calls.acts[-1][1]["by"] == "mara"
    assert play.state.appeal
    assert play.state.appeal.approved_by == "mara"


async def test_a_hand_in_is_the_text_and_a_receipt(desk: Desk) -> None:
    """The receipt stops the clock; the page holds the text to the letter."""
    play = drafted()
    order, browser = desk.add(play), desk.stand.browser(Role.AGENT)
    appeal, task = play.state.appeal, play.task("submit-appeal").id
    assert appeal is not None
    page = f"/claims/{order}/tasks/{task}/hand-in"
    html = (await browser.get(page)).text
    assert appeal.text.splitlines()[3] in html
    done = await sent(browser, page, f"/claims/{order}/tasks/{task}/done", receipt="R-2030-17")
    assert done.status_code == 303
    assert play.clock().stopped_at == play.now
    assert (await browser.get(page)).status_code == 404
