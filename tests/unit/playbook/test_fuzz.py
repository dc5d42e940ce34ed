"""Random claims keep every promise; a rule that is broken on purpose is found and made short."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atoz.claims.case import CaseFile
from atoz.cli.app import main
from atoz.harness.fuzz import fuzz
from atoz.harness.lives import case_of
from atoz.playbook import agenda
from atoz.playbook.schedule import playbook_of
from atoz.playbook.state import CaseState
from tests.support.cases import library

NAMES = [playbook.name for playbook in library().playbooks]


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_playbook_keeps_its_promises(name: str) -> None:
    """Over hundreds of random lives, which end in more than one way."""
    found = fuzz(library().playbook(name), library().policies, runs=300, seed=7)
    assert found.violation is None
    assert (found.runs, sum(found.outcomes.values())) == (300, 300)
    assert len(found.outcomes) >= 3


def test_the_same_seed_plays_the_same_claims() -> None:
    """And another one others."""
    one, again, other = (
        fuzz(library().playbook("documented"), library().policies, runs=60, seed=seed).outcomes
        for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other


def acts_after_the_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break one rule: the steps go on when the claim is decided."""
    original = agenda._after_decision

    def broken(state: CaseState) -> object:
        assert state.decided_at is not None
        yield from original(state)
        for step in playbook_of(state).steps:
            yield from agenda._step(state, step, state.decided_at)

    monkeypatch.setattr(agenda, "_after_decision", broken)


def test_a_broken_rule_is_found_and_made_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A single decision is all that is left, and the case is one that can be played again."""
    acts_after_the_decision(monkeypatch)
    found = fuzz(library().playbook("documented"), library().policies, runs=500, seed=1).violation
    assert found is not None
    assert (found.rule, "after the decision" in found.message) == ("out of place", True)
    assert [what["type"] for _, what in found.life.happens] == ["marketplace_decided"]
    assert set(found.life.sends) <= {"sent"}
    assert set(found.life.late) <= {0}
    case = CaseFile.model_validate(json.loads(json.dumps(case_of(found.life, "broken"))))
    assert len(case.events) == 1


def test_the_command_ends_with_1_and_saves_the_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The document has the rule, the case and its timeline; `simulate` plays the saved file."""
    words = ["playbook", "fuzz", "documented", "--runs", "300", "--seed", "1"]
    assert main([*words, "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["violation"] is None
    saved = tmp_path / "case.json"
    with monkeypatch.context() as broken:
        acts_after_the_decision(broken)
        assert main([*words, "--save", str(saved), "-o", "json"]) == 1
    violation = json.loads(capsys.readouterr().out)["violation"]
    assert violation["rule"] == "out of place"
    assert violation["timeline"][0]["kind"] == "claim_received"
    assert main(["playbook", "simulate", "documented", "--case", str(saved)]) == 0
