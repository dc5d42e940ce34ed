"""How many claims are open, where they stand and how long they have left: counted from the server's list.

One walk over the list, kept for as long as ten such walks take: the server spends at most a tenth of
one hand on it, with fifty claims or fifty thousand. No claim is asked for anything.
"""

import asyncio
import bisect
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from temporalio.client import WorkflowExecution
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError

from atoz.meters import CLAIMS_DUE
from atoz.service.calls import SERVER_PATIENCE
from workflows import names

PAGE = 1_000
SHORTEST = timedelta(seconds=15)
"""No walk begins sooner than this after the one before."""
SHARE = 10
"""A walk is followed by a rest of so many times its own length."""
PATIENCE = timedelta(seconds=2)
"""How long whoever asks waits for a walk; after that the last one is the answer."""

OPEN_CLAIMS = f"WorkflowType = '{names.CLAIM_WORKFLOW}' AND ExecutionStatus = 'Running'"


BOUNDS = CLAIMS_DUE.buckets


class Standing(NamedTuple):
    """Where a claim stands, in words of playbooks and of ours."""

    playbook: str
    step: str
    status: str
    attention: str


@dataclass
class Census:
    """All open claims at one instant."""

    at: datetime
    claims: Counter[Standing] = field(default_factory=Counter)
    due: dict[str, list[int]] = field(default_factory=dict)
    """By attention: how many responses are due within each of `BOUNDS`, and how many later."""
    left: Counter[str] = field(default_factory=Counter)
    """By attention: the seconds until the response is due, summed; less than zero where overdue."""

    def add(self, claim: WorkflowExecution) -> None:
        """Count one claim."""

        def word(key: SearchAttributeKey[str]) -> str:
            return claim.typed_search_attributes.get(key) or ""

        standing = Standing(
            word(names.PLAYBOOK), word(names.STEP), word(names.STATUS), word(names.ATTENTION)
        )
        self.claims[standing] += 1
        due = claim.typed_search_attributes.get(names.RESPONSE_DUE)
        if due is not None:
            seconds = int((due - self.at).total_seconds())
            counts = self.due.setdefault(standing.attention, [0] * (len(BOUNDS) + 1))
            counts[bisect.bisect_left(BOUNDS, seconds)] += 1
            self.left[standing.attention] += seconds


class Lists(Protocol):
    """A client, as far as a census needs one."""

    def list_workflows(
        self, query: str, *, page_size: int, rpc_timeout: timedelta
    ) -> AsyncIterator[WorkflowExecution]:
        """Every workflow that the query finds, page after page."""
        ...


class Counting:
    """The newest census, taken when somebody asks and the last one has rested long enough."""

    def __init__(self, client: Lists, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._walk: asyncio.Task[None] | None = None
        self._again_at: datetime | None = None
        self.newest: Census | None = None

    async def look(self) -> Census | None:
        """The newest census; None before the first. Its age tells whether the server answers."""
        if self._walk is None and (self._again_at is None or self._now() >= self._again_at):
            self._walk = asyncio.create_task(self._count())
        if self._walk is not None:
            await asyncio.wait({self._walk}, timeout=PATIENCE.total_seconds())
        return self.newest

    async def _count(self) -> None:
        began = self._now()
        try:
            found = Census(began)
            listed = self._client.list_workflows(
                OPEN_CLAIMS, page_size=PAGE, rpc_timeout=SERVER_PATIENCE
            )
            async for claim in listed:
                found.add(claim)
            self.newest = found
        except RPCError:
            pass  # the census grows old, which is what there is to see
        finally:
            ended = self._now()
            self._again_at = ended + max(SHORTEST, SHARE * (ended - began))
            self._walk = None
