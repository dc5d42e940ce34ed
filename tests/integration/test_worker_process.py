"""The worker as a process: what it refuses, how long it waits, how it ends."""

from __future__ import annotations

import asyncio
import json
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from atoz.claims.case import CaseFile
from atoz.harness.catcher import Catcher, catching
from atoz.harness.rehearse import Rehearsal
from atoz.harness.server import virtual_time
from atoz.keeping import converter
from tests.support.running import ROOT, Process, free_port
from tests.support.server import shop_settings

SAMPLE = ROOT / "samples" / "cases" / "buyer-silent.json"


def test_every_bad_setting_is_named(tmp_path: Path) -> None:
    """One line each on stderr, code 1, and nothing is begun."""
    bad = {"ATOZ_SMTP_PORT": "many", "ATOZ_LOG_LEVEL": "loud", "ATOZ_SMPT_HOST": "mail.example"}
    worker = Process(tmp_path, "worker.py", **bad, ATOZ_STATE=str(tmp_path / "state"))
    assert worker.popen.wait(60) == 1
    for name in bad:
        assert f"\n{name}: " in worker.err
    assert "Traceback" not in worker.err
    assert not (tmp_path / "state").exists()


def test_a_bad_playbook_is_named(tmp_path: Path) -> None:
    """With its file, line and column, without a server being there."""
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "mine.yaml").write_text("name: mine\nsteps: []\n", "utf-8")
    worker = Process(tmp_path, "worker.py", ATOZ_PLAYBOOKS=str(tmp_path / "playbooks"))
    assert worker.popen.wait(60) == 1
    assert "mine.yaml:" in worker.err
    assert "Traceback" not in worker.err


def test_it_waits_for_its_server_until_told_to_stop(tmp_path: Path) -> None:
    """A line for each try, with the pause to the next one; SIGTERM is a clean end."""
    address = f"127.0.0.1:{free_port()}"
    shop_settings(tmp_path / "state")
    worker = Process(
        tmp_path, "worker.py", TEMPORAL_ADDRESS=address, ATOZ_STATE=str(tmp_path / "state")
    )
    worker.until(lambda: worker.err.count("trying again in ") >= 2, "it does not try again")
    assert worker.end(signal.SIGTERM) == 0
    lines = [json.loads(line) for line in worker.err.splitlines()]
    assert all(address in line["event"] for line in lines)
    assert "trying again in 0.5 s" in lines[0]["event"]
    assert "trying again in 1 s" in lines[1]["event"]


class SlowCatcher(Catcher):
    """Answers a mail only when it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.allowed = asyncio.Event()

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take the mail, think, then say yes."""
        self.asked.set()
        await self.allowed.wait()
        return await super().handle_DATA(server, session, envelope)


@pytest.mark.server
async def test_sigterm_lets_a_send_finish(tmp_path: Path) -> None:
    """A message under way is sent, and recorded as sent, before the process ends with 0."""
    slow = SlowCatcher()
    async with virtual_time(converter(shop_settings(tmp_path / "state"))) as server, catching(slow):
        worker = Process(
            tmp_path,
            "worker.py",
            TEMPORAL_ADDRESS=server.client.service_client.config.target_host,
            ATOZ_STATE=str(tmp_path / "state"),
            ATOZ_SENDER="claims@shop.example",
            ATOZ_SMTP_HOST="127.0.0.1",
            ATOZ_SMTP_PORT=str(slow.port),
            ATOZ_SMTP_SECURITY="none",
        )
        case = CaseFile.model_validate_json(SAMPLE.read_text("utf-8"))
        play = await Rehearsal.begin(server, case)
        await play.settled()
        jump = asyncio.create_task(
            server.jump(play.handle, case.claim.notified_at + timedelta(hours=38) - play.offset)
        )
        await asyncio.wait_for(slow.asked.wait(), 60)
        worker.popen.send_signal(signal.SIGTERM)
        await asyncio.to_thread(worker.until, lambda: "draining" in worker.err, "it does not drain")
        slow.allowed.set()
        assert await asyncio.to_thread(worker.popen.wait, 60) == 0
        jump.cancel()
        history = await play.handle.fetch_history()
    (done,) = [
        event.activity_task_completed_event_attributes.result
        for event in history.events
        if event.HasField("activity_task_completed_event_attributes")
    ]
    (told,) = await server.client.data_converter.decode_wrapper(done, [dict])
    assert told["outcome"] == "sent"
    assert len(slow.mails) == 1
