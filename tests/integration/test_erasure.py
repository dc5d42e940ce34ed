"""A buyer's data, marked by words that exist nowhere else: sealed wherever it lies, and gone once erased.

A worker process and a server with its claims in a file, so that everything that was written can be read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from atoz.claims.status import Status
from atoz.errors import NoSuchClaim, Refused
from atoz.keeping import open_vault
from atoz.service import desk, kept_packets, looking, outbox, reporting, starting
from atoz.service.archive import archived, erased
from atoz.service.erasing import erase
from atoz.vault.codec import UNREADABLE
from atoz.vault.vault import Erased
from tests.support.marked import MARKS, ORDER, OTHER, SHOPS, Played
from tests.support.service import claim_of
from workflows import names

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


async def test_nothing_that_is_kept_can_be_read(played: Played) -> None:
    """Database, store, outbox, logs, keys, metrics, health and traces: no marked word in any form.

    Whoever may look finds them.
    """
    told = await looking.timeline(played.service, ORDER)
    for inside in ("reply", "file name", "operator"):
        assert MARKS[inside] in str(told)
    at_desk = str(await desk.tasks(played.service))
    assert MARKS["late reply"] in at_desk
    assert MARKS["quarantined"] in at_desk
    assert played.refused, "operators are told in full, and their side may quote it"
    assert played.written() == []
    mails = await outbox.mails(played.service.settings)
    assert any(MARKS["relay"] in str(mail.content) for mail in mails)
    (packet,) = (await kept_packets.packets(played.service, ORDER)).values()
    assert MARKS["reply"].encode() in packet


async def test_what_fails_in_a_buyers_words_shows_none_of_them(played: Played) -> None:
    """A mail server that quotes what it refuses, activities and tasks that fail: to whoever may look only."""
    facts = {f.kind: f.data for f in played.quoted.facts if f.step}
    assert MARKS["quoted relay"] in facts["message_refused"]["detail"]
    assert MARKS["quoted relay"] in facts["message_unknown"]["detail"]
    lines = (played.folder / "quoting" / "stderr.txt").read_text("utf-8").splitlines()
    failed = [json.loads(line) for line in lines if "Completing activity as failed" in line]
    assert {line["activity"] for line in failed} == {"open_claim", "send_message"}
    assert {line["exception"].splitlines()[-1] for line in failed} == {"RuntimeError", "ValueError"}
    assert "quoting_worker.py" in failed[0]["exception"], "where it failed"
    assert played.written() == []


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
        await erase(played.service, OTHER, by="approver-1")
    with pytest.raises(NoSuchClaim):
        await erase(played.service, "777-9999999-9999999", by="approver-1")
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

    done = await erase(service, ORDER, by="approver-1")
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
    assert {mark for mark in MARKS.values() if mark in " ".join(words)} == SHOPS
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
    assert (await erase(service, ORDER, by="approver-1"))["already"]
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
