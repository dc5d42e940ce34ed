"""A buyer's data, marked by words that exist nowhere else: sealed wherever it lies, and gone once erased.

A worker process and a server with its claims in a file, so that everything that was written can be read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from atoz.claims.status import Status
from atoz.errors import NoSuchClaim, Refused
from atoz.evidence.intake import Given
from atoz.harness.server import VirtualTime, virtual_time
from atoz.keeping import converter, open_vault
from atoz.service import acting, desk, kept_packets, looking, outbox, reporting, starting
from atoz.service.archive import archived, erased
from atoz.service.base import Service
from atoz.service.erasing import erase
from atoz.vault.codec import UNREADABLE
from atoz.vault.vault import Erased
from tests.support.running import Process
from tests.support.scanning import found_in
from tests.support.server import shop_settings
from tests.support.service import PATIENCE, claim_of, eventually
from workflows import names
from workflows.desk import DeskItem

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]

MARKS = {
    "comment": "Zephyrine-Quartzmark",
    "reply": "Obsidian-Lane-Seventyseven",
    "long reply": "Thaddeus-Peregrine-Long",
    "evidence": "Marigold-Neighbour-Note",
    "relay": "qx7markedrelay0000",
    "held mail": "Wisteria-Heldmail-Words",
    "late reply": "Cordelia-Late-Afterwards",
}
ORDER = "777-0000001-0000001"
OTHER = "777-0000002-0000002"


class Played(NamedTuple):
    """A claim that came to its end, and where everything of it lies."""

    server: VirtualTime
    service: Service
    folder: Path

    def written(self) -> list[str]:
        """Where any of the marked words can be read, of everything that was written."""
        return found_in(self.folder, MARKS.values())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Played]:
    """One claim from its start to its archive, with marked words in every way in; another one beside it."""
    folder = tmp_path_factory.mktemp("marked")
    settings = shop_settings(folder / "state")
    database = folder / "temporal.db"
    async with virtual_time(
        converter(settings), database=database, log=folder / "server.log"
    ) as server:
        (folder / "worker").mkdir()
        worker = Process(
            folder / "worker",
            "worker.py",
            TEMPORAL_ADDRESS=server.client.service_client.config.target_host,
            ATOZ_STATE=str(settings.state),
            ATOZ_SENDER="claims@fernlane.example",
            ATOZ_LOG_LEVEL="debug",
        )
        try:
            await asyncio.to_thread(
                worker.until, lambda: "working on" in worker.err, "it does not work"
            )
            service = Service(server.client, settings, lambda: datetime.now(UTC), PATIENCE)
            await _live(server, service)
            yield Played(server, service, folder)
        finally:
            worker.popen.kill()
            worker.popen.wait()


async def _live(server: VirtualTime, service: Service) -> None:
    marked: dict[str, Any] = {
        "claim": {"buyer_comment": f"{MARKS['comment']} says it is broken."},
        "buyer": {"relay": f"{MARKS['relay']}@marketplace.amazon.com", "language": "en"},
    }
    for order in (ORDER, OTHER):
        await starting.start(service, claim_of(marked, order=order), received_now=True)
    await eventually(lambda: _waits(service, ORDER), 60)
    handle = server.client.get_workflow_handle(names.claim_workflow_id(ORDER))
    await reporting.reply(service, ORDER, f"I live at {MARKS['reply']}, a refund please?")
    await reporting.reply(service, ORDER, f"{MARKS['long reply']} has a lot to say. " * 300)
    note = Given("note.txt", f"Handed to {MARKS['evidence']}.".encode())
    await acting.add_evidence(service, ORDER, note, by="mara", key="k1")
    await server.client.get_workflow_handle(handle.id).signal("nonsense", MARKS["reply"])
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


async def _waits(service: Service, order: str) -> bool:
    return bool((await looking.status(service, order))["state"] != "opening")


async def test_nothing_that_is_kept_can_be_read(played: Played) -> None:
    """Database, store, outbox, logs and keys: no marked word in any form; whoever may look finds them."""
    told = await looking.timeline(played.service, ORDER)
    assert MARKS["reply"] in str(told)
    assert MARKS["late reply"] in str(await desk.tasks(played.service))
    assert played.written() == []
    mails = await outbox.mails(played.service.settings)
    assert any(MARKS["relay"] in str(mail.content) for mail in mails)
    (packet,) = (await kept_packets.packets(played.service, ORDER)).values()
    assert MARKS["reply"].encode() in packet


async def test_lists_and_names_say_nothing_of_a_buyer(played: Played) -> None:
    """Search attributes, ids and whatever else the server shows without a key."""
    listed = [each async for each in played.server.client.list_workflows()]
    assert len(listed) >= 3
    for execution in listed:
        raw = str(execution.raw_info)
        assert not [word for word in MARKS.values() if word in raw]


async def test_an_open_claim_is_refused(played: Played) -> None:
    """With what has to happen first; one that does not exist is none."""
    with pytest.raises(Refused, match="is open: it can be erased once"):
        await erase(played.service, OTHER, by="mara")
    with pytest.raises(NoSuchClaim):
        await erase(played.service, "777-9999999-9999999", by="mara")
    assert await looking.status(played.service, OTHER)


async def test_an_erased_claim_yields_nothing(played: Played) -> None:
    """The claim was readable; its key goes, and nothing opens any more: history, store, archive, desk."""
    service, workflow_id = played.service, names.claim_workflow_id(ORDER)
    vault = open_vault(service.settings)
    assert vault is not None
    sealed = await _payloads(played, workflow_id)
    assert len(sealed) > 20
    assert not await _unreadable(played, workflow_id, sealed)
    files = list((played.folder / "state" / "store" / "claims").rglob("*"))
    kept = [path.read_bytes() for path in files if path.is_file()]
    archive = played.folder / "state" / "store" / "documents" / "archive" / f"{workflow_id}.json"
    kept.append(archive.read_bytes())

    done = await erase(service, ORDER, by="mara")
    assert (done["already"], done["keys"]) == (False, 1)
    assert done["files"] >= 3

    vault.keys._held.clear()
    assert await _unreadable(played, workflow_id, sealed) == len(sealed)
    for content in kept:
        with pytest.raises(Erased):
            await vault.open(content)
    assert not archive.exists()
    assert not [path for path in files if path.exists() and path.is_file()]
    words = [task["text"] for task in await desk.tasks(service)]
    assert not [mark for mark in MARKS.values() if mark in " ".join(words)]
    assert ORDER not in str([mail.name for mail in await outbox.mails(service.settings)])
    assert played.written() == []


async def test_what_is_asked_of_an_erased_claim_is_answered(played: Played) -> None:
    """One sentence each, whatever is asked; it is still counted; erasing again is no fault."""
    service = played.service
    claim = claim_of(order=ORDER)
    for asked in (
        looking.status(service, ORDER),
        looking.timeline(service, ORDER),
        looking.why(service, ORDER, "appeal"),
        starting.start(service, claim),
        reporting.reply(service, ORDER, "Hello?"),
        reporting.decide(service, ORDER, Status.DENIED),
        archived(service, names.claim_workflow_id(ORDER)),
    ):
        with pytest.raises(Refused, match=f"claim of order {ORDER} was erased at"):
            await asked
    left = await erased(service, names.claim_workflow_id(ORDER))
    assert left is not None
    assert left["outcome"]["status"] == "denied"
    assert left["outcome"]["playbook"] == "documented"
    assert (left["marketplace"], left["reason"]) == ("US", "not_as_described")
    assert left["amount"]
    assert (await erase(service, ORDER, by="mara"))["already"]
    assert await looking.status(service, OTHER), "no other claim loses anything"


async def _payloads(played: Played, workflow_id: str) -> list[Payload]:
    """Every sealed payload of a claim's history."""
    handle = played.server.client.get_workflow_handle(workflow_id)
    history = await handle.fetch_history()
    found: list[Payload] = []
    for event in history.events:
        _collect(event, found)
    return [each for each in found if each.metadata.get("encoding") == b"binary/sealed"]


def _collect(message: Any, found: list[Payload]) -> None:
    if isinstance(message, Payload):
        found.append(message)
    elif hasattr(message, "ListFields"):
        for field, value in message.ListFields():
            entry = field.message_type and field.message_type.GetOptions().map_entry
            many = value.values() if entry else value if field.is_repeated else [value]
            for each in many:
                _collect(each, found)


async def _unreadable(played: Played, workflow_id: str, payloads: Sequence[Payload]) -> int:
    context = WorkflowSerializationContext("default", workflow_id)
    codec = played.server.client.data_converter.with_context(context).payload_codec
    assert codec is not None
    opened = await codec.decode(payloads)
    return sum(UNREADABLE in payload.metadata for payload in opened)
