"""Every sample case through the real workflow: it meets what the case expects, as its simulation does.

The law of the design: for every case the simulated and the real timeline are equal but for ids and
the seconds that real work takes, each instant within 60 s.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from atoz.harness.expect import differences
from atoz.harness.rehearse import rehearse
from atoz.harness.script import script_of
from atoz.harness.world import SimulatedWorld
from atoz.playbook.simulate import outcome, simulate, timeline
from atoz.playbook.state import open_claim
from tests.support.fingerprint import commands_of, committed, how_to_mend
from tests.support.server import Bench, sample_cases
from workflows import names

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]

CASES = sample_cases()
SLACK = timedelta(seconds=60)

MADE_UP = frozenset({"message_id", "sha256", "packet"})
"""What each play makes up for itself: ids, and names that are made from them."""


def shape(fact: Mapping[str, Any]) -> dict[str, Any]:
    """A timeline entry without ids and instants, as JSON has it (no tuples)."""
    kept = {key: value for key, value in fact["data"].items() if key not in MADE_UP}
    entry = {"kind": fact["kind"], "step": fact["step"], "source": fact["source"], "data": kept}
    document: dict[str, Any] = json.loads(json.dumps(entry))
    return document


def at(fact: Mapping[str, Any]) -> datetime:
    """When a timeline entry was recorded."""
    return datetime.fromisoformat(fact["at"])


def clocks_apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> timedelta:
    """How far the clocks of two outcomes lie apart at most; they must be the same clocks."""
    mine, theirs = one["clocks"], other["clocks"]
    assert mine.keys() == theirs.keys()
    gaps = [
        abs(datetime.fromisoformat(mine[name]) - datetime.fromisoformat(theirs[name]))
        for name in mine
    ]
    return max(gaps, default=timedelta(0))


@pytest.mark.parametrize("name", CASES)
async def test_a_case_rehearses_as_expected_and_as_simulated(bench: Bench, name: str) -> None:
    """One play on the server, held against the case, its simulation and the committed commands."""
    case = CASES[name]
    script = script_of(case, bench.rules.library.phrases)
    played = await rehearse(bench.server, case, script)
    real, ended = timeline(played.state.facts), outcome(played.state)
    assert differences(case.expected, real, ended, case.claim.notified_at) == []

    world = SimulatedWorld(bench.rules.library, bench.rules.templates, bench.settings.seller_name)
    opened = open_claim(
        names.claim_workflow_id(case.claim.order_id), case.claim_file, case.claim.notified_at
    )
    simulated = simulate(opened, script, case.operator, world)
    told = timeline(simulated.state.facts)
    assert [shape(fact) for fact in real] == [shape(fact) for fact in told]
    assert [
        (fact["kind"], fact["at"], other["at"])
        for fact, other in zip(real, told, strict=True)
        if abs(at(fact) - at(other)) > SLACK
    ] == []
    expected = outcome(simulated.state)
    assert {**ended, "clocks": {}} == {**expected, "clocks": {}}
    assert clocks_apart(ended, expected) <= SLACK

    assert commands_of(await played.handle.fetch_history()) == committed(name), how_to_mend(name)
