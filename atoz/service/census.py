"""How many claims are open, where they stand and how long they have left: counted from the server's list.

One walk over the list, kept for as long as ten such walks take: the server spends at most a tenth of
one hand on it, with fifty claims or fifty thousand. No claim is asked for anything; the desk is, when
something happened there.
"""

import asyncio
import bisect
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from temporalio.api.common.v1 import Payload
from temporalio.api.workflowservice.v1 import (
    ListWorkflowExecutionsRequest,
    ListWorkflowExecutionsResponse,
)
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError

from atoz.meters import ATTENTIVE, CLAIMS_DUE, DESK, UNTOLD
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


class Waiting(NamedTuple):
    """A task that waits, and the attention of the claim that it belongs to."""

    kind: str
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
    tasks: Counter[Waiting] = field(default_factory=Counter)

    def add(self, shown: Mapping[str, Payload]) -> None:
        """Count one claim by its search attributes as the server lists them."""

        def word(key: SearchAttributeKey[Any]) -> Any:
            # By hand: the SDK's own decoding takes ten times as long, which fifty thousand claims feel.
            return json.loads(shown[key.name].data) if key.name in shown else ""

        standing = Standing(
            word(names.PLAYBOOK), word(names.STEP), word(names.STATUS), word(names.ATTENTION)
        )
        self.claims[standing] += 1
        if standing.attention in ATTENTIVE:
            kinds = word(names.TASKS) or [UNTOLD]
            self.tasks.update(Waiting(kind, standing.attention) for kind in kinds)
        if due := word(names.RESPONSE_DUE):
            seconds = int((datetime.fromisoformat(due) - self.at).total_seconds())
            counts = self.due.setdefault(standing.attention, [0] * (len(BOUNDS) + 1))
            counts[bisect.bisect_left(BOUNDS, seconds)] += 1
            self.left[standing.attention] += seconds


class Lists(Protocol):
    """The server's list, as a client's service gives it."""

    async def __call__(
        self,
        req: ListWorkflowExecutionsRequest,
        *,
        timeout: timedelta,  # noqa: ASYNC109 - the SDK's own name
    ) -> ListWorkflowExecutionsResponse:
        """One page."""
        ...


DeskTasks = Callable[[], Awaitable[int | None]]
"""How many tasks lie on the desk; None where nobody can say."""


class Counting:
    """The newest census, taken when somebody asks and the last one has rested long enough."""

    def __init__(
        self, namespace: str, lists: Lists, desk: DeskTasks, now: Callable[[], datetime]
    ) -> None:
        self._namespace = namespace
        self._lists = lists
        self._desk = desk
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
            census = await self._walked(Census(began))
            on_desk = await self._desk()
            if on_desk is not None:
                census.tasks[Waiting(DESK, "task")] = on_desk
            self.newest = census
        except RPCError:
            pass  # the census grows old, which is what there is to see
        finally:
            ended = self._now()
            self._again_at = ended + max(SHORTEST, SHARE * (ended - began))
            self._walk = None

    async def _walked(self, census: Census) -> Census:
        request = ListWorkflowExecutionsRequest(
            namespace=self._namespace, page_size=PAGE, query=OPEN_CLAIMS
        )
        while True:
            page = await self._lists(request, timeout=SERVER_PATIENCE)
            for claim in page.executions:
                census.add(claim.search_attributes.indexed_fields)
            if not page.next_page_token:
                return census
            request.next_page_token = page.next_page_token
