"""Every sample case, simulated: it meets what it expects, and its state survives serialisation."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from atoz.claims.case import CaseFile
from atoz.harness.expect import differences
from atoz.harness.script import script_of
from atoz.playbook import events as ev
from atoz.playbook.acts import Act, Do, Note
from atoz.playbook.apply import apply
from atoz.playbook.decide import decide
from atoz.playbook.simulate import Simulated, outcome, simulate, timeline
from atoz.playbook.state import CaseState, open_claim
from atoz.service.world import SimulatedWorld
from tests.support.cases import library, templates

CASES = sorted((Path(__file__).resolve().parents[3] / "samples" / "cases").glob("*.json"))


class Recording:
    """A simulated world that remembers every state in which it was asked to act."""

    def __init__(self) -> None:
        self.world = SimulatedWorld(library(), templates(), "Fernlane Goods")
        self.states: list[tuple[CaseState, datetime]] = []

    def perform(self, state: CaseState, do: Do, now: datetime) -> ev.Event:
        """Answer as the simulated world does."""
        self.states.append((state, now))
        return self.world.perform(state, do, now)


@cache
def played(path: Path) -> tuple[CaseFile, Simulated, Recording]:
    """The case, its end, and what was seen on the way."""
    case = CaseFile.model_validate_json(path.read_text("utf-8"))
    order, recording = case.claim.order_id, Recording()
    state = open_claim(f"claim-{order}", case.claim_file, case.claim.notified_at)
    script = script_of(case, library().phrases)
    return case, simulate(state, script, case.operator, recording), recording


each = pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)


@each
def test_a_sample_case_meets_what_it_expects(path: Path) -> None:
    """Playbook, order, windows, tasks, language, clocks, outcome."""
    case, end, _ = played(path)
    facts = timeline(end.state.facts)
    assert case.expected
    assert differences(case.expected, facts, outcome(end.state), case.claim.notified_at) == []


@each
def test_a_sample_case_is_the_same_every_time(path: Path) -> None:
    """No clock, no chance."""
    _, end, _ = played(path)
    played.cache_clear()
    assert played(path)[1] == end


@each
def test_every_state_on_the_way_survives_serialisation(path: Path) -> None:
    """What is carried over a continue-as-new is the same state, and decides the same."""
    _, end, recording = played(path)
    for state, now in [*recording.states, (end.state, end.ended_at)]:
        again = CaseState.model_validate_json(state.model_dump_json())
        assert again == state
        assert again.model_dump_json() == state.model_dump_json()
        assert _planned(again, now) == _planned(state, now)


def _planned(state: CaseState, now: datetime) -> object:
    decision = decide(state, now)
    return decision.do if isinstance(decision, Act) else decision


@each
def test_a_claim_that_is_serialised_at_every_step_ends_the_same(path: Path) -> None:
    """Carried through JSON between any two acts, nothing is lost."""
    case, end, _ = played(path)

    class Carried(Recording):
        def perform(self, state: CaseState, do: Do, now: datetime) -> ev.Event:
            event = super().perform(CaseState.model_validate_json(state.model_dump_json()), do, now)
            return type(event).model_validate_json(event.model_dump_json())

    state = open_claim(f"claim-{case.claim.order_id}", case.claim_file, case.claim.notified_at)
    again = simulate(state, script_of(case, library().phrases), case.operator, Carried())
    assert timeline(again.state.facts) == timeline(end.state.facts)


@each
def test_facts_are_numbered_and_in_order_of_time(path: Path) -> None:
    """`f1, f2, …`, append-only."""
    _, end, _ = played(path)
    facts = end.state.facts
    assert [fact.id for fact in facts] == [f"f{n}" for n in range(1, len(facts) + 1)]
    assert all(earlier.at <= later.at for earlier, later in pairwise(facts))
    assert all(fact.at.microsecond == 0 and fact.at.utcoffset() is not None for fact in facts)


@each
def test_each_value_of_the_claim_file_is_a_fact(path: Path) -> None:
    """`claim.amount`, `shipment.delivered_at` and so on, with where it came from."""
    case, end, _ = played(path)
    by_kind = {fact.kind: fact for fact in end.state.facts}
    assert by_kind["claim.amount"].data["value"] == str(case.claim.amount)
    assert by_kind["claim.notified_at"].source == "claim file"
    assert "return.condition" not in by_kind or case.return_ is not None


def test_an_unknown_expectation_is_a_difference() -> None:
    """A misspelled key must not pass."""
    case, end, _ = played(CASES[0])
    facts = timeline(end.state.facts)
    found = differences({"ordre": []}, facts, outcome(end.state), case.claim.notified_at)
    assert found == ["expected.ordre is not a key that can be checked"]


def test_a_note_needs_no_world() -> None:
    """What time alone brings is applied as it is."""
    _, _, recording = played(CASES[0])
    state, now = recording.states[-1]
    note = ev.Paused(at=now)
    assert apply(state, note) == apply(state, Note(event=note).event)
