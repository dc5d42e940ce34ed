"""Records the committed histories and command sequences anew: `python -m tests.replay.record [NAME…]`.

To be run when a change of the commands is meant, as with each new edition of the rules. What is recorded
holds nothing of the machine: no name of it, no folder, no process. What is replaced was opened under an
older edition, and claims of it may run: it goes into a folder named after that (`histories/edition-7`) and
on being replayed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory

from atoz.playbook import edition
from tests.replay.plays import histories
from tests.support.fingerprint import FINGERPRINTS, HISTORIES, commands_of, edition_of

OF_THIS_MACHINE = frozenset({"identity", "workerVersion", "requestId", "stackTrace"})


async def record(wanted: Sequence[str]) -> None:
    """Play everything and replace what is committed; where names are wanted, only those."""
    if not wanted:
        for old in HISTORIES.glob("*.json"):
            set_aside(old)
        for text in FINGERPRINTS.glob("*.txt"):
            text.unlink()
    async for name, history in histories():
        if not wanted or name in wanted:
            write(name, history)
            sys.stdout.write(f"{name}: {len(history.events)} events\n")


def set_aside(file: Path) -> None:
    """Keep a history that is to be replaced among those of its edition, unless there is one already."""
    own = edition_of(read(file))
    place = HISTORIES / f"edition-{own}" / file.name
    if own == edition.CURRENT or place.exists():
        file.unlink()
    else:
        place.parent.mkdir(exist_ok=True)
        file.rename(place)


def write(name: str, history: WorkflowHistory) -> None:
    """One line for each event, so that a diff shows which ones changed."""
    events = [without_machine(event) for event in json.loads(history.to_json())["events"]]
    lines = ",\n".join(json.dumps(event, separators=(",", ":")) for event in events)
    document = f'{{"workflow_id":{json.dumps(history.workflow_id)},"events":[\n{lines}\n]}}\n'
    (HISTORIES / f"{name}.json").write_text(document, "utf-8")
    (FINGERPRINTS / f"{name}.txt").write_text(commands_of(history), "utf-8")


def read(file: Path) -> WorkflowHistory:
    """A committed history."""
    document = json.loads(file.read_text("utf-8"))
    return WorkflowHistory.from_json(document["workflow_id"], {"events": document["events"]})


def without_machine(node: Any) -> Any:
    """A history's JSON without the names of the processes that made it."""
    if isinstance(node, dict):
        own = {"name": "sticky"} if node.get("kind") == "TASK_QUEUE_KIND_STICKY" else {}
        return {k: without_machine(v) for k, v in node.items() if k not in OF_THIS_MACHINE} | own
    return [without_machine(item) for item in node] if isinstance(node, list) else node


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:]))
