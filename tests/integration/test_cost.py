"""What one claim costs: events of history and billed Actions, counted from the history itself.

The documented path with two replies, one status query and the decision stays within 70 events and
22 Actions; each further timer or upsert needs a reason.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from atoz.playbook import events as ev
from atoz.playbook.state import CaseState
from bench.counting import cost_of
from tests.support.fingerprint import commands_of
from tests.support.server import Bench, Claim, a_case, decision, photos, reply, tally

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]

MOST_EVENTS = 70
MOST_ACTIONS = 22


async def hand_in(claim: Claim, state: CaseState) -> CaseState:
    """A person hands the appeal in and gives the receipt, half an hour later."""
    task = next(task for task in state.tasks if task.kind == "submit-appeal" and task.open)
    at = await claim.now() + timedelta(minutes=30)
    await claim.rehearsal.reach(at)
    return await claim.take(
        ev.TaskDone(at=at, by="approver-1", key="receipt", task=task.id, receipt="R-1")
    )


async def test_the_documented_path_keeps_to_its_cost(bench: Bench) -> None:
    """Both mails; the buyer answers with photos; the receipt; one more reply; the decision."""
    claim = await bench.begin(a_case())
    await claim.reach("3d", 1)
    await claim.reach("3d6h")
    await hand_in(claim, await claim.take(photos()))
    await claim.reach("3d8h")
    await claim.take(reply("I hope that this helps.", "other"))
    await claim.reach("4d12h")
    await claim.handle.query("status")
    state = await claim.take(decision("denied"))
    found = tally(state)
    assert (found["message_sent:deescalate"], found["message_sent:request_photos"]) == (1, 1)
    assert (found["reply_received"], found["appeal_submitted"], found["claim_closed"]) == (2, 1, 1)

    history = await claim.handle.fetch_history()
    cost = cost_of(history.events, queries=1)
    print(f"{cost.events} events, {cost.actions_in_all} Actions: {cost.actions}")  # noqa: T201 - for `pytest -s`
    assert cost.events <= MOST_EVENTS, commands_of(history)
    assert cost.actions_in_all <= MOST_ACTIONS, commands_of(history)
