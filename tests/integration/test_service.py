"""What a person does to a claim, over the real server: refusals in words, repeats harmless."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from atoz.claims.base import instant_text, utc
from atoz.claims.case import Happenings
from atoz.claims.status import Status
from atoz.errors import BadInput, NoSuchClaim
from atoz.evidence.intake import Given
from atoz.harness.play import continued
from atoz.playbook import events as ev
from atoz.playbook.state import Task
from atoz.service import acting, looking, reporting
from atoz.service.base import claim_id
from tests.support.cases import DAY
from tests.support.pictures import picture
from tests.support.server import Bench, a_case
from tests.support.service import NOBODY, begun, eventually, kinds, service_of
from workflows import names

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


async def test_the_same_reply_twice_is_recorded_once(bench: Bench) -> None:
    """The Message-ID is made from the order and the text where none is given."""
    service = service_of(bench)
    order = await begun(service)
    first = await reporting.reply(service, order, "How do I withdraw the claim?", language="en")
    again = await reporting.reply(service, order, "How do I withdraw the claim?", language="en")
    assert first == again
    assert first["intents"] == ["asks_how_to_withdraw"]
    assert first["delivered_to"] == "claim"
    found = await kinds(service, order)
    assert (found.count("reply_received"), found.count("duplicate_ignored")) == (1, 1)


async def test_why_is_asked_of_the_running_claim(bench: Bench) -> None:
    """The rule, the clock and the next act; an unknown step is refused with the nearest name."""
    service = service_of(bench)
    order = await begun(service)
    answer = await looking.why(service, order, "deescalate")
    assert answer["order_id"] == order
    assert answer["rule"].startswith("documented: deescalate, at: 1d")
    assert answer["acts_at"]
    assert any("Next: deescalate is due" in sentence for sentence in answer["sentences"])
    with pytest.raises(BadInput, match="did you mean `deescalate`"):
        await looking.why(service, order, "de-escalate")
    with pytest.raises(NoSuchClaim):
        await looking.why(service, "111-9999999-9999999", "deescalate")


async def test_what_becomes_of_a_running_claim_is_simulated_from_its_state(bench: Bench) -> None:
    """As it stands now, with a what-if; the claim itself is not touched, and nobody's is refused."""
    service = service_of(bench)
    order = await begun(service)
    state, older = await looking.standing(service, order)
    now = utc(service.now())
    asked = {"type": "operator", "at": now + timedelta(days=2), "do": "skip", "step": "appeal"}
    happens = Happenings.model_validate({"events": [asked]})
    played = continued(bench.settings, state, happens, now)
    found = [entry["kind"] for entry in played.document["timeline"]]
    assert (older, found.count("message_sent"), found.count("step_skipped")) == ([], 2, 1)
    assert "message_sent" not in await kinds(service, order)
    with pytest.raises(NoSuchClaim):
        await looking.standing(service, NOBODY)


async def test_photos_are_kept_in_the_store_and_passed_by_reference(bench: Bench) -> None:
    """What a claim holds of a photo is its name, type, size and sha256."""
    service = service_of(bench)
    order = await begun(service)
    photo = Given("../lamp.exe", picture("PNG"))
    document = await reporting.reply(service, order, "", photos=[photo, photo])
    kept = document["attachments"][0]
    assert (kept["name"], kept["type"]) == ("lamp.exe.png", "image/png")
    assert len(await service.store.of_order(order).get(kept["sha256"])) == kept["size"]
    entries = (await looking.timeline(service, order))["timeline"]
    (fact, _) = [entry for entry in entries if entry["kind"] == "evidence_added"]
    assert fact["data"] == kept


async def test_a_long_text_lies_whole_in_the_store(bench: Bench) -> None:
    """The claim holds its beginning and where the rest is."""
    service = service_of(bench)
    order = await begun(service)
    text = "It does not work. " * 1_000
    await reporting.reply(service, order, text, language="en")
    entries = (await looking.timeline(service, order))["timeline"]
    (said,) = [entry["data"] for entry in entries if entry["kind"] == "reply_received"]
    assert len(said["text"]) < 2_100
    assert (await service.store.of_order(order).get(said["text_ref"])).decode() == text


async def test_a_reply_that_cannot_be_taken_changes_nothing(bench: Bench) -> None:
    """Every bad file is named; an order without a claim is one; silence is none."""
    service = service_of(bench)
    order = await begun(service)
    files = [Given("a.jpg", b"MZ\x00"), Given("b.pdf", b""), Given("c.txt", b"fine")]
    with pytest.raises(BadInput, match=r"a\.jpg is not taken: .*; files\.2: b\.pdf is not taken: "):
        await reporting.reply(service, order, "Look!", photos=files)
    with pytest.raises(BadInput, match="--text"):
        await reporting.reply(service, order, "  ")
    for unknown in (NOBODY, "17", "../etc"):
        with pytest.raises(NoSuchClaim):
            await reporting.reply(service, unknown, "Hello?")
    assert "reply_received" not in await kinds(service, order)


async def test_decisions_and_requests_are_recorded_once_a_day(bench: Bench) -> None:
    """The same command twice is harmless; what the marketplace left open comes from the table."""
    service = service_of(bench)
    order = await begun(service)
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=40)
    for _ in range(2):
        await reporting.request_information(service, order, due)
    view = await looking.status(service, order)
    clocks = {clock["name"]: clock["due"] for clock in view["clocks"]}
    assert clocks["information_request"] == instant_text(due)
    with pytest.raises(BadInput, match="future"):
        await reporting.request_information(service, order, due - timedelta(days=3))
    for _ in range(2):
        await reporting.decide(service, order, Status.GRANTED_AMAZON_FUNDED, odr_counts=True)
    found = await looking.timeline(service, order)
    assert [entry["kind"] for entry in found["timeline"]].count("decision_received") == 1
    assert (found["outcome"]["funded_by"], found["outcome"]["odr_counts"]) == ("amazon", True)
    with pytest.raises(NoSuchClaim):
        await reporting.decide(service, NOBODY, Status.DENIED)


async def test_what_came_yesterday_counts_from_yesterday(bench: Bench) -> None:
    """Typed in two days after the claim: its limit runs since, and the record has both instants."""
    service = service_of(bench)
    order = await begun(service)
    now = datetime.now(UTC).replace(microsecond=0)
    await bench.server.jump(service.client.get_workflow_handle(claim_id(order)), now + 2 * DAY)
    told = await reporting.request_information(service, order, None, arrived_at=now + DAY)
    assert told["arrived_at"] == instant_text(now + DAY)
    clocks = (await looking.status(service, order))["clocks"]
    due = next(clock["due"] for clock in clocks if clock["name"] == "information_request")
    assert due == instant_text(now + 4 * DAY)
    entries = (await looking.timeline(service, order))["timeline"]
    (asked,) = [entry for entry in entries if entry["kind"] == "information_requested"]
    assert asked["at"] >= instant_text(now + 2 * DAY)
    assert asked["data"]["arrived_at"] == instant_text(now + DAY)
    with pytest.raises(BadInput, match="the claim itself came at"):
        await reporting.reply(service, order, "Hello?", arrived_at=now - DAY)


async def test_an_act_says_what_it_recorded_and_a_repeat_says_the_same(bench: Bench) -> None:
    """The key makes the same act the same."""
    service = service_of(bench)
    order = await begun(service)
    act = ev.Refunded.model_validate(
        {"at": service.now(), "by": "approver-1", "key": "once", "amount": "5.00"}
    )
    first = await acting.act(service, order, act)
    again = await acting.act(service, order, act)
    assert (first["order_id"], first["recorded"]) == (order, 1)
    assert again == first
    entries = (await looking.timeline(service, order))["timeline"]
    (fact,) = [entry for entry in entries if entry["kind"] == "refund_recorded"]
    assert fact["source"] == "operator:approver-1"


async def test_refusals_come_in_the_claims_own_words(bench: Bench) -> None:
    """One line that says what to do; nothing changes."""
    service = service_of(bench)
    order = await begun(service)
    before = await looking.timeline(service, order)
    refused: list[tuple[type[ev.OperatorEvent], dict[str, object], str]] = [
        (ev.StepSkippedByHand, {"step": "nix"}, "its steps: deescalate, request-photos, appeal"),
        (ev.TaskDone, {"task": "submit-appeal"}, "open tasks: none"),
        (ev.Resumed, {}, "not paused"),
        (ev.Refunded, {"amount": "58.01"}, "left to refund"),
        (ev.Refunded, {"amount": "many"}, "amount: "),
        (ev.DueSet, {"clock": "response", "due": "2020-01-01T00:00:00Z"}, "future"),
        (ev.Amended, {"values": {"claim": {"marketplace": "DE"}}}, "cannot be amended"),
        (ev.Amended, {"values": {"claim": {"colour": "red"}}}, "claim.colour"),
        (ev.Amended, {"values": {"x": "y" * 600_000}}, "500,000"),
    ]
    for kind, values, words in refused:
        with pytest.raises(BadInput, match=words) as raised:
            await acting.do(service, order, kind, by="approver-1", key="k", **values)
        assert "\n" not in str(raised.value)
    assert await looking.timeline(service, order) == before


async def test_a_task_with_a_receipt_is_not_done_without_one(bench: Bench) -> None:
    """Only the receipt stops the clock."""
    service = service_of(bench)
    order = await begun(service)
    await reporting.request_information(service, order, None)
    with pytest.raises(BadInput, match="needs --receipt"):
        await acting.do(service, order, ev.TaskDone, task="answer-information", by="m", key="1")
    await acting.do(
        service, order, ev.TaskDone, task="answer-information", receipt="R1", by="m", key="2"
    )
    assert (await looking.status(service, order))["tasks"] == []


async def test_only_the_text_that_was_read_is_approved(bench: Bench) -> None:
    """A stale digest is refused with the one that holds; so is an edit of what is no text."""
    service = service_of(bench)
    claim = await bench.begin(a_case())
    order = names.order_of(claim.handle.id)
    await claim.reach("5d")

    async def do(kind: type[ev.OperatorEvent], key: str, **values: object) -> None:
        await acting.do(service, order, kind, by="approver-1", key=key, **values)

    await do(ev.Edited, "k1", task="submit-appeal", text="SHOUTING!! Refund at www.shop.example")
    state = await claim.state()
    task = next(task for task in state.tasks if task.kind == "approve-appeal" and task.open)
    with pytest.raises(BadInput, match=f"stale: .*{task.digest}"):
        await do(ev.Approved, "k2", task=task.id, digest="0" * 64)
    with pytest.raises(BadInput, match=f"stale: .*{task.digest}"):
        await do(ev.Edited, "k2b", task=task.id, text="Over another's words.", read="0" * 64)
    with pytest.raises(BadInput, match=r"is (done already|closed)"):
        await do(ev.Edited, "k3", task="submit-appeal", text="Other words.")
    await do(ev.Rejected, "k4", task=task.id, why="No shouting.")
    assert {"approval_requested", "rejected"} <= set(await kinds(service, order))


async def test_a_photo_that_comes_after_the_approval_voids_it(bench: Bench) -> None:
    """Approved and packed, not posted: the packet is taken back, the old digest approves nothing."""
    service = service_of(bench)
    claim = await bench.begin(a_case())
    order = names.order_of(claim.handle.id)
    await claim.reach("5d")

    async def do(kind: type[ev.OperatorEvent], key: str, **values: object) -> None:
        await acting.do(service, order, kind, by="approver-1", key=key, **values)

    async def waiting(kind: str) -> Task:
        async def there() -> bool:
            return any(t.kind == kind and t.open for t in (await claim.state()).tasks)

        await eventually(there)
        return next(t for t in (await claim.state()).tasks if t.kind == kind and t.open)

    await do(ev.Edited, "k1", task="submit-appeal", text="Our own words. SHOUTING!!")
    first = await waiting("approve-appeal")
    await do(ev.Approved, "k2", task=first.id, digest=first.digest, despite="I looked.")
    await waiting("submit-appeal")
    photo = Given("lamp.png", picture("PNG"))
    await reporting.reply(service, order, "Here is a photo.", photos=[photo], language="en")
    second = await waiting("approve-appeal")
    assert second.digest != first.digest
    state = await claim.state()
    assert not any(t.kind == "submit-appeal" and t.open for t in state.tasks)
    assert [clock.stopped_at for clock in state.clocks if clock.name == "response"] == [None]
    with pytest.raises(BadInput, match=f"stale: .*{second.digest}"):
        await do(ev.Approved, "k4", task=second.id, digest=first.digest, despite="I looked.")
    await do(ev.Approved, "k5", task=second.id, digest=second.digest, despite="I looked.")
    await do(ev.TaskDone, "k6", task=(await waiting("submit-appeal")).id, receipt="R-2")
    assert "appeal_submitted" in await kinds(service, order)


async def test_evidence_is_kept_and_recorded_by_its_sha256(bench: Bench) -> None:
    """A refused file is not, and neither is one for a claim that is not there."""
    service = service_of(bench)
    order = await begun(service)
    note = Given("note.txt", b"Handed to the neighbour.")
    done = await acting.add_evidence(service, order, note, by="approver-1", key="k1")
    assert await service.store.of_order(order).get(done["file"]["sha256"]) == note.content
    assert "evidence_added" in await kinds(service, order)
    with pytest.raises(BadInput, match="page"):
        await acting.add_evidence(service, order, Given("page", b"<html>"), by="m", key="k2")
    with pytest.raises(NoSuchClaim):
        await acting.add_evidence(service, NOBODY, note, by="m", key="k3")
