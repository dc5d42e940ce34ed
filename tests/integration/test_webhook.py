"""What is known of a signed POST: by its answer, by its silence, and how its receiver can trust it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from pydantic import SecretStr

from atoz.mail.outgoing import Delivery, Outcome
from atoz.notices import AllNotifiers, EmailNotifier, LogNotifier, Notice, WebhookNotifier
from atoz.webhook import signed_post
from tests.support.certificates import certificate_for_loopback
from tests.support.loopback import listening

AT = datetime(2026, 9, 9, 9, tzinfo=UTC)
SECRET = SecretStr("shared secret")
BODY = json.dumps({"order_id": "111-0000102-0000102"}).encode()
NOTICE = Notice(
    subject="A clock runs out\r\nBcc: x@evil.example",
    lines=("response: 6 h left", "second\nline"),
    order_id="111-0000102-0000102",
    due=AT + timedelta(hours=6),
    at=AT,
)


class Receiver:
    """Reads one request, then does what the test wants with the connection."""

    def __init__(self, answer: bytes | str) -> None:
        self.answer = answer
        self.headers: dict[str, str] = {}
        self.body = b""
        self.requests = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer; `drop` ends without, `hang` never comes."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode().split("\r\n")[1:]
            pairs = (line.split(": ", 1) for line in lines if line)
            self.headers = {name.lower(): value for name, value in pairs}
            self.body = await reader.readexactly(int(self.headers["content-length"]))
            self.requests += 1
            if self.answer == "hang":
                await asyncio.sleep(30)
            if isinstance(self.answer, bytes):
                writer.write(self.answer)
                await writer.drain()
        finally:
            writer.close()


def http(status: int, body: bytes = b"ok", *more: str) -> bytes:
    """An HTTP answer."""
    head = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(body)}", *more, "", ""]
    return "\r\n".join(head).encode() + body


async def post(receiver: Receiver, path: str = "/hook") -> Delivery:
    """One attempt with short patience."""
    async with listening(receiver.serve) as port:
        url = f"http://127.0.0.1:{port}{path}"
        patience = timedelta(seconds=0.5)
        return await signed_post(url, SECRET, BODY, "claim-1/appeal/1", at=AT, within=patience)


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
    found = await signed_post(f"http://127.0.0.1:{port}/", SECRET, BODY, "key", at=AT)
    assert found.outcome == "refused_for_now"


@pytest.mark.parametrize("url", ["ftp://x.example/", "nowhere", "http://"])
async def test_what_is_no_web_address_is_refused(url: str) -> None:
    """It will not become one."""
    assert (await signed_post(url, SECRET, BODY, "key", at=AT)).outcome == "refused"


async def test_a_certificate_that_nobody_vouches_for_gets_nothing() -> None:
    """The claim's words do not go to whoever answers; to the right one they do."""
    receiver, (server_tls, client_tls) = Receiver(http(200)), certificate_for_loopback()
    async with listening(receiver.serve, server_tls) as port:
        url = f"https://127.0.0.1:{port}/"
        found = await signed_post(url, SECRET, BODY, "key", at=AT)
        assert (found.outcome, receiver.requests) == ("refused_for_now", 0)
        found = await signed_post(url, SECRET, BODY, "key", at=AT, tls_context=client_tls)
        assert (found.outcome, receiver.requests) == ("sent", 1)


async def test_the_receiver_can_prove_who_sent_it_and_when() -> None:
    """The signature covers the instant and the body; the key names the attempt's meaning."""
    receiver = Receiver(http(200))
    await post(receiver)
    timestamp = receiver.headers["atoz-timestamp"]
    assert timestamp == str(int(AT.timestamp()))
    expected = hmac.new(b"shared secret", f"{timestamp}.".encode() + BODY, hashlib.sha256)
    assert receiver.headers["atoz-signature"] == f"v1={expected.hexdigest()}"
    assert receiver.headers["idempotency-key"] == "claim-1/appeal/1"
    assert receiver.headers["content-type"] == "application/json"
    assert receiver.body == BODY


@pytest.mark.parametrize("key", ["", "a\r\nX: y", "schlüssel"])
async def test_a_key_is_no_header_of_its_own(key: str) -> None:
    """A fault of ours, told at once."""
    with pytest.raises(ValueError, match="plain ASCII"):
        await signed_post("http://127.0.0.1:1/", SECRET, BODY, key, at=AT)


class FakeMailer:
    """Keeps what it is given and answers as it is told."""

    def __init__(self, outcome: Outcome = "sent") -> None:
        self.outcome: Outcome = outcome
        self.sent: list[tuple[EmailMessage, str]] = []

    async def send(self, message: EmailMessage, to: str) -> Delivery:
        """Note it."""
        self.sent.append((message, to))
        return Delivery(outcome=self.outcome)


class BrokenNotifier:
    """A channel with a fault of its own."""

    name = "broken"

    async def tell(self, notice: Notice) -> list[str]:
        """Break."""
        raise RuntimeError(notice.subject)


def by_email(mailer: FakeMailer) -> EmailNotifier:
    """Two operators."""
    recipients = ["a@fernlane.example", "b@fernlane.example"]
    return EmailNotifier(
        mailer,
        sender="claims@fernlane.example",
        recipients=recipients,
        id_domain="fernlane.example",
    )


async def test_operators_are_told_by_every_channel(caplog: pytest.LogCaptureFixture) -> None:
    """Log, mail and webhook, at once; nothing failed."""
    receiver, mailer = Receiver(http(200)), FakeMailer()
    async with listening(receiver.serve) as port:
        hook = WebhookNotifier(f"http://127.0.0.1:{port}/", SECRET)
        everyone = AllNotifiers([LogNotifier(), by_email(mailer), hook])
        assert await everyone.tell(NOTICE) == []
    assert [record.message for record in caplog.records] == ["operator notice"]
    posted = json.loads(receiver.body)
    assert posted["due"] == "2026-09-09T15:00:00Z"
    assert posted["key"] == NOTICE.key == receiver.headers["idempotency-key"]
    assert [to for _, to in mailer.sent] == ["a@fernlane.example", "b@fernlane.example"]


async def test_a_notice_by_mail_is_readable_and_cannot_add_headers() -> None:
    """Subject on one line; order, due and each line in the text; one id per notice and recipient."""
    mailer = FakeMailer()
    await by_email(mailer).tell(NOTICE)
    await by_email(mailer).tell(NOTICE)
    first, second, again, _ = (message for message, _ in mailer.sent)
    assert first["Subject"] == "A clock runs out Bcc: x@evil.example"
    assert first["Bcc"] is None
    assert first.get_content() == (
        "Order: 111-0000102-0000102\nDue: 2026-09-09T15:00:00Z\n\nresponse: 6 h left\nsecond line\n"
    )
    assert first["Message-ID"] == again["Message-ID"] != second["Message-ID"]


async def test_a_channel_that_fails_is_named_and_keeps_no_other() -> None:
    """An operator who was not told shows in the claim; unknown is not told either."""
    for outcome in ("refused", "refused_for_now", "unknown"):
        everyone = AllNotifiers([BrokenNotifier(), by_email(FakeMailer(outcome)), LogNotifier()])
        assert await everyone.tell(NOTICE) == ["broken", "email"]
    hook = WebhookNotifier("http://127.0.0.1:1/", SECRET)
    assert await AllNotifiers([hook]).tell(NOTICE) == ["webhook"]


@pytest.mark.parametrize(
    "other",
    [
        lambda: NOTICE.model_copy(update={"subject": "Another"}),
        lambda: NOTICE.model_copy(update={"at": AT + timedelta(seconds=1)}),
    ],
)
def test_a_key_is_the_same_for_a_retry_and_for_nothing_else(other: Callable[[], Notice]) -> None:
    """So a receiver drops the repeat and keeps the next one."""
    assert NOTICE.key == NOTICE.model_copy().key
    assert NOTICE.key != other().key
