"""A backup that was taken while the installation runs, put back into a fresh folder: the claim goes on.

What the claim did after the backup is known to the world alone: nothing of it is done again blindly.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.gap import FILE, Gap
from atoz.errors import BadInput
from atoz.evidence.intake import Given
from atoz.harness.backup import back_up, restore
from atoz.harness.devserver import database_of
from atoz.harness.server import VirtualTime, virtual_time
from atoz.keeping import converter, kept_store, make_keys
from atoz.playbook import events as ev
from atoz.rules import load_rules
from atoz.service import acting, looking, reporting
from atoz.service.base import Service, claim_id
from atoz.settings import Settings
from atoz.wiring import build_worker
from bench.firing import Mails
from tests.support.scanning import found_in
from tests.support.server import shop_settings
from tests.support.service import PATIENCE, begun, eventually, kinds

pytestmark = pytest.mark.server

NOTE = b"Handed to the neighbour, Marigold-Backup-Note."
TWO_DAYS = timedelta(days=2)


def service_over(server: VirtualTime, settings: Settings) -> Service:
    """The service of a shop."""
    return Service(server.client, settings, lambda: datetime.now(UTC), PATIENCE)


async def test_a_restored_claim_goes_on_and_writes_to_nobody_twice(tmp_path: Path) -> None:
    """The rehearsal: back up, go on, lose everything, restore, go on from there."""
    lost = shop_settings(tmp_path / "lost")
    rules, mails = load_rules(lost), Mails()
    async with (
        virtual_time(converter(lost), database=database_of(lost.state)) as server,
        build_worker(server.client, lost, rules=rules, mailer=mails),
    ):
        service = service_over(server, lost)
        order = await begun(service)
        kept = await acting.add_evidence(service, order, Given("n.txt", NOTE), by="m", key="k")
        done = back_up(lost, tmp_path / "data", tmp_path / "keys", datetime.now(UTC))
        handle = server.client.get_workflow_handle(claim_id(order))
        await server.jump(handle, datetime.now(UTC) + TWO_DAYS)
        await eventually(lambda: _has(service, order, "message_sent"))
    assert done["files"] >= 1
    assert len(mails.came) == 1
    assert not found_in(tmp_path / "data", ["Marigold-Backup-Note"]), "the data alone is noise"

    back = lost.model_copy(update={"state": tmp_path / "back"})
    restore(tmp_path / "data", tmp_path / "keys", back.state, datetime.now(UTC) + TWO_DAYS)
    assert back.ring_file.stat().st_mode & 0o777 == 0o600
    async with (
        virtual_time(converter(back), database=database_of(back.state)) as server,
        build_worker(server.client, back, rules=rules, mailer=mails),
    ):
        service = service_over(server, back)
        assert (await looking.status(service, order))["step"] is None
        store = kept_store(back).of(claim_id(order))
        assert await store.get(kept["file"]["sha256"]) == NOTE
        handle = server.client.get_workflow_handle(claim_id(order))
        await server.jump(handle, datetime.now(UTC) + TWO_DAYS)
        await eventually(lambda: _has(service, order, "message_unknown"))
        task = (await looking.status(service, order))["tasks"][0]
        assert task["kind"] == "settle-send"
        assert "restored from a backup" in str(await looking.timeline(service, order))
        settled = {"task": task["id"], "receipt": "sent", "by": "approver-1", "key": "s"}
        await acting.do(service, order, ev.TaskDone, **settled)
        await reporting.reply(service, order, "Hello again?")
        await eventually(lambda: _has(service, order, "reply_received"))
    assert len(mails.came) == 1, "it went once"


async def _has(service: Service, order: str, kind: str) -> bool:
    return kind in await kinds(service, order)


async def test_a_backup_is_refused_where_it_would_not_be_one(tmp_path: Path) -> None:
    """No claims here, a folder that is in use, a store that lies elsewhere, half a backup."""
    now = datetime.now(UTC)
    settings = Settings(state=tmp_path / "state")
    with pytest.raises(BadInput, match="holds no claims"):
        back_up(settings, tmp_path / "a", tmp_path / "b", now)
    await make_keys(settings, now)
    database_of(settings.state).write_bytes(b"no database")
    with pytest.raises(BadInput, match="not whole"):
        back_up(settings, tmp_path / "a", tmp_path / "b", now)
    with pytest.raises(BadInput, match="is not empty"):
        back_up(settings, tmp_path, tmp_path / "b", now)
    far = settings.model_copy(update={"store_url": "s3://bucket/folder?key=secret"})
    with pytest.raises(BadInput, match="the store is at s3://bucket/folder: back it up there"):
        back_up(far, tmp_path / "a", tmp_path / "b", now)
    with pytest.raises(BadInput, match="no whole backup"):
        restore(tmp_path / "a", tmp_path / "b", tmp_path / "fresh", now)


def test_only_what_was_planned_in_the_gap_is_doubted(tmp_path: Path) -> None:
    """One second before and one after it nothing is; a folder that was not restored has no gap."""
    assert Gap.of(tmp_path) is None
    taken, restored = datetime(2026, 9, 1, 9, tzinfo=UTC), datetime(2026, 9, 1, 17, tzinfo=UTC)
    said = {"taken_at": taken.isoformat(), "restored_at": restored.isoformat()}
    (tmp_path / FILE).write_text(json.dumps(said), "utf-8")
    gap, second = Gap.of(tmp_path), timedelta(seconds=1)
    assert gap is not None
    assert [
        gap.covers(at) for at in (taken - second, taken, restored, restored + second, None)
    ] == [*(False, True, True, False, False)]
    (tmp_path / FILE).write_text("{}", "utf-8")
    with pytest.raises(BadInput, match="must say taken_at"):
        Gap.of(tmp_path)
