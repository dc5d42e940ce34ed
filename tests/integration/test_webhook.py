"""What is known of a signed POST: by its answer, by its silence, and how its receiver can trust it."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from atoz.mail.outgoing import Delivery, Outcome
from atoz.webhook import TOLERANCE, doubted, signed_post
from atoz.wiring import build_post
from tests.support.certificates import certificate_for_loopback
from tests.support.loopback import listening
from tests.support.receiver import Receiver, http
from tests.support.server import shop_settings

AT = datetime(2026, 9, 9, 9, tzinfo=UTC)
SECRET = SecretStr("a shared secret of 24 signs or more")
KEY = "claim-1/appeal/1"
BODY = json.dumps({"order_id": "111-0000102-0000102"}).encode()


async def post(receiver: Receiver, at: datetime = AT) -> Delivery:
    """One attempt with short patience."""
    async with listening(receiver.serve) as port:
        url = f"http://127.0.0.1:{port}/hook"
        patience = timedelta(seconds=0.5)
        return await signed_post(url, SECRET, BODY, KEY, within=patience, clock=lambda: at)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "sent"),
        (201, "sent"),
        (204, "sent"),
        (301, "refused"),
        (307, "refused"),
        (400, "refused"),
        (401, "refused"),
        (404, "refused"),
        (409, "refused"),
        (422, "refused"),
        (408, "refused_for_now"),
        (425, "refused_for_now"),
        (429, "refused_for_now"),
        (500, "refused_for_now"),
        (502, "refused_for_now"),
        (503, "refused_for_now"),
    ],
)
async def test_an_answer_decides(status: int, outcome: Outcome) -> None:
    """2xx took it; 4xx is a lasting no; timeouts, floods and troubles of the server may pass."""
    receiver = Receiver(http(status, b"" if status == 204 else b"ok", "Location: /elsewhere"))
    found = await post(receiver)
    assert found.outcome == outcome
    assert found.detail.startswith(f"HTTP {status}")
    assert receiver.requests == 1


@pytest.mark.parametrize("answer", ["drop", "hang", b"gibberish\r\n\r\n", b"HTTP/1.1 20"])
async def test_silence_after_sending_is_unknown(answer: bytes | str) -> None:
    """The receiver may have acted on it."""
    receiver = Receiver(answer)
    assert (await post(receiver)).outcome == "unknown"
    assert receiver.body == BODY


async def test_an_answer_that_breaks_off_after_its_status_still_counts() -> None:
    """The status is the decision; the words behind it are a courtesy."""
    cut = http(200, b"receipt 7").replace(b"Content-Length: 9", b"Content-Length: 900")
    assert (await post(Receiver(cut))).outcome == "sent"


async def test_the_beginning_of_the_answer_is_kept() -> None:
    """A receipt or a reason, on one line, bounded."""
    found = await post(Receiver(http(422, b"no\r\nsuch\xff order" + b"x" * 100_000)))
    assert found.detail.startswith("HTTP 422 no such\ufffd orderx")
    assert len(found.detail) == 500


async def test_a_refused_connection_is_a_no_for_now() -> None:
    """Nothing was sent."""
    async with listening(Receiver("drop").serve) as port:
        pass
    found = await signed_post(f"http://127.0.0.1:{port}/", SECRET, BODY, "key")
    assert found.outcome == "refused_for_now"


@pytest.mark.parametrize("url", ["ftp://x.example/", "nowhere", "http://"])
async def test_what_is_no_web_address_is_refused(url: str) -> None:
    """It will not become one."""
    assert (await signed_post(url, SECRET, BODY, "key")).outcome == "refused"


async def test_a_certificate_that_nobody_vouches_for_gets_nothing() -> None:
    """The claim's words do not go to whoever answers; to the right one they do."""
    receiver, (server_tls, client_tls) = Receiver(http(200)), certificate_for_loopback()
    async with listening(receiver.serve, server_tls) as port:
        url = f"https://127.0.0.1:{port}/"
        found = await signed_post(url, SECRET, BODY, "key")
        assert (found.outcome, receiver.requests) == ("refused_for_now", 0)
        found = await signed_post(url, SECRET, BODY, "key", tls_context=client_tls)
        assert (found.outcome, receiver.requests) == ("sent", 1)


async def test_the_receiver_can_prove_who_sent_it_and_when() -> None:
    """The signature covers the instant and the body; the key names the attempt's meaning."""
    receiver = Receiver(http(200))
    await post(receiver)
    timestamp = receiver.headers["atoz-timestamp"]
    assert timestamp == str(int(AT.timestamp()))
    expected = hmac.new(
        SECRET.get_secret_value().encode(), f"{timestamp}.".encode() + BODY, hashlib.sha256
    )
    assert receiver.headers["atoz-signature"] == f"v1={expected.hexdigest()}"
    assert receiver.headers["idempotency-key"] == KEY
    assert receiver.headers["content-type"] == "application/json"
    assert receiver.body == BODY


async def test_each_try_is_signed_anew_however_late_it_is() -> None:
    """A receiver that refuses old and repeated signatures takes a late repeat, and knows it by its key."""
    receiver, signatures, keys = Receiver(http(503)), set[str](), set[str]()
    for sent_at in (AT, AT + 2 * TOLERANCE):
        await post(receiver, sent_at)
        stamp, signature = (receiver.headers[f"atoz-{name}"] for name in ("timestamp", "signature"))
        assert doubted(SECRET, stamp, signature, receiver.body, sent_at) is None
        signatures.add(signature)
        keys.add(receiver.headers["idempotency-key"])
    assert (len(signatures), keys) == (2, {KEY})


async def test_an_appeal_that_waited_is_believed_when_it_is_sent(tmp_path: Path) -> None:
    """Nothing of the claim's clock is signed: the worker's clock at the moment of sending is."""
    receiver = Receiver(http(200))
    async with listening(receiver.serve) as port:
        url = f"http://127.0.0.1:{port}/"
        post = build_post(
            shop_settings(tmp_path, appeal_webhook_url=url, appeal_webhook_secret=SECRET)
        )
        assert post is not None
        await post(BODY, KEY)
    said = receiver.headers
    stamp, signature = said["atoz-timestamp"], said["atoz-signature"]
    assert doubted(SECRET, stamp, signature, BODY, datetime.now(UTC)) is None
    assert said["idempotency-key"] == KEY


async def test_a_receiver_verifies_as_the_docs_say(root: Path) -> None:
    """The few lines of docs/board.md believe us, and nobody who knows no secret or comes late."""
    (lines,) = re.findall(
        r"```python\n(.*?)```", (root / "docs/board.md").read_text("utf-8"), re.DOTALL
    )
    known: dict[str, Any] = {}
    exec(lines, known)  # noqa: S102 - our own docs
    receiver, now = Receiver(http(200)), datetime.now(UTC)
    for at, secret, believed in (
        (now, SECRET.get_secret_value(), True),
        (now, "another", False),
        (now - 2 * TOLERANCE, SECRET.get_secret_value(), False),
    ):
        await post(receiver, at)
        assert known["believed"](secret, receiver.headers, receiver.body) is believed


@pytest.mark.parametrize("key", ["", "a\r\nX: y", "schlüssel"])
async def test_a_key_is_no_header_of_its_own(key: str) -> None:
    """A fault of ours, told at once."""
    with pytest.raises(ValueError, match="plain ASCII"):
        await signed_post("http://127.0.0.1:1/", SECRET, BODY, key)
