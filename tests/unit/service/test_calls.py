"""An act meets a busy claim: what the server refuses for a moment is tried again within the time limit."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from atoz.errors import AtozError, NoServer, NoWorker, OldWorker, StandsStill
from atoz.service.calls import Calls

ABORTED = RPCError("Workflow Update was aborted.", RPCStatusCode.UNAVAILABLE, b"")
CROWDED = RPCError(
    "limit on number of concurrent in-flight updates has been reached (10)",
    RPCStatusCode.RESOURCE_EXHAUSTED,
    b"",
)
CLOSING = RPCError(
    "workflow operation can not be applied because workflow is closing", RPCStatusCode.ABORTED, b""
)
AWAY = RPCError("tcp connect error", RPCStatusCode.UNAVAILABLE, b"")
BROKEN = RPCError("transport error", RPCStatusCode.UNKNOWN, b"")
FULL = RPCError("namespace rate limit exceeded", RPCStatusCode.RESOURCE_EXHAUSTED, b"")


FAILING = RPCError(
    "Unable to query workflow due to Workflow Task in failed state.",
    RPCStatusCode.FAILED_PRECONDITION,
    b"",
)


@dataclass
class Claim:
    """A claim's handle that answers as it is told, in turn; where the script ends it takes the act."""

    answers: list[RPCError]
    keys: list[str] = field(default_factory=list)

    def get_workflow_handle(self, _: str) -> Claim:
        """Itself: there is one claim."""
        return self

    async def query(self, *_: Any, **__: Any) -> dict[str, Any]:
        """A worker is there."""
        return {}

    async def execute_update(self, *_: Any, id: str, **__: Any) -> dict[str, Any]:  # noqa: A002 - the SDK's name
        """One try."""
        self.keys.append(id)
        if self.answers:
            raise self.answers.pop(0)
        return {"recorded": 1}


async def update(claim: Claim, patience: float = 5) -> dict[str, Any]:
    """An act."""
    calls = Calls(cast("Client", claim), timedelta(seconds=patience))
    return await calls.update("claim-x", "pause", {}, "key", probe="status")


@pytest.mark.parametrize("busy", [ABORTED, CROWDED, CLOSING])
async def test_a_busy_claim_is_tried_again(busy: RPCError) -> None:
    """With the same key, so that an act that was taken after all counts once."""
    claim = Claim([busy, busy, busy])
    assert await update(claim) == {"recorded": 1}
    assert claim.keys == ["key"] * 4


@pytest.mark.parametrize("busy", [ABORTED, CROWDED])
async def test_it_gives_up_when_the_time_is_over(busy: RPCError) -> None:
    """And says that a moment later it may go."""
    began = time.monotonic()
    with pytest.raises(NoWorker, match="busy with other acts"):
        await update(Claim([busy] * 1_000), patience=0.3)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("fault", "error"), [(AWAY, NoServer), (BROKEN, NoServer), (FULL, AtozError)]
)
async def test_what_is_no_busy_claim_is_said_at_once(
    fault: RPCError, error: type[AtozError]
) -> None:
    """The server is not there, or refuses everybody."""
    claim = Claim([fault])
    with pytest.raises(error):
        await update(claim)
    assert claim.keys == ["key"]


class Failing(Claim):
    """A claim that no worker gets on with, as after a change that breaks it: the server's own words."""

    async def query(self, *_: Any, **__: Any) -> dict[str, Any]:
        """What the server says."""
        raise FAILING


async def test_a_claim_that_stands_still_is_said_to() -> None:
    """With what tells why; it is nothing that was asked wrongly."""
    with pytest.raises(StandsStill, match="`atoz verify` says why") as raised:
        await Calls(cast("Client", Failing([])), timedelta(seconds=5)).query("claim-x", "status")
    assert raised.value.exit_code == NoWorker.exit_code


class Older(Claim):
    """A claim whose worker does not know a question yet: the SDK's own words."""

    async def query(self, name: str, **_: Any) -> dict[str, Any]:
        """What the SDK says."""
        said = f"Query handler for '{name}' expected but not found, known queries: [status]"
        raise WorkflowQueryFailedError(said)


async def test_a_worker_that_does_not_know_a_question_is_an_older_one() -> None:
    """Said at once: asking again would not help."""
    began = time.monotonic()
    with pytest.raises(OldWorker, match="start one of this edition"):
        await Calls(cast("Client", Older([])), timedelta(seconds=5)).query("desk", "worked_off")
    assert time.monotonic() - began < 2
