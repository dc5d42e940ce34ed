"""A claim whose every word is marked by one that exists nowhere else, lived by a real worker process.

The server keeps its claims in a file, the worker shows itself and sends traces, so that everything
that was written, shown or sent can be read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
import pytest_asyncio
from temporalio.client import WorkflowFailureError

from atoz.claims.claim import ClaimFile
from atoz.claims.status import Status
from atoz.evidence.intake import Given
from atoz.harness.server import VirtualTime, free_port, virtual_time
from atoz.keeping import converter
from atoz.playbook import events as ev
from atoz.playbook.state import CaseState
from atoz.service import acting, desk, listing, looking, reporting, starting, waiting
from atoz.service.base import Service
from tests.support.collector import Collector, collecting
from tests.support.loopback import listening
from tests.support.quoted import quoted
from tests.support.receiver import Receiver, http
from tests.support.running import Process
from tests.support.scanning import found_in, seen_in
from tests.support.server import shop_settings
from tests.support.service import PATIENCE, claim_of, eventually
from workflows import names
from workflows.desk import DeskItem
from workflows.mailbox import MailboxInput, MailboxWorkflow

MARKS = {
    "comment": "Zephyrine-Quartzmark",
    "reply": "Obsidian-Lane-Seventyseven",
    "long reply": "Thaddeus-Peregrine-Long",
    "evidence": "Marigold-Neighbour-Note",
    "relay": "qx7markedrelay0000",
    "held mail": "Wisteria-Heldmail-Words",
    "late reply": "Cordelia-Late-Afterwards",
    "signature": "Ottoline-Signed-Forit",
    "file name": "Clementine-At-The-Door",
    "operator": "Evander-Typed-This-Why",
    "quarantined": "Hyacinth-Forged-Notice",
    "quoted": "Leopoldine-Raised-Words",
    "quoted relay": "qx9refusedrelay0000",
    "no claim": "Montague-No-Claim-At-All",
}
SHOPS = {MARKS["quarantined"]}
"""Words that belong to no claim: under the shop's key, whatever is erased."""
ORDER = "777-0000001-0000001"
OTHER = "777-0000002-0000002"
URGENT = "777-0000003-0000003"
MISSED = "777-0000004-0000004"
QUOTED = "777-0000005-0000005"


class _Fussy(Receiver):
    """Refuses the first notices that hold a buyer's words, quoting them; one that refuses for days would be
    told for days.
    """

    def __init__(self) -> None:
        super().__init__(http(200))
        self.refused: list[bytes] = []

    def reply(self) -> bytes | str:
        """A refusal, or that it was taken."""
        if len(self.refused) == 3 or not list(seen_in(self.body, MARKS.values())):
            return self.answer
        self.refused.append(self.body)
        return http(422, self.body)


class Played(NamedTuple):
    """A claim that came to its end, where everything of it lies, and what was seen of it from outside."""

    server: VirtualTime
    service: Service
    folder: Path
    collector: Collector
    traces_url: str
    waiting: list[dict[str, Any]]
    """The tasks that were open when it was looked at."""
    refused: list[bytes]
    """Notices that were not taken where they are posted, but quoted in the refusal."""
    quoted: CaseState
    """A claim whose mail server and activities failed in its buyer's words, as it was before its end."""

    def seen(self, address: str) -> str:
        """What the worker's port answered at the end: `healthz`, `readyz` or `metrics`."""
        return (self.folder / "seen" / address).read_text("utf-8")

    def written(self) -> list[str]:
        """Where any of the marked words can be read, of everything that was written."""
        return found_in(self.folder, MARKS.values())


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Played]:
    """One claim from its start to its archive, with marked words in every way in; another one beside it."""
    folder = tmp_path_factory.mktemp("marked")
    settings = shop_settings(folder / "state")
    database, port = folder / "temporal.db", free_port()
    async with (
        virtual_time(converter(settings), database=database, log=folder / "server.log") as server,
        collecting(folder / "traces") as (collector, traces_url),
        listening((fussy := _Fussy()).serve) as hook,
    ):
        (folder / "worker").mkdir()
        worker = Process(
            folder / "worker",
            "worker.py",
            TEMPORAL_ADDRESS=server.client.service_client.config.target_host,
            ATOZ_STATE=str(settings.state),
            ATOZ_SENDER="claims@fernlane.example",
            ATOZ_LOG_LEVEL="debug",
            ATOZ_HEALTH_PORT=str(port),
            ATOZ_TRACES_URL=traces_url,
            OTEL_BSP_SCHEDULE_DELAY="100",
            ATOZ_NOTICE_WEBHOOK_URL=f"http://127.0.0.1:{hook}/",
            ATOZ_NOTICE_WEBHOOK_SECRET="a secret of nobody's, for tests",
        )
        try:
            await asyncio.to_thread(
                worker.until, lambda: "working on" in worker.err, "it does not work"
            )
            service = Service(server.client, settings, lambda: datetime.now(UTC), PATIENCE)
            state, _ = await asyncio.gather(
                quoted(server, service, _quoted_claim(), folder / "quoting"),
                _live(server, service),
            )
            await asyncio.to_thread(_look, folder / "seen", f"http://127.0.0.1:{port}")
            found = (await waiting.tasks(service))["tasks"]
            refused = fussy.refused
            yield Played(server, service, folder, collector, traces_url, found, refused, state)
        finally:
            worker.popen.kill()
            worker.popen.wait()


def _quoted_claim() -> ClaimFile:
    own: dict[str, Any] = {
        "claim": {"buyer_comment": f"{MARKS['quoted']} says it is broken."},
        "buyer": {"relay": f"{MARKS['quoted relay']}@marketplace.amazon.com", "language": "en"},
    }
    return claim_of(own, order=QUOTED)


def _look(folder: Path, worker: str) -> None:
    folder.mkdir()
    for address in ("healthz", "readyz", "metrics"):
        answer = httpx2.get(f"{worker}/{address}", timeout=10)
        (folder / address).write_text(answer.text, "utf-8")


async def _live(server: VirtualTime, service: Service) -> None:
    marked: dict[str, Any] = {
        "claim": {"buyer_comment": f"{MARKS['comment']} says it is broken."},
        "buyer": {"relay": f"{MARKS['relay']}@marketplace.amazon.com", "language": "en"},
        "shipment": {"signature": MARKS["signature"]},
    }
    for order in (ORDER, OTHER, URGENT, MISSED):
        await starting.start(service, claim_of(marked, order=order), received_now=True)
    await eventually(lambda: _waits(service, ORDER), 60)
    handle = server.client.get_workflow_handle(names.claim_workflow_id(ORDER))
    await reporting.reply(service, ORDER, f"I live at {MARKS['reply']}, a refund please?")
    await reporting.reply(service, ORDER, f"{MARKS['long reply']} has a lot to say. " * 300)
    note = Given(f"{MARKS['file name']}.txt", f"Handed to {MARKS['evidence']}.".encode())
    await acting.add_evidence(service, ORDER, note, by="approver-1", key="k1")
    own = {"by": "approver-1", "why": MARKS["operator"]}
    await acting.do(service, ORDER, ev.Paused, **own, key="k2")
    await acting.do(service, ORDER, ev.Resumed, **own, key="k3")
    await server.client.get_workflow_handle(handle.id).signal("nonsense", MARKS["reply"])
    forged = f"Subject: {MARKS['quarantined']}"
    await desk.put(
        service, DeskItem(key="quarantine:1", title="A mail", text=forged, sort="quarantined")
    )
    held = DeskItem(
        key="<held@mail.example>",
        title="A mail",
        order_id=ORDER,
        text=f"It begins: {MARKS['held mail']}",
    )
    await desk.put(service, held)
    await server.jump(handle, datetime.now(UTC) + timedelta(days=4))
    await reporting.decide(service, ORDER, Status.DENIED)
    await looking.status(service, ORDER)
    await server.jump(handle, datetime.now(UTC) + timedelta(days=120))
    await asyncio.wait_for(handle.result(), 60)
    await reporting.reply(service, ORDER, f"Hello again, {MARKS['late reply']} here")
    for order, days in ((URGENT, 6.5), (MISSED, 8)):
        late = server.client.get_workflow_handle(names.claim_workflow_id(order))
        await server.jump(late, datetime.now(UTC) + timedelta(days=days))
    await _go_wrong(service)
    overdue = listing.Wanted(attention=("urgent", "missed"))
    await eventually(lambda: _listed(service, overdue, 2))


async def _listed(service: Service, wanted: listing.Wanted, count: int) -> bool:
    return len((await listing.claims(service, wanted))["claims"]) == count


async def _go_wrong(service: Service) -> None:
    """A claim whose tasks fail, and a pass without a mailbox: both are to be seen from outside."""
    client, queue = service.client, service.settings.task_queue
    broken = await client.start_workflow(
        names.CLAIM_WORKFLOW, MARKS["no claim"], id="claim-broken", task_queue=queue
    )
    with pytest.raises(WorkflowFailureError):
        await client.execute_workflow(
            MailboxWorkflow.run, MailboxInput(by_hand=True), id="mailbox-broken", task_queue=queue
        )
    await broken.terminate()


async def _waits(service: Service, order: str) -> bool:
    return bool((await looking.status(service, order))["state"] != "opening")
