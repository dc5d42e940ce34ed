"""A flood: 5,000 replies of 2 KB and 200 operators at once, while the claim carries on in fresh runs.

The slowest test here, half a minute or so. The worker is a process of its own, as in production: in
one process with 200 callers it would share its interpreter's one lock with them.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from atoz.harness.rehearse import PATIENCE_SECONDS
from atoz.harness.server import pause_until, virtual_time
from atoz.keeping import converter
from atoz.playbook.state import CaseState
from atoz.rules import load_rules
from tests.support.running import Process
from tests.support.server import Bench, Claim, a_case, instants, shop_settings
from workflows.claim import ClaimInput

pytestmark = [pytest.mark.server, pytest.mark.slow]

SIGNALS = 5_000
UPDATES = 200
TEXT = 2_000
MOST_CARRIED = 1_000_000
CALLERS = 100
"""How many mail readers deliver at the same time."""


@asynccontextmanager
async def bench_with_a_worker_process(folder: Path) -> AsyncIterator[Bench]:
    """A server, and `worker.py` beside it."""
    settings = shop_settings(folder / "state")
    async with virtual_time(converter(settings)) as server:
        worker = Process(
            folder,
            "worker.py",
            TEMPORAL_ADDRESS=server.client.service_client.config.target_host,
            ATOZ_STATE=str(settings.state),
        )
        try:
            yield Bench(server, settings, load_rules(settings))
        finally:
            worker.popen.kill()
            worker.popen.wait()


async def insist(send: Callable[[], Awaitable[Any]]) -> Any:
    """Try until the server took it, as a caller does; what the claim itself refuses is raised."""
    pause = 0.1
    while True:
        try:
            return await send()
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError):
            pass
        except WorkflowUpdateFailedError as error:
            if isinstance(error.cause, ApplicationError) and error.cause.type == "Refused":
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, 2.0)


def reply(number: int) -> dict[str, Any]:
    """A reply of two kilobytes."""
    text = f"{number:05} ".ljust(TEXT, "x")
    return {"message_id": f"<flood-{number}@mail.example>", "text": text}


def evidence(number: int) -> dict[str, Any]:
    """An operator's act that can be told from every other."""
    return {
        "by": "approver-1",
        "file": {"name": f"{number}.pdf", "type": "application/pdf", "size": 1},
    }


async def counted(bench: Bench, state: CaseState) -> tuple[Counter[str], Counter[str]]:
    """How often each reply and each file is recorded, in the state and in the archive together."""
    facts = [*await bench.archived_facts(state), *state.facts]
    replies = Counter(f.data["message_id"] for f in facts if f.kind == "reply_received")
    files = Counter(f.data["name"] for f in facts if f.kind == "evidence_added")
    return replies, files


async def carried_on(claim: Claim, first_run: str) -> None:
    """The claim has gone on in a fresh run: it does so once the flood is over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (await claim.handle.describe()).run_id == first_run:
        await pause_until(deadline)


@pytest.mark.timeout(300)
async def test_nothing_is_lost_or_doubled_in_a_flood(tmp_path: Path) -> None:
    """Every message is recorded exactly once, little is carried, and the claim acts on time."""
    async with bench_with_a_worker_process(tmp_path) as bench:
        claim = await bench.begin(a_case())
        first_run = (await claim.handle.describe()).run_id
        gate = asyncio.Semaphore(CALLERS)

        async def signal(number: int) -> None:
            async with gate:
                await insist(lambda: claim.handle.signal("buyer_replied", reply(number)))

        async def update(number: int) -> None:
            one = evidence(number)
            await insist(
                lambda: claim.handle.execute_update("add_evidence", one, id=f"evidence-{number}")
            )

        await asyncio.gather(
            *(update(number) for number in range(UPDATES)),
            *(signal(number) for number in range(SIGNALS)),
        )
        # What a nervous caller sends again, to another run than the one that had it.
        await asyncio.gather(
            *(update(number) for number in range(0, UPDATES, 10)),
            *(signal(number) for number in range(0, SIGNALS, 100)),
        )
        await carried_on(claim, first_run)
        state = await claim.state()
        replies, files = await counted(bench, state)
        assert replies == Counter(reply(number)["message_id"] for number in range(SIGNALS))
        assert files == Counter(f"{number}.pdf" for number in range(UPDATES))
        carried = ClaimInput(file=state.file, state=state).model_dump_json()
        assert len(carried.encode()) < MOST_CARRIED

        state = await claim.reach("1d", 2)
        assert len(instants(state, "message_sent:deescalate")) == 1
