"""The plays whose histories are committed: every sample case, every shipped playbook, and the rest.

A play is a claim that comes to an end. Small claims of our own lead to the playbooks and commands
that no sample case reaches: an appeal by e-mail, runs that carry on, the desk, the mailbox.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from temporalio import activity
from temporalio.client import WorkflowFailureError, WorkflowHistory
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from activities import names as activity_names
from activities.jobs import MailboxFailure, MailboxJob, MailboxPass
from atoz.claims.case import CaseFile
from atoz.harness.photos import Photos
from atoz.harness.rehearse import PATIENCE_SECONDS, Rehearsal, rehearse
from atoz.harness.samples import sample_cases
from atoz.harness.script import script_of
from atoz.harness.server import Handle, VirtualTime, pause_until
from atoz.keeping import kept_store
from atoz.playbook.events import MarketplaceDecided, Migrated
from atoz.wiring import workflow_runner
from tests.support.cases import ARRIVED, NEVER_SHIPPED, PROVEN, document, due_in, variant
from tests.support.server import Bench, a_bench
from workflows import names
from workflows.desk import DeskDone, DeskItem, DeskState
from workflows.mailbox import MailboxInput, MailboxWorkflow

CARRY_ON_AFTER = "limit.historyCount.suggestContinueAsNew=30"
"""After so many events a claim carries on in a fresh run; by itself only after some thousands."""

PAST_QUIET = timedelta(minutes=1)
"""Longer than the quiet moment in which a claim carries on."""

BY_EMAIL: dict[str, Any] = {
    "appeal_channel": "email",
    "appeal_email": "claims-team@marketplace.example",
}


READABLE: dict[str, Any] = {"encryption": "off"}
"""What is committed must be read without the keys of the machine that recorded it."""


async def histories() -> AsyncIterator[tuple[str, WorkflowHistory]]:
    """Every play's history by its name, played now. Changes the working folder while it lasts."""
    # A relative state folder: the histories name no folder of this machine.
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        async with a_bench(Path("var"), **READABLE) as bench:
            for name, case in plays().items():
                for _, history in await _runs(bench, case):
                    yield name, history
            yield "desk", await _desk_day(bench)
            yield "migrated", await _migrated(bench)
            yield (
                "mailbox",
                await _pass(bench, MailboxPass(read=100, more=True), MailboxPass(read=3)),
            )
            yield "mailbox-refused", await _pass(bench)
        async with a_bench(Path("var"), server=(CARRY_ON_AFTER,), **BY_EMAIL, **READABLE) as bench:
            for number, history in await _runs(bench, _carried(), PAST_QUIET):
                yield f"carried-on-{number}", history


async def _runs(
    bench: Bench, case: CaseFile, later: timedelta = timedelta(0)
) -> list[tuple[int, WorkflowHistory]]:
    """The history of each run of a claim that is played to its end, and a little longer."""
    photos = Photos()
    script = script_of(case, bench.rules.library.phrases, photos.make)
    await photos.keep(kept_store(bench.settings))
    played = await rehearse(bench.server, case, script)
    await bench.server.jump(played.handle, await bench.server.now(played.handle) + later)
    await at_rest(bench.server, played.handle)
    found: list[tuple[int, WorkflowHistory]] = []
    run = played.handle.first_execution_run_id
    while run:
        handle = bench.server.client.get_workflow_handle(played.handle.id, run_id=run)
        history = await handle.fetch_history()
        found.append((len(found) + 1, history))
        last = history.events[-1].workflow_execution_continued_as_new_event_attributes
        run = last.new_execution_run_id
    return found


async def _migrated(bench: Bench) -> WorkflowHistory:
    """A claim that is moved to another edition of its playbook after the first mail, and decided."""
    case = _play(7, {})
    rehearsal = await Rehearsal.begin(bench.server, case, library=bench.rules.library)
    await rehearsal.reach(case.claim.notified_at + timedelta(days=1, hours=1))
    sooner = variant("documented", {"request-photos": {"at": "2d"}}, version=2)
    move = {
        "digest": sooner.digest,
        "playbook": sooner,
        "why": "sooner",
        "by": "approver-1",
        "key": "move",
    }
    await rehearsal.send(Migrated.model_validate({"at": case.claim.notified_at, **move}))
    await rehearsal.reach(case.claim.notified_at + timedelta(days=5))
    decision = {"message_id": "<d@mail.example>", "status": "denied"}
    await rehearsal.send(
        MarketplaceDecided.model_validate({"at": case.claim.notified_at, **decision})
    )
    await rehearsal.reach(case.claim.notified_at + timedelta(days=40))
    return await rehearsal.handle.fetch_history()


async def _desk_day(bench: Bench) -> WorkflowHistory:
    """Two items, one of them unreadable; one is done."""
    handle: Handle = await bench.server.client.start_workflow(
        names.DESK_WORKFLOW, DeskState(), id=names.DESK_ID, task_queue=names.TASK_QUEUE
    )
    await handle.signal("item", DeskItem(key="<late@mail.example>", title="A late reply"))
    await at_rest(bench.server, handle)
    await handle.signal("item", "no document")
    await at_rest(bench.server, handle)
    await handle.execute_update("done", DeskDone(task="desk-1", by="approver-1"), id="done-1")
    return await handle.fetch_history()


class _Postbox:
    """A mailbox whose passes come to these ends, then to a refusal: all of it that a history has."""

    def __init__(self, rounds: Sequence[MailboxPass]) -> None:
        self._rounds = list(rounds)

    @activity.defn(name=activity_names.READ_MAILBOX)
    async def read(self, _: MailboxJob) -> MailboxPass:
        """One round."""
        if not self._rounds:
            raise ApplicationError("the password is refused", type="MailboxRefused")
        return self._rounds.pop(0)

    @activity.defn(name=activity_names.TELL_MAILBOX_FAILED)
    async def tell(self, _: MailboxFailure) -> None:
        """Somebody was told."""


async def _pass(bench: Bench, *rounds: MailboxPass) -> WorkflowHistory:
    """A pass over the mailbox, by itself; without rounds the mailbox refuses it."""
    queue, postbox = f"passes-{len(rounds)}", _Postbox(rounds)
    async with Worker(
        bench.server.client,
        task_queue=queue,
        workflows=[MailboxWorkflow],
        activities=[postbox.read, postbox.tell],
        workflow_runner=workflow_runner(),
    ):
        handle = await bench.server.client.start_workflow(
            names.MAILBOX_WORKFLOW,
            MailboxInput(),
            id=f"{names.MAILBOX_ID}-{queue}",
            task_queue=queue,
        )
        with contextlib.suppress(WorkflowFailureError):
            await handle.result()
        return await handle.fetch_history()


async def at_rest(server: VirtualTime, handle: Handle) -> None:
    """Wait until the workflow has nothing under way, so that each message has a task of its own."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    await asyncio.sleep(0.2)
    while await server.idle(handle) is None:
        await pause_until(deadline)


def plays() -> Mapping[str, CaseFile]:
    """Every claim that is played to its end in one run, by its name."""
    return {**sample_cases(), **{f"playbook-{name}": case for name, case in _playbooks().items()}}


def _playbooks() -> dict[str, CaseFile]:
    """A claim for each shipped playbook, with the reply, the receipt and the decision it has."""
    active: dict[str, Any] = {"operator": {"approve": "1h", "submit_appeal": "2h"}}
    return {
        "documented": _play(1, active, _events(_photos(3.3), _decided(9, "denied"))),
        "delivered-proof": _play(2, active, PROVEN, _events(_decided(5, "granted_amazon_funded"))),
        "refund-first": _play(3, NEVER_SHIPPED, _events(_decided(2, "granted_seller_funded"))),
        "short-limit": _play(
            4, active, due_in(timedelta(hours=48)), _events(_decided(3, "denied"))
        ),
        "hand-over": _play(
            5, due_in(timedelta(hours=8)), _events(_decided(1, "granted_seller_funded"))
        ),
    }


def _carried() -> CaseFile:
    return _play(6, {"operator": {"approve": "1h"}}, _events(_photos(3.3), _decided(9, "denied")))


def _play(number: int, *changes: dict[str, Any]) -> CaseFile:
    order = {"claim": {"order_id": f"444-{number:07}-0000000"}}
    return CaseFile.model_validate(document(order, *changes))


def _events(*events: dict[str, Any]) -> dict[str, Any]:
    return {"events": list(events)}


def _at(days: float) -> str:
    return (ARRIVED + timedelta(days=days)).isoformat()


def _decided(days: float, status: str) -> dict[str, Any]:
    return {"type": "decision", "at": _at(days), "status": status, "message_id": "<d@mail.example>"}


def _photos(days: float) -> dict[str, Any]:
    return {
        "type": "buyer_reply",
        "at": _at(days),
        "message_id": "<photos@mail.example>",
        "language": "en",
        "text": "Here is a photo of it.",
        "attachments": [{"name": "lamp.jpg", "type": "image/jpeg", "bytes": 9_000}],
    }
