"""Claims that somebody stopped on the server's own pages: shown as what they are, started again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atoz.errors import BadInput
from atoz.playbook import events as ev
from atoz.playbook.state import CaseState
from atoz.service import acting, listing, looking, reporting, starting, waiting
from atoz.service.base import Service, claim_id
from tests.support.server import Bench
from tests.support.service import begun, claim_of, eventually, kinds, service_of

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


async def stop(service: Service, order: str, how: str = "terminated") -> None:
    """What a person does on the server's pages."""
    handle = service.client.get_workflow_handle(claim_id(order))
    await (handle.terminate("by mistake") if how == "terminated" else handle.cancel())

    async def is_stopped() -> bool:
        found = await handle.describe()
        return found.status is not None and found.status.name != "RUNNING"

    await eventually(is_stopped)


async def rows(service: Service, order: str, *, closed: bool = False) -> list[dict[str, Any]]:
    """The claim's row in a list, whatever page it is on."""
    found: list[dict[str, Any]] = []
    token: str | None = None
    while True:
        wanted = listing.Wanted(closed=closed)
        page = await listing.claims(service, wanted, limit=listing.LARGEST_PAGE, page_token=token)
        found += [row for row in page["claims"] if row["order_id"] == order]
        token = page["next_page_token"]
        if not token:
            return found


@pytest.mark.parametrize("how", ["terminated", "cancelled"])
async def test_a_stopped_claim_does_not_look_alive(bench: Bench, how: str) -> None:
    """Status says how it was stopped and plans nothing; no list of open claims holds it."""
    service = service_of(bench)
    order = await begun(service)
    await reporting.reply(service, order, "This is an outrage", language="en")
    alive = await looking.status(service, order)
    assert (alive["running"], alive["ended"]) == (True, None)
    assert alive["tasks"]
    await stop(service, order, how)
    view = await looking.status(service, order)
    assert (view["running"], view["ended"], view["state"]) == (False, how, "stopped")
    assert (view["next_step"], view["next_at"]) == (None, None)
    assert view["clocks"] == alive["clocks"]
    assert (await waiting.tasks(service, order))["tasks"] == []

    async def is_gone() -> bool:
        return not await rows(service, order)

    async def is_listed() -> bool:
        return bool(await rows(service, order, closed=True))

    await eventually(is_gone)
    await eventually(is_listed)
    [row] = await rows(service, order, closed=True)
    assert (row["running"], row["ended"]) == (False, how)
    with pytest.raises(BadInput, match=f"was {how} on the server .*atoz start FILE"):
        await acting.do(service, order, ev.Paused, by="approver-1", key="k")


@pytest.mark.parametrize("how", ["terminated", "cancelled"])
async def test_a_stopped_claim_goes_on_as_it_stood(bench: Bench, how: str) -> None:
    """With its facts, its tasks and its handled messages; the record says that it was stopped."""
    service, claim = service_of(bench), claim_of()
    order = claim.claim.order_id
    first = await starting.start(service, claim, received_now=True)
    said = await reporting.reply(service, order, "This is an outrage", language="en")
    before = await looking.timeline(service, order)
    await stop(service, order, how)
    again = await starting.start(service, claim, received_now=True)
    assert again["run_id"] != first["run_id"]
    assert {key: again[key] for key in ("already_running", "was", "carried_on", "other_data")} == {
        "already_running": False,
        "was": how,
        "carried_on": True,
        "other_data": False,
    }
    view = await looking.status(service, order)
    assert (view["running"], view["ended"]) == (True, None)
    after = (await looking.timeline(service, order))["timeline"]
    assert after[: len(before["timeline"])] == before["timeline"]
    [word] = after[len(before["timeline"]) :]
    assert word["data"] == {"what": "started again", "why": f"it was {how} on the server"}
    await reporting.reply(service, order, "This is an outrage", message_id=said["message_id"])
    assert (await kinds(service, order)).count("reply_received") == 1
    third = await starting.start(service, claim)
    assert (third["already_running"], third["run_id"]) == (True, again["run_id"])
    assert len(await rows(service, order)) <= 1


async def test_a_file_that_says_something_else_lets_it_go_on_and_says_so(bench: Bench) -> None:
    """The claim keeps what it knows: `amend` is for the rest."""
    service = service_of(bench)
    order = await begun(service)
    await stop(service, order)
    other = claim_of({"claim": {"amount": "12.00"}}, order=order)
    again = await starting.start(service, other)
    assert (again["carried_on"], again["other_data"]) == (True, True)
    state = await case(service, order)
    assert str(state.file.claim.amount) == "58.00"
    with pytest.raises(BadInput, match="other data"):
        await starting.start(service, other)


async def test_a_mail_starts_no_stopped_claim(bench: Bench) -> None:
    """Who stopped it may have meant it: a person starts it again."""
    service, claim = service_of(bench), claim_of()
    await starting.start(service, claim)
    await stop(service, claim.claim.order_id)
    with pytest.raises(BadInput, match="was terminated on the server"):
        await starting.start(service, claim, by_mail=True)


async def test_a_claim_that_had_not_begun_begins(bench: Bench) -> None:
    """No worker had taken it up: there is nothing to go on with."""
    nobody, claim = service_of(bench, task_queue="nobody"), claim_of()
    order = claim.claim.order_id
    await starting.start(nobody, claim)
    await reporting.reply(nobody, order, "Is anybody there?")
    await nobody.client.get_workflow_handle(claim_id(order)).signal("what", args=[1, "two"])
    await stop(nobody, order)
    view = await looking.status(nobody, order)
    assert (view["running"], view["ended"], view["order_id"]) == (False, "terminated", order)
    again = await starting.start(service_of(bench), claim, received_now=True)
    assert (again["carried_on"], again["was"]) == (False, "terminated")
    found = await kinds(service_of(bench), order)
    assert (found[0], found.count("reply_received")) == ("claim_received", 1)
    assert found.count("input_refused") == 1


async def test_a_claim_that_is_stopped_twice_in_a_row_loses_nothing(bench: Bench) -> None:
    """The second time before any worker took it up again."""
    service = service_of(bench)
    order = await begun(service)
    said = await reporting.reply(service, order, "Look at this.")
    assert "reply_received" in await kinds(service, order)
    for queue in ("nobody", service.settings.task_queue):
        await stop(service, order)
        await starting.start(service_of(bench, task_queue=queue), claim_of(order=order))
    found = await kinds(service, order)
    assert (found.count("reply_received"), found.count("overridden")) == (1, 2)
    assert said["message_id"]


async def test_what_was_not_read_any_more_is_read_by_the_next_run(bench: Bench) -> None:
    """A reply that arrived while no worker ran is not lost with the run."""
    service, claim = service_of(bench), claim_of()
    order = claim.claim.order_id
    await starting.start(service, claim, received_now=True)
    await looking.status(service, order)
    handle = service.client.get_workflow_handle(claim_id(order))
    # In one breath, so that no worker reads it in between.
    await reporting.reply(service, order, "One more thing.", message_id="<late@mail.example>")
    await handle.terminate("too soon")
    await starting.start(service, claim)
    assert (await kinds(service, order)).count("reply_received") == 1


async def case(service: Service, order: str) -> CaseState:
    """The whole state of a claim."""
    return CaseState.model_validate(await service.calls.query(claim_id(order), "case"))


async def test_clocks_and_steps_go_on_where_they_were(bench: Bench) -> None:
    """The first message went before; it does not go again, and the second goes at its instant."""
    service, claim = service_of(bench), claim_of()
    order = claim.claim.order_id
    await starting.start(service, claim, received_now=True)
    handle = service.client.get_workflow_handle(claim_id(order))
    await looking.status(service, order)
    await bench.server.jump(handle, datetime.now(UTC) + timedelta(days=2))

    async def is_written() -> bool:
        return "message_sent" in await kinds(service, order)

    await eventually(is_written)
    await stop(service, order)
    await starting.start(service, claim)
    state = await case(service, order)
    assert state.run("deescalate").over
    assert not state.run("request-photos").over
    assert (await kinds(service, order)).count("message_sent") == 1
