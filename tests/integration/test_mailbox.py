"""Mail arrives by itself: a real Temporal server, a real worker and a real IMAP server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from atoz.errors import AtozError, BadInput, NoWorker
from atoz.harness.server import virtual_time
from atoz.keeping import converter
from atoz.mail.reading import Kind
from atoz.rules import load_rules
from atoz.service import desk, looking, mailbox, starting, waiting
from atoz.service.base import Service
from atoz.service.claim_files import read_case
from atoz.wiring import build_worker
from tests.support.imap import PASSWORD, USER, Postbox, imap_server
from tests.support.incoming import Incoming
from tests.support.mailroom import AUTHSERV_ID, sample, with_id
from tests.support.running import ROOT
from tests.support.server import shop_settings
from tests.support.service import PATIENCE, eventually, kinds
from workflows import names

NOTICE = "111-0000102-0000102"
_ORDERS = iter(range(1, 100))


@pytest.fixture(scope="module")
def postbox() -> Iterator[Postbox]:
    """A server that keeps our keyword."""
    with imap_server() as box:
        yield box


def an_order() -> str:
    """An order that no other test of this module has."""
    return f"111-{next(_ORDERS):07}-7777777"


def mail(name: str, order: str, message_id: str) -> bytes:
    """A sample mail about an order, written now."""
    raw = sample(name)
    old = next(text for text in _ORDERS_OF_SAMPLES if text in raw)
    return with_id(_today(raw), message_id, (old, order.encode()))


_ORDERS_OF_SAMPLES = (NOTICE.encode(), b"204-0000103-0000103", b"111-0000117-0000117")


def _today(raw: bytes) -> bytes:
    now = format_datetime(datetime.now(UTC)).encode()
    lines = [b"Date: " + now if line.startswith(b"Date:") else line for line in raw.splitlines()]
    return b"\r\n".join(lines)


def imap_settings(port: int, **more: Any) -> dict[str, Any]:
    """The settings of a mailbox of this server."""
    return {
        "imap_host": "127.0.0.1",
        "imap_port": port,
        "imap_security": "none",
        "imap_username": USER,
        "imap_password": PASSWORD,
        "authserv_id": AUTHSERV_ID,
        **more,
    }


@asynccontextmanager
async def a_mailroom(tmp_path: Path, port: int, **more: Any) -> AsyncIterator[Service]:
    """A server and a worker that reads a mailbox."""
    settings = shop_settings(tmp_path, **imap_settings(port, **more))
    rules = load_rules(settings)
    async with virtual_time(converter(settings)) as server:
        service = Service(server.client, settings, lambda: datetime.now(UTC), PATIENCE)
        activities = mailbox.mailbox_activities(service, rules.library)
        async with build_worker(server.client, settings, rules=rules, more=activities):
            yield service


async def test_three_mails_make_a_timeline(tmp_path: Path, postbox: Postbox) -> None:
    """A notice, a reply with two photos and a decision: the claim knows it all, in one pass."""
    order = an_order()
    for name, number in (("01", 1), ("04", 2), ("06", 3)):
        postbox.put(mail(name, order, f"<{number}.{order}@amazon.example>"))
    async with a_mailroom(tmp_path, postbox.port) as service:
        done = await mailbox.sync(service)
        assert (done["claims_started"], done["delivered"], done["quarantined"]) == (1, 2, 0)
        await eventually(lambda: _has(service, order, "decision_received"))
        found = await kinds(service, order)
        assert found.count("claim_received") == 1
        assert found.count("reply_received") == 1
        assert found.count("evidence_added") == 2
        entries = (await looking.timeline(service, order))["timeline"]
        for entry in entries:
            if entry["kind"] == "evidence_added":
                content = await service.store.of_order(order).get(entry["data"]["sha256"])
                assert len(content) == entry["data"]["size"]
        told = await mailbox.progress(service)
        assert (told["state"], told["mails"]["read"], told["why"]) == ("done", 3, None)
        again = await mailbox.sync(service)
        assert again["read"] == 0
        assert len(await kinds(service, order)) == len(found)
        await _no_words_in_the_history(service, order)


async def _no_words_in_the_history(service: Service, order: str) -> None:
    """The pass's own history has counts, no word of any mail."""
    handle = service.client.get_workflow_handle(f"{names.MAILBOX_ID}-by-hand")
    history = (await handle.fetch_history()).to_json()
    assert order not in history
    assert "picture" not in history
    assert len(history) < 20_000


async def _has(service: Service, order: str, kind: str) -> bool:
    return kind in await kinds(service, order)


async def test_a_reply_before_its_notice_waits_and_attaches_itself(
    tmp_path: Path, postbox: Postbox
) -> None:
    """Its task at the desk is done when the claim has it."""
    order = an_order()
    postbox.put(mail("04", order, f"<early.{order}@amazon.example>"))
    async with a_mailroom(tmp_path, postbox.port) as service:
        assert (await mailbox.sync(service))["held"] == 1
        (task,) = await desk.tasks(service)
        assert order in task["title"]
        postbox.put(mail("01", order, f"<notice.{order}@amazon.example>"))
        assert (await mailbox.sync(service))["attached"] == 1
        await eventually(lambda: _has(service, order, "evidence_added"))
        assert await desk.tasks(service) == []
        assert (await mailbox.sync(service))["attached"] == 0
        assert (await kinds(service, order)).count("reply_received") == 1


async def test_the_schedule_is_kept_as_the_settings_say(tmp_path: Path, postbox: Postbox) -> None:
    """Made, changed, left paused by its owner, and removed with the mailbox."""
    async with a_mailroom(tmp_path, postbox.port) as service:
        handle = service.client.get_schedule_handle(names.MAILBOX_SCHEDULE)
        await mailbox.keep_schedule(service)
        await handle.pause()
        changed = service.settings.model_copy(update={"imap_every": timedelta(minutes=3)})
        await mailbox.keep_schedule(Service(service.client, changed, service.now))
        found = (await handle.describe()).schedule
        assert found.spec.intervals[0].every == timedelta(minutes=3)
        assert found.state.paused
        without = service.settings.model_copy(update={"imap_host": None})
        for _ in range(2):
            await mailbox.keep_schedule(Service(service.client, without, service.now))
        with pytest.raises(BadInput, match="ATOZ_IMAP_HOST"):
            await mailbox.sync(Service(service.client, without, service.now))


async def test_new_mail_wakes_the_schedule(tmp_path: Path, postbox: Postbox) -> None:
    """Nobody asks for anything: the mail server tells, and the claim is there."""
    order = an_order()
    async with (
        a_mailroom(tmp_path, postbox.port, imap_every="1d") as service,
        mailbox.watched(service),
    ):
        postbox.put(mail("01", order, f"<idle.{order}@amazon.example>"))
        await eventually(lambda: _runs(service, order))
        later = an_order()
        postbox.put(mail("01", later, f"<idle.{later}@amazon.example>"))
        await eventually(lambda: _runs(service, later))


async def test_a_claim_that_a_person_starts_takes_its_held_mail_at_once(
    tmp_path: Path, postbox: Postbox
) -> None:
    """No pass is due for a day: the start itself wakes one."""
    order = an_order()
    async with a_mailroom(tmp_path, postbox.port, imap_every="1d") as service:
        await mailbox.keep_schedule(service)
        postbox.put(mail("04", order, f"<held.{order}@amazon.example>"))
        assert (await mailbox.sync(service))["held"] == 1
        sample_claim = read_case((ROOT / "samples/cases/buyer-silent.json").read_bytes()).claim_file
        claim = sample_claim.claim.model_copy(update={"order_id": order})
        await starting.start(
            service, sample_claim.model_copy(update={"claim": claim}), received_now=True
        )
        await eventually(lambda: _has(service, order, "reply_received"))


async def test_a_copy_of_the_sellers_answer_stops_the_buyers_clock(
    tmp_path: Path, postbox: Postbox
) -> None:
    """Somebody answered in Seller Central: nobody has to say so here."""
    order = an_order()
    async with a_mailroom(tmp_path, postbox.port) as service:
        postbox.put(mail("01", order, f"<n.{order}@amazon.example>"))
        question = a_mail("Where is my lamp?", order, "buyer_message", datetime.now(UTC))
        postbox.put(question)
        await mailbox.sync(service)
        await eventually(lambda: _waits(service, order))
        copy = "Your message: It goes out today."
        for minutes, waits in ((1, True), (5, False)):
            written = datetime.now(UTC) + timedelta(minutes=minutes)
            postbox.put(a_mail(copy, order, "own_reply_copy", written), at=written)
            await mailbox.sync(service)
            assert await _waits(service, order) is waits
        status = await looking.status(service, order)
        (clock,) = (clock for clock in status["clocks"] if clock["name"] == "buyer_reply")
        assert clock["stopped_at"] is not None
        entries = (await looking.timeline(service, order))["timeline"]
        done = next(entry for entry in entries if entry["kind"] == "task_done")
        assert done["source"] == "operator:reply-copy"


def a_mail(text: str, order: str, kind: Kind, written: datetime) -> bytes:
    """A mail of the marketplace, written at an instant."""
    date = format_datetime(written)
    subject = f"Re: your order {order}"
    return with_id(
        Incoming(text, subject, kind=kind, date=date).raw(),
        f"<{kind}.{date[17:25]}.{order}@x.example>",
    )


async def _waits(service: Service, order: str) -> bool:
    tasks = (await waiting.tasks(service, order))["tasks"]
    return "answer-buyer" in [task["kind"] for task in tasks]


async def _runs(service: Service, order: str) -> bool:
    return await service.calls.describe(names.claim_workflow_id(order)) is not None


async def test_a_wrong_password_is_told_at_once_and_on_the_desk(
    tmp_path: Path, postbox: Postbox
) -> None:
    """By hand in the answer, by schedule as a task, once a day."""
    async with a_mailroom(tmp_path, postbox.port, imap_password="wrong") as service:
        for _ in range(2):
            with pytest.raises(AtozError, match="refuses the login"):
                await mailbox.sync(service)
        (task,) = await desk.tasks(service)
        assert "cannot be read" in task["title"]
        told = await mailbox.progress(service)
        assert (told["state"], told["mails"]) == ("failed", None)
        assert "refuses the login" in told["why"]


async def test_without_a_worker_a_look_by_hand_says_so(tmp_path: Path, postbox: Postbox) -> None:
    """Nobody waits ten minutes for nothing."""
    settings = shop_settings(tmp_path, **imap_settings(postbox.port))
    async with virtual_time(converter(settings)) as server:
        patience = timedelta(seconds=1)
        service = Service(server.client, settings, lambda: datetime.now(UTC), patience)
        assert (await mailbox.progress(service))["state"] == "never"
        started = [await mailbox.look_now(service, by="support-1") for _ in range(2)]
        assert [each["already_running"] for each in started] == [False, True]
        assert len({each["run_id"] for each in started}) == 1
        for ask in (mailbox.sync, mailbox.progress):
            with pytest.raises(NoWorker):
                await ask(service)
