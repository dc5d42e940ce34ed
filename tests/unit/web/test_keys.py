"""A caller's key belongs to one body: repeated it acts once, with another body it is refused."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from atoz.errors import NoWorker
from atoz.evidence.store import EvidenceStore, open_objects
from atoz.service.archive import remove_documents
from atoz.service.policy import Role
from atoz.vault.ring import make_ring
from atoz.web.tally import Tally
from tests.support.board_claims import Desk
from tests.support.cases import HOUR, Play

KEY = {"Idempotency-Key": "k-1"}


@pytest.fixture(scope="module")
def token(board: Desk) -> dict[str, str]:
    """A program's token."""
    return board.stand.token()


async def test_a_key_is_for_one_body(desk: Desk, token: dict[str, str]) -> None:
    """The order of names and the spaces make no other one; another address and caller do."""
    play = Play().to(HOUR)
    order, api = desk.add(play), desk.stand.client(headers=token | KEY)
    path = f"/api/claims/{order}/due"
    body = {"clock": "response", "due": "2026-09-14T09:00:00Z", "why": "as stated"}
    assert (await api.post(path, json=body)).json()["recorded"] == 1
    again = await api.post(path, json=dict(reversed(body.items())))
    assert (again.status_code, again.json()["recorded"]) == (200, 0)
    other = await api.post(path, json={**body, "why": "another reason"})
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    assert "fresh key" in other.json()["detail"]
    assert len(play.facts("overridden")) == 1
    assert (await api.post(f"/api/claims/{order}/pause")).json()["recorded"] == 1
    else_ = desk.stand.client(headers=desk.stand.token(name="other") | KEY)
    assert (await else_.post(path, json={**body, "why": "mine"})).status_code == 200


@pytest.mark.parametrize(
    ("act", "first", "second"),
    [
        ("reply", {"text": "Hello?"}, {"text": "Where is it?"}),
        ("decide", {"status": "denied"}, {"status": "withdrawn"}),
        ("request-information", {"due": "2030-01-31T09:00:00Z"}, {}),
    ],
)
async def test_what_others_said_has_keys_like_any_act(
    desk: Desk, token: dict[str, str], act: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    """The second is told as a mistake, and not dropped as a repeat of the first."""
    order, api = desk.add(Play().to(HOUR)), desk.stand.client(headers=token | KEY)
    path, tally = f"/api/claims/{order}/{act}", desk.stand.board.tally
    before = repeats(tally)
    answers = [await api.post(path, json=body) for body in (first, first, second)]
    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert repeats(tally) == before + 1, "the repeat is counted, the mistake is not"
    assert answers[0].json()["message_id"] == answers[1].json()["message_id"]


def repeats(tally: Tally) -> float:
    """How many acts came again with their key."""
    (found,) = re.findall(
        r'atoz_idempotent_repeats_total\{by="key"\} ([0-9.]+)', tally.page().decode()
    )
    return float(found)


async def test_a_file_is_told_by_its_content(desk: Desk, token: dict[str, str]) -> None:
    """The same name with other bytes is another body."""
    play = Play().to(HOUR)
    order, api = desk.add(play), desk.stand.client(headers=token | KEY)
    path = f"/api/claims/{order}/evidence"
    answers = [
        await api.post(path, files={"file": ("note.txt", content, "text/plain")})
        for content in (b"Handed over.", b"Handed over.", b"Handed over!")
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert len(play.facts("evidence_added")) == 1


async def test_a_refusal_frees_its_key_and_silence_does_not(
    desk: Desk, token: dict[str, str]
) -> None:
    """What was refused was not done; what nobody answered may have been."""
    order, api = desk.add(Play().to(HOUR)), desk.stand.client(headers=token | KEY)
    path = f"/api/claims/{order}/refunded"
    assert (await api.post(path, json={"amount": "99.00"})).status_code == 409
    assert (await api.post(path, json={"amount": "8.00"})).status_code == 200
    path = f"/api/claims/{order}/pause"
    desk.calls.fault = NoWorker()
    assert (await api.post(path, json={"why": "a"})).status_code == 503
    desk.calls.fault = None
    assert (await api.post(path, json={"why": "b"})).status_code == 422
    assert (await api.post(path, json={"why": "a"})).status_code == 200


async def test_a_form_has_a_key_like_a_program(desk: Desk) -> None:
    """Changed and sent once more under its key, it says so, keeps the words, and draws a fresh key."""
    play = Play().to(HOUR)
    order, browser = desk.add(play), desk.stand.browser()
    path, form = f"/claims/{order}/refunded", {"key": "k-2", "amount": "5.00"}
    answers = [
        await browser.post(path, data={**form, "amount": amount})
        for amount in ("5.00", "5.00", "6.00")
    ]
    assert [answer.status_code for answer in answers] == [303, 303, 422]
    assert play.state.refunded_total == 5
    assert 'value="6.00"' in answers[2].text
    assert 'value="k-2"' not in answers[2].text


async def test_one_key_at_one_instant_says_one_thing(desk: Desk, token: dict[str, str]) -> None:
    """Of two bodies under one key that come together one acts, and the other is told."""
    play = Play().to(HOUR)
    order, api = desk.add(play), desk.stand.client(headers=token | KEY)
    path = f"/api/claims/{order}/refunded"
    sent = (api.post(path, json={"amount": f"{amount}.00"}) for amount in range(1, 9))
    answers = await asyncio.gather(*sent)
    assert sorted(answer.status_code for answer in answers) == [200] + [422] * 7
    assert len(play.facts("refund_recorded")) == 1


class Broken(EvidenceStore):
    """A store that does not answer."""

    async def get_document(self, path: str) -> bytes | None:
        """Nothing comes."""
        raise OSError(f"{path}: no route to the store")

    async def create_document(self, path: str, content: bytes) -> bool:
        """Nothing stays."""
        raise OSError(f"{path}: no route for {len(content)} bytes")


async def test_a_store_in_trouble_stops_no_act(desk: Desk, token: dict[str, str]) -> None:
    """A receipt stops a clock: that is worth more than the comparison of a key."""
    order, api = desk.add(Play().to(HOUR)), desk.stand.client(headers=token | KEY)
    vars(desk.service)["store"] = Broken(open_objects("memory:"))
    answers = [await api.post(f"/api/claims/{order}/pause", json={"why": w}) for w in "aab"]
    assert [answer.status_code for answer in answers] == [200, 200, 200]


async def test_what_keys_were_used_for_goes_with_the_claim(
    desk: Desk, token: dict[str, str]
) -> None:
    """It holds no word of the body, and an erasure removes it."""
    play = Play().to(HOUR)
    order, api = desk.add(play), desk.stand.client(headers=token | KEY)
    await api.post(f"/api/claims/{order}/pause", json={"why": "a reason"})
    (path,) = await desk.service.store.list("keys")
    kept = await desk.service.store.get_document(path)
    assert kept is not None
    assert len(kept) == 64
    assert await remove_documents(desk.service, play.state.workflow_id) >= 1
    assert await desk.service.store.list("keys") == []


# Erasing --------------------------------------------------------------------------------------------


@pytest.fixture
def sealed(tmp_path: Path) -> Desk:
    """A board where claims are sealed with keys of their own, so that they can be erased."""
    desk = Desk(tmp_path, encryption="on")
    make_ring(desk.service.settings.ring_file, datetime.now(UTC))
    return desk


async def test_a_claim_that_is_over_is_erased(sealed: Desk) -> None:
    """By the program and by the form; again it says that it was; then nothing shows it any more."""
    play = Play().to(HOUR)
    order, store = await sealed.archive(play, tasks=()), sealed.service.store
    browser, api = sealed.stand.browser(), sealed.stand.client(headers=sealed.stand.token())
    page = (await browser.get(f"/claims/{order}")).text
    assert 'id="erase"' in page
    assert 'class="step ' in page
    done = await browser.post(f"/claims/{order}/erase", data={"order_id": order, "key": "k"})
    assert done.headers["location"] == "/queue/closed-month?did=erase"
    again = (await api.post(f"/api/claims/{order}/erase", headers=KEY)).json()
    assert (again["already"], again["order_id"]) == (True, order)
    gone = await browser.get(f"/claims/{order}")
    assert (gone.status_code, "was erased at" in gone.text) == (409, True)
    assert await store.list("keys") == []


async def test_an_open_claim_is_not_erased(sealed: Desk) -> None:
    """Only an approver asks at all; the address says what it takes."""
    desk, order = sealed, sealed.add(Play().to(HOUR))
    path = f"/api/claims/{order}/erase"
    agent = desk.stand.client(headers=desk.stand.token(Role.AGENT))
    assert (await agent.post(path)).status_code == 403
    api = desk.stand.client(headers=desk.stand.token())
    other = await api.post(path, json={"order_id": "111-0000000-0000000"})
    assert other.status_code == 422
    for body in (None, {"order_id": order}):
        refused = await api.post(path, json=body)
        assert refused.status_code == 409
        assert f"the claim of order {order} is open" in refused.json()["detail"]
    described = (await api.get("/api/openapi.json")).json()
    erase = described["paths"]["/api/claims/{order}/erase"]["post"]
    assert "nothing of the buyer's can be read" in erase["description"]
    assert described["components"]["schemas"]["EraseBody"]["examples"]
