"""Many claims at once, and the command over the real server: documents, keys, exit codes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from atoz.claims.base import instant_text, utc
from atoz.claims.status import Status
from atoz.errors import BadInput, NoSuchClaim
from atoz.playbook import events as ev
from atoz.service import acting, desk, listing, looking, queues, reporting, waiting
from tests.support.commanding import Captured, Command, command_of
from tests.support.server import Bench
from tests.support.service import NOBODY, begun, claim_of, eventually, service_of
from workflows.desk import DeskItem

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


async def test_lists_are_filtered_and_paged(bench: Bench) -> None:
    """By status, step, attention and due date; a page says how to get the next one."""
    service = service_of(bench)
    orders = {await begun(service) for _ in range(3)}
    decided, waiting, skipped = sorted(orders)
    await reporting.decide(service, decided, Status.ORDER_CANCELLED)
    await reporting.request_information(service, waiting, None)
    await acting.do(service, skipped, ev.StepSkippedByHand, step="deescalate", by="m", key="s")

    async def listed(**wanted: Any) -> set[str]:
        page = await listing.claims(service, listing.Wanted(**wanted), limit=1_000)
        return orders & {claim["order_id"] for claim in page["claims"]}

    async def settled() -> bool:
        return (
            await listed(status="order_cancelled") == {decided}
            and await listed(attention=("task",)) | await listed(attention=("urgent",)) == {waiting}
            and await listed(step="deescalate") == {skipped}
        )

    await eventually(settled)
    assert await listed() == orders
    left_out = listing.Wanted(step="deescalate")
    rows = (await listing.claims(service, left_out, limit=1_000))["claims"]
    assert [row["acted"] for row in rows if row["order_id"] == skipped] == [None]
    soon, later = (datetime.now(UTC) + timedelta(days=days) for days in (6, 8))
    assert await listed(due_before=soon) == set()
    assert await listed(due_before=later) == {waiting, skipped}
    first = await listing.claims(service, listing.Wanted(), limit=1)
    second = await listing.claims(
        service, listing.Wanted(), limit=1, page_token=first["next_page_token"]
    )
    assert first["claims"][0]["order_id"] != second["claims"][0]["order_id"]
    for bad in ({"limit": 0}, {"page_token": "x"}):
        with pytest.raises(BadInput):
            await listing.claims(service, listing.Wanted(), **bad)
    with pytest.raises(BadInput, match="no name of a step"):
        await listed(step="x' OR '1'='1")


async def test_the_clock_that_ends_first_is_listed_and_sorted_by(
    bench: Bench, command: Command
) -> None:
    """Also where it is not the answer's, nothing else of the claim changed, and the server cuts slices."""
    service = service_of(bench)
    late, soon = [await begun(service) for _ in range(2)]
    await reporting.reply(service, soon, "When will I get my money back?")

    async def rows() -> dict[str, Any]:
        page = await listing.claims(service, listing.Wanted(), limit=1_000)
        return {claim["order_id"]: claim for claim in page["claims"]}

    async def shown() -> bool:
        clocks = {order: (await rows()).get(order, {}).get("clock") for order in (late, soon)}
        names_of = [clock and clock["name"] for clock in clocks.values()]
        return names_of == ["response", "buyer_reply"]

    await eventually(shown)
    assert (await rows())[soon]["attention"] == "urgent"
    # It was urgent before: nothing that a list shows changes but the clock.
    due = utc(service.now()) + timedelta(hours=2)
    corrected = {"clock": "buyer_reply", "due": due, "by": "approver-1", "key": "d1"}
    await acting.do(service, soon, ev.DueSet, **corrected)

    async def moved() -> bool:
        clock = (await rows())[soon]["clock"]
        return bool(clock == {"name": "buyer_reply", "due": instant_text(due)})

    await eventually(moved)
    assert due < datetime.fromisoformat((await rows())[soon]["response_due"])
    second = timedelta(seconds=1)
    lane = queues.Lane(queues.condition("needs-you", service.now()), "clock")

    async def between(low: datetime | None, high: datetime | None) -> bool:
        page = await listing.page_of(service, queues._between(lane, low, high), 1_000)
        return soon in {claim["order_id"] for claim in page["claims"]}

    assert await between(due, due + second)
    assert await between(None, due + second)
    assert await between(due, None)
    assert not await between(due + second, None)
    assert not await between(None, due)
    line = ("list", "--view", "needs-you", "--limit", "1000")
    code, page = await command(*line)
    assert code == 0
    dues = [row["clock"]["due"] for row in page["claims"] if row["attention"] == "urgent"]
    assert dues == sorted(dues)


async def test_tasks_of_one_claim_and_of_all(bench: Bench) -> None:
    """The most urgent first; each says whose it is."""
    service = service_of(bench)
    order = await begun(service, {"buyer": {"relay": None}})
    (task,) = (await waiting.tasks(service, order))["tasks"]
    assert (task["order_id"], task["kind"]) == (order, "complete-claim")

    async def found() -> bool:
        page = await waiting.tasks(service, limit=1_000)
        dues = [each.get("due") or "9" for each in page["tasks"]]
        return task in page["tasks"] and dues == sorted(dues)

    await eventually(found)
    with pytest.raises(NoSuchClaim):
        await waiting.tasks(service, NOBODY)


async def test_tasks_come_by_the_clock_that_ends_first_over_all_pages(bench: Bench) -> None:
    """And not by when their claims began: the newest claim has the most time."""
    service = service_of(bench)
    soon = await begun(service)
    await reporting.reply(service, soon, "When will I get my money back?")
    late = await begun(service, {"buyer": {"relay": None}})

    async def orders() -> list[str]:
        found, token = list[str](), None
        while True:
            page = await waiting.tasks(service, limit=1, page_token=token)
            found += [task["order_id"] for task in page["tasks"]]
            token = page["next_page_token"]
            if token is None:
                return found

    async def listed() -> bool:
        return {soon, late} <= set(await orders())

    await eventually(listed)
    found = await orders()
    assert found.index(soon) < found.index(late)


@pytest.fixture
def command(bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Command:
    """The command beside the session's server."""
    return command_of(bench, monkeypatch, capsys)


async def test_the_command_from_start_to_list(command: Command, tmp_path: Path) -> None:
    """Each verb prints one document with its keys, and the exit code tells the rest."""
    claim = claim_of()
    order, file = claim.claim.order_id, tmp_path / "claim.json"
    file.write_text(claim.model_dump_json(by_alias=True), "utf-8")
    assert (await command("start", str(file), "--received-now"))[1]["already_running"] is False
    assert (await command("start", str(file)))[1]["already_running"] is True
    assert (await command("pause", order, "--why", "holiday", "--as", "approver-1"))[0] == 0
    code, refused = await command("pause", order)
    assert (code, refused) == (1, {"error": "the claim is paused already", "exit": 1})
    assert (await command("resume", order))[0] == 0
    assert (await command("due", order, "response", "2099-01-01T00:00:00+02:00"))[0] == 0
    code, view = await command("status", order)
    assert (code, view["step"], view["next_step"]) == (0, None, "deescalate")
    assert view["clocks"][0]["due"] == "2098-12-31T22:00:00Z"
    code, document = await command("timeline", order)
    sources = {entry["kind"]: entry["source"] for entry in document["timeline"]}
    assert sources["paused"] == "operator:approver-1"
    assert (await command("status", NOBODY))[0] == 3
    assert (await command("list", "--limit", "1"))[1].keys() == {"claims", "next_page_token"}
    assert (await command("tasks", order))[1] == {"tasks": [], "next_page_token": None}


MAIL = b"""From: Ann <ann@mail.example>
Date: Tue, 08 Sep 2026 09:00:00 +0000
Subject: The lamp

The lamp of order %s arrived.
"""


async def test_the_desk_is_worked_off_by_the_command(bench: Bench, command: Command) -> None:
    """Listed, read, attached to a claim, let go with why: each recorded with who did it."""
    service = service_of(bench)
    order = await begun(service)
    ref = await service.store.of_order(order).put(MAIL % order.encode(), "message/rfc822")
    for key, sort in (("a", "quarantined"), ("b", "other")):
        own = {"key": f"<{key}.{order}@x>", "title": f"Mail {key} of {order}", "order_id": order}
        await desk.put(service, DeskItem.model_validate({**own, "refs": [ref], "sort": sort}))

    async def waiting() -> list[dict[str, Any]]:
        code, document = await command("desk", "list")
        assert code == 0
        return [each for each in document["tasks"] if each["about_order"] == order]

    first, second = [each["id"] for each in await waiting()]
    assert [each["sort"] for each in await waiting()] == ["quarantined", "other"]
    shown = (await command("desk", "show", first))[1]
    assert shown["mail"]["text"].strip() == f"The lamp of order {order} arrived."
    assert (await command("desk", "attach", first, NOBODY))[0] == 3
    assert len(await waiting()) == 2
    code, done = await command("desk", "attach", first, order, "--why", "I know her", "--as", "ann")
    assert (code, done["attached_to"], done["attached_as"]) == (0, order, "evidence")
    found = (await looking.timeline(service, order))["timeline"]
    (added,) = [entry for entry in found if entry["kind"] == "evidence_added"]
    assert added["source"] == "operator:ann"
    code, refused = await command("desk", "discard", second, "--why", " ")
    assert (code, "say why" in refused["error"]) == (1, True)
    assert (await command("desk", "discard", second, "--why", "an advertisement"))[0] == 0
    code, again = await command("desk", "discard", second, "--why", "an advertisement")
    assert (code, "is not an open desk task" in again["error"]) == (1, True)
    assert await waiting() == []
    results = [each["result"] for each in (await command("desk", "list"))[1]["done"][:2]]
    assert results[0].endswith(": discarded: an advertisement")
    assert results[1] == f"ann: attached to order {order}: I know her"
