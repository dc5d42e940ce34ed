"""Holds how a history is counted, since the limits of a claim's cost rest on it."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import ParseDict
from temporalio.api.history.v1 import HistoryEvent

from bench.counting import cost_of


def event(kind: str, **values: Any) -> HistoryEvent:
    """An event of this kind with these attributes."""
    return ParseDict({f"{kind}_event_attributes": values}, HistoryEvent())


def local(task: int) -> HistoryEvent:
    """A local activity that ran in this workflow task."""
    return event(
        "marker_recorded", marker_name="core_local_activity", workflow_task_completed_event_id=task
    )


def test_local_activities_of_one_task_are_one_action() -> None:
    """Three of them in two workflow tasks are billed twice."""
    cost = cost_of([local(4), local(4), local(9)])
    assert (cost.events, cost.actions) == (3, {"tasks with local activities": 2})


def test_each_attempt_of_an_activity_is_an_action() -> None:
    """The history holds the last attempt alone, with its number."""
    assert cost_of([event("activity_task_started", attempt=3)]).actions_in_all == 3


def test_what_is_billed_once() -> None:
    """Start, timer, signal, update, upsert and continue-as-new, and a query from the caller."""
    kinds = (
        "workflow_execution_started",
        "timer_started",
        "workflow_execution_signaled",
        "workflow_execution_update_accepted",
        "upsert_workflow_search_attributes",
        "workflow_execution_continued_as_new",
    )
    cost = cost_of((event(kind) for kind in kinds), queries=1)
    assert cost.actions_in_all == len(kinds) + 1


def test_a_run_that_carries_on_is_no_second_start() -> None:
    """Continue-as-new is billed where the old run ends."""
    carried = event("workflow_execution_started", continued_execution_run_id="before")
    assert cost_of([carried]).actions == {}


def test_what_comes_free() -> None:
    """Workflow tasks, and timers that fire or are cancelled."""
    assert cost_of(map(event, _FREE)).actions == {}


def test_what_time_skipping_adds_is_not_counted() -> None:
    """A claim on a common server has none of it."""
    added = (
        "workflow_execution_options_updated",
        "workflow_execution_time_skipping_transitioned",
    )
    cost = cost_of(event(kind) for kind in added)
    assert (cost.events, cost.history_bytes) == (0, 0)


def test_the_heaviest_event_comes_first() -> None:
    """With what it was about."""
    small = event("workflow_execution_signaled", signal_name="x")
    large = event("workflow_execution_signaled", signal_name="x" * 100)
    heaviest = cost_of([small, large]).heaviest[0]
    assert (heaviest.about, heaviest.size) == ("x" * 100, large.ByteSize())


_FREE = (
    "workflow_task_scheduled",
    "workflow_task_started",
    "workflow_task_completed",
    "timer_fired",
    "timer_canceled",
    "workflow_execution_completed",
)
