"""Records the committed histories and command sequences anew: `python -m tests.replay.record [NAME…]`.

To be run only when a change of the commands is meant and no claim runs on the old code. What is
recorded holds nothing of the machine: no name of it, no folder, no process. Where claims may run on the old
code, keep what is replaced beside it, in a folder named after its edition (`histories/edition-5`): it goes
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

from tests.replay.plays import histories
from tests.support.fingerprint import FINGERPRINTS, HISTORIES, commands_of

OF_THIS_MACHINE = frozenset({"identity", "workerVersion", "requestId"})


async def record(wanted: Sequence[str]) -> None:
    """Play everything and replace what is committed; where names are wanted, only those."""
    for old in (*HISTORIES.glob("*.json"), *FINGERPRINTS.glob("*.txt")):
        if not wanted:
            old.unlink()
    async for name, history in histories():
        if not wanted or name in wanted:
            write(name, history)
            sys.stdout.write(f"{name}: {len(history.events)} events\n")


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
