"""A claim that a person takes into his hands, on the real server: somebody is asked to answer it."""

from __future__ import annotations

import pytest

from atoz.playbook import events as ev
from tests.support.cases import ARRIVED
from tests.support.server import Bench, a_case, decision, instants

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


async def test_who_leaves_out_the_answer_is_asked_for_it(bench: Bench) -> None:
    """At once and not by a warning alone; the clock runs until the receipt, and no step acts for it."""
    claim = await bench.begin(a_case())
    await claim.reach("2d")
    await claim.take(
        ev.StepSkippedByHand(at=ARRIVED, by="approver-1", key="s", step="appeal", why="by phone")
    )
    state = await claim.state()
    task = state.open_task("handle-claim")
    assert task is not None
    assert (task.step, task.clock, task.told) == ("appeal", "response", True)
    assert task.due == claim.at("7d")
    state = await claim.reach("6d1h")
    assert not instants(state, "appeal_drafted")
    assert len(instants(state, "deadline_warning")) == 2
    await claim.take(ev.TaskDone(at=ARRIVED, by="approver-1", key="r", task=task.id, receipt="R-1"))
    state = await claim.reach("8d")
    assert not instants(state, "deadline_missed")
    assert state.clock("response").stopped_at is not None  # type: ignore[union-attr] # it has one
    assert state.open_task("handle-claim") is None


async def test_a_missed_deadline_and_a_changed_decision(bench: Bench) -> None:
    """The task of the one ends with the decision; a decision that does not follow is looked at."""
    claim = await bench.begin(a_case())
    state = await claim.reach("7d1h")
    assert state.open_task("missed-deadline") is not None
    await claim.take(decision("withdrawn"))
    state = await claim.state()
    assert state.open_task("missed-deadline") is None
    await claim.take(
        decision("granted_seller_funded").model_copy(update={"message_id": "<second@x>"})
    )
    task = (await claim.state()).open_task("changed-decision")
    assert task is not None
    assert task.told
