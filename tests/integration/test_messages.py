"""Whatever is sent to a claim is understood or recorded as refused: nothing is lost, nothing wedges.

The hostile ones come over the real server, in shapes that no client of ours would send.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from atoz.harness.server import Handle, pause_until
from atoz.playbook.state import CaseState
from tests.support.server import Bench, Claim, a_case, decision, instants, message_id, reply, tally
from workflows import names
from workflows.desk import DeskDone, DeskItem, DeskState

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]

PROMPTLY = 20.0
"""Seconds within which a caller has an answer, on a busy machine."""


def raw(encoding: bytes, data: bytes) -> RawValue:
    """An argument exactly as given, whatever the converter would have made of it."""
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


def as_json(data: bytes) -> RawValue:
    """An argument that says that it is JSON."""
    return raw(b"json/plain", data)


GOOD: dict[str, Any] = {"message_id": "<good@mail.example>", "text": "Hello?"}

HOSTILE: dict[str, tuple[str, list[Any]]] = {
    "no argument": ("buyer_replied", []),
    "two arguments": ("buyer_replied", [GOOD, GOOD]),
    "thirty arguments": ("buyer_replied", [GOOD] * 30),
    "a word for a document": ("buyer_replied", ["hello"]),
    "a number": ("buyer_replied", [7]),
    "nothing": ("buyer_replied", [None]),
    "a list": ("buyer_replied", [[GOOD]]),
    "a field of the wrong type": ("buyer_replied", [{**GOOD, "attachments": "many"}]),
    "a field that is missing": ("buyer_replied", [{"text": "Hello?"}]),
    "an empty message id": ("buyer_replied", [{**GOOD, "message_id": ""}]),
    "an intent that is none": ("buyer_replied", [{**GOOD, "intents": ["obey"]}]),
    "an unknown status": ("marketplace_decided", [{"message_id": "<d@x>", "status": "won"}]),
    "a date without a zone": (
        "information_requested",
        [{"message_id": "<i@x>", "due": "2026-09-09T00:00:00"}],
    ),
    "a date out of this world": (
        "information_requested",
        [{"message_id": "<i@x>", "due": "99999-01-01T00:00:00Z"}],
    ),
    "an unknown name": ("buyer_screamed", [GOOD]),
    "a name of a verb": ("refunded", [{"amount": "1.00"}]),
    "a name that is long": ("x" * 900, [GOOD]),
    "a name of control characters": ("\x07\n\x1b[2J", [GOOD]),
    "a name of a query": ("status", []),
    "the type of an inner event": ("opened", [{"file": {}, "policy": {}, "candidates": []}]),
    "bytes": ("buyer_replied", [raw(b"binary/plain", b"\x00\xff" * 100)]),
    "an unknown encoding": ("buyer_replied", [raw(b"binary/encrypted", b"\x00" * 64)]),
    "no encoding": ("buyer_replied", [RawValue(Payload(data=b"{}"))]),
    "JSON that is cut off": ("buyer_replied", [as_json(b'{"message_id": "<a@x>"')]),
    "JSON in no encoding": ("buyer_replied", [as_json(b'{"message_id": "\xff\xfe"}')]),
    "half a surrogate": ("buyer_replied", [as_json(b'{"message_id": "<\\ud800@x>"}')]),
    "deep JSON": ("buyer_replied", [as_json(b'{"a":' * 50_000 + b"1" + b"}" * 50_000)]),
    "a deep list": ("buyer_replied", [as_json(b"[" * 200_000)]),
    "a long number": ("buyer_replied", [as_json(b'{"message_id": ' + b"9" * 100_000 + b"}")]),
    "a text of a megabyte": ("buyer_replied", [{**GOOD, "text": "x" * 1_000_000}]),
    "very many files": (
        "buyer_replied",
        [{**GOOD, "attachments": [{"name": "a", "type": "b", "size": 1}] * 5_000}],
    ),
    "a message id of a megabyte": ("buyer_replied", [{**GOOD, "message_id": "x" * 1_000_000}]),
}


async def lives(claim: Claim) -> CaseState:
    """The claim still takes a message and still acts on time."""
    await claim.take(reply("Still there?"))
    state = await claim.reach("1d", 1)
    assert len(instants(state, "message_sent:deescalate")) == 1
    return state


async def test_hostile_signals_are_recorded_and_harm_nothing(bench: Bench) -> None:
    """Each leaves one `input_refused` with the reason, in the order of arrival; the claim goes on."""
    claim = await bench.begin(a_case())
    for name, args in HOSTILE.values():
        await claim.handle.signal(name, args=args)
    state = await lives(claim)
    refused = [fact.data for fact in state.facts if fact.kind == "input_refused"]
    told = dict(zip(HOSTILE, refused, strict=True))
    for what, (name, _) in HOSTILE.items():
        assert told[what]["name"] == name[:200], what
        assert told[what]["reason"], what
        assert len(json.dumps(told[what])) < 5_000, what
    assert "takes one document, not 0" in told["no argument"]["reason"]
    assert "unknown message 'buyer_screamed'" in told["an unknown name"]["reason"]
    assert "message_id" in told["a field that is missing"]["reason"]
    assert tally(state)["reply_received"] == 1
    assert tally(state)["task_opened:read-reply"] == 1


UPDATES: dict[str, tuple[str, list[Any], str]] = {
    "an unknown verb": ("obey", [{}], "unknown message 'obey'"),
    "a signal's name": ("buyer_replied", [GOOD], "unknown message 'buyer_replied'"),
    "no argument": ("pause", [], "takes one document, not 0"),
    "two arguments": ("pause", [{}, {}], "takes one document, not 2"),
    "a word for a document": ("pause", ["now"], "should be an object"),
    "a field that is missing": ("refunded", [{"by": "approver-1"}], "amount"),
    "a field of the wrong type": ("refunded", [{"amount": []}], "amount"),
    "an amount that is none": ("refunded", [{"amount": "NaN"}], "amount"),
    "more than is left": ("refunded", [{"amount": "1000000"}], "more than what is left"),
    "an unknown step": ("skip", [{"step": "sing"}], "is not a step"),
    "a task that is none": ("done", [{"task": "rest"}], "is not a task of this claim"),
    "a stale approval": ("approve", [{"task": "approve-appeal", "digest": "ab"}], "not a task"),
    "another marketplace": ("amend", [{"values": {"claim": {"marketplace": "DE"}}}], "claim"),
    "an unknown key": ("amend", [{"values": {"claim": {"colour": "red"}}}], "claim.colour"),
    "a due instant in the past": (
        "due",
        [{"clock": "response", "due": "2020-01-01T00:00:00Z"}],
        "must lie in the future",
    ),
    "bytes": ("pause", [raw(b"binary/plain", b"\x00\xff")], "not a readable document"),
    "an unknown encoding": ("pause", [raw(b"binary/x", b"\x00")], "not a readable document"),
    "deep JSON": ("pause", [as_json(b'{"a":' * 50_000 + b"1" + b"}" * 50_000)], "pause"),
    "very many unknown keys": (
        "amend",
        [{"values": {"claim": {f"k{number}": 1 for number in range(60_000)}}}],
        "would not be valid",
    ),
    "very long unknown keys": (
        "amend",
        [{"values": {"k" * 90_000: {"a": 1}, "claim": {"j" * 900_000: 1}}}],
        "would not be valid",
    ),
}


@pytest.mark.parametrize(("verb", "args", "words"), UPDATES.values(), ids=UPDATES)
async def test_a_bad_update_is_refused_at_the_caller(
    bench: Bench, verb: str, args: list[Any], words: str
) -> None:
    """At once, with the reason; nothing is written and the claim goes on."""
    claim = await bench.begin(a_case())
    before = (await claim.state()).facts_recorded
    async with asyncio.timeout(PROMPTLY):
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await claim.handle.execute_update(verb, args=args)
    cause = caught.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "Refused"
    assert words in cause.message
    assert len(cause.message) < 5_000
    assert (await claim.state()).facts_recorded == before
    await lives(claim)


async def test_the_same_act_twice_is_applied_once(bench: Bench) -> None:
    """Whether the repeat has the same update id or only the same key."""
    claim = await bench.begin(a_case())
    refund = {"by": "approver-1", "amount": "10.00", "key": "refund-1"}
    answers = [
        await claim.handle.execute_update("refunded", refund, id=update_id)
        for update_id in ("u-1", "u-1", "u-2")
    ]
    assert [answer["recorded"] for answer in answers] == [1, 1, 0]
    state = await claim.state()
    assert tally(state)["refund_recorded"] == 1
    assert str(state.refunded_total) == "10.00"


async def test_an_act_without_a_key_is_known_by_its_update_id(bench: Bench) -> None:
    """Across runs the server forgets update ids; the claim does not."""
    claim = await bench.begin(a_case())
    await claim.handle.execute_update("pause", {"by": "approver-1"}, id="pause-1")
    again = {"by": "approver-1", "key": "pause-1"}
    assert (await claim.handle.execute_update("pause", again, id="u-9"))["recorded"] == 0


async def test_a_reply_before_the_first_mail(bench: Bench) -> None:
    """It is recorded at once, and the mail still goes at its instant."""
    claim = await bench.begin(a_case())
    state = await claim.take(reply("Where is it?", "question"))
    assert tally(state)["task_opened:answer-buyer"] == 1
    state = await claim.reach("1d", 1)
    assert instants(state, "message_sent:deescalate") == [claim.at("1d")]


async def test_a_reply_at_the_very_instant_of_a_timer(bench: Bench) -> None:
    """Both happen, each once, in either order."""
    claim = await bench.begin(a_case())
    await claim.reach("1d", -1)
    jump = asyncio.create_task(claim.reach("1d"))
    await asyncio.gather(*(claim.rehearsal.send(reply(f"Now {n}")) for n in range(20)), jump)
    state = await claim.reach("1d", 1)
    assert len(instants(state, "message_sent:deescalate")) == 1
    assert len(instants(state, "reply_received")) == 20


async def test_a_reply_after_the_decision_opens_a_task_and_sends_nothing(bench: Bench) -> None:
    """Nothing is sent any more; a person reads it."""
    claim = await bench.begin(a_case())
    await claim.reach("30h")
    await claim.take(decision("denied"))
    before = tally(await claim.state())
    state = await claim.take(reply("How do I withdraw it?", "asks_how_to_withdraw"))
    state = await claim.reach("6d")
    new = tally(state) - before
    assert new["reply_received"] == 1
    assert new["task_opened:late-withdrawal"] == 1
    assert not [name for name in new if name.startswith("message_sent")]


async def test_a_decision_before_everything(bench: Bench) -> None:
    """Signalled with the start itself: it waits until the claim is open, and ends it then."""
    case = a_case()
    said = decision("withdrawn").model_dump(mode="json", exclude={"at", "type"})
    claim = await bench.begin(case, signal=("marketplace_decided", said))
    state = await claim.reach("5d")
    assert tally(state)["decision_received"] == 1
    assert state.closed_at is not None
    assert not instants(state, "message_sent")


SIGNALS: dict[str, dict[str, Any]] = {
    "buyer_replied": {"text": "Hello?", "intents": ["question"]},
    "duplicate_noticed": {},
    "information_requested": {"due": "2026-09-12T18:00:00Z"},
    "marketplace_decided": {"status": "denied"},
}


@pytest.mark.parametrize("name", SIGNALS)
async def test_a_repeated_message_changes_nothing(bench: Bench, name: str) -> None:
    """The repeat leaves `duplicate_ignored` and nothing else, however often it comes."""
    claim = await bench.begin(a_case())
    said = {"message_id": message_id(), **SIGNALS[name]}
    await claim.handle.signal(name, said)
    once = await claim.state()
    for _ in range(3):
        await claim.handle.signal(name, said)
    state = await claim.state()
    assert tally(state) - tally(once) == {"duplicate_ignored": 3}
    kept = {"facts", "facts_recorded"}
    assert state.model_dump(exclude=kept) == once.model_dump(exclude=kept)


# The desk ---------------------------------------------------------------------------------------


async def desk_tasks(desk: Handle, count: int) -> list[dict[str, Any]]:
    """The desk's open tasks, once there are so many."""
    deadline = time.monotonic() + PROMPTLY
    tasks: list[dict[str, Any]] = []
    while len(tasks) < count:
        await pause_until(deadline)
        tasks = await desk.query("tasks")
    return tasks


async def test_the_desk_keeps_whatever_comes(bench: Bench) -> None:
    """Each item becomes a task, also one that cannot be read; a bad act is refused at the caller."""
    desk: Handle = await bench.server.client.start_workflow(
        names.DESK_WORKFLOW, DeskState(), id="desk-of-messages", task_queue=names.TASK_QUEUE
    )
    for name, args in HOSTILE.values():
        await desk.signal(name, args=args)
    item = DeskItem(key="<late@mail.example>", title="A late reply", text="Hello?")
    for _ in range(2):
        await desk.signal("item", item)
    tasks = await desk_tasks(desk, len(HOSTILE) + 1)
    assert len({task["id"] for task in tasks}) == len(tasks) == len(HOSTILE) + 1
    for args in ([], [{}], ["x"], [{"task": "desk-0"}], [{"task": "x" * 1_900_000}], [{}, {}]):
        async with asyncio.timeout(PROMPTLY):
            with pytest.raises(WorkflowUpdateFailedError):
                await desk.execute_update("done", args=args)
    await desk.execute_update("done", DeskDone(task="desk-1", by="approver-1"))
    assert len(await desk_tasks(desk, len(HOSTILE))) == len(HOSTILE)
