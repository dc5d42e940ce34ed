"""The whole way of mail on servers as sellers have them: Postfix takes and sends, Dovecot keeps.

Skipped with the reason where they are not installed; `.ci/run` installs them.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from temporalio.testing import ActivityEnvironment

from activities.jobs import MailboxJob
from activities.mailbox import MailboxPasses, MailboxRules
from atoz.harness.server import VirtualTime, virtual_time
from atoz.keeping import converter
from atoz.mail.imap import ImapMailbox, ImapSession
from atoz.mail.imap_account import ImapAccount, MailboxRefused
from atoz.rules import load_rules
from atoz.service import acting, desk, looking, mailbox
from atoz.service.base import Service
from atoz.telemetry import telemetry
from atoz.wiring import build_worker
from tests.support import real_mail
from tests.support.loopback import listening
from tests.support.mailroom import World, sample
from tests.support.real_mail import BUYER, HOST, NOBODY, PASSWORD, SELLER, RealMail
from tests.support.scripted_smtp import ScriptedServer
from tests.support.server import shop_settings
from tests.support.service import PATIENCE, eventually, kinds
from workflows import names

AMAZON = "bounces@amazon.com"
_ORDERS = iter(range(1, 100))


@pytest.fixture(scope="module")
def servers() -> Iterator[RealMail]:
    """Postfix and Dovecot for this module."""
    with real_mail.real_mail() as running:
        yield running


def an_order() -> str:
    """An order that no other test of this module has."""
    return f"111-{next(_ORDERS):07}-8888888"


def mail(name: str, order: str) -> bytes:
    """A sample mail about an order, written now, as it comes before any server has checked it."""
    now = format_datetime(datetime.now(UTC)).encode()
    head, _, body = sample(name).replace(b"\r\n", b"\n").partition(b"\n\n")
    kept = []
    for line in head.split(b"\n"):
        if line.lower().startswith(b"date:"):
            kept.append(b"Date: " + now)
        elif line.lower().startswith(b"message-id:"):
            kept.append(f"Message-ID: <{name}.{order}@amazon.example>".encode())
        elif not (line.startswith((b" ", b"\t")) and kept and kept[-1] is _DROPPED):
            kept.append(_DROPPED if line.lower().startswith(b"authentication-results:") else line)
    raw = b"\r\n".join(line for line in kept if line is not _DROPPED) + b"\r\n\r\n"
    raw += body.replace(b"\n", b"\r\n")
    for old in (b"111-0000102-0000102", b"204-0000103-0000103", b"111-0000117-0000117"):
        raw = raw.replace(old, order.encode())
    return raw


_DROPPED = b"(dropped)"


def account(servers: RealMail, user: str) -> ImapAccount:
    """The account of somebody on Dovecot."""
    return ImapAccount(
        host="127.0.0.1",
        port=servers.imap,
        username=user,
        password=SecretStr(PASSWORD),
        ca_file=servers.ca_file,
        timeout=timedelta(seconds=10),
    )


@asynccontextmanager
async def box(servers: RealMail, user: str) -> AsyncIterator[ImapSession]:
    """Somebody's mailbox."""
    async with ImapMailbox(account(servers, user)).session() as session:
        yield session


@asynccontextmanager
async def a_shop(tmp_path: Path, servers: RealMail) -> AsyncIterator[tuple[Service, VirtualTime]]:
    """A worker that reads and sends by the real servers, woken by the mail server alone."""
    settings = shop_settings(
        tmp_path,
        sender=SELLER,
        message_id_domain="lamp-shop.example",
        smtp_host="127.0.0.1",
        smtp_port=servers.smtp,
        smtp_security="none",
        imap_host="127.0.0.1",
        imap_port=servers.imap,
        imap_username="seller",
        imap_password=PASSWORD,
        imap_ca_file=servers.ca_file,
        imap_every="1d",
        authserv_id=HOST,
    )
    rules = load_rules(settings)
    async with virtual_time(converter(settings)) as server:
        service = Service(server.client, settings, lambda: datetime.now(UTC), PATIENCE)
        more = mailbox.mailbox_activities(service, rules.library)
        async with (
            build_worker(server.client, settings, rules=rules, more=more),
            mailbox.watched(service),
        ):
            yield service, server


async def has(service: Service, order: str, *wanted: str) -> bool:
    """Whether a claim's timeline shows all of this."""
    if await service.calls.describe(names.claim_workflow_id(order)) is None:
        return False
    return set(wanted) <= set(await kinds(service, order))


async def test_three_mails_dropped_in_are_in_the_timeline(
    tmp_path: Path, servers: RealMail
) -> None:
    """A notice, a reply with two photos and a decision come by SMTP; nobody gives any command."""
    order = an_order()
    async with a_shop(tmp_path, servers) as (service, _):
        servers.deliver(mail("01", order), AMAZON)
        await eventually(lambda: has(service, order, "claim_received"), 30)
        servers.deliver(mail("04", order), "zqc@marketplace.amazon.co.uk")
        await eventually(lambda: has(service, order, "reply_received", "evidence_added"), 30)
        servers.deliver(mail("06", order), AMAZON)
        await eventually(lambda: has(service, order, "decision_received"), 30)
        found = await kinds(service, order)
        assert found.count("evidence_added") == 2
        assert (await looking.timeline(service, order))["outcome"]["status"] == (
            "granted_seller_funded"
        )
        async with box(servers, "seller") as session:
            assert (await session.listing(None, datetime.now(UTC))).arrived == ()


async def test_a_forgery_is_kept_apart(tmp_path: Path, servers: RealMail) -> None:
    """The look-alike carries its own verdict; the server's is missing."""
    order = an_order()
    forged = sample("12").replace(b"111-0000102-0000102", order.encode())
    async with a_shop(tmp_path, servers) as (service, _):
        servers.deliver(forged, "x@amazon.com.evil.example")

        async def is_told() -> bool:
            return len(await desk.tasks(service)) == 1

        await eventually(is_told, 30)
        (task,) = await desk.tasks(service)
        assert task["title"].startswith("Quarantined")
        assert await service.calls.describe(names.claim_workflow_id(order)) is None


async def completed(service: Service, servers: RealMail, relay: str) -> str:
    """The order of a claim that a mail started and a person completed."""
    order = an_order()
    servers.deliver(mail("01", order), AMAZON)
    await eventually(lambda: has(service, order, "claim_received"), 30)
    values: dict[str, Any] = {
        "claim": {"reason": "damaged"},
        "buyer": {"relay": relay, "language": "en"},
        "shipment": {"status": "delivered", "carrier": "UPS", "tracking_number": "1Z9"},
    }
    await acting.amend(service, order, values, by="agent-1", key="k1")
    return order


async def test_our_message_lies_in_the_buyers_mailbox(tmp_path: Path, servers: RealMail) -> None:
    """The playbook's first mail went out by Postfix, with its own Message-ID."""
    async with a_shop(tmp_path, servers) as (service, server):
        order = await completed(service, servers, BUYER)
        handle = service.client.get_workflow_handle(names.claim_workflow_id(order))
        await server.jump(handle, datetime.now(UTC) + timedelta(days=2))
        await eventually(lambda: has(service, order, "message_sent"), 30)
        entries = (await looking.timeline(service, order))["timeline"]
        sent = next(entry for entry in entries if entry["kind"] == "message_sent")
        async with box(servers, "buyer") as session:
            today = datetime.now(UTC).date()
            assert await session.sent(sent["data"]["message_id"], "INBOX", today)
            assert not await session.sent("<other@lamp-shop.example>", "INBOX", today)
            with pytest.raises(MailboxRefused, match="Sent"):
                await session.sent(sent["data"]["message_id"], "Sent", today)
            (arrived,) = (await session.listing(None, datetime.now(UTC))).arrived
            raw = await session.whole(arrived.uid, 100_000)
        assert raw is not None
        assert f"From: {SELLER}".encode() in raw
        assert order.encode() in raw


async def test_a_bounce_turns_the_sent_message_into_one_that_never_arrived(
    tmp_path: Path, servers: RealMail
) -> None:
    """Postfix takes it, the buyer's server does not, and the notice of it comes back by mail."""
    refusing = ScriptedServer({"RCPT": "550 5.1.1 no such buyer"})
    async with a_shop(tmp_path, servers) as (service, server):
        order = await completed(service, servers, "gone@marketplace.amazon.co.uk")
        handle = service.client.get_workflow_handle(names.claim_workflow_id(order))
        async with listening(refusing.serve, port=servers.refusing):
            await server.jump(handle, datetime.now(UTC) + timedelta(days=2))
            await eventually(lambda: has(service, order, "message_sent", "message_refused"), 40)
        entries = (await looking.timeline(service, order))["timeline"]
        refused = next(entry for entry in entries if entry["kind"] == "message_refused")
        assert refused["data"]["outcome"] == "bounced"
        assert refused["data"]["template"] == "deescalate"


async def test_a_mailbox_of_thousands_is_listed_in_no_time(servers: RealMail) -> None:
    """4,950 old mails and 50 new ones: only the new ones are listed, none is downloaded."""
    folder = servers.folder / "mail" / "old"
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    before = time.time() - 30 * 86_400
    for number in range(5_000):
        path = folder / "cur" / f"{number:05}.test:2,S"
        path.write_bytes(b"Subject: old\n\n" + b"x" * 2_000)
        if number < 4_950:
            os.utime(path, (before, before))
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    async with box(servers, "old") as session:
        await session.listing(None, datetime.now(UTC))
        begin = time.perf_counter()
        found = await session.listing(None, datetime.now(UTC))
        assert time.perf_counter() - begin < 2
        assert len(found.arrived) == 50
        for arrived in found.arrived[:9]:
            await session.done(arrived.uid)
        assert len((await session.listing(None, datetime.now(UTC))).arrived) == 41


async def test_how_long_mails_waited_is_exported(servers: RealMail) -> None:
    """By the hour at which Dovecot took them: one that waited is in a later bucket than a fresh one."""
    told = telemetry(metrics=True)
    environment = ActivityEnvironment()
    environment.metric_meter = told.runtime.metric_meter
    world = World()
    rules = MailboxRules(ImapMailbox(account(servers, "lag")), "lag@imap.example/INBOX", 30_000_000)
    passes = MailboxPasses(rules, world.mails, world.mailroom, lambda: datetime.now(UTC))

    async def lags() -> dict[str, float]:
        async with httpx2.AsyncClient() as client:
            page = (await client.get(str(told.metrics))).text
        return {
            sample.labels["le"]: sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
            if sample.name == "atoz_mail_lag_seconds_bucket"
        }

    arrived = {"fresh": 0.0, "waited": 3 * 3_600.0}
    seen = []
    for name, ago in arrived.items():
        dropped(servers, "lag", mail("01", an_order()), ago, name)
        done = await environment.run(passes.read_mailbox, MailboxJob())
        assert done.read == 1
        seen.append(await lags())
    fresh, both = seen
    assert (fresh["60"], fresh["+Inf"]) == (1, 1)
    assert (both["60"], both["3600"], both["14400"], both["+Inf"]) == (1, 1, 2, 2)


def dropped(servers: RealMail, user: str, raw: bytes, ago: float, name: str) -> None:
    """Lay a mail into a mailbox as if it had come so many seconds ago."""
    folder = servers.folder / "mail" / user
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    path = folder / "new" / f"{name}.test"
    path.write_bytes(raw)
    at = time.time() - ago
    os.utime(path, (at, at))
    for each in (folder, *folder.rglob("*")):
        os.chown(each, NOBODY, NOBODY)
