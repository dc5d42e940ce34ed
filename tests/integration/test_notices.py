"""Operators are told by every channel, and a channel that fails is named and keeps no other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from pydantic import HttpUrl, SecretStr

from atoz.harness.catcher import HOST, Caught, catching
from atoz.mail.outgoing import Delivery, Outcome
from atoz.notices import AllNotifiers, EmailNotifier, LogNotifier, Notice, WebhookNotifier
from atoz.service.base import Service, claim_id
from atoz.webhook import doubted
from atoz.wiring import build_worker
from tests.support.loopback import listening
from tests.support.receiver import Receiver, http
from tests.support.server import Bench
from tests.support.service import begun, eventually, service_of

AT = datetime(2026, 9, 9, 9, tzinfo=UTC)
SECRET = SecretStr("shared secret")
NOTICE = Notice(
    subject="A clock runs out\r\nBcc: x@evil.example",
    lines=("response: 6 h left", "second\nline"),
    order_id="111-0000102-0000102",
    due=AT + timedelta(hours=6),
    at=AT,
)


class FakeMailer:
    """Keeps what it is given and answers as it is told."""

    def __init__(self, outcome: Outcome = "sent", words: str = "") -> None:
        self.outcome: Outcome = outcome
        self.words = words
        self.sent: list[tuple[EmailMessage, str]] = []

    async def send(self, message: EmailMessage, to: str) -> Delivery:
        """Note it."""
        self.sent.append((message, to))
        return Delivery(outcome=self.outcome, detail=self.words, status=550)


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
    posted, said = json.loads(receiver.body), receiver.headers
    stamp, signature = said["atoz-timestamp"], said["atoz-signature"]
    # The notice is of another day: what is signed is when it leaves.
    assert doubted(SECRET, stamp, signature, receiver.body, datetime.now(UTC)) is None
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


async def test_what_a_refusing_side_quotes_does_not_reach_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A receiver that echoes what it refuses, a mail server that quotes: outcome and status alone."""
    receiver, words = Receiver("echo"), NOTICE.lines[0]
    async with listening(receiver.serve) as port:
        hook = WebhookNotifier(f"http://127.0.0.1:{port}/", SECRET)
        mails = by_email(FakeMailer("refused", f"550 no: {words}"))
        assert await AllNotifiers([mails, hook]).tell(NOTICE) == ["email", "webhook"]
    assert words in receiver.body.decode()
    told = [vars(record) for record in caplog.records]
    assert [(each["outcome"], each["status"]) for each in told] == [
        *[("refused", 550)] * 2,
        ("refused", 422),
    ]
    assert words not in str(told)


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


# After an outage ----------------------------------------------------------------------------------

CLAIMS = 16
ALONE = 10


class Kept(Receiver):
    """Takes every post, and keeps what it says."""

    def __init__(self) -> None:
        super().__init__(http(200))
        self.posts: list[dict[str, object]] = []

    def reply(self) -> bytes | str:
        """Taken."""
        self.posts.append(json.loads(self.body))
        return self.answer


@pytest.mark.server
@pytest.mark.asyncio(loop_scope="session")
async def test_what_many_claims_say_at_once_is_told_together(bench: Bench) -> None:
    """Claims that arrived while no worker was there: ten mails and posts, then one; nobody is left out."""
    hook = Kept()
    async with catching() as catcher, listening(hook.serve) as port:
        service = service_of(
            bench,
            task_queue="told-together",
            smtp_host=HOST,
            smtp_port=catcher.port,
            smtp_security="none",
            notice_emails=("ops@fernlane.example",),
            notice_webhook_url=HttpUrl(f"http://127.0.0.1:{port}/"),
            notice_webhook_secret=SecretStr("a secret of nobody's, for tests"),
        )
        incomplete = {"buyer": None}
        orders = {await begun(service, incomplete, opened=False) for _ in range(CLAIMS)}
        async with build_worker(bench.server.client, service.settings, rules=bench.rules):
            await eventually(lambda: told(service, orders))
    assert len(catcher.mails) <= ALONE + 2
    assert len(hook.posts) <= ALONE + 2
    assert orders == {order for order in orders if any(order in said(m) for m in catcher.mails)}
    together = [post for post in hook.posts if "notices" in post]
    alone = [post["order_id"] for post in hook.posts if "notices" not in post]
    gathered = [each["order_id"] for post in together for each in post["notices"]]  # type: ignore[attr-defined] # JSON
    assert together
    assert sorted([*alone, *gathered]) == sorted(orders), "each of them once"


def said(mail: Caught) -> str:
    """All of a mail."""
    return f"{mail.message['Subject']}\n{mail.message.get_content()}"


async def told(service: Service, orders: set[str]) -> bool:
    """Whether every claim knows that people were told of its task."""
    cases = [service.calls.query(claim_id(order), "case") for order in orders]
    tasks = [case["tasks"] for case in await asyncio.gather(*cases)]
    return all(tasks) and all(task["told"] for each in tasks for task in each)
