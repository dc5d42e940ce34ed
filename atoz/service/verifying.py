"""Whether every open claim of a server goes on under this code: each history is replayed here.

It exists because a changed order of commands breaks only the claims that run already, days after
the change and one by one. Histories are fetched and replayed one at a time, by a few processes once
there are many claims: as many as there is room for. Each is replaced after a thousand claims, so that
memory stays bounded whatever there is.
"""

import asyncio
import json
import multiprocessing
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter, WorkflowSerializationContext
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import Replayer

from atoz import wiring
from atoz.connect import connect, inner_words
from atoz.errors import BadInput
from atoz.joining import joined
from atoz.mail.plain import one_line
from atoz.service.calls import NotOpen, server_errors
from atoz.service.room import room
from atoz.settings import Settings
from atoz.vault.codec import ENCODING, UNREADABLE
from atoz.wiring import build_id, workflow_runner
from workflows import names

ALL_KINDS = (names.CLAIM_WORKFLOW, names.DESK_WORKFLOW, names.MAILBOX_WORKFLOW)
CHUNK = 50
"""Workflows that one process takes at a time."""
CHUNKS_OF_A_PROCESS = 20
"""So many it takes in its life: a replay leaves some 10 kB behind in its process."""
FEW = 200
"""So many are replayed sooner here than by processes that must start first."""

UNOPENED = (
    "it was begun unsealed or under another key; ATOZ_UNSEALED=accept lets unsealed claims go on"
)
HAND_OVER = "set ATOZ_STATE, or ATOZ_KEYS_FILE and ATOZ_STORE_URL, to those of its server"
_LONGEST_REASON = 500

Told = Callable[[int, int], None]


class Broken(NamedTuple):
    """A workflow that this code cannot go on with, and why."""

    workflow_id: str
    why: str


class Verified(NamedTuple):
    """What replaying found: how many were replayed, by which build, and which would break.

    `others` are the workflows among them that are no claims, such as the desk.
    """

    build: str
    replayed: int
    broken: Sequence[Broken]
    others: Sequence[str] = ()

    @property
    def claims(self) -> int:
        """How many claims were replayed."""
        return self.replayed - len(self.others)

    @property
    def counted(self) -> str:
        """What was replayed, in words: `2 open claims, desk`."""
        claims = f"{self.claims} open claim{'' if self.claims == 1 else 's'}"
        return ", ".join([claims, *self.others])

    @property
    def document(self) -> Mapping[str, Any]:
        """As the command prints it."""
        broken = [
            {"workflow_id": each.workflow_id, "order_id": _order(each.workflow_id), "why": each.why}
            for each in self.broken
        ]
        return {
            "ok": not broken,
            "build": self.build,
            "replayed": self.replayed,
            "claims": self.claims,
            "others": list(self.others),
            "broken": broken,
        }


async def verify_server(
    client: Client,
    settings: Settings,
    kinds: Sequence[str] = ALL_KINDS,
    told: Told = lambda _done, _all: None,
) -> Verified:
    """Replay every open workflow of these types; `settings` say where the keys are. `told` hears how
    many of how many are done.

    Raises NoServer where the server stops answering.
    """
    with server_errors():
        ids = [each async for each in _open_ids(client, kinds)]
    if len(ids) <= FEW:
        return _summed([await _replayed_from(client, ids)])
    parts = []
    async for part in _in_processes(client, settings, ids):
        parts.append(part)
        told(sum(each.replayed for each in parts), len(ids))
    return _summed(parts)


async def verify_folder(folder: Path, converter: DataConverter) -> Verified:
    """Replay every history in a folder: `*.json`, as Temporal's command exports them.

    Raises BadInput for a folder without any, for a file that is no history, and for one that is sealed
    with keys that are not here.
    """
    files = _files(folder)

    async def histories() -> AsyncIterator[WorkflowHistory]:
        for file in files:
            history = read_history(file)
            if not await _opens(converter, history):
                raise BadInput(f"{file}: the keys here do not open it: {HAND_OVER}")
            yield history

    return _summed([await _replayed(histories(), converter)])


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.json"))
    if not files:
        raise BadInput(f"{folder}: there is no history here (*.json)")
    return files


def read_history(file: Path) -> WorkflowHistory:
    """One exported history. Its file's name stands in for an id that it does not say.

    The id decides which claim's key opens it.
    """
    try:
        document = json.loads(file.read_text("utf-8"))
        events = document["events"]
        began = events[0].get("workflowExecutionStartedEventAttributes", {})
        own = document.get("workflow_id") or began.get("workflowId") or file.stem
        return WorkflowHistory.from_json(own, {"events": events})
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as fault:
        raise BadInput(f"{file}: no workflow history: {one_line(fault, 200)}") from fault


async def _open_ids(client: Client, kinds: Sequence[str]) -> AsyncIterator[str]:
    wanted = ", ".join(f"'{kind}'" for kind in kinds)
    query = f"ExecutionStatus = 'Running' AND WorkflowType IN ({wanted})"
    async for execution in client.list_workflows(query, page_size=1_000):
        yield execution.id


async def _replayed_from(client: Client, ids: Sequence[str]) -> Verified:
    refused: list[Broken] = []

    async def histories() -> AsyncIterator[WorkflowHistory]:
        for workflow_id in ids:
            history = await _history(client, workflow_id)
            if history is not None and await _opens(client.data_converter, history):
                yield history
            elif history is not None:
                refused.append(Broken(workflow_id, UNOPENED))

    found = await _replayed(histories(), client.data_converter)
    others = [*found.others, *_no_claims(each.workflow_id for each in refused)]
    return Verified(found.build, found.replayed + len(refused), [*found.broken, *refused], others)


async def _opens(converter: DataConverter, history: WorkflowHistory) -> bool:
    """Whether a claim's first words can be read: a replay breaks there without saying why."""
    start = history.events[0].workflow_execution_started_event_attributes.input.payloads
    context = WorkflowSerializationContext("", history.workflow_id)
    codec = converter.with_context(context).payload_codec
    opened = await codec.decode(start) if codec else start
    return not any(
        UNREADABLE in payload.metadata or payload.metadata.get("encoding") == ENCODING
        for payload in opened
    )


async def _history(client: Client, workflow_id: str) -> WorkflowHistory | None:
    """The history of the newest run, or None where the workflow is gone since it was listed."""
    try:
        with server_errors():
            return await client.get_workflow_handle(workflow_id).fetch_history()
    except NotOpen:
        return None


async def _replayed(
    histories: AsyncIterator[WorkflowHistory], converter: DataConverter
) -> Verified:
    replayer = Replayer(
        workflows=wiring.WORKFLOWS,
        workflow_runner=workflow_runner(),
        data_converter=converter,
        runtime=_silent(),
    )
    replayed, broken, others = 0, [], list[str]()
    async with replayer.workflow_replay_iterator(histories) as results:
        async for result in results:
            replayed += 1
            others += _no_claims([result.history.workflow_id])
            if result.replay_failure is not None:
                why = inner_words(result.replay_failure, _LONGEST_REASON)
                broken.append(Broken(result.history.workflow_id, why))
    return Verified(build_id(), replayed, broken, others)


@cache
def _silent() -> Runtime:
    """By itself the SDK writes each failure on standard output as well, before the document there."""
    return Runtime(telemetry=TelemetryConfig(logging=None))


def _summed(parts: Sequence[Verified]) -> Verified:
    broken = sorted(each for part in parts for each in part.broken)
    others = sorted(each for part in parts for each in part.others)
    return Verified(build_id(), sum(part.replayed for part in parts), broken, others)


def _no_claims(ids: Iterable[str]) -> list[str]:
    return [workflow_id for workflow_id in ids if _order(workflow_id) is None]


def _order(workflow_id: str) -> str | None:
    order = names.order_of(workflow_id)
    return order if order != workflow_id else None


# Many claims ------------------------------------------------------------------------------------


async def _in_processes(
    client: Client, settings: Settings, ids: Sequence[str]
) -> AsyncIterator[Verified]:
    """Chunk by chunk, by a few processes that others follow."""
    config = client.service_client.config
    where = (settings, config.target_host, client.namespace)
    # Forked children would inherit the threads of the SDK's core, which do not survive a fork.
    spawning = multiprocessing.get_context("spawn")
    loop = asyncio.get_running_loop()
    count = settings.verify_processes or room()
    for wave in _batched(_batched(ids, CHUNK), count * CHUNKS_OF_A_PROCESS):
        pool = ProcessPoolExecutor(min(count, len(wave)), mp_context=spawning)
        try:
            under_way = [loop.run_in_executor(pool, _replay_chunk, *where, chunk) for chunk in wave]
            for done in asyncio.as_completed(under_way):
                yield await done
        finally:
            # Whoever is told to stop waits for what is being replayed now, and for no more.
            pool.shutdown(cancel_futures=True)


def _batched(items: Any, size: int) -> Iterator[list[Any]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _replay_chunk(settings: Settings, address: str, namespace: str, ids: Sequence[str]) -> Verified:
    """In a process of its own: Temporal's settings come from the environment, as they did above."""

    async def replay() -> Verified:
        plain = await connect(address=address, namespace=namespace)
        return await _replayed_from((await joined(plain, settings)).client, ids)

    return asyncio.run(replay())
