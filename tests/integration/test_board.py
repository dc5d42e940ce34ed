"""The API and the pages over the real server: the same claims as the command's, by the same rules."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from atoz.harness.server import free_port
from atoz.service import desk
from atoz.service.policy import Role
from atoz.web.board import Connected
from atoz.web.place import place_of
from atoz.web.refusing import TITLE
from atoz.web.serve import board_of, serving
from atoz.webhook import TOLERANCE, sign
from tests.support.board import Stand, a_stand
from tests.support.pictures import picture
from tests.support.server import Bench, a_case
from tests.support.service import NOBODY, begun, claim_of, eventually, service_of
from workflows import names

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]

SECRET = "a secret of the shop's own system"


def stand_over(bench: Bench, folder: Path, **more: Any) -> Stand:
    """A board over the session's server, with people of its own and the claims' own store."""
    own = {"state": folder, "store_url": bench.settings.store}
    update = {**own, "keys_file": bench.settings.ring_file, **more}
    settings = bench.settings.model_copy(update=update)
    return a_stand(folder, Connected(bench.server.client), settings=settings)


def program(stand: Stand, role: Role = Role.APPROVER) -> httpx2.AsyncClient:
    """A program with a token."""
    return stand.client(headers=stand.token(role))


async def test_a_claim_lives_over_the_api(bench: Bench, tmp_path: Path) -> None:
    """Started once, looked at, told a reply, worked on: with who did it in its timeline."""
    api = program(stand_over(bench, tmp_path))
    claim = claim_of()
    order = claim.claim.order_id
    file = claim.model_dump(mode="json", by_alias=True, exclude_none=True)
    started = await api.post("/api/claims", json=file, params={"received_now": True})
    assert started.status_code == 201, started.text
    assert started.json()["already_running"] is False
    again = await api.post("/api/claims", json=file, params={"received_now": True})
    assert (again.status_code, again.json()["already_running"]) == (200, True)

    async def is_open() -> bool:
        return bool((await api.get(f"/api/claims/{order}")).json()["state"] == "waiting")

    await eventually(is_open)
    said = {"text": "When will I get my money back?", "language": "en"}
    told = (await api.post(f"/api/claims/{order}/reply", json=said)).json()
    assert told["intents"] == ["wants_refund", "question"]
    tasks = (await api.get(f"/api/claims/{order}/tasks")).json()["tasks"]
    assert {task["kind"] for task in tasks} == {"answer-buyer", "consider-refund"}
    done = await api.post(f"/api/claims/{order}/tasks/answer-buyer/done")
    assert done.json()["recorded"] == 1
    entries = (await api.get(f"/api/claims/{order}/timeline")).json()["timeline"]
    by_kind = {entry["kind"]: entry for entry in entries}
    assert by_kind["claim_received"]["data"]["by"] == "erp"
    assert by_kind["reply_received"]["data"]["by"] == "erp"
    assert by_kind["task_done"]["source"] == "operator:erp"
    why = (await api.get(f"/api/claims/{order}/why/deescalate")).json()
    assert why["rule"].startswith("documented: deescalate")
    decided = await api.post(f"/api/claims/{order}/decide", json={"status": "denied"})
    assert decided.json()["status"] == "denied"


async def test_a_key_makes_an_act_once(bench: Bench, tmp_path: Path) -> None:
    """The same key says the same; another caller's same key is another act."""
    stand = stand_over(bench, tmp_path)
    order = await begun(service_of(bench))
    key = {"Idempotency-Key": "k-1"}
    first = await program(stand).post(f"/api/claims/{order}/pause", headers=key)
    again = await program(stand).post(f"/api/claims/{order}/pause", headers=key)
    assert (first.status_code, again.json()) == (200, first.json())
    other = stand.client(headers=stand.token(name="other"))
    refused = await other.post(f"/api/claims/{order}/pause", headers=key)
    assert (refused.status_code, refused.json()["detail"]) == (409, "the claim is paused already")
    for number in range(2):
        said = {"text": "Hello?", "language": "en"}
        await other.post(
            f"/api/claims/{order}/reply", json=said, headers={"Idempotency-Key": f"r{number}"}
        )
    entries = (await other.get(f"/api/claims/{order}/timeline")).json()["timeline"]
    assert [entry["kind"] for entry in entries].count("reply_received") == 2


async def test_what_is_wrong_is_told_in_one_line(bench: Bench, tmp_path: Path) -> None:
    """A problem document with a code, and every path that is wrong."""
    api = program(stand_over(bench, tmp_path))
    order = await begun(service_of(bench))
    tried: list[tuple[str, str, Any, int, str]] = [
        ("GET", f"/api/claims/{NOBODY}", None, 404, "no claim for order"),
        ("GET", "/api/claims/nonsense", None, 404, "no order id"),
        ("POST", f"/api/claims/{NOBODY}/pause", {}, 404, "no claim for order"),
        ("POST", f"/api/claims/{order}/resume", {}, 409, "not paused"),
        ("POST", f"/api/claims/{order}/skip", {"step": "nix"}, 409, "its steps: deescalate"),
        ("POST", f"/api/claims/{order}/refunded", {"amount": "0"}, 422, "amount: "),
        ("POST", f"/api/claims/{order}/refunded", {"amount": "999"}, 409, "left to refund"),
        ("POST", f"/api/claims/{order}/refunded", {"amount": "1", "by": "x"}, 422, "by: "),
        ("POST", f"/api/claims/{order}/amend", {"values": {"x": 1}}, 409, "x: "),
        ("POST", "/api/claims", {"claim": {}}, 422, "claim.order_id"),
        ("POST", f"/api/claims/{order}/tasks/nix/done", {}, 409, "open tasks: none"),
        ("GET", "/api/claims?page_token=%FF", None, 422, "page token"),
        ("GET", "/api/claims?step=a%27b", None, 422, "no name of a step"),
        ("GET", "/api/nothing", None, 404, "lists every address"),
        ("DELETE", "/api/claims", None, 405, "use GET, POST"),
    ]
    for method, path, body, status, words in tried:
        answer = await api.request(method, path, json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (
            status,
            "application/problem+json",
        ), path
        assert words in answer.json()["detail"], path
        assert "\n" not in answer.json()["detail"]
        assert answer.json()["code"]


async def test_a_stale_digest_approves_nothing(bench: Bench, tmp_path: Path) -> None:
    """Two people on one claim: who read the older text is refused, with the digest that holds."""
    stand = stand_over(bench, tmp_path)
    claim = await bench.begin(a_case())
    order = names.order_of(claim.handle.id)
    await claim.reach("5d")
    api = program(stand)
    shout = {"text": "SHOUTING!! Refund at www.shop.example"}
    edited = await api.post(f"/api/claims/{order}/tasks/submit-appeal/edit", json=shout)
    assert edited.status_code == 200
    await claim.state()
    (task,) = [
        task
        for task in (await api.get(f"/api/claims/{order}/tasks")).json()["tasks"]
        if task["kind"] == "approve-appeal"
    ]
    path = f"/api/claims/{order}/tasks/{task['id']}/approve"
    stale = await api.post(path, json={"digest": "0" * 64})
    assert (stale.status_code, stale.json()["code"]) == (409, "refused")
    assert task["digest"] in stale.json()["detail"]
    agent = program(stand, Role.AGENT)
    assert (await agent.post(path, json={"digest": task["digest"]})).status_code == 403


async def test_a_file_is_served_under_its_own_claim_alone(bench: Bench, tmp_path: Path) -> None:
    """An image comes as it was written anew, all else as a download; another claim has no such file."""
    stand = stand_over(bench, tmp_path)
    api, service = program(stand), service_of(bench)
    order, other = await begun(service), await begun(service)
    photo = {"file": ("../lamp.exe", picture("PNG"), "text/html")}
    kept = (await api.post(f"/api/claims/{order}/evidence", files=photo)).json()["file"]
    assert kept["type"] == "image/png"
    path = f"evidence/{kept['sha256']}"
    served = await api.get(f"/api/claims/{order}/{path}")
    assert (served.status_code, served.headers["content-type"]) == (200, "image/png")
    assert served.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in served.headers["content-security-policy"]
    assert (await api.get(f"/api/claims/{other}/{path}")).status_code == 404
    assert (await stand.client().get(f"/api/claims/{order}/{path}")).status_code == 401
    note = {"file": ("note.html", b"<html>Handed over.", "text/html")}
    refused = await api.post(f"/api/claims/{order}/evidence", files=note)
    plain = {"file": ("note.txt", b"Handed to the neighbour.", "text/html")}
    kept = (await api.post(f"/api/claims/{order}/evidence", files=plain)).json()["file"]
    served = await api.get(f"/api/claims/{order}/evidence/{kept['sha256']}")
    assert served.headers["content-disposition"].startswith("attachment")
    assert refused.status_code == 422


async def test_a_signed_webhook_is_taken_once(bench: Bench, tmp_path: Path) -> None:
    """Without a secret nothing is; a wrong signature, an old one and a repeat are refused."""
    stand = stand_over(bench, tmp_path, inbound_secret=SecretStr(SECRET))
    client = stand.client()
    claim = claim_of()
    body = claim.model_dump_json(by_alias=True, exclude_none=True).encode()

    def signed(body: bytes, at: datetime, secret: str = SECRET) -> dict[str, str]:
        stamp = str(int(at.timestamp()))
        return {"Atoz-Timestamp": stamp, "Atoz-Signature": sign(SecretStr(secret), stamp, body)}

    now = datetime.now(UTC)
    for headers in (
        {},
        signed(body, now, "another secret of another shop"),
        signed(body, now - TOLERANCE - timedelta(seconds=5)),
        signed(body, now + TOLERANCE + timedelta(seconds=5)),
        signed(body + b" ", now),
    ):
        answer = await client.post("/api/inbound/claims", content=body, headers=headers)
        assert answer.status_code == 401
    good = signed(body, now)
    first = await client.post("/api/inbound/claims", content=body, headers=good)
    assert (first.status_code, first.json()["already_running"]) == (201, False)
    replayed = await client.post("/api/inbound/claims", content=body, headers=good)
    assert (replayed.status_code, replayed.json()["code"]) == (409, "replayed")
    reply = {"order_id": claim.claim.order_id, "text": "Hello?", "message_id": "<w1@shop.example>"}
    said = json.dumps(reply).encode()
    told = await client.post("/api/inbound/replies", content=said, headers=signed(said, now))
    assert told.json()["delivered_to"] == "claim"
    bad = await client.post("/api/inbound/replies", content=b"[]", headers=signed(b"[]", now))
    assert bad.status_code == 422
    shut = stand_over(bench, tmp_path).client()
    answer = await shut.post("/api/inbound/claims", content=body, headers=signed(body, now))
    assert "ATOZ_INBOUND_SECRET" in answer.json()["detail"]


async def test_a_webhook_that_was_signed_and_refused_is_a_task_of_the_desk(
    bench: Bench, tmp_path: Path
) -> None:
    """With its beginning, once; what a stranger signed is a task with nothing of his."""
    client = stand_over(bench, tmp_path, inbound_secret=SecretStr(SECRET)).client()
    known = {task["id"] for task in await desk.tasks(service_of(bench))}
    for secret, body in ((SECRET, b'{"order": 7}'), ("of a stranger", b'{"order": 8}')):
        for second in (0, 1):
            stamp = str(int(datetime.now(UTC).timestamp()) - second)
            signature = sign(SecretStr(secret), stamp, body)
            headers = {"Atoz-Timestamp": stamp, "Atoz-Signature": signature}
            await client.post("/api/inbound/replies", content=body, headers=headers)
    tasks = [task for task in await desk.tasks(service_of(bench)) if task["id"] not in known]
    kept = [task["text"] for task in tasks if task["title"] == TITLE]
    assert sum(text.endswith('It began: {"order": 7}') for text in kept) == 1
    assert not any('"order": 8' in text for text in kept)


async def test_the_pages_show_a_claim_and_act_on_it(bench: Bench, tmp_path: Path) -> None:
    """In both languages; hostile words are text and nothing else."""
    stand = stand_over(bench, tmp_path)
    browser = stand.browser()
    order = await begun(service_of(bench))
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(2)> {{ 7*7 }} ' + "\u202e" * 3
    api = program(stand)
    await api.post(f"/api/claims/{order}/reply", json={"text": hostile, "language": "en"})

    async def shows_it() -> bool:
        return "&lt;script&gt;" in (await browser.get(f"/claims/{order}")).text

    await eventually(shows_it)
    page = (await browser.get(f"/claims/{order}")).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "58.00 USD" in page
    chinese = (await browser.get(f"/claims/{order}?lang=zh")).text
    assert "与描述不符" in chinese
    paused = await browser.post(f"/claims/{order}/pause", data={"why": "The buyer called."})
    led = paused.headers["location"]
    assert (paused.status_code, led) == (303, f"/claims/{order}?did=pause")
    assert "The buyer called." in (await browser.get(f"/claims/{order}")).text
    viewer = (await stand.browser(Role.VIEWER).get(f"/claims/{order}")).text
    assert "/resume" not in viewer
    missing = await browser.get(f"/claims/{NOBODY}")
    assert missing.status_code == 404
    assert NOBODY in missing.text


async def test_the_queue_shows_each_claim_where_it_belongs(bench: Bench, tmp_path: Path) -> None:
    """A claim with a task needs you; one that waits waits; one that was decided was closed."""
    browser = stand_over(bench, tmp_path).browser()
    service = service_of(bench)
    waiting = await begun(service)
    asked = await begun(service, {"claim": {"reason": None}})
    decided = await begun(service)
    await browser.post(f"/api/claims/{decided}/decide", json={"status": "denied"})
    where = {waiting: "waiting-buyer", asked: "needs-you", decided: "closed-month"}

    async def shown(view: str) -> set[str]:
        """The orders of a view's first page."""
        page = (await browser.get(f"/queue/{view}")).text
        return {order for order in where if f">{order}</a>" in page}

    for order, view in where.items():

        async def there(order: str = order, view: str = view) -> bool:
            return order in await shown(view)

        await eventually(there)
    assert waiting not in await shown("needs-you")
    searched = await browser.get("/search", params={"order": f" {waiting} "})
    assert searched.headers["location"] == f"/claims/{waiting}"


async def test_many_claims_are_paused_at_once(bench: Bench, tmp_path: Path) -> None:
    """Each with its own record; what could not be paused is told, and hinders no other."""
    browser = stand_over(bench, tmp_path).browser()
    service = service_of(bench)
    first, second = await begun(service), await begun(service)
    chosen = {"chosen": [first, second, NOBODY], "why": "The carrier is on strike."}
    answer = await browser.post("/queue/waiting-buyer/pause", data=chosen)
    assert "2 paused" in answer.text
    twice = {"chosen": [first, first], "why": "It is over.", "key": "k-1"}
    for _ in range(2):  # the same form again
        assert "1 let go on" in (await browser.post("/queue/paused/resume", data=twice)).text
    assert f"{NOBODY}: there is no claim" in answer.text
    for order in (first, second):
        entries = (await browser.get(f"/api/claims/{order}/timeline")).json()["timeline"]
        (paused,) = [entry for entry in entries if entry["kind"] == "paused"]
        assert paused["data"]["why"] == "The carrier is on strike."
        assert paused["source"] == "operator:approver-1"


async def served(bench: Bench, folder: Path) -> AsyncIterator[tuple[Stand, str]]:
    """The board on a port, as it is served."""
    stand = stand_over(bench, folder)
    place = place_of(stand.board.settings, free_port())
    board = board_of(stand.board.settings, stand.board.connection, place)
    async with serving(board, place):
        yield stand, place.near


async def test_changes_come_as_they_happen(bench: Bench, tmp_path: Path) -> None:
    """The first event says that it is watched, the next one that something happened."""
    order = await begun(service_of(bench))
    async for stand, near in served(bench, tmp_path):
        headers = stand.token()
        async with (
            asyncio.timeout(30),
            httpx2.AsyncClient(base_url=near, headers=headers, timeout=20) as client,
            client.stream("GET", f"/api/claims/{order}/events") as stream,
        ):
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = (line async for line in stream.aiter_lines() if line.startswith("data:"))
            first = await anext(lines)
            await client.post(f"/api/claims/{order}/pause")
            assert await anext(lines) != first
            gone = await client.get(f"/api/claims/{NOBODY}/events")
            assert gone.status_code == 404


async def test_a_claim_page_costs_one_query(bench: Bench, tmp_path: Path) -> None:
    """However many tasks, letters and facts it shows; a list costs none."""
    stand = stand_over(bench, tmp_path)
    service = service_of(bench)
    order = await begun(service, {"claim": {"reason": None}})
    asked: list[str] = []
    client = bench.server.client
    inner = client._impl.query_workflow

    async def counted(given: Any) -> Any:
        asked.append(given.query)
        return await inner(given)

    client._impl.query_workflow = counted  # type: ignore[method-assign,assignment] # counts and passes on
    try:
        browser = stand.browser()
        assert (await browser.get(f"/claims/{order}")).status_code == 200
        assert asked == ["look"]
        await browser.get("/queue/needs-you")
        await browser.get("/api/claims")
        assert asked == ["look"]
    finally:
        del client._impl.query_workflow
