"""Workers come and go: a claim goes on where it was, and a send of unknown fate is never repeated.

A killed worker tells nobody what became of its send; a stopped one gives up what does not end in
time. Both leave a message that may have been taken: unknown, never refused, never sent again.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from atoz.harness.rehearse import Rehearsal
from atoz.harness.server import VirtualTime, virtual_time
from atoz.keeping import converter
from atoz.playbook import events as ev
from atoz.playbook.state import CaseState
from atoz.rules import load_rules
from atoz.wiring import build_worker
from tests.support.loopback import listening
from tests.support.running import Process
from tests.support.scripted_smtp import ScriptedServer
from tests.support.server import (
    Bench,
    Claim,
    a_case,
    a_mailer,
    decision,
    instants,
    photos,
    shop_settings,
    tally,
)

pytestmark = pytest.mark.server

PATIENCE = 60.0


async def test_a_worker_restarted_at_every_step(tmp_path: Path) -> None:
    """A worker for each step, none in between: the timeline is that of one worker."""
    settings = shop_settings(tmp_path)
    rules = load_rules(settings)
    async with virtual_time(converter(settings)) as server:
        bench = Bench(server, settings, rules)
        case = a_case()
        claim = Claim(await Rehearsal.begin(server, case), case.claim.notified_at)
        for span, event in STEPS:
            async with build_worker(
                server.client, settings, rules=rules, mailer=a_mailer(settings)
            ):
                await claim.reach(span, 1)
                if event is not None:
                    await claim.take(event)
        async with build_worker(server.client, settings, rules=rules, mailer=a_mailer(settings)):
            state = await claim.state()
    assert tally(state) == WANTED
    assert instants(state, "message_sent") == [claim.at("1d"), claim.at("3d")]
    assert bench.outbox(claim) == ["deescalate", "request-photos"]


STEPS: tuple[tuple[str, ev.Event | None], ...] = (
    ("0h", None),
    ("12h", ev.DuplicateNoticed(at=a_case().claim.notified_at, message_id="<again@mail.example>")),
    ("1d", None),
    ("2d", None),
    ("3d", None),
    ("3d6h", photos()),
    (
        "3d8h",
        ev.TaskDone(
            at=a_case().claim.notified_at,
            by="approver-1",
            key="r",
            task="submit-appeal",
            receipt="R-1",
        ),
    ),
    ("4d", None),
    ("9d", decision("denied")),
)
WANTED = {
    "claim_received": 1,
    "playbook_chosen": 1,
    "duplicate_ignored": 1,
    "message_sent:deescalate": 1,
    "message_sent:request_photos": 1,
    "reply_received": 1,
    "evidence_added": 1,
    "task_opened:review-photos": 1,
    "appeal_drafted": 1,
    "task_opened:submit-appeal": 1,
    "task_done": 2,
    "appeal_submitted": 1,
    "decision_received": 1,
    "task_opened:metric-restoration": 1,
    "claim_closed": 1,
}


async def test_messages_wait_for_a_worker(tmp_path: Path) -> None:
    """What is said while no worker runs is there when one comes, in order."""
    settings = shop_settings(tmp_path)
    rules = load_rules(settings)
    async with virtual_time(converter(settings)) as server:
        case = a_case()
        claim = Claim(await Rehearsal.begin(server, case), case.claim.notified_at)
        said = [photos() for _ in range(20)]
        for event in said:
            await claim.rehearsal.send(event)
        async with build_worker(server.client, settings, rules=rules, mailer=a_mailer(settings)):
            state = await claim.state()
    replies = [fact for fact in state.facts if fact.kind == "reply_received"]
    assert [fact.source for fact in replies] == [event.message_id for event in said]


# In the middle of a send ------------------------------------------------------------------------


class SilentServer(ScriptedServer):
    """Takes the content of every mail and says nothing about it, until it is told to."""

    def __init__(self) -> None:
        super().__init__({"content": "hang"})
        self.contents: list[bytes] = []
        self.asked = asyncio.Event()

    async def _answer(self, phase: str, writer: asyncio.StreamWriter) -> bool:
        if phase == "content":
            self.contents.append(self.content)
            self.asked.set()
        return await super()._answer(phase, writer)


class Post(NamedTuple):
    """A virtual server, a silent mail server, and how to start a worker between them."""

    server: VirtualTime
    silent: SilentServer
    folder: Path
    port: int

    @asynccontextmanager
    async def worker(self, name: str) -> AsyncIterator[Process]:
        """A worker process; what is left of it is killed with the block."""
        (self.folder / name).mkdir()
        process = Process(
            self.folder / name,
            "-m",
            "tests.support.hasty_worker",
            TEMPORAL_ADDRESS=self.server.client.service_client.config.target_host,
            ATOZ_STATE=str(self.folder / "state"),
            ATOZ_SENDER="claims@fernlane.example",
            ATOZ_SMTP_HOST="127.0.0.1",
            ATOZ_SMTP_PORT=str(self.port),
            ATOZ_SMTP_SECURITY="none",
        )
        try:
            yield process
        finally:
            process.popen.kill()
            process.popen.wait()


@asynccontextmanager
async def post(folder: Path) -> AsyncIterator[Post]:
    """Both servers, ended with the block."""
    silent = SilentServer()
    keys = converter(shop_settings(folder / "state"))
    async with virtual_time(keys) as server, listening(silent.serve) as port:
        yield Post(server, silent, folder, port)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
async def test_a_worker_lost_in_the_middle_of_a_send(
    tmp_path: Path, number: signal.Signals
) -> None:
    """The message ends as unknown with a task for a person; only the next one is sent."""
    async with post(tmp_path) as office:
        case = a_case()
        claim = Claim(await Rehearsal.begin(office.server, case), case.claim.notified_at)
        async with office.worker("first") as first:
            await claim.reach("23h")
            at_work = asyncio.create_task(claim.reach("1d"))
            await asyncio.wait_for(office.silent.asked.wait(), PATIENCE)
            first.popen.send_signal(number)
            code = await asyncio.to_thread(first.popen.wait, PATIENCE)
            assert code == (0 if number is signal.SIGTERM else -signal.SIGKILL)
        office.silent.script["content"] = "250 queued"
        async with office.worker("second"):
            state: CaseState = await at_work
            assert tally(state)["message_unknown:deescalate"] == 1
            assert tally(state)["task_opened:settle-send"] == 1
            assert not instants(state, "message_refused")
            assert not instants(state, "message_sent")
            state = await claim.reach("3d", 5)
    assert len(instants(state, "message_sent:request_photos")) == 1
    ids = [claim.handle.id + f".{step}.1@" for step in ("deescalate", "request-photos")]
    assert len(office.silent.contents) == len(ids)
    for content, message_id in zip(office.silent.contents, ids, strict=True):
        assert message_id.encode() in content
