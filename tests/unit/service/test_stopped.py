"""A send that was under way when a claim was stopped: its fate is what the history says, or unknown."""

from __future__ import annotations

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.contrib.pydantic import pydantic_data_converter

from atoz.playbook import events as ev
from atoz.playbook.again import started_again
from atoz.service.stopped import answers
from tests.replay.record import read
from tests.support.cases import DAY, HOUR, Play
from tests.support.fingerprint import HISTORIES

SCHEDULED = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
COMPLETED = EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
STEP = "deescalate"


def recorded(until: EventType.ValueType) -> list[HistoryEvent]:
    """A claim's history up to the first event of this kind: it was stopped right after it."""
    events = list(read(HISTORIES / "buyer-silent.json").events)
    last = next(n for n, event in enumerate(events) if event.event_type == until)
    return events[: last + 1]


async def found(until: EventType.ValueType, play: Play) -> list[ev.Event]:
    """What the history tells about sends that this state has not taken in."""
    return await answers(pydantic_data_converter, play.state, recorded(until))


async def test_a_send_without_an_answer_is_unknown() -> None:
    """It may have left: a person looks, nothing goes blindly a second time."""
    play = Play().to(DAY - HOUR)
    [tried] = await found(SCHEDULED, play)
    assert isinstance(tried, ev.MessageTried)
    assert (tried.step, tried.attempt, tried.outcome) == (STEP, 1, "unknown")
    state = started_again(play.state, play.now, "terminated", [tried])
    assert [task.kind for task in state.tasks if task.open] == ["settle-send"]
    assert state.run(STEP).state == "unknown"


async def test_an_answer_that_was_not_read_any_more_is_the_answer() -> None:
    """The history holds it."""
    play = Play().to(DAY - HOUR)
    [tried] = await found(COMPLETED, play)
    assert isinstance(tried, ev.MessageTried)
    assert tried.outcome == "sent"
    state = started_again(play.state, play.now, "cancelled", [tried])
    assert state.run(STEP).state == "done"
    assert [fact.data["why"] for fact in state.facts if fact.kind == "overridden"] == [
        "it was cancelled on the server"
    ]


@pytest.mark.parametrize("until", [SCHEDULED, COMPLETED])
async def test_what_the_claim_took_in_is_not_told_again(until: EventType.ValueType) -> None:
    """Its own record holds the attempt."""
    assert await found(until, Play().to(DAY)) == []
