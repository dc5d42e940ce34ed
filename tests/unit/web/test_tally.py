"""What a board counts of its requests: addresses as the program writes them, and who was not let in."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from atoz import meters
from atoz.service import desk
from atoz.web.alone import Showing
from atoz.web.face import face
from atoz.web.problems import Replayed
from atoz.web.refusing import MOST_KEPT, Refusing
from atoz.web.tally import Tally
from atoz.webhook import TOLERANCE, sign
from tests.support.board import Clock, Stand, a_stand
from workflows.desk import DeskItem

SECRET = "a secret of twenty-four signs and more"
MARK = "777-0000009-0000009"
INBOUND = "/api/inbound/claims"


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """A board whose server is never found."""
    return a_stand(tmp_path, clock=Clock(), inbound_secret=SecretStr(SECRET))


def counted(tally: Tally, meter: meters.Meter) -> dict[tuple[str, ...], float]:
    """The values of a counter that are not zero, by its labels without the server's."""
    families = text_string_to_metric_families(tally.page().decode())
    named = [label for label in meter.labels if label != "server"]
    return {
        tuple(sample.labels[label] for label in named): sample.value
        for family in families
        for sample in family.samples
        if sample.name == f"{meter.name}_total" and sample.value
    }


async def test_addresses_are_counted_as_the_program_writes_them(stand: Stand) -> None:
    """An order, a name of a file and what a stranger types are no series of their own."""
    async with stand.client(headers=stand.token()) as client:
        for path in (f"/api/claims/{MARK}", f"/static/{MARK}.css", f"/{MARK}", "/api/health"):
            await client.get(path)
        await client.request("BREW", "/api/health")
    assert counted(stand.board.tally, meters.HTTP_REQUESTS) == {
        ("/api/claims/{order}", "GET", "503"): 1,
        ("/static", "GET", "404"): 1,
        ("none", "GET", "404"): 1,
        ("/api/health", "GET", "200"): 1,
        ("/api/health", "other", "405"): 1,
    }
    assert MARK not in stand.board.tally.page().decode()


async def test_who_is_not_let_in_is_counted(stand: Stand) -> None:
    """By the way that was tried; after ten tries they must wait, which is counted apart."""
    async with stand.client(headers={"Authorization": "Bearer nonsense"}) as client:
        for _ in range(12):
            await client.get("/api/claims")
    async with stand.client() as client:
        await client.post("/login", data={"name": "approver-1", "password": "nonsense"})
        await client.get("/login/nonsense")
    assert counted(stand.board.tally, meters.LOGINS_REFUSED) == {
        ("token", "unknown"): 10,
        ("token", "too_many"): 2,
        ("password", "unknown"): 1,
        ("link", "unknown"): 1,
    }


async def test_each_refused_webhook_is_counted_by_its_reason(
    stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has one line a minute for each reason, and nothing of what was posted."""
    body = json.dumps({"order": MARK}).encode()

    def signed(seconds: float = 0, secret: str = SECRET) -> dict[str, str]:
        stamp = str(int(stand.board.now().timestamp() + seconds))
        return {"Atoz-Timestamp": stamp, "Atoz-Signature": sign(SecretStr(secret), stamp, body)}

    late = TOLERANCE.total_seconds()
    sent = [{}, signed(secret="of somebody else"), signed(-late - 1), signed(-late + 1)]
    async with stand.client() as client:
        for headers in (*sent, sent[-1], *[{}] * 3):
            await client.post(INBOUND, content=body, headers=headers)
    assert counted(stand.board.tally, meters.WEBHOOKS_REFUSED) == {
        ("unsigned",): 4,
        ("signature",): 1,
        ("too_old",): 1,
        ("replayed",): 1,
    }
    lines = [line for line in caplog.messages if "was refused" in line]
    assert sorted(line.rpartition(" ")[2] for line in lines) == [
        *("replayed", "signature", "too_old", "unsigned")
    ]
    assert MARK not in caplog.text


async def test_a_stranger_gets_one_task_a_day_and_a_holder_of_the_secret_twenty(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's door-trying gives any; what comes again asks the server for nothing; each day begins anew."""
    put: list[str] = []

    async def keep(_: object, item: DeskItem) -> None:
        put.append(item.key)

    monkeypatch.setattr(desk, "put", keep)
    vars(stand.board)["service"] = None  # whoever puts asks nothing of it here
    refusing = Refusing(stand.board)
    for reason in ("unsigned", "off", *["signature"] * 3):
        await refusing.tell(reason, "why", INBOUND)
    assert put == [f"webhook.signature.{stand.board.now().date()}"]
    for number in (*[0] * MOST_KEPT, *range(MOST_KEPT + 5)):
        await refusing.tell("content", "why", INBOUND, b"%d" % number)
    assert len(put) == len(set(put)) == MOST_KEPT
    assert isinstance(stand.board.now, Clock)
    stand.board.now.move(timedelta(days=1))
    fresh = refusing.item("content", "no\nclaim", INBOUND, b"{}\n" * 5_000)
    assert fresh is not None
    assert fresh.text.startswith("/api/inbound/claims: no claim. It began: {} {} ")
    assert len(fresh.text) < 400
    again = refusing.item("replayed", str(Replayed()), INBOUND)
    assert again is not None
    assert ("timestamp. More of them" in again.text, again.sort) == (True, "other")
    about = refusing.item("content", "why", INBOUND, b'{"order_id": "%s"}' % MARK.encode())
    assert about is not None
    assert about.order_id == MARK, "its words go when the claim is erased"


async def test_every_series_of_an_alert_is_there_from_the_start(stand: Stand) -> None:
    """An increase from nothing to one is seen by no alert."""
    page = stand.board.tally.page().decode()
    for reason in meters.WEBHOOK_REFUSALS:
        assert f'atoz_webhooks_refused_total{{reason="{reason}"}} 0.0' in page
    assert 'atoz_logins_refused_total{reason="unknown",server="board",way="password"} 0.0' in page


async def test_a_board_is_ready_once_it_found_its_server(stand: Stand) -> None:
    """Alive before that."""
    shows = Showing(stand.board)
    assert await shows.ready() == {"people": True, "connected": False}
    assert b"atoz_webhooks_refused_total" in await shows.page()
    assert {route.path for route in face(shows).routes} == {"/healthz", "/readyz", "/metrics"}  # type: ignore[attr-defined]  # they are plain ones
