"""Counts what a history cost: events, Actions and bytes. Tests of the cost count with it, too.

Actions are what Temporal Cloud bills. Local activities count once for each workflow task that
ran any; queries leave no trace in a history, so the caller says how many there were.
Source: Temporal's pricing page, "Actions in Workflows".
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from temporalio.api.history.v1 import HistoryEvent

from atoz.claims.base import Record

TIME_SKIPPING = frozenset(
    {
        "workflow_execution_options_updated",
        "workflow_execution_time_skipping_transitioned",
    }
)
"""Events that only virtual time adds: a claim on a common server has none of them."""

_ACTIONS = {
    "timer_started": "timers",
    "workflow_execution_signaled": "signals",
    "workflow_execution_update_accepted": "updates",
    "upsert_workflow_search_attributes": "upserts",
    "workflow_execution_continued_as_new": "continued",
}
_LOCAL = "core_local_activity"


class Weight(Record):
    """The bytes of one event, and what it was about."""

    event: str
    about: str
    size: int


class Cost(Record):
    """What one claim cost. `actions` by kind; `heaviest` are the largest events, largest first."""

    events: int
    history_bytes: int
    actions: dict[str, int]
    kinds: dict[str, int]
    heaviest: tuple[Weight, ...]

    @property
    def actions_in_all(self) -> int:
        """All Actions together."""
        return sum(self.actions.values())

    def action(self, kind: str) -> int:
        """How many Actions of one kind there were."""
        return self.actions.get(kind, 0)


def cost_of(events: Iterable[HistoryEvent], *, queries: int = 0) -> Cost:
    """What the events of one claim cost; of several runs, give the events of each one after another."""
    counted = [event for event in events if kind_of(event) not in TIME_SKIPPING]
    kinds = Counter(kind_of(event) for event in counted)
    weights = sorted(map(_weight, counted), key=lambda weight: weight.size, reverse=True)
    return Cost(
        events=len(counted),
        history_bytes=sum(weight.size for weight in weights),
        actions=_actions(counted, queries),
        kinds=dict(kinds.most_common()),
        heaviest=tuple(weights),
    )


def kind_of(event: HistoryEvent) -> str:
    """The kind of an event in its short form, `timer_started`."""
    return (event.WhichOneof("attributes") or "").removesuffix("_event_attributes")


def _actions(events: list[HistoryEvent], queries: int) -> dict[str, int]:
    billed = Counter(_ACTIONS[kind] for event in events if (kind := kind_of(event)) in _ACTIONS)
    billed["starts"] = sum(map(_is_start, events))
    billed["activity attempts"] = sum(
        event.activity_task_started_event_attributes.attempt
        for event in events
        if kind_of(event) == "activity_task_started"
    )
    billed["tasks with local activities"] = len(set(_local_tasks(events)))
    billed["queries"] = queries
    return {kind: number for kind, number in billed.items() if number}


def _is_start(event: HistoryEvent) -> bool:
    started = event.workflow_execution_started_event_attributes
    return kind_of(event) == "workflow_execution_started" and not started.continued_execution_run_id


def _local_tasks(events: list[HistoryEvent]) -> Iterator[int]:
    """The workflow task of each local activity."""
    for event in events:
        marker = event.marker_recorded_event_attributes
        if kind_of(event) == "marker_recorded" and marker.marker_name == _LOCAL:
            yield marker.workflow_task_completed_event_id


def _weight(event: HistoryEvent) -> Weight:
    return Weight(event=kind_of(event), about=_about(event), size=event.ByteSize())


def _about(event: HistoryEvent) -> str:
    """The activity, the message or the attributes that an event carries."""
    match kind_of(event):
        case "marker_recorded":
            data = event.marker_recorded_event_attributes.details["data"].payloads
            return str(json.loads(data[0].data).get("activity_type", "")) if data else ""
        case "activity_task_scheduled":
            return event.activity_task_scheduled_event_attributes.activity_type.name
        case "workflow_execution_signaled":
            return event.workflow_execution_signaled_event_attributes.signal_name
        case "workflow_execution_update_accepted":
            return event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
        case "upsert_workflow_search_attributes":
            upsert = event.upsert_workflow_search_attributes_event_attributes
            return ", ".join(sorted(upsert.search_attributes.indexed_fields))
        case _:
            return ""
