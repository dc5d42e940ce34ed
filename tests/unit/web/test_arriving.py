"""When something came, as a page and a program tell it: in whose zone, and what it cannot be."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from atoz.claims.base import instant_text
from tests.support.board_claims import Desk
from tests.support.cases import ARRIVED, DAY, HOUR, Play, due_in

ZONE = "America/Los_Angeles"
FORMS = ("reply-with-photos", "decide", "request-information")
SAID: dict[str, dict[str, str]] = {
    "reply": {"text": "When does it come?"},
    "decide": {"status": "denied"},
    "request-information": {},
}
"""What a program tells, but for when it came."""


@pytest.fixture
def play(board: Desk) -> Play:
    """A claim of Tuesday 11:00 in Los Angeles, on Monday at the same hour."""
    play = Play(due_in(20 * DAY)).to(6 * DAY)
    board.cleared().add(play)
    return play


def reader(board: Desk) -> httpx2.AsyncClient:
    """A browser in Los Angeles."""
    browser = board.stand.browser()
    browser.cookies.set("atoz-zone", ZONE)
    return browser


def page_of(play: Play) -> str:
    """Where the claim is shown."""
    return f"/claims/{play.state.file.claim.order_id}"


async def test_the_forms_ask_when_it_arrived_and_name_the_zone(board: Desk, play: Play) -> None:
    """The reader's own, beside each of the three."""
    html = (await reader(board).get(page_of(play))).text
    assert html.count("When it arrived") == len(FORMS)
    assert html.count("Left empty, it came just now. Your time zone: America/Los_Angeles.") == 3


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_takes_the_readers_own_time(board: Desk, play: Play, form: str) -> None:
    """Saturday 09:00 in Los Angeles, typed in on Monday; an empty field is now."""
    browser = reader(board)
    fields = {"text": "When?", "status": "denied", "arrived_at": "2026-09-12T09:00"}
    done = await browser.post(f"{page_of(play)}/{form}", data=fields)
    assert done.status_code == 303
    [came] = [f for f in play.state.facts if "arrived_at" in f.data]
    assert (came.data["arrived_at"], came.at) == ("2026-09-12T16:00:00Z", play.now)
    assert came.data["by"] == "approver-1"
    html = (await browser.get(page_of(play))).text
    assert "arrived 2026-09-12 09:00" in html


async def test_an_empty_field_is_now(board: Desk, play: Play) -> None:
    """As it always was."""
    fields = {"text": "When?", "arrived_at": ""}
    await board.stand.browser().post(f"{page_of(play)}/reply-with-photos", data=fields)
    assert "arrived_at" not in play.facts("reply_received")[0].data


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("2026-09-14T12:00", "It cannot have come at 2026-09-14 12:00: it is 2026-09-14 11:00 now"),
        ("2026-09-08T10:58", "the claim itself came at 2026-09-08 11:00"),
        ("2026-09-31", "write it like 2026-09-08 11:00"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field(
    board: Desk, play: Play, at: str, why: str
) -> None:
    """Nothing is recorded, and what was typed stays."""
    before = play.state.facts_recorded
    fields = {"text": "When?", "arrived_at": at}
    browser = reader(board)
    refused = await browser.post(f"{page_of(play)}/reply-with-photos", data=fields)
    assert refused.status_code == 422
    assert why.lower() in re.sub(r"<[^>]+>", "", refused.text).lower()
    assert f'value="{at}"' in refused.text
    assert play.state.facts_recorded == before


async def test_it_is_said_in_chinese(board: Desk, play: Play) -> None:
    """The reason, too."""
    browser = reader(board)
    fields = {"text": "When?", "arrived_at": "2026-09-14T12:00"}
    refused = await browser.post(f"{page_of(play)}/reply-with-photos?lang=zh", data=fields)
    assert "不可能在" in refused.text


@pytest.mark.parametrize("act", SAID)
async def test_a_program_says_when_it_came(board: Desk, play: Play, act: str) -> None:
    """With its zone; the answer repeats it in UTC."""
    api = board.stand.client(headers=board.stand.token())
    body = {**SAID[act], "arrived_at": "2026-09-12T18:00:00+02:00"}
    told = await api.post(f"/api{page_of(play)}/{act}", json=body)
    assert told.status_code == 200
    assert told.json()["arrived_at"] == "2026-09-12T16:00:00Z"
    [came] = [f for f in play.state.facts if "arrived_at" in f.data]
    assert came.came_at == datetime.fromisoformat("2026-09-12T16:00:00Z")


@pytest.mark.parametrize("act", SAID)
@pytest.mark.parametrize("ahead", [timedelta(minutes=2), -7 * DAY])
async def test_a_program_is_refused_like_anybody(
    board: Desk, play: Play, act: str, ahead: timedelta
) -> None:
    """Neither what lies ahead nor what lies before the claim is taken."""
    api = board.stand.client(headers=board.stand.token())
    body: dict[str, Any] = {**SAID[act], "arrived_at": instant_text(play.now + ahead)}
    told = await api.post(f"/api{page_of(play)}/{act}", json=body)
    assert (told.status_code, told.json()["code"]) == (422, "bad-input")
    assert told.json()["errors"][0]["path"] == "arrived_at"


async def test_no_decision_comes_before_the_one_that_it_replaces(board: Desk, play: Play) -> None:
    """Who finds an older notice on his desk changes nothing by it."""
    api = board.stand.client(headers=board.stand.token())
    path = f"/api{page_of(play)}/decide"
    first = {"status": "granted_seller_funded", "arrived_at": instant_text(ARRIVED + 4 * DAY)}
    assert (await api.post(path, json=first)).status_code == 200
    older = {"status": "withdrawn", "arrived_at": instant_text(ARRIVED + 3 * DAY)}
    refused = await api.post(path, json=older)
    assert refused.status_code == 422
    assert "takes the place of no later one" in refused.json()["detail"]


async def test_a_request_that_is_due_already_is_recorded(board: Desk, play: Play) -> None:
    """It came on Saturday, was due on Sunday, and is typed in on Monday: that was missed."""
    api = board.stand.client(headers=board.stand.token())
    path = f"/api{page_of(play)}/request-information"
    body = {"due": instant_text(ARRIVED + 5 * DAY), "arrived_at": instant_text(ARRIVED + 4 * DAY)}
    assert (await api.post(path, json={"due": body["due"]})).status_code == 422
    assert (await api.post(path, json=body)).status_code == 200
    assert play.clock("information_request").missed
    early = {**body, "arrived_at": instant_text(ARRIVED + 5 * DAY + HOUR)}
    refused = await api.post(path, json=early)
    assert "behind the instant" in refused.json()["detail"]
