"""Claims that somebody stopped on the server's own pages: neither running nor over.

Their history still answers queries, so they would look alive; it also tells how they stood, so that
they can go on from there, and nothing is lost or said twice to anybody.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from typing import Any, NamedTuple, TypeVar

from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.common import RawValue
from temporalio.converter import DataConverter

from activities import jobs, names
from atoz.claims.base import instant_text, utc
from atoz.playbook import events as ev
from atoz.playbook.simulate import outcome
from atoz.playbook.state import CaseState, open_claim
from atoz.playbook.stored import NOTES
from atoz.playbook.view import status_view
from atoz.service.base import Service
from atoz.service.calls import server_errors
from workflows.claim import ClaimInput

STOPPED = {
    WorkflowExecutionStatus.TERMINATED: "terminated",
    WorkflowExecutionStatus.CANCELED: "cancelled",
    WorkflowExecutionStatus.FAILED: "failed",
    WorkflowExecutionStatus.TIMED_OUT: "timed out",
}
"""How a workflow ended that did not come to its own end, in a word."""

_DETAIL = NOTES("stopped")
T = TypeVar("T")


class Stood(NamedTuple):
    """How a claim stood when it was stopped, None where it had not begun; what it had not taken in."""

    state: CaseState | None
    answers: Sequence[ev.Event]
    """How sends ended that the state does not know of; what nobody knows is `unknown`."""
    signals: Sequence[tuple[str, Sequence[RawValue]]]


def how_stopped(status: WorkflowExecutionStatus | None) -> str | None:
    """`terminated`, `cancelled`, `failed`, `timed out`; None for what runs or is over."""
    return STOPPED.get(status) if status is not None else None


async def stood(service: Service, found: WorkflowExecutionDescription) -> Stood:
    """How a stopped claim stood. Raises NoWorker, AtozError where nothing tells it."""
    handle = service.client.get_workflow_handle(found.id, run_id=found.run_id)
    with server_errors():
        events = (await handle.fetch_history()).events
    taken_in = max(e.workflow_task_completed_event_attributes.started_event_id for e in events)
    converter = service.client.data_converter
    signals = await _signals(converter, [event for event in events if event.event_id > taken_in])
    if not taken_in:
        return Stood((await _given(converter, events[0])).state, (), signals)
    state = CaseState.model_validate(await service.calls.query(found.id, "case", closed=True))
    return Stood(state, await answers(converter, state, events), signals)


async def _given(converter: DataConverter, first: HistoryEvent) -> ClaimInput:
    started = first.workflow_execution_started_event_attributes
    return await _decoded(converter, started.input, ClaimInput)


async def before_it_began(service: Service, workflow_id: str, name: str) -> Any:
    """What a claim would answer to a query that was stopped before any worker took it up."""
    handle = service.client.get_workflow_handle(workflow_id)
    with server_errors():
        first = (await handle.fetch_history()).events[0]
    given = await _given(service.client.data_converter, first)
    at = utc(first.event_time.ToDatetime(UTC))
    state = given.state or open_claim(workflow_id, given.file, at, given.by)
    known: dict[str, Callable[[], Any]] = {
        "status": lambda: status_view(state, at),
        "timeline": lambda: {"facts": [], "archives": [], "outcome": outcome(state)},
        "case": lambda: state.model_dump(mode="json"),
        "look": lambda: {
            "case": state.model_dump(mode="json"),
            "status": status_view(state, at),
            "at": instant_text(at),
        },
    }
    return known[name]()


async def answers(
    converter: DataConverter, state: CaseState, events: Iterable[HistoryEvent]
) -> list[ev.Event]:
    """What came of each send that the state has not taken in. Local activities may be done again."""
    tried: dict[int, ev.MessageTried | ev.AppealTried] = {}
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            asked = event.activity_task_scheduled_event_attributes
            attempt = await _attempt(converter, asked.activity_type.name, asked.input)
            if attempt and state.run(attempt.step).attempts < attempt.attempt:
                tried[event.event_id] = attempt
        done = event.activity_task_completed_event_attributes
        if done.scheduled_event_id in tried:
            kind = type(tried[done.scheduled_event_id])
            tried[done.scheduled_event_id] = await _decoded(converter, done.result, kind)
    return list(tried.values())


async def _attempt(
    converter: DataConverter, activity: str, given: Payloads
) -> ev.MessageTried | ev.AppealTried | None:
    """An attempt whose fate is unknown so far."""
    if activity == names.SEND_MESSAGE:
        job = await _decoded(converter, given, jobs.SendJob)
        send = job.send.model_dump(include={"step", "template", "attempt", "revision", "language"})
        known = {**send, "at": job.at, "message_id": job.message_id}
        return ev.MessageTried(**known, outcome="unknown", detail=_DETAIL)
    if activity == names.HAND_IN_APPEAL:
        by = await _decoded(converter, given, jobs.HandInJob)
        known = by.submit.model_dump(include={"step", "attempt", "revision", "channel"})
        return ev.AppealTried(**known, at=by.at, outcome="unknown", detail=_DETAIL)
    return None


async def _signals(
    converter: DataConverter, events: Iterable[HistoryEvent]
) -> list[tuple[str, Sequence[RawValue]]]:
    """What arrived and was not read any more, as it came: the next run reads or refuses it."""
    said = [
        event.workflow_execution_signaled_event_attributes
        for event in events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    ]
    return [
        (
            each.signal_name,
            await converter.decode(each.input.payloads, [RawValue] * len(each.input.payloads)),
        )
        for each in said
    ]


async def _decoded(converter: DataConverter, payloads: Payloads, kind: type[T]) -> T:
    (value,) = await converter.decode(payloads.payloads, [kind])
    found: T = value
    return found
