"""What if over the API: the same timeline as the command's, within bounds, and never on the event loop."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from atoz.claims.base import instant_text
from atoz.harness import bounds
from atoz.harness.bounds import Bounds
from atoz.harness.play import simulated
from atoz.service.claim_files import read_case
from atoz.service.policy import Role
from atoz.web import simulations
from atoz.web.api import simulate
from tests.support.board_claims import Desk, drafted
from tests.support.cases import DAY, HOUR, Play

REPLY = {"type": "buyer_reply", "message_id": "<r@x>", "text": "", "intents": ["question"]}


def program(desk: Desk) -> httpx2.AsyncClient:
    """A program that may only look: a simulation touches nothing."""
    return desk.stand.client(headers=desk.stand.token(Role.VIEWER))


def sample(root: Path, **changes: Any) -> dict[str, Any]:
    """A case of the samples."""
    text = (root / "samples" / "cases" / "buyer-silent.json").read_text("utf-8")
    return {**json.loads(text), **changes}


async def test_a_case_is_played_as_the_command_plays_it(desk: Desk, root: Path) -> None:
    """One engine, one document; nothing of it had happened before."""
    case = sample(root)
    answer = await program(desk).post("/api/simulate", json={"case": case})
    played = simulated(desk.stand.board.settings, read_case(json.dumps(case).encode()))
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"simulated_from": None, **played.document}


async def test_what_else_happens_is_added_to_a_case(desk: Desk, root: Path) -> None:
    """Its own events stay; who works on it may be another."""
    case = sample(root)
    at = case["claim"]["notified_at"]
    more = {"events": [{**REPLY, "at": at}], "operator": {}}
    answer = await program(desk).post("/api/simulate", json={"case": case, **more})
    kinds = [entry["kind"] for entry in answer.json()["timeline"]]
    assert "reply_received" in kinds
    assert "appeal_submitted" not in kinds
    assert "deadline_missed" in kinds


async def test_a_running_claim_goes_on_from_where_it_stands(desk: Desk) -> None:
    """What happened comes first; the claim is not touched."""
    play = drafted()
    order, happened = desk.add(play), len(play.state.facts)
    events = [{"type": "decision", "at": instant_text(play.now + HOUR), "status": "denied"}]
    events[0]["message_id"] = "<d@x>"
    answer = await program(desk).post("/api/simulate", json={"order": order, "events": events})
    document = answer.json()
    assert document["simulated_from"] == instant_text(play.now)
    assert document["outcome"]["status"] == "denied"
    before = [e for e in document["timeline"] if e["at"] <= document["simulated_from"]]
    assert 0 < len(before) < len(document["timeline"])
    assert (desk.calls.acts, len(play.state.facts)) == ([], happened)


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({}, 422, "name either a case or the order"),
        ({"case": {}, "order": "111-0000102-0000102"}, 422, "name either a case or the order"),
        ({"case": {"claim": {}}}, 422, "claim.order_id"),
        ({"order": "999-9999999-9999999"}, 404, "no claim for order"),
        ({"order": "nonsense"}, 404, "is no order id"),
        ({"order": "999-9999999-9999999", "events": [{"type": "sing"}]}, 422, "events.0"),
        ({"order": "999-9999999-9999999", "events": [7]}, 422, "events.0"),
        ({"order": "999-9999999-9999999", "operator": {"approve": "soon"}}, 422, "write a span"),
        ({"order": "999-9999999-9999999", "playbook": "../x.yaml"}, 422, "../x.yaml"),
        ({"order": "999-9999999-9999999", "wish": 1}, 422, "wish"),
    ],
)
async def test_what_makes_no_sense_is_told(
    desk: Desk, asked: dict[str, Any], status: int, said: str
) -> None:
    """One line, and what to do."""
    answer = await program(desk).post("/api/simulate", json=asked)
    assert answer.status_code == status, answer.text
    assert said in answer.json()["detail"]


async def test_an_event_of_the_past_is_refused(desk: Desk) -> None:
    """What was is known."""
    order = desk.add(drafted())
    events = [{"type": "operator", "at": "2020-01-01T12:00:00Z", "do": "pause"}]
    answer = await program(desk).post("/api/simulate", json={"order": order, "events": events})
    assert (answer.status_code, "what was is known" in answer.json()["detail"]) == (422, True)


# Bounds -----------------------------------------------------------------------------------------


def at(play: Play, span: timedelta) -> str:
    """An instant as a document has it."""
    return instant_text(play.now + span)


def flood(play: Play, **more: Any) -> dict[str, Any]:
    """Many mails in a line."""
    return {"type": "flood", "at": at(play, HOUR), "message_id": "<f@x>", "mails": 2, **more}


FAR = bounds.LONGEST + DAY
TOO_MUCH: dict[str, Any] = {
    "too many events": lambda p: [{**REPLY, "at": at(p, HOUR)}] * (bounds.MOST_EVENTS + 1),
    "too many mails in a line": lambda p: [flood(p, mails=10_000)],
    "too long a text": lambda p: [{**REPLY, "at": at(p, HOUR), "text": "x" * 100_001}],
    "too long a text of a flood": lambda p: [flood(p, letters=100_000), flood(p)],
    "too large a file": lambda p: [
        {**REPLY, "at": at(p, HOUR), "attachments": [{"name": "a", "type": "b", "bytes": 10**12}]}
    ],
    "too late": lambda p: [{**REPLY, "at": at(p, FAR)}],
    "a flood that lasts too long": lambda p: [flood(p, mails=200, every="10d")],
}


@pytest.mark.parametrize("case", TOO_MUCH)
async def test_too_much_is_refused_before_it_is_played(desk: Desk, case: str) -> None:
    """In no time, whatever is asked for."""
    play = drafted()
    asked = {"order": desk.add(play), "events": TOO_MUCH[case](play)}
    answer = await program(desk).post("/api/simulate", json=asked)
    assert answer.status_code == 422, answer.text
    assert any(word in answer.json()["detail"] for word in ("are too", "more than"))


async def test_the_most_that_is_allowed_is_played(desk: Desk) -> None:
    """Exactly at the bounds: two hundred mails, the last on the last day."""
    play = drafted()
    events = [
        flood(play, mails=bounds.MOST_EVENTS - 1),
        {**REPLY, "at": at(play, bounds.LONGEST)},
    ]
    asked = {"order": desk.add(play), "events": events}
    answer = await program(desk).post("/api/simulate", json=asked)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("limits", "said"),
    [(Bounds(steps=5), "not over after 5 steps"), (Bounds(seconds=0), "not over after 0 s")],
)
async def test_a_play_that_goes_on_and_on_is_given_up(
    desk: Desk, root: Path, monkeypatch: pytest.MonkeyPatch, limits: Bounds, said: str
) -> None:
    """By its steps and by the clock."""
    monkeypatch.setattr(simulate, "BOUNDS", limits)
    answer = await program(desk).post("/api/simulate", json={"case": sample(root)})
    assert (answer.status_code, said in answer.json()["detail"]) == (422, True), answer.text


async def test_a_clock_set_to_the_end_of_time_hangs_nothing(desk: Desk) -> None:
    """It is over when nobody is awaited any more, not when two hundred years are."""
    play = drafted()
    far = {"type": "operator", "at": at(play, HOUR), "do": "due", "clock": "response"}
    asked = {"order": desk.add(play), "events": [{**far, "due": "2199-12-31T00:00:00Z"}]}
    answer = await program(desk).post("/api/simulate", json=asked)
    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"]["clocks"]["response"] == "2199-12-31T00:00:00Z"


async def test_the_board_answers_while_a_play_is_on(
    desk: Desk, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is played off the event loop, one at a time; who would wait too long is sent away."""
    begun, go_on = threading.Event(), threading.Event()
    loop = threading.get_ident()

    def slow(*_: Any, **__: Any) -> Any:
        assert threading.get_ident() != loop
        begun.set()
        assert go_on.wait(20)
        return simulated(desk.stand.board.settings, read_case(json.dumps(case).encode()))

    case = sample(root)
    monkeypatch.setattr(simulate, "simulated", slow)
    api, most = program(desk), simulations.AT_ONCE + simulations.MOST_WAITING
    asked = [
        asyncio.create_task(api.post("/api/simulate", json={"case": case})) for _ in range(most)
    ]
    await asyncio.to_thread(begun.wait, 20)
    assert (await api.get("/api/health")).status_code == 200
    for _ in range(100):  # until all of them stand in the queue
        await asyncio.sleep(0)
    busy = await api.post("/api/simulate", json={"case": case})
    assert (busy.status_code, busy.json()["code"]) == (503, "busy")
    assert busy.headers["retry-after"]
    go_on.set()
    assert {answer.status_code for answer in await asyncio.gather(*asked)} == {200}
