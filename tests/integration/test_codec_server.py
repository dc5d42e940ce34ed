"""The codec server as a process: Temporal's own command reads a claim with a token, and nobody without."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
import pytest_asyncio
from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import Payloads
from temporalio.converter import WorkflowSerializationContext

from atoz.access.people import Users
from atoz.access.tokens import Tokens
from atoz.harness.server import temporal_binary, virtual_time
from atoz.keeping import converter
from atoz.service import starting
from atoz.service.base import Service
from atoz.service.policy import Role
from tests.support.running import ROOT, Process, free_port
from tests.support.server import shop_settings
from tests.support.service import claim_of
from workflows import names

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]

PAGES = "http://127.0.0.1:8233"
PASSWORD = "four plain words here"
WORDS = "Zephyrine-Quartzmark"


class Serving(NamedTuple):
    """A codec server, a token for it, and a link that lets a browser in."""

    address: str
    login: str
    token: str
    state: Path
    health: str

    async def ask(self, what: str = "decode", body: str = "{}", **headers: str) -> httpx2.Response:
        """One request with these headers; `_` stands for a dash."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx2.AsyncClient() as client:
            return await client.post(f"{self.address}/{what}", content=body, headers=named)

    async def sealed(self) -> str:
        """Sealed words as Temporal's pages hand them over."""
        keys = converter(shop_settings(self.state))
        own = keys.with_context(
            WorkflowSerializationContext("default", "claim-111-0000102-0000102")
        )
        return json.dumps(MessageToDict(Payloads(payloads=await own.encode([WORDS]))))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def serving(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """The process, ended with the module."""
    folder = tmp_path_factory.mktemp("codec")
    settings = shop_settings(folder / "state")
    _, token = Tokens(settings.access_folder).new("temporal-pages", Role.VIEWER, datetime.now(UTC))
    health = free_port()
    process = Process(
        folder,
        *("starter.py", "codec-server", "-o", "json"),
        *("--state", str(settings.state), "--port", str(free_port())),
        ATOZ_CODEC_HEALTH_PORT=str(health),
    )
    try:
        process.until(lambda: "\n" in process.out, "it did not start")
        said = json.loads(process.out)
        own = f"http://127.0.0.1:{health}"
        yield Serving(said["codec"], said["login"], token, settings.state, own)
    finally:
        process.popen.terminate()
        assert process.popen.wait(30) == 0


async def test_whoever_has_a_token_reads(serving: Serving) -> None:
    """Sealed words come back as they were, and readable ones are sealed."""
    allowed = {"Authorization": f"Bearer {serving.token}", "Origin": PAGES}
    answer = await serving.ask(body=await serving.sealed(), **allowed)
    assert words_of(answer) == f'"{WORDS}"'
    assert answer.headers["access-control-allow-origin"] == PAGES
    assert answer.headers["access-control-allow-credentials"] == "true"
    plain = json.dumps(answer.json())
    again = await serving.ask("encode", plain, **allowed)
    assert WORDS not in base64.b64decode(again.json()["payloads"][0]["data"]).decode("latin-1")
    back = await serving.ask(body=json.dumps(again.json()), **allowed)
    assert words_of(back) == f'"{WORDS}"'


def words_of(answer: httpx2.Response) -> str:
    """What the first payload says."""
    assert answer.status_code == 200, answer.text
    return base64.b64decode(answer.json()["payloads"][0]["data"]).decode()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 401),
        ({"Authorization": "Bearer guessed"}, 401),
        ({"Authorization": "Basic YTpi"}, 401),
        ({"Cookie": "atoz-codec=guessed", "Origin": PAGES}, 401),
        ({"Authorization": "Bearer TOKEN", "Origin": "https://evil.example"}, 403),
    ],
)
async def test_nobody_else_reads(serving: Serving, headers: dict[str, str], code: int) -> None:
    """One line that says why, and not a word of what was asked."""
    named = {key: value.replace("TOKEN", serving.token) for key, value in headers.items()}
    answer = await serving.ask(body=await serving.sealed(), **named)
    assert answer.status_code == code
    assert WORDS not in answer.text
    assert answer.headers.get("access-control-allow-origin") in (None, PAGES)


async def test_a_link_lets_one_browser_in_and_only_for_known_pages(serving: Serving) -> None:
    """Its cookie counts beside the origin of Temporal's pages; the link is good once."""
    async with httpx2.AsyncClient() as browser:
        assert (await browser.get(serving.login)).status_code == 200
        where, body = f"{serving.address}/decode", await serving.sealed()
        found = await browser.post(where, content=body, headers={"Origin": PAGES})
        assert words_of(found) == f'"{WORDS}"'
        for foreign in ({}, {"Origin": "https://evil.example"}):
            refused = await browser.post(where, content=body, headers=foreign)
            assert refused.status_code in (401, 403)
    async with httpx2.AsyncClient() as another:
        assert (await another.get(serving.login)).status_code == 401


async def test_a_password_of_the_board_lets_a_browser_in(serving: Serving) -> None:
    """Where one-time links are off; a form that another site sent gets nothing, nor does a guess."""
    Users(shop_settings(serving.state).access_folder).add(
        "approver-1", Role.APPROVER, PASSWORD, datetime.now(UTC)
    )
    typed = {"name": "approver-1", "password": PASSWORD}
    login, body = f"{serving.address}/login", await serving.sealed()
    async with httpx2.AsyncClient(headers={"Origin": serving.address}) as browser:
        assert "<form" in (await browser.get(login)).text
        assert (await browser.post(login, data=typed | {"password": "guessed"})).status_code == 401
        evil = {"Origin": "https://evil.example"}
        assert (await browser.post(login, data=typed, headers=evil)).status_code == 403
        assert (await browser.post(login, content=b"x" * 5_000)).status_code == 413
        assert not browser.cookies
        assert (await browser.post(login, data=typed)).status_code == 200
        where = f"{serving.address}/decode"
        found = await browser.post(where, content=body, headers={"Origin": PAGES})
    assert words_of(found) == f'"{WORDS}"'


async def test_it_shows_itself_on_a_port_of_its_own(serving: Serving) -> None:
    """Ready as soon as it answers, since its keys are open; who was refused is counted, not who."""
    await serving.ask(body="{}", Authorization="Bearer guessed")
    async with httpx2.AsyncClient(base_url=serving.health) as probe:
        assert (await probe.get("/readyz")).json() == {"ready": True, "keys": True, "people": True}
        page = (await probe.get("/metrics")).text
        assert (await probe.post("/decode", content="{}")).status_code == 404
    assert 'route="/decode",server="codec",status="401"' in page
    assert 'atoz_logins_refused_total{reason="unknown",server="codec",way="token"}' in page
    assert "guessed" not in page


@pytest.mark.parametrize("body", ["", "no json", '{"payloads": 3}', '{"payloads": [{"data": 5}]}'])
async def test_what_is_no_payload_is_refused(serving: Serving, body: str) -> None:
    """With what to send; what was never sealed, or altered, comes back as it is."""
    token = {"Authorization": f"Bearer {serving.token}"}
    assert (await serving.ask(body=body, **token)).status_code == 400
    odd = json.dumps(
        {"payloads": [{"metadata": {"encoding": "YmluYXJ5L3NlYWxlZA=="}, "data": "QVRaMQ=="}]}
    )
    answer = await serving.ask(body=odd, **token)
    assert answer.json()["payloads"][0]["data"] == "QVRaMQ=="


async def test_the_preflight_names_the_known_origin_only(serving: Serving) -> None:
    """What a browser asks before it sends anything."""
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-namespace",
    }
    async with httpx2.AsyncClient() as browser:
        for origin, code in ((PAGES, 200), ("https://evil.example", 400)):
            answer = await browser.options(
                f"{serving.address}/decode", headers={**asked, "Origin": origin}
            )
            assert answer.status_code == code
            assert (answer.headers.get("access-control-allow-origin") == PAGES) == (code == 200)


async def test_temporals_own_command_shows_a_claim(serving: Serving) -> None:
    """`temporal workflow show` with the codec server reads what it cannot read alone."""
    settings = shop_settings(serving.state)
    async with virtual_time(converter(settings)) as server:
        service = Service(server.client, settings, lambda: datetime.now(UTC))
        claim = claim_of({"claim": {"buyer_comment": f"{WORDS} says so."}})
        await starting.start(service, claim, received_now=True)
        address = server.client.service_client.config.target_host
        order = claim.claim.order_id
        codec = ["--codec-endpoint", serving.address, "--codec-auth", f"Bearer {serving.token}"]
        assert WORDS not in shown(address, order)
        assert WORDS in shown(address, order, *codec)
        bad = ["--codec-endpoint", serving.address, "--codec-auth", "Bearer guessed"]
        assert WORDS not in shown(address, order, *bad)


def shown(address: str, order: str, *more: str) -> str:
    """What Temporal's command prints of a claim's history, errors included."""
    line: list[Any] = [temporal_binary(), "workflow", "show", "--address", address, *more]
    line += ["--workflow-id", names.claim_workflow_id(order), "-o", "json"]
    ended = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    page = ended.stdout + ended.stderr
    # Without a codec it shows bytes in base64.
    found = [base64.b64decode(word).decode("latin-1") for word in _based(page)]
    return page + " ".join(found)


def _based(page: str) -> list[str]:
    try:
        events = json.loads(page)["events"]
    except ValueError:
        return []
    inputs = [event.get("workflowExecutionStartedEventAttributes") for event in events]
    payloads = [each["input"]["payloads"] for each in inputs if each]
    return [payload["data"] for found in payloads for payload in found if "data" in payload]
