"""Claims behind a board without a server: the engine itself answers, on a clock that tests move.

What stands between the service and the server (`Calls`) is replaced by claims that live in memory;
everything above it is what runs in production.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from temporalio.client import Client, WorkflowExecutionStatus

from activities.claims import archive_path
from atoz.claims.base import instant_text
from atoz.errors import AtozError, Refused
from atoz.evidence.store import open_store
from atoz.playbook import events as ev
from atoz.playbook.apply import apply
from atoz.playbook.check import refusal
from atoz.playbook.simulate import outcome, timeline
from atoz.playbook.view import status_view
from atoz.service.base import Service
from atoz.service.calls import NotOpen
from tests.support.board import Stand, a_stand
from tests.support.cases import Play, library
from workflows import names
from workflows.shown import shown_values


class MemoryCalls:
    """What `atoz.service.calls.Calls` does, over claims in memory. `fault` is raised by every call."""

    def __init__(self) -> None:
        self.plays: dict[str, Play] = {}
        self.fault: AtozError | None = None
        self.acts: list[tuple[str, Mapping[str, Any]]] = []
        """Every act that came, by its verb, with its document."""
        self.asked: list[str] = []
        """Every question to a worker, by its name."""
        self.desk: dict[str, Any] = {}
        """What the desk answers to each of its queries; an error is raised."""

    def _play(self, workflow_id: str) -> Play:
        if self.fault is not None:
            raise self.fault
        if workflow_id not in self.plays:
            raise NotOpen
        return self.plays[workflow_id]

    async def describe(self, workflow_id: str) -> Any:
        """The claim as the server knows it."""
        try:
            play = self._play(workflow_id)
        except NotOpen:
            return None
        running = WorkflowExecutionStatus.RUNNING
        return SimpleNamespace(
            id=workflow_id,
            run_id="r1",
            history_length=play.state.facts_recorded,
            status=running,
            typed_search_attributes=names.attributes(shown_values(play.state, play.now)),
        )

    async def query(self, workflow_id: str, name: str, **_: bool) -> Any:
        """The claim's answer to one of the workflow's queries."""
        self.asked.append(name)
        if workflow_id == names.DESK_ID and name in self.desk:
            if isinstance(self.desk[name], AtozError):
                raise self.desk[name]
            return self.desk[name]
        play = self._play(workflow_id)
        state, status = play.state, status_view(play.state, play.now)
        facts = [fact.model_dump(mode="json") for fact in state.facts]
        case = state.model_dump(mode="json")
        return {
            "status": status,
            "timeline": {"facts": facts, "archives": [], "outcome": outcome(state)},
            "case": case,
            "look": {"case": case, "status": status, "at": instant_text(play.now)},
        }[name]

    async def signal(self, workflow_id: str, name: str, document: Mapping[str, Any]) -> None:
        """Something that an outsider said."""
        play = self._play(workflow_id)
        play.take(ev.SIGNALS[name].model_validate({**document, "at": play.now}))

    async def update(
        self, workflow_id: str, name: str, document: Mapping[str, Any], *_: str, **__: str
    ) -> dict[str, Any]:
        """An operator's act, once per key."""
        play = self._play(workflow_id)
        event = ev.UPDATES[name].model_validate({**document, "at": play.now})
        if not play.state.handled(event.key) and (why := refusal(play.state, event)):
            raise Refused(why)
        self.acts.append((name, document))
        before = play.state.facts_recorded
        play.state = apply(play.state, event)
        play.settle()
        return {"recorded": play.state.facts_recorded - before, "at": instant_text(play.now)}


class Desk:
    """A board with claims in memory."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.stand: Stand = a_stand(folder, **{"store_url": "memory:", "encryption": "off", **more})
        self.calls = MemoryCalls()
        self._newest: Play | None = None
        board = self.stand.board
        service = Service(cast("Client", None), board.settings, self.now)
        vars(service)["calls"] = self.calls
        vars(service)["library"] = library()
        vars(service)["store"] = open_store("memory:")
        vars(board)["service"] = self.service = service

    def now(self) -> datetime:
        """The clock of the newest claim, else the board's."""
        return self._newest.now if self._newest else self.stand.board.now()

    def cleared(self) -> Desk:
        """The same board with no claim and an empty store."""
        self.calls.plays.clear()
        self.calls.acts.clear()
        self.calls.asked.clear()
        self.calls.fault, self._newest = None, None
        vars(self.service)["store"] = open_store("memory:")
        return self

    def add(self, play: Play) -> str:
        """Put a claim behind the board and give its order."""
        self.calls.plays[play.state.workflow_id] = self._newest = play
        return play.state.file.claim.order_id

    async def archive(self, play: Play, tasks: Sequence[Mapping[str, Any]] | None = None) -> str:
        """Put a claim's archive into the store and give its order; `tasks`: others than its own."""
        status = {**status_view(play.state, play.now), "state": "archived"}
        document = {
            "archived_at": instant_text(play.now),
            "status": status if tasks is None else {**status, "tasks": tasks},
            "timeline": timeline(play.state.facts),
            "outcome": outcome(play.state),
            "archives": [],
            "case": play.state.model_dump(mode="json"),
        }
        path = archive_path(play.state.workflow_id)
        await self.service.store.put_document(path, json.dumps(document).encode())
        return play.state.file.claim.order_id


def drafted(*changes: dict[str, Any], after: timedelta = timedelta(days=5), **more: Any) -> Play:
    """A claim whose appeal was drafted."""
    return Play(*changes, **more).to(after)
