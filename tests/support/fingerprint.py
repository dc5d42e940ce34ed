"""What a workflow asked the server for, in order, as a text that a reviewer can read.

A replay says that a sequence of commands changed; these texts say how, in the diff of the commit
that changed it. They leave out what a running claim does not depend on: ids, values, milliseconds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory

from atoz.claims.base import span_text
from atoz.playbook import edition

REPLAY = Path(__file__).resolve().parents[1] / "replay"
HISTORIES = REPLAY / "histories"
FINGERPRINTS = REPLAY / "fingerprints"

_EDITION = re.compile(rb'"edition":(\d+)')

MEND = """
The commands of {name} changed. Claims that run now would break when this code replays them.
 - Not meant? Undo it: tests/replay/fingerprints/{name}.txt shows the old sequence.
 - Meant, and claims may be running? Keep the old sequence for them:
   `if workflow.patched("what-changed"): <new> else: <old>`, and leave the histories as they are.
 - Meant, and no claim runs on the old code (before a first release, or a versioned worker)?
   Record anew: `.venv/bin/python -m tests.replay.record`, and let the diff be reviewed.
"""


def how_to_mend(name: str) -> str:
    """What to do when the commands of a committed play changed."""
    return MEND.format(name=name)


def committed(name: str) -> str:
    """The committed commands of a play; empty where there are none yet."""
    file = FINGERPRINTS / f"{name}.txt"
    return file.read_text("utf-8") if file.exists() else ""


def commands_of(history: WorkflowHistory) -> str:
    """One line for each command (`>`) and for each thing that came from outside (`<`)."""
    return "".join(f"{line}\n" for line in _lines(history))


def edition_of(history: WorkflowHistory) -> int:
    """The edition of the rules that a claim was opened under, as its history has it unsealed."""
    written = b"".join(event.SerializeToString() for event in history.events)
    return max((int(number) for number in _EDITION.findall(written)), default=edition.FIRST)


def workflow_of(history: WorkflowHistory) -> str:
    """The type of the workflow."""
    return history.events[0].workflow_execution_started_event_attributes.workflow_type.name


def _lines(history: WorkflowHistory) -> Iterator[str]:
    for event in history.events:
        kind = (event.WhichOneof("attributes") or "").removesuffix("_event_attributes")
        words = _WORDS.get(kind)
        if words is not None:
            yield words(getattr(event, f"{kind}_event_attributes"))


def _minutes(span: timedelta) -> str:
    """In whole minutes: how long real work took is no property of the code. Moments in seconds."""
    if span < timedelta(minutes=1):
        return span_text(timedelta(seconds=round(span.total_seconds())))
    return span_text(timedelta(minutes=round(span / timedelta(minutes=1))))


def _marker(event: Any) -> str:
    if event.marker_name != "core_local_activity":
        return f"marker {event.marker_name}"
    data = json.loads(event.details["data"].payloads[0].data)
    return f"local activity {data['activity_type']}"


_WORDS: dict[str, Callable[[Any], str]] = {
    "workflow_execution_started": lambda event: f"< start {event.workflow_type.name}",
    "workflow_execution_signaled": lambda event: f"< signal {event.signal_name}",
    "workflow_execution_update_accepted": lambda event: (
        f"< update {event.accepted_request.input.name}"
    ),
    "timer_fired": lambda _: "< timer fired",
    "timer_started": lambda event: f"> timer {_minutes(event.start_to_fire_timeout.ToTimedelta())}",
    "timer_canceled": lambda _: "> timer cancelled",
    "activity_task_scheduled": lambda event: f"> activity {event.activity_type.name}",
    "marker_recorded": lambda event: f"> {_marker(event)}",
    "upsert_workflow_search_attributes": lambda event: (
        f"> upsert {' '.join(sorted(event.search_attributes.indexed_fields))}"
    ),
    "workflow_execution_completed": lambda _: "> completed",
    "workflow_execution_failed": lambda _: "> failed",
    "workflow_execution_continued_as_new": lambda _: "> continued as new",
}
