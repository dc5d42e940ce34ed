"""A claim paused across its deadlines: no step acts, and every deadline is said loudly."""

from __future__ import annotations

import pytest

from atoz.playbook import events as ev
from atoz.playbook.state import CaseState
from tests.support.cases import ARRIVED
from tests.support.server import Bench, Claim, a_case, decision, instants, tally

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


async def paused(bench: Bench, span: str) -> Claim:
    """A claim that a person pauses at this span after its notice."""
    claim = await bench.begin(a_case())
    await claim.reach(span)
    await claim.take(ev.Paused(at=ARRIVED, by="approver-1", key="pause", why="on holiday"))
    return claim


def warnings(state: CaseState) -> list[int]:
    """The hours of the warnings about the answer that were given."""
    return [
        fact.data["hours"]
        for fact in state.facts
        if fact.kind == "deadline_warning" and fact.data["clock"] == "response"
    ]


async def test_a_claim_paused_across_its_deadline_warns_and_never_misses_silently(
    bench: Bench,
) -> None:
    """All four warnings at their instants, then the missed deadline with a task; nothing is sent."""
    claim = await paused(bench, "12h")
    state = await claim.reach("7d", 2)
    assert warnings(state) == [48, 24, 6, 1]
    assert instants(state, "deadline_warning") == [
        claim.at(span) for span in ("5d", "6d", "6d18h", "6d23h")
    ]
    assert instants(state, "deadline_missed") == [claim.at("7d")]
    assert tally(state)["task_opened:missed-deadline"] == 1
    assert not instants(state, "message_sent")
    assert not instants(state, "appeal_drafted")


async def test_a_resumed_claim_does_what_still_makes_sense(bench: Bench) -> None:
    """Resumed after both mails were due it sends one of them, not two at once, then the appeal."""
    claim = await paused(bench, "12h")
    await claim.reach("4d")
    await claim.take(ev.Resumed(at=ARRIVED, by="approver-1", key="resume"))
    state = await claim.reach("4d", 60)
    assert len(instants(state, "message_sent")) == 1
    assert instants(state, "appeal_drafted") == []
    state = await claim.reach("5d", 60)
    assert len(instants(state, "message_sent")) == 1
    assert len(instants(state, "appeal_drafted")) == 1


async def test_a_decision_reaches_a_paused_claim(bench: Bench) -> None:
    """What the marketplace says is never held up."""
    claim = await paused(bench, "12h")
    await claim.reach("2d")
    state = await claim.take(decision("denied"))
    assert tally(state)["claim_closed"] == 1
