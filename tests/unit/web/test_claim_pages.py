"""The pages of a claim and their forms, over claims in memory: what a person sees and does."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from html import unescape
from typing import Any

import httpx2
import pytest

from atoz.errors import NoWorker
from atoz.playbook import events as ev
from atoz.service.policy import LEAST, Role, permitted
from atoz.web.typed import Typed
from tests.support.board_claims import Desk, drafted
from tests.support.cases import ARRIVED, BLOCKED, DAY, HOUR, NEVER_SHIPPED, PROVEN, Play

INSULT = (ev.Finding(rule="insult", severity="block", sentence=1, message="No insults."),)
ACTION = re.compile(r'<form[^>]* action="(/claims/[^"]+)"')
INCOMPLETE = {"claim": {"reason": None}, "buyer": None}


def form_in(page: str, path: str) -> dict[str, str]:
    """The hidden fields of the form with this address."""
    form = next(part for part in page.split("<form") if f'action="{path}"' in part)
    form = form.partition("</form>")[0]
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))


async def sent(browser: httpx2.AsyncClient, page: str, path: str, **fields: str) -> httpx2.Response:
    """The form of a page with this address, sent with its hidden fields and these."""
    hidden = form_in((await browser.get(page)).text, path)
    return await browser.post(path, data={**hidden, **fields})


# The text -------------------------------------------------------------------------------------------


async def test_an_approval_binds_the_text_that_was_read(desk: Desk) -> None:
    """The page shows the digest, and what it sends is this digest and no other."""
    play = drafted(findings=BLOCKED)
    order, browser = desk.add(play), desk.stand.browser()
    appeal, task = play.state.appeal, play.task("approve-appeal").id
    assert appeal
    page = f"/claims/{order}/approve"
    assert (await browser.get(page)).text.count(appeal.digest) >= 3
    done = await sent(browser, page, f"/claims/{order}/tasks/{task}/approve")
    assert (done.status_code, done.headers["location"]) == (303, f"/claims/{order}?did=approve")
    name, act = desk.calls.acts[-1]
    assert (name, act["digest"], act["by"]) == ("approve", appeal.digest, "approver-1")
    assert "Approved by approver-1" in (await browser.get(page)).text


async def test_each_sentence_shows_what_carries_it(desk: Desk) -> None:
    """Its facts with value, instant and a way to the timeline; one without a fact is marked."""
    play = drafted()
    play.edit("submit-appeal", f"{play.task('submit-appeal').id} is a word of nobody's record.")
    order, browser = desk.add(play), desk.stand.browser()
    assert 'class="sentence bare"' in (await browser.get(f"/claims/{order}/approve")).text
    other = desk.add(drafted({"claim": {"order_id": "111-0000200-0000200"}}))
    html = (await browser.get(f"/claims/{other}/approve")).text
    carried = html.partition('id="carries-3"')[2].partition("</span></span></span>")[0]
    assert "1Z0000000300000199" in carried
    assert f'href="/claims/{other}#f' in carried
    assert 'aria-describedby="carries-3"' in html


async def test_an_edit_is_a_new_revision_shown_by_its_difference(desk: Desk) -> None:
    """What went and what came, word by word; a finding leads to its sentence."""
    play = drafted(findings=INSULT)
    order, browser = desk.add(play), desk.stand.browser(Role.AGENT)
    appeal, task = play.state.appeal, play.task("approve-appeal").id
    assert appeal
    text = appeal.text.replace("placed", "accepted").replace("\n", "\r\n")
    page, path = f"/claims/{order}/approve", f"/claims/{order}/tasks/{task}/edit"
    done = await sent(browser, page, path, text=text)
    assert done.headers["location"] == f"{page}?did=edit"
    assert play.state.appeal
    assert play.state.appeal.text == text.replace("\r\n", "\n")
    html = (await browser.get(done.headers["location"])).text
    assert "<del>placed.</del><ins>accepted.</ins>" in html
    assert 'href="#s1"' in html
    assert "Your text is saved" in html


async def test_a_text_that_needs_no_approval_leads_to_its_handing_in(desk: Desk) -> None:
    """The page for the text is no dead end."""
    play = drafted()
    order, browser = desk.add(play), desk.stand.browser()
    page = (await browser.get(f"/claims/{order}/approve")).text
    assert f'href="/claims/{order}/tasks/{play.task("submit-appeal").id}/hand-in"' in page
    assert f"/claims/{order}/tasks/{play.task('submit-appeal').id}/approve" not in page


async def test_who_approves_what_became_another_text_is_shown_it(desk: Desk) -> None:
    """Nothing is approved; who wrote it, what changed, and their own words stand on the page."""
    play = drafted(findings=INSULT)
    order, browser = desk.add(play), desk.stand.browser()
    appeal, task = play.state.appeal, play.task("approve-appeal").id
    assert appeal
    path = f"/claims/{order}/tasks/{task}/approve"
    hidden = form_in((await browser.get(f"/claims/{order}/approve")).text, path)
    play.edit("approve-appeal", appeal.text.replace("placed", "accepted"), by="agent-2")
    stale = await browser.post(path, data={**hidden, "despite": "I asked the shop."})
    assert stale.status_code == 409
    assert "Revision 2 was written by agent-2 meanwhile." in stale.text
    assert "<ins>accepted." in stale.text
    assert "I asked the shop." in stale.text
    assert play.state.appeal
    assert play.state.appeal.approved_by is None
    part = await browser.post(path, data=hidden, headers={"HX-Request": "true"})
    assert part.status_code == 409
    assert "<html" not in part.text
    news = await browser.get(f"/claims/{order}/approve?read={appeal.digest}")
    assert "The text is not the one that you read" in news.text


async def test_nobody_writes_over_what_they_have_not_read(desk: Desk) -> None:
    """The second of two editors keeps their whole text, and may save it after they were told."""
    play = drafted(findings=BLOCKED)
    order, browser = desk.add(play), desk.stand.browser()
    task = play.task("approve-appeal").id
    path = f"/claims/{order}/tasks/{task}/edit"
    hidden = form_in((await browser.get(f"/claims/{order}/approve")).text, path)
    play.edit("approve-appeal", "The first editor's text. " * 20, by="agent-2")
    mine = "Mine, with <b>markup</b>\n\nand a second line."
    stale = await browser.post(path, data={**hidden, "text": mine})
    assert stale.status_code == 409
    assert mine in unescape(stale.text)
    now = play.task("approve-appeal").id
    again = f"/claims/{order}/tasks/{now}/edit"
    done = await browser.post(again, data={**form_in(stale.text, again), "text": mine})
    assert done.status_code == 303
    assert play.state.appeal
    assert play.state.appeal.text == mine


async def test_two_editors_at_one_instant_write_over_nobody(desk: Desk) -> None:
    """The claim itself judges by what each had read: the second one is shown the first one's text."""
    play = drafted(findings=BLOCKED)
    order, browser = desk.add(play), desk.stand.browser()
    path = f"/claims/{order}/tasks/{play.task('approve-appeal').id}/edit"
    hidden = form_in((await browser.get(f"/claims/{order}/approve")).text, path)
    forms = ({**hidden, "key": each, "text": f"The text of {each}. " * 20} for each in "ab")
    answers = await asyncio.gather(*(browser.post(path, data=form) for form in forms))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    (_, act), *more = desk.calls.acts
    assert act["read"] == hidden["read"]
    assert more == []


async def test_a_rejection_says_why(desk: Desk) -> None:
    """Without a reason it is none; with one the text has to be written anew."""
    play = drafted(findings=BLOCKED)
    order, browser = desk.add(play), desk.stand.browser()
    page = f"/claims/{order}/approve"
    path = f"/claims/{order}/tasks/{play.task('approve-appeal').id}/reject"
    assert (await sent(browser, page, path)).status_code == 422
    assert (await sent(browser, page, path, why="The date is wrong.")).status_code == 303
    html = (await browser.get(page)).text
    assert "Write the appeal anew" in html
    assert f"{path.removesuffix('reject')}approve" not in html


async def test_a_text_that_is_being_checked_asks_for_nothing_yet(desk: Desk) -> None:
    """The page looks again by itself, unless a pause holds the check."""
    play = drafted(findings=BLOCKED)
    order, browser = desk.add(play), desk.stand.browser()
    assert play.state.appeal
    unchecked = play.state.appeal.model_copy(update={"unchecked": True})
    play.state = play.state.model_copy(update={"appeal": unchecked})
    page = f"/claims/{order}/approve"
    html = (await browser.get(page)).text
    assert 'hx-trigger="every 3s"' in html
    assert "/tasks/approve-appeal/approve" not in html
    play.state = play.state.model_copy(update={"paused": True})
    html = (await browser.get(page)).text
    assert "checked when it goes on" in html
    assert "every 3s" not in html


async def test_a_claim_without_a_text_has_no_page_for_it(desk: Desk) -> None:
    """404 in one line, not an empty page."""
    order = desk.add(Play())
    answer = await desk.stand.browser().get(f"/claims/{order}/approve")
    assert (answer.status_code, "has no text yet" in answer.text) == (404, True)


# Handing in -----------------------------------------------------------------------------------------


async def test_a_hand_in_is_the_text_and_a_receipt(desk: Desk) -> None:
    """The receipt stops the clock; the page holds the text to the letter; then it is to be read only."""
    play = drafted()
    order, browser = desk.add(play), desk.stand.browser(Role.AGENT)
    appeal, task = play.state.appeal, play.task("submit-appeal").id
    assert appeal
    page = f"/claims/{order}/tasks/{task}/hand-in"
    html = (await browser.get(page)).text
    assert f"{appeal.text}</textarea>" in unescape(html)
    assert f'value="{order}" readonly' in html
    done = await sent(browser, page, f"/claims/{order}/tasks/{task}/done", receipt="R-2030-17")
    assert done.status_code == 303
    assert play.clock().stopped_at == play.now
    html = (await browser.get(page)).text
    for said in ("This was handed in.", "R-2030-17", "by approver-1", appeal.digest, appeal.text):
        assert said in unescape(html)
    assert not re.search(r"<(textarea|button)[^>]*(readonly|data-copy)", html)
    assert "/done" not in html
    assert (await browser.get(page.replace(task, "submit-appeal-9"))).status_code == 404


async def test_a_hand_in_that_a_decision_ended_asks_for_no_receipt(desk: Desk) -> None:
    """It says how it ended."""
    play = drafted()
    order, task = desk.add(play), play.task("submit-appeal").id
    play.decided("denied")
    html = (await desk.stand.browser().get(f"/claims/{order}/tasks/{task}/hand-in")).text
    assert "Nothing is left to hand in here: ended by the decision: denied." in html
    assert "/done" not in html


async def test_tasks_are_in_the_order_in_which_they_end(desk: Desk) -> None:
    """The oldest is not the first; one without an end comes last."""
    play = Play().to(HOUR).reply("hostile").asked(3 * DAY).reply("question")
    order = desk.add(play)
    html = (await desk.stand.browser().get(f"/claims/{order}")).text
    found = re.findall(r'id="task-([a-z-]+)-title"', html)
    assert found == ["answer-buyer", "answer-information", "read-reply"]


async def test_a_decided_claim_offers_nothing_that_it_refuses(desk: Desk) -> None:
    """No pause, no step to leave out, no clock that does not run; what completes its record is there."""
    order = desk.add(Play().to(HOUR).decided("withdrawn"))
    html = (await desk.stand.browser().get(f"/claims/{order}")).text
    forms = {path.rpartition("/")[2] for path in ACTION.findall(html)}
    assert forms.isdisjoint({"pause", "resume", "skip", "due"})
    assert {"amend", "refunded", "evidence", "decide", "reply-with-photos"} <= forms


async def test_a_packet_that_was_replaced_may_have_been_posted(desk: Desk) -> None:
    """Its page says so and leads to the new one; the receipt of what was posted counts all the same."""
    play = drafted()
    order, browser = desk.add(play), desk.stand.browser(Role.AGENT)
    task, appeal = play.task("submit-appeal").id, play.state.appeal
    assert appeal
    page = f"/claims/{order}/tasks/{task}/hand-in"
    assert "has replaced this one" not in (await browser.get(page)).text
    play.reply("other", text="It arrived broken.")
    html = (await browser.get(page)).text
    assert "has replaced this one" in html
    assert appeal.digest in html
    new = play.task("submit-appeal").id
    assert new != task
    assert f"/tasks/{new}/hand-in" in html
    done = await sent(browser, page, f"/claims/{order}/tasks/{task}/done", receipt="R-1")
    assert done.status_code == 303
    (posted,) = play.facts("appeal_submitted")[-1:]
    assert posted.data["digest"] == appeal.digest


async def test_a_letter_is_handed_in_like_an_appeal(desk: Desk) -> None:
    """Its draft is there to copy, with a word about the brackets."""
    play = Play().to(2 * DAY)
    play.asked(5 * DAY)
    order = desk.add(play)
    html = (
        await desk.stand.browser().get(f"/claims/{order}/tasks/answer-information/hand-in")
    ).text
    assert "the order was placed" in html
    assert "Fill in the brackets" in html


async def test_a_refund_tells_its_cost_before_it_is_recorded(desk: Desk) -> None:
    """Also what an order with proof gives up; after the whole refund there is nothing to warn of."""
    play = Play(PROVEN).to(HOUR)
    order, browser = desk.add(play), desk.stand.browser(Role.AGENT)
    html = (await browser.get(f"/claims/{order}")).text
    form = html.partition('id="refund"')[2].partition("</details>")[0]
    assert "counts against the order defect rate" in form
    assert "Refunding gives that up" in form
    assert 'name="knows" value="yes" required' in form
    path = f"/claims/{order}/refunded"
    refused = await sent(browser, f"/claims/{order}", path, amount="99.00")
    assert refused.status_code == 409
    assert 'value="99.00"' in refused.text
    assert (await sent(browser, f"/claims/{order}", path, amount="58.00")).status_code == 303
    assert play.state.refunded_total == 58
    assert 'id="refund"' not in (await browser.get(f"/claims/{order}")).text


# The claim ------------------------------------------------------------------------------------------


def asked() -> dict[str, Play]:
    """A claim for each kind of task that has a form of its own, by what stands on its page."""
    handed = drafted()
    wants = Play().to(3 * HOUR)
    wants.reply("question", "wants_refund", text="Where is my refund?")
    lost = Play(sends=["unknown"]).to(2 * DAY)
    return {
        'value="not-sent"': lost,
        'href="#amend"': Play(INCOMPLETE).to(HOUR),
        'href="#refund"': Play(NEVER_SHIPPED).to(HOUR),
        "Answer the buyer": wants,
        "/hand-in": handed,
    }


@pytest.mark.parametrize("shown", asked())
async def test_a_task_shows_what_can_be_done_about_it(desk: Desk, shown: str) -> None:
    """No task is a dead end."""
    order = desk.add(asked()[shown])
    page = await desk.stand.browser().get(f"/claims/{order}")
    tasks = page.text.partition('id="tasks"')[2].partition("</section>")[0]
    assert shown in tasks


@pytest.mark.parametrize(("language", "words"), [("en", "for the buyer"), ("zh", "对买家有利")])
async def test_for_whom_photos_speak_is_chosen(desk: Desk, language: str, words: str) -> None:
    """In the reader's words; what is sent is the engine's own word."""
    play = Play().to(HOUR).reply("photos", photos=1)
    order, task = desk.add(play), play.task("review-photos").id
    browser = desk.stand.browser()
    html = (await browser.get(f"/claims/{order}?lang={language}")).text
    card = html.partition(f'id="task-{task}"')[2].partition("</article>")[0]
    assert f'<option value="harms">{words}</option>' in card
    assert "`" not in card
    await browser.post(f"/claims/{order}/tasks/{task}/done", data={"receipt": "harms"})
    assert "harms" in str(desk.calls.acts[-1])


@pytest.mark.parametrize(("language", "words"), [("en", "by a person"), ("zh", "渠道：人工提交")])
async def test_a_channel_is_said_in_words(desk: Desk, language: str, words: str) -> None:
    """By whom an appeal went, in the timeline."""
    play = drafted()
    order = desk.add(play.done("submit-appeal", "A1"))
    html = (await desk.stand.browser().get(f"/claims/{order}?lang={language}")).text
    assert words in html
    assert "operator" not in html.partition('class="timeline"')[2]


async def test_what_became_of_a_send_is_said_with_a_button(desk: Desk) -> None:
    """Its receipt is a word of the engine's, which nobody has to know."""
    play = Play(sends=["unknown"]).to(2 * DAY)
    order, browser = desk.add(play), desk.stand.browser(Role.AGENT)
    path = f"/claims/{order}/tasks/{play.task('settle-send').id}/done"
    done = await sent(browser, f"/claims/{order}", path, receipt="sent")
    assert done.status_code == 303
    assert "deescalate" in play.sent()


async def test_a_claim_is_completed_by_its_form(desk: Desk) -> None:
    """Only what was changed is sent; nothing changed is said to be nothing."""
    play = Play(INCOMPLETE).to(HOUR)
    order, browser = desk.add(play), desk.stand.browser(Role.AGENT)
    page, path = f"/claims/{order}", f"/claims/{order}/amend"
    assert (await sent(browser, page, path)).status_code == 422
    given = {"claim.reason": "damaged", "buyer.relay": "x1@marketplace.amazon.com"}
    done = await sent(browser, page, path, **given, **{"shipment.carrier": "UPS"})
    assert done.status_code == 303
    assert desk.calls.acts[-1][1]["values"] == {
        "claim": {"reason": "damaged"},
        "buyer": {"relay": "x1@marketplace.amazon.com"},
    }
    assert play.state.file.missing == ()


async def test_an_instant_is_given_in_the_readers_own_zone(desk: Desk) -> None:
    """As a page shows instants, so it takes them."""
    play = Play().to(HOUR)
    order, browser = desk.add(play), desk.stand.browser(Role.AGENT)
    browser.cookies.set("atoz-zone", "Europe/Berlin")
    path = f"/claims/{order}/due"
    given = {"clock": "response", "due": "2026-09-14T11:00", "why": "as stated"}
    assert (await sent(browser, f"/claims/{order}", path, **given)).status_code == 303
    assert play.clock().due.isoformat() == "2026-09-14T09:00:00+00:00"
    wrong = await sent(browser, f"/claims/{order}", path, **{**given, "due": "tomorrow"})
    assert (wrong.status_code, "is no instant" in wrong.text) == (422, True)


async def test_others_words_are_told_with_who_told_them(desk: Desk) -> None:
    """A decision and an information request, each once however often the form is sent."""
    play = drafted()
    order, browser = desk.add(play), desk.stand.browser(Role.AGENT)
    page = f"/claims/{order}"
    path = f"{page}/request-information"
    hidden = form_in((await browser.get(page)).text, path)
    for _ in range(2):
        assert (await browser.post(path, data=hidden)).status_code == 303
    assert len(play.facts("information_requested")) == 1
    path = f"{page}/decide"
    assert (await sent(browser, page, path)).status_code == 422
    done = await sent(browser, page, path, status="denied", odr_counts="no")
    assert done.status_code == 303
    (fact,) = play.facts("decision_received")
    assert (fact.data["status"], fact.data["odr_counts"], fact.data["by"]) == (
        "denied",
        False,
        "approver-1",
    )


async def test_a_decision_that_replaces_another_says_why(desk: Desk) -> None:
    """Without a word it is refused and kept; with one it is recorded."""
    play = drafted()
    order, browser = desk.add(play), desk.stand.browser(Role.AGENT)
    page, path = f"/claims/{order}", f"/claims/{order}/decide"
    assert (await sent(browser, page, path, status="denied")).status_code == 303
    refused = await sent(browser, page, path, status="order_cancelled")
    assert (refused.status_code, "does not follow" in refused.text) == (409, True)
    why = "I read the wrong line."
    done = await sent(browser, page, path, status="order_cancelled", replaces=why)
    assert done.status_code == 303
    assert play.facts("decision_received")[-1].data["why"] == why


async def test_the_line_shows_how_each_step_stands_and_why(desk: Desk) -> None:
    """Marks, words and the engine's own reasons; a pause holds what is to come."""
    play = Play().to(2 * DAY)
    order, browser = desk.add(play), desk.stand.browser()
    html = (await browser.get(f"/claims/{order}")).text
    found = re.findall(r'<li class="step (\w+)"', html)
    assert found == ["done", "next", "later"]
    assert "The playbook plans it 3 d after the claim arrived" in html
    assert "It waits for its time. Planned for <time" in html
    assert ".," not in html
    page = f"/claims/{order}"
    assert (await sent(browser, page, f"{page}/pause", why="They came.")).status_code == 303
    html = (await browser.get(f"/claims/{order}")).text
    assert re.findall(r'<li class="step (\w+)"', html) == ["done", "held", "held"]
    path = f"/claims/{order}/skip"
    done = await sent(browser, f"/claims/{order}", path, step="request-photos", why="They came.")
    assert done.status_code == 303
    drawn = await browser.get(f"/claims/{order}/playbook.svg")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert "sandbox" in drawn.headers["content-security-policy"]


SKIPPING = {
    "deescalate": "The buyer does not get the message of this step.",
    "request-photos": "The buyer does not get the message of this step.",
    "appeal": "This step hands in no appeal.",
}
"""What the steps of the documented playbook would have done."""


async def test_a_page_says_what_leaving_a_step_out_costs(desk: Desk) -> None:
    """Each says what does not come then; only behind the appeal a person has to answer, and by when."""
    play = Play().to(HOUR)
    order, browser = desk.add(play), desk.stand.browser()
    html = unescape((await browser.get(f"/claims/{order}")).text)
    for step, cost in SKIPPING.items():
        part = html.partition(f'id="skip-{step}"')[2].partition("</details>")[0]
        assert cost in part
        assert 'name="knows"' in part
        assert ("has to answer the claim" in part) == (step == "appeal")
    await sent(browser, f"/claims/{order}", f"/claims/{order}/skip", step="appeal", why="Mine.")
    assert play.task("handle-claim").due == play.clock().due


@pytest.mark.parametrize("act", ["pause", "skip", "due"])
@pytest.mark.parametrize("why", ["", "  \n"])
async def test_a_page_takes_no_override_without_a_reason(desk: Desk, act: str, why: str) -> None:
    """The command and the API may leave it out; a person at a page is asked, beside the field."""
    play = Play().to(HOUR)
    order, browser = desk.add(play), desk.stand.browser()
    known = {"step": "appeal", "clock": "response", "due": "2026-09-20T09:00", "why": why}
    refused = await browser.post(f"/claims/{order}/{act}", data=known)
    assert refused.status_code == 422
    assert "whoever comes next needs to know" in refused.text
    assert 'data-field="why"' in refused.text
    assert not play.facts("overridden") + play.facts("paused")


async def test_claims_are_paused_together_with_a_reason(desk: Desk) -> None:
    """One for all of them; without it none is."""
    play = Play().to(HOUR)
    order, browser = desk.add(play), desk.stand.browser()
    refused = await browser.post("/queue/needs-you/pause", data={"chosen": order})
    assert refused.status_code == 422
    assert not play.state.paused


async def test_a_file_says_why_it_is_there(desk: Desk) -> None:
    """Where somebody said so."""
    play = Play().to(HOUR)
    order, browser = desk.add(play), desk.stand.browser()
    file = {"file": ("note.txt", b"Weighed: 1.2 kg", "text/plain")}
    why = {"why": "The packer's own note."}
    done = await browser.post(f"/claims/{order}/evidence", data=why, files=file)
    assert done.status_code == 303
    assert play.facts("evidence_added")[0].data["why"] == why["why"]
    assert "The packer&#39;s own note." in (await browser.get(f"/claims/{order}")).text


@pytest.mark.parametrize("role", list(Role))
async def test_a_page_has_the_forms_that_a_role_allows(desk: Desk, role: Role) -> None:
    """And says of each other one which role it needs."""
    order = desk.add(drafted(findings=BLOCKED))
    browser = desk.stand.browser(role)
    html = "".join(
        [(await browser.get(f"/claims/{order}{page}")).text for page in ("", "/approve")]
    )
    acts = {path.rpartition("/")[2] for path in ACTION.findall(html)}
    names = {"evidence": "add-evidence", "reply-with-photos": "reply"}
    assert all(permitted(role, names.get(act, act)) for act in acts)
    assert ("approve" in acts) == permitted(role, "approve")
    for act in ("approve", "edit", "decide"):
        needed = f"needs the role {LEAST[act]}"
        assert permitted(role, act) or needed in html


async def test_every_form_of_a_page_is_guarded_and_sent_once(desk: Desk) -> None:
    """Each has the token of the session and a key of its own."""
    order = desk.add(drafted(findings=BLOCKED))
    for page in ("", "/approve"):
        html = (await desk.stand.browser().get(f"/claims/{order}{page}")).text
        forms = [form_in(html, path) for path in ACTION.findall(html)]
        assert forms
        assert all(form["csrf"] and form["key"] for form in forms)
        assert len({form["key"] for form in forms}) > 1
        for forbidden in ("<script>", " onclick", " onload", " style=", "<style", "javascript:"):
            assert forbidden not in html


async def test_htmx_is_led_on_by_a_header(desk: Desk) -> None:
    """It swaps nothing: the page that follows is loaded whole, with fresh keys."""
    order, browser = desk.add(Play()), desk.stand.browser()
    path = f"/claims/{order}/pause"
    said = {"key": "k1", "why": "The buyer calls."}
    done = await browser.post(path, data=said, headers={"HX-Request": "true"})
    assert (done.status_code, done.headers["hx-redirect"]) == (204, f"/claims/{order}?did=pause")
    assert "The claim is paused" in (await browser.get(done.headers["hx-redirect"])).text
    assert "<b>" not in (await browser.get(f"/claims/{order}?did=<b>")).text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "only where the checks find something"),
        ({"findings": BLOCKED}, "since one was asked for before"),
        ({"two_person_approval": True}, "of an approver who did not write it"),
        ({"findings": BLOCKED, "two_person_approval": True}, "Whoever wrote it may not give it"),
    ],
)
async def test_a_page_says_whose_yes_an_edit_needs(
    desk: Desk, more: dict[str, Any], said: str
) -> None:
    """Before somebody writes it."""
    order = desk.add(drafted(after=4 * DAY + HOUR, **more))
    html = unescape((await desk.stand.browser().get(f"/claims/{order}/approve")).text)
    assert said in html


# Nothing typed is lost ------------------------------------------------------------------------------

LONG = "A long reason.\n" * 30


async def test_what_was_typed_outlives_a_worker_that_is_gone(desk: Desk) -> None:
    """The page says so and holds it, under the same key; sent again it acts once."""
    play = Play().to(HOUR)
    order, browser = desk.add(play), desk.stand.browser()
    path = f"/claims/{order}/pause"
    hidden = form_in((await browser.get(f"/claims/{order}")).text, path)
    desk.calls.fault = NoWorker()
    down = await browser.post(path, data={**hidden, "why": LONG})
    assert (down.status_code, down.headers["retry-after"]) == (503, "5")
    assert f"{LONG}</textarea>" in unescape(down.text)
    assert form_in(down.text, path) == hidden
    desk.calls.fault = None
    for _ in range(2):
        assert (await browser.post(path, data={**hidden, "why": LONG})).status_code == 303
    assert len(play.facts("paused")) == 1


async def test_what_was_typed_outlives_the_session(desk: Desk) -> None:
    """A stranger by now, they see their words and the way to the login; it is sent when they are back."""
    order, browser = desk.add(Play()), desk.stand.browser()
    path = f"/claims/{order}/pause"
    hidden = form_in((await browser.get(f"/claims/{order}")).text, path)
    gone = await desk.stand.client().post(path, data={**hidden, "why": LONG})
    assert gone.status_code == 401
    assert LONG in unescape(gone.text)
    assert hidden["csrf"] not in gone.text
    assert f'href="/login?next=/claims/{order}"' in gone.text
    assert "hidden>Send it again</button>" in gone.text


async def test_what_was_typed_outlives_a_token_of_another_session(desk: Desk) -> None:
    """Whoever logged in again in another tab sends it from the page that says so."""
    order, browser = desk.add(Play()), desk.stand.browser()
    browser.headers.pop("X-CSRF-Token")
    path = f"/claims/{order}/pause"
    refused = await browser.post(path, data={"csrf": "of before", "key": "k", "why": LONG})
    assert refused.status_code == 403
    assert LONG in unescape(refused.text)
    done = await browser.post(path, data={**form_in(refused.text, path), "why": LONG})
    assert done.status_code == 303


def test_secrets_are_never_given_back() -> None:
    """Neither a password nor the token of a form."""
    typed = Typed(
        (("name", "approver-1"), ("password", "a secret of mine"), ("csrf", "c"), ("key", "k"))
    )
    assert typed.given_back == (("name", "approver-1"),)


async def test_an_erasure_names_the_order_and_needs_a_claim_that_is_over(desk: Desk) -> None:
    """The form stands where nothing runs any more; the wrong order erases nothing."""
    order, browser = desk.add(Play()), desk.stand.browser()
    assert 'id="erase"' not in (await browser.get(f"/claims/{order}")).text
    wrong = await browser.post(f"/claims/{order}/erase", data={"order_id": "111"})
    assert (wrong.status_code, "nothing brings" in wrong.text) == (422, True)
    asked = await browser.post(f"/claims/{order}/erase", data={"order_id": order})
    assert asked.status_code == 409


async def test_what_outsiders_wrote_stays_text(desk: Desk) -> None:
    """In the timeline, in the text and its facts, and where an error gives it back."""
    hostile = '"><script>alert(1)</script>{{ 7*7 }}'
    play = Play({"claim": {"buyer_comment": hostile}}).to(5 * DAY)
    play.reply("other", text=hostile)
    order, browser = desk.add(play), desk.stand.browser()
    pages = [(await browser.get(f"/claims/{order}{page}")).text for page in ("", "/approve")]
    pages.append((await browser.post(f"/claims/{order}/due", data={"due": hostile})).text)
    for page in pages:
        assert "<script>alert" not in page
        assert "alert(1)" in page
    assert ARRIVED + timedelta(days=5) == play.now


async def test_a_long_mail_is_read_to_its_last_word(desk: Desk) -> None:
    """Where others stand around it, it is cut; behind its link lie all its hundred thousand signs."""
    play = Play().to(HOUR)
    order, browser = desk.add(play), desk.stand.browser(Role.AGENT)
    text = "It <b>never</b> came. شكرا " * 4_000 + "The very last word."
    path = f"/claims/{order}/reply-with-photos"
    done = await sent(browser, f"/claims/{order}", path, text=text)
    assert done.headers["location"] == f"/claims/{order}?did=reply"
    html = (await browser.get(f"/claims/{order}")).text
    assert "The very last word." not in html
    (fact,) = play.facts("reply_received")
    link = f"/claims/{order}/mails/{fact.id}"
    assert f'href="{link}"' in html
    whole = (await browser.get(link)).text
    assert text in unescape(whole)
    assert "<b>never" not in whole
    assert (await browser.get(f"/claims/{order}/mails/f1")).status_code == 404


# Over -----------------------------------------------------------------------------------------------


async def test_a_task_of_an_archived_claim_has_no_form(desk: Desk) -> None:
    """It was left open; what could only fail is not offered, and no time runs on."""
    play = Play().to(HOUR).reply("question").to(26 * HOUR)
    desk.add(play)
    order, browser = await desk.cleared().archive(play), desk.stand.browser()
    for language, said in (
        ("en", "left open when the claim was archived"),
        ("zh", "归档时此任务仍未完成"),
    ):
        page = (await browser.get(f"/claims/{order}?lang={language}")).text
        cards = page.partition('id="tasks"')[2].partition("</section>")[0]
        assert cards.count(said) == len(play.open_tasks()) == 2
        assert "<form" not in cards
        assert "badge" not in cards
        assert ACTION.findall(page) == [f"/claims/{order}/erase"]
