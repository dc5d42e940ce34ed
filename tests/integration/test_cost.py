"""What one claim costs: events of history and billed Actions, counted from the history itself.

The documented path with two replies, one status query and the decision stays within 70 events and
22 Actions; each further timer or upsert needs a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from temporalio.client import WorkflowHistory

from atoz.playbook import events as ev
from atoz.playbook.state import CaseState
from tests.support.fingerprint import commands_of
from tests.support.server import Bench, Claim, a_case, decision, photos, reply, tally

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]

MOST_EVENTS = 70
MOST_ACTIONS = 22
QUERIES = 1
"""A query is billed and leaves no event."""

ONLY_HERE = frozenset(
    {"workflow_execution_options_updated", "workflow_execution_time_skipping_transitioned"}
)
"""What skipping time adds; a claim in real time has none of it."""

BILLED = frozenset(
    {
        "workflow_execution_started",
        "timer_started",
        "activity_task_scheduled",
        "workflow_execution_signaled",
        "workflow_execution_update_accepted",
        "upsert_workflow_search_attributes",
        "workflow_execution_continued_as_new",
    }
)
"""One Action each. Source: Temporal Cloud's list of Actions."""


def events(history: WorkflowHistory) -> list[str]:
    """The events that a claim in real time would have, by kind."""
    kinds = (event.WhichOneof("attributes") or "" for event in history.events)
    short = (kind.removesuffix("_event_attributes") for kind in kinds)
    return [kind for kind in short if kind not in ONLY_HERE]


def actions(history: WorkflowHistory) -> int:
    """The billed Actions without queries. All markers of one workflow task count as one."""
    return sum(kind in BILLED for kind in events(history)) + len(set(_marker_tasks(history)))


def _marker_tasks(history: WorkflowHistory) -> Iterator[int]:
    for event in history.events:
        if event.HasField("marker_recorded_event_attributes"):
            yield event.marker_recorded_event_attributes.workflow_task_completed_event_id


async def hand_in(claim: Claim, state: CaseState) -> CaseState:
    """A person hands the appeal in and gives the receipt, half an hour later."""
    task = next(task for task in state.tasks if task.kind == "submit-appeal" and task.open)
    at = await claim.now() + timedelta(minutes=30)
    await claim.rehearsal.reach(at)
    return await claim.take(
        ev.TaskDone(at=at, by="mara", key="receipt", task=task.id, receipt="R-1")
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
    spent = {"events": len(events(history)), "actions": actions(history) + QUERIES}
    print(spent)  # noqa: T201 - the numbers, for `pytest -s`
    assert spent["events"] <= MOST_EVENTS, commands_of(history)
    assert spent["actions"] <= MOST_ACTIONS, commands_of(history)
