"""Hundreds of information requests at once on a real server: the claim goes on, and tells people of all."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from atoz.claims.base import instant_text
from atoz.playbook.folding import MOST_RUNNING
from tests.support.server import Bench, a_case, instants

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]

REQUESTS = 300


async def test_hundreds_of_requests_at_once_are_taken_and_told(bench: Bench) -> None:
    """Each is on the timeline; a few tasks stand for them, of each of which people were told."""
    claim = await bench.begin(a_case())
    now = await claim.now()

    async def ask(number: int) -> None:
        due = instant_text(now + timedelta(hours=30 + number))
        document = {"message_id": f"<i{number}@market.example>", "due": due}
        await claim.handle.signal("information_requested", document)

    await asyncio.gather(*map(ask, range(REQUESTS)))
    state = await claim.state()
    facts = [*await bench.archived_facts(state), *state.facts]
    asked = {fact.source for fact in facts if fact.kind == "information_requested"}
    assert len(asked) == REQUESTS
    tasks = [task for task in state.tasks if task.open and task.kind == "answer-information"]
    assert len(tasks) == MOST_RUNNING
    assert sum(task.stands_for or 1 for task in tasks) == REQUESTS
    assert all(task.told for task in tasks)
    assert len(instants(await claim.reach("1d", 2), "message_sent:deescalate")) == 1
