"""The census: every open claim once, in the bucket of its time left, and rests between walks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from atoz.service.census import BOUNDS, SHARE, SHORTEST, Counting, Standing
from workflows import names

NOW = datetime(2026, 9, 8, 9, tzinfo=UTC)


def listed(left: timedelta | None, attention: str = "task") -> Any:
    """A claim as the server lists it."""
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(names.PLAYBOOK, "documented"),
        SearchAttributePair(names.STATUS, "under_review"),
        SearchAttributePair(names.ATTENTION, attention),
    ]
    if left is not None:
        pairs.append(SearchAttributePair(names.RESPONSE_DUE, NOW + left))
    return SimpleNamespace(typed_search_attributes=TypedSearchAttributes(pairs))


class Server:
    """Lists claims, takes its time or does not answer, and counts how often it is asked."""

    def __init__(self, *claims: Any) -> None:
        self.claims, self.asked, self.at = claims, 0, NOW
        self.takes, self.away = timedelta(0), False

    def now(self) -> datetime:
        """The clock."""
        return self.at

    async def list_workflows(self, query: str, **_: Any) -> AsyncIterator[Any]:
        """Every claim."""
        assert "Running" in query
        self.asked += 1
        self.at += self.takes
        if self.away:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
        for claim in self.claims:
            yield claim


def counting(server: Server) -> Counting:
    """A census of this server."""
    return Counting(server, server.now)


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


@pytest.mark.parametrize("takes", [timedelta(0), timedelta(seconds=6)])
async def test_the_server_rests_between_walks(takes: timedelta) -> None:
    """A second before the rest ends the last census is the answer; then it is counted anew."""
    server = Server(listed(None))
    server.takes = takes
    census = counting(server)
    await census.look()
    server.at += max(SHORTEST, SHARE * takes) - timedelta(seconds=1)
    await census.look()
    assert server.asked == 1
    server.at += timedelta(seconds=1)
    await asyncio.gather(census.look(), census.look())
    assert server.asked == 2


async def test_a_server_that_does_not_answer_leaves_the_last_census() -> None:
    """It grows old, which is what an alert sees."""
    server = Server(listed(None))
    census = counting(server)
    await census.look()
    server.at, server.away = NOW + timedelta(hours=1), True
    found = await census.look()
    assert server.asked == 2
    assert found is not None
    assert found.at == NOW
