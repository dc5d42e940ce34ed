"""Playbooks, what if and the desk, over claims in memory: what a person sees and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from atoz.claims.base import instant_text
from atoz.harness.samples import sample_cases
from atoz.service import queues
from atoz.service.policy import Role
from tests.support.board_claims import Desk, drafted
from tests.support.cases import HOUR, Play


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A board with claims in memory."""
    return Desk(tmp_path)


async def test_every_playbook_is_listed_with_its_proof(desk: Desk) -> None:
    """The shipped ones all hold; each is drawn on its page, with a row for each marketplace."""
    browser = desk.stand.browser(Role.VIEWER)
    listed = (await browser.get("/playbooks")).text
    assert listed.count("holds, ") == 5
    page = (await browser.get("/playbooks/documented")).text
    assert page.count('data-label="Time left"') == len(desk.service.library.policies)
    drawing = await browser.get("/playbooks/documented/drawing.svg")
    assert drawing.headers["content-type"].startswith("image/svg+xml")
    assert "Ask for photos" in drawing.text


async def test_a_page_links_to_this_board_alone(desk: Desk) -> None:
    """Whatever address somebody was lured to: `//elsewhere` in a link would be another machine."""
    address = f"{desk.stand.place.address}//elsewhere.example/x"
    page = await desk.stand.browser().get(address)
    assert page.status_code == 404
    assert 'href="/elsewhere.example/x?lang=zh"' in page.text
    assert '"//' not in page.text


async def test_a_limit_that_is_too_short_is_told(desk: Desk) -> None:
    """The same words for a span that is none; nothing is lost of what was typed."""
    browser = desk.stand.browser(Role.VIEWER)
    short = (await browser.get("/playbooks/documented?limit=48h")).text
    assert "too late by" in short
    wrong = await browser.get("/playbooks/documented?limit=soon")
    assert wrong.status_code == 200
    assert "write a span like 1d" in wrong.text
    assert 'value="soon"' in wrong.text


@pytest.mark.parametrize("name", ["..", "..%2F..%2Fetc%2Fpasswd", "nothing", "policies"])
async def test_only_a_playbook_of_the_folder_is_opened(desk: Desk, name: str) -> None:
    """A path opens nothing."""
    answer = await desk.stand.browser().get(f"/playbooks/{name}/drawing.svg")
    assert answer.status_code == 404


async def test_a_reply_on_the_calendar_changes_the_course(desk: Desk) -> None:
    """What is new and what does not happen any more is said; the whole question stands in the address."""
    browser = desk.stand.browser(Role.VIEWER)
    at = sample_cases()["buyer-silent"].claim.notified_at
    day = f"{at:%Y-%m-}{at.day + 2:02}"
    page = (
        await browser.get(f"/what-if?case=buyer-silent&kind=reply-photos&day={day}&people=nobody")
    ).text
    assert f'name="e" value="{day}T12:00:00Z~reply-photos"' in page
    table = page.split('id="what-comes"')[1]
    assert "<strong>new</strong>" in table
    src = page.partition('src="/what-if/drawing.svg?')[2].partition('"')[0]
    drawing = await browser.get(f"/what-if/drawing.svg?{unescape(src)}")
    assert drawing.status_code == 200
    assert "svg" in drawing.text
    without = await browser.get(
        f"/what-if?case=buyer-silent&e={day}T12:00:00Z~reply-photos&drop=0&people=nobody"
    )
    assert "~reply-photos" not in without.text.partition("<main")[2]


async def test_what_comes_has_the_rows_of_a_timeline(desk: Desk) -> None:
    """A decision and the closing that it brings are one; nothing is left out."""
    browser = desk.stand.browser(Role.VIEWER)
    page = (await browser.get("/what-if?case=withdraws-after-first-mail")).text
    table = page.split('id="what-comes"')[1]
    decided = next(row for row in table.split("<tr") if "<strong>decision received" in row)
    assert '<span class="also">claim closed</span>' in decided
    assert "<strong>claim closed" not in table


async def test_a_running_claim_goes_on_from_where_it_stands(desk: Desk) -> None:
    """What was stays; an event of the past is refused in words; the claim itself is not touched."""
    order = desk.add(drafted())
    browser = desk.stand.browser(Role.VIEWER)
    page = (await browser.get(f"/what-if?order={order}")).text
    assert 'id="what-comes"' in page
    past = await browser.get(f"/what-if?order={order}&e=2020-01-01T12:00:00Z~pause")
    assert "is over: choose an instant from" in past.text
    assert 'id="drop-0"' in past.text
    assert desk.calls.acts == []


@pytest.mark.parametrize(
    ("language", "words"), [("en", "is over: choose an instant from"), ("zh", "已经过去：请选择")]
)
async def test_an_event_of_the_past_is_told_at_its_field(
    desk: Desk, language: str, words: str
) -> None:
    """The calendar and what stood on it before stay, and can be taken away."""
    play = drafted()
    order, browser = desk.add(play), desk.stand.browser(Role.VIEWER)
    before = f"{instant_text(play.now + HOUR)}~hand-in"
    asked = f"/what-if?order={order}&e={before}&kind=pause&add=yes&at=2020-01-01T12:00"
    page = (await browser.get(f"{asked}&lang={language}")).text
    told = page.partition('id="ask-at-wrong" role="alert"')[2].partition("</span>")[0]
    assert words in told
    assert "2020-01-01 12:00" in told
    assert 'id="what-comes"' in page
    assert f'name="e" value="{before}"' in page
    assert 'id="drop-0"' in page
    assert "~pause" not in page.partition("<main")[2]


async def test_a_day_of_the_calendar_is_in_order(desk: Desk) -> None:
    """What somebody put there stands among what happens, by its time."""
    at = sample_cases()["buyer-silent"].claim.notified_at
    page = (
        await desk.stand.browser(Role.VIEWER).get(
            f"/what-if?case=buyer-silent&e={instant_text(at + 10 * HOUR)}~pause"
        )
    ).text
    day = page.partition(f'datetime="{at:%Y-%m-%d}"')[2].partition('<time datetime="2')[0]
    assert day.index("claim received") < day.index("★")


async def test_no_case_speaks_for_a_running_claim(desk: Desk) -> None:
    """Its operators act in time unless something else is said; who is put on the calendar acts by hand."""
    play = drafted()
    order, browser = desk.add(play), desk.stand.browser(Role.VIEWER)
    page = (await browser.get(f"/what-if?order={order}&people=case")).text
    assert "as the case says" not in page
    assert '<option value="quick" selected>' in page
    assert "appeal handed in" in page.split('id="what-comes"')[1]
    nobody = (await browser.get(f"/what-if?order={order}&people=nobody")).text
    assert "<strong>appeal handed in</strong>" not in nobody.split('id="what-comes"')[1]
    by_hand = f"e={instant_text(play.now + HOUR)}~hand-in"
    acts = (await browser.get(f"/what-if?order={order}&people=nobody&{by_hand}")).text
    assert '<option value="hand" selected>' in acts
    assert "<strong>appeal handed in</strong>" in acts.split('id="what-comes"')[1]


async def test_time_left_counts_from_whoever_looks(desk: Desk) -> None:
    """A claim that nothing happened in tells the instant of its last change: hours may have gone by since."""
    play = drafted()
    order = desk.add(play)
    later = replace(desk.service, now=lambda: play.now + 2 * HOUR)
    known = {name: vars(desk.service)[name] for name in ("calls", "library", "store")}
    vars(later).update(known)
    vars(desk.stand.board)["service"] = later
    page = (await desk.stand.browser(Role.VIEWER).get(f"/claims/{order}")).text
    assert "1 d 22 h left" in page
    assert "2 d 0 h left" not in page


async def test_the_drawing_is_on_the_readers_calendar(desk: Desk) -> None:
    """In the zone that the browser told, with UTC in what the pointer shows."""
    browser = desk.stand.browser(Role.VIEWER)
    browser.cookies.set("atoz-zone", "Asia/Shanghai")
    drawing = (await browser.get("/what-if/drawing.svg?case=buyer-silent")).text
    assert "Asia/Shanghai" in drawing
    assert "Tue 08 Sep 2026 17:00 (2026-09-08 09:00 UTC): claim received" in drawing


@pytest.mark.parametrize(
    "asked",
    [
        "case=nothing",
        "case=buyer-silent&e=x",
        "case=buyer-silent&e=2026-09-09T10:00:00Z~x",
        "case=buyer-silent&day=x&kind=pause",
        "case=buyer-silent&add=yes&kind=pause",
        "case=buyer-silent&playbook=..%2Fx",
        "order=999-9999999-9999999",
        "order=%00",
    ],
)
async def test_a_question_that_makes_no_sense_is_told(desk: Desk, asked: str) -> None:
    """One line that says what to do, at the field where it belongs to one; the form stays."""
    answer = await desk.stand.browser(Role.VIEWER).get(f"/what-if?{asked}")
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text.partition("<main")[2]


async def test_an_empty_desk_says_so(desk: Desk) -> None:
    """No desk was ever needed: that is no error."""
    page = await desk.stand.browser(Role.VIEWER).get("/desk")
    assert page.status_code == 200
    assert "Nothing waits here" in page.text


@pytest.mark.parametrize("way", ["migrate", "revert"])
async def test_claims_are_moved_with_a_reason(desk: Desk, way: str) -> None:
    """It stands in the timeline of each; without one none is asked."""
    desk.add(Play().to(HOUR))
    data = {"sure": "yes", "why": " "}
    refused = await desk.stand.browser().post(f"/playbooks/documented/{way}", data=data)
    assert refused.status_code == 422
    assert "whoever comes next needs to know" in refused.text
    assert desk.calls.acts == []


async def test_an_urgent_row_whose_clock_has_time_says_that_a_task_is_due(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue goes by urgency first: without a word a row stood above those with less time left."""

    class Rows:
        async def rows(self, *_: object, **__: object) -> dict[str, Any]:
            return {
                "claims": [row(attention, left) for attention, left in seen],
                "next_page_token": None,
            }

    def row(attention: str, left: timedelta) -> dict[str, Any]:
        clock = {"name": "response", "due": instant_text(desk.stand.board.now() + left)}
        own = {"order_id": "111-0000102-0000102", "attention": attention, "clock": clock}
        return {**none, **own, "status": "under_review", "running": True}

    async def one(*_: object) -> int:
        return 1

    none = dict.fromkeys(
        ("marketplace", "reason", "step", "acted", "next_at", "paused_since", "ended")
    )
    monkeypatch.setattr(queues, "count", one)
    vars(desk.stand.board)["queues"] = Rows()
    seen = [("urgent", 43 * HOUR), ("urgent", 12 * HOUR), ("task", 41 * HOUR)]
    page = (await desk.stand.browser().get("/queue/needs-you")).text
    told = ["a task of it is due within a day" in row for row in page.split("<tr>")[2:]]
    assert told == [True, False, False]
    assert "then what is urgent" in page
