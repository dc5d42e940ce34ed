"""Every refusal of the API is a problem document: what happened, its name for programs, what to do."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import httpx2
import pytest

from atoz.web.live import MOST_OF_ONE
from atoz.web.problems import CODES, PROBLEM
from tests.support.board import Stand, a_stand

REPLY = "/api/claims/111-0000102-0000102/reply"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    """One board for all of these; what they ask for is refused before any server is asked."""
    return a_stand(tmp_path_factory.mktemp("board"))


@pytest.fixture(scope="module")
def program(stand: Stand) -> httpx2.AsyncClient:
    """A program that may do everything."""
    return stand.client(headers=stand.token())


def problem_of(answer: httpx2.Response, status: int) -> dict[str, Any]:
    """The problem document of an answer, with all that every one has."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["code"]
    assert document["detail"]
    assert "\n" not in document["detail"]
    return document


async def test_an_address_that_is_none_says_where_all_are(program: httpx2.AsyncClient) -> None:
    """Also the beginning itself; what only looks like it is a page's business."""
    for path in ("/api/nothing", "/api", "/api/claims/1/2/3/4"):
        found = problem_of(await program.get(path), 404)
        assert found["code"] == "not-found"
        assert "/api/openapi.json" in found["detail"]
    assert (await program.get("/apiary")).headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/claims", "GET, POST"),
        ("PUT", "/api/claims/111-0000102-0000102", "GET"),
        ("GET", REPLY, "POST"),
    ],
)
async def test_a_wrong_method_says_which_ones_are_right(
    program: httpx2.AsyncClient, method: str, path: str, allowed: str
) -> None:
    """All of the address, also where each method has a route of its own."""
    answer = await program.request(method, path)
    assert problem_of(answer, 405)["code"] == "wrong-method"
    assert answer.headers["allow"] == allowed
    assert f"use {allowed}" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"text": x}', "no JSON from sign 10 on (expecting value)"),
        (b"", "takes a JSON document: send one"),
        (b"[1]", "no JSON object"),
        (b'"text"', "no JSON object"),
    ],
)
async def test_a_body_that_is_no_json_object_says_so(
    program: httpx2.AsyncClient, body: bytes, said: str
) -> None:
    """Where it breaks, or what is sent instead; as a whole, not by a path that is in no document."""
    found = problem_of(await program.post(REPLY, content=body, headers=JSON), 422)
    assert found["code"] == "bad-input"
    assert said in found["detail"]
    assert found["errors"] == [{"path": "body", "message": found["detail"]}]


async def test_json_without_its_name_says_how_to_name_it(program: httpx2.AsyncClient) -> None:
    """Nobody is left with what a body should be that is right."""
    found = problem_of(await program.post(REPLY, content=b'{"text": "Hello."}'), 422)
    assert "`Content-Type: application/json`" in found["detail"]


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        (REPLY, "application/json", b"[" * 100_000),
        (REPLY, "application/json", b"\xff\xfe{"),
        (f"{REPLY}-with-photos", "multipart/form-data; boundary=x", b"nonsense"),
        (f"{REPLY}-with-photos", "multipart/form-data", b"nonsense"),
    ],
)
async def test_a_body_that_cannot_be_read_is_no_surprise(
    program: httpx2.AsyncClient, path: str, kind: str, body: bytes
) -> None:
    """Nested without end, no text, no form: a 400 that says how to send it."""
    answer = await program.post(path, content=body, headers={"Content-Type": kind})
    found = problem_of(answer, 400)
    assert found["code"] == "unreadable"
    assert "as its Content-Type says" in found["detail"]


async def test_what_surrounds_the_api_refuses_by_name_too(stand: Stand) -> None:
    """A foreign host, too large a body, a bad token, a stranger, a page of elsewhere."""
    client = stand.client()
    foreign = await client.get("/api/me", headers={"Host": "elsewhere.example"})
    assert problem_of(foreign, 421)["code"] == "wrong-host"
    large = await client.post(REPLY, content=b"x" * 200_000, headers=JSON)
    assert problem_of(large, 413)["code"] == "too-large"
    bad = await client.get("/api/me", headers={"Authorization": "Bearer nonsense"})
    assert problem_of(bad, 401)["code"] == "not-known"
    assert problem_of(await client.get("/api/me"), 401)["code"] == "not-known"
    elsewhere = {"Origin": "https://elsewhere.example"}
    forged = await stand.browser().post(REPLY, json={"text": "x"}, headers=elsewhere)
    assert problem_of(forged, 403)["code"] == "not-genuine"


async def test_no_more_streams_than_the_board_can_serve(
    stand: Stand, program: httpx2.AsyncClient
) -> None:
    """Whoever comes then is told what to do."""
    with ExitStack() as seats:
        for _ in range(MOST_OF_ONE):
            seats.enter_context(stand.app.state.live.seat("erp"))
        answer = await program.get("/api/events")
    assert problem_of(answer, 503)["code"] == "crowded"


def test_every_status_that_is_no_error_of_ours_has_its_name() -> None:
    """Those that the framework or the layers around it answer with."""
    assert {400, 404, 405, 413, 421, 500} == set(CODES)
