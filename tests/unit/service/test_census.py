"""The census: every open claim once, in the bucket of its time left, and rests between walks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.workflowservice.v1 import (
    ListWorkflowExecutionsRequest,
    ListWorkflowExecutionsResponse,
)
from temporalio.service import RPCError, RPCStatusCode

from atoz.claims.base import instant_text
from atoz.service.census import BOUNDS, SHARE, SHORTEST, Counting, Standing

NOW = datetime(2026, 9, 8, 9, tzinfo=UTC)


def listed(left: timedelta | None) -> dict[str, str]:
    """What a claim shows, as the server lists it."""
    shown = {"AtozPlaybook": "documented", "AtozStatus": "under_review", "AtozAttention": "task"}
    return shown | ({"AtozResponseDue": instant_text(NOW + left)} if left is not None else {})


Shown = Mapping[str, str | list[str]]


class Server:
    """Lists claims in pages of two, takes its time or does not answer, and counts the walks."""

    def __init__(self, *claims: Shown) -> None:
        self.claims, self.walks, self.at = claims, 0, NOW
        self.takes, self.away = timedelta(0), False

    def now(self) -> datetime:
        """The clock."""
        return self.at

    async def lists(
        self,
        req: ListWorkflowExecutionsRequest,
        *,
        timeout: timedelta,  # noqa: ASYNC109 - the SDK's own name
    ) -> ListWorkflowExecutionsResponse:
        """One page, and the token of the next."""
        assert "Running" in req.query
        assert timeout < timedelta(minutes=1)
        begin = int(req.next_page_token or b"0")
        self.walks += begin == 0
        self.at += self.takes
        if self.away:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
        page = ListWorkflowExecutionsResponse()
        for claim in self.claims[begin : begin + 2]:
            fields = page.executions.add().search_attributes.indexed_fields
            for name, value in claim.items():
                fields[name].data = json.dumps(value).encode()
        if begin + 2 < len(self.claims):
            page.next_page_token = str(begin + 2).encode()
        return page


def counting(server: Server, desk: int | None = 0) -> Counting:
    """A census of this server, with so many tasks on the desk; None: it does not say."""

    async def on_desk() -> int | None:
        return desk

    return Counting("default", server.lists, on_desk, server.now)


async def test_each_claim_stands_in_its_bucket() -> None:
    """Overdue, exactly on a bound, one second after it, far away, and without a clock."""
    hour = timedelta(hours=1)
    late, on, after = -hour, hour, hour + timedelta(seconds=1)
    server = Server(*(listed(left) for left in (late, on, after, timedelta(days=80), None)))
    found = await counting(server).look()
    assert found is not None
    assert found.claims == {Standing("documented", "", "under_review", "task"): 5}
    counts = dict(zip((*BOUNDS, "later"), found.due["task"], strict=True))
    assert counts == dict.fromkeys(counts, 0) | {0.0: 1, 3600.0: 1, 14400.0: 1, "later": 1}


async def test_each_open_task_is_counted() -> None:
    """Two of one kind are two; those of a claim that is older than the list are of a kind of their own."""
    server = Server(
        listed(None) | {"AtozTasks": ["read-reply", "read-reply", "approve-appeal"]},
        listed(None) | {"AtozAttention": "urgent", "AtozTasks": ["approve-appeal"]},
        listed(None),
        listed(None) | {"AtozAttention": "none"},
    )
    found = await counting(server, desk=3).look()
    assert found is not None
    assert found.tasks == {
        ("read-reply", "task"): 2,
        ("approve-appeal", "task"): 1,
        ("approve-appeal", "urgent"): 1,
        ("untold", "task"): 1,
        ("desk", "task"): 3,
    }


async def test_a_desk_that_does_not_answer_is_not_said_to_be_empty() -> None:
    """No number is shown for it; the claims are counted all the same."""
    found = await counting(Server(listed(None)), desk=None).look()
    assert found is not None
    assert {kind for kind, _ in found.tasks} == {"untold"}


@pytest.mark.parametrize("takes", [timedelta(0), timedelta(seconds=6)])
async def test_the_server_rests_between_walks(takes: timedelta) -> None:
    """A second before the rest ends the last census is the answer; then it is counted anew."""
    server = Server(listed(None))
    server.takes = takes
    census = counting(server)
    await census.look()
    server.at += max(SHORTEST, SHARE * takes) - timedelta(seconds=1)
    await census.look()
    assert server.walks == 1
    server.at += timedelta(seconds=1)
    await asyncio.gather(census.look(), census.look())
    assert server.walks == 2


async def test_a_server_that_does_not_answer_leaves_the_last_census() -> None:
    """It grows old, which is what an alert sees."""
    server = Server(listed(None))
    census = counting(server)
    await census.look()
    server.at, server.away = NOW + timedelta(hours=1), True
    found = await census.look()
    assert server.walks == 2
    assert found is not None
    assert found.at == NOW
