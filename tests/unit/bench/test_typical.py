"""Keeps the benchmarks honest: each typical claim takes its playbook, the hurried one its path."""

from __future__ import annotations

import pytest

from atoz.harness.script import script_of
from atoz.playbook.simulate import simulate
from atoz.playbook.state import open_claim
from atoz.rules import Rules, load_rules
from atoz.service.world import SimulatedWorld
from bench.cases import typical_claims
from bench.cost import shop
from bench.hurried import hurried


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    """The shipped rules."""
    return load_rules(shop(tmp_path_factory.mktemp("shop")))


@pytest.mark.parametrize("name", typical_claims())
def test_a_typical_claim_takes_its_playbook_and_is_decided(name: str, rules: Rules) -> None:
    """Else its cost would stand in the wrong line."""
    case = typical_claims()[name]
    start = open_claim("claim-x", case.claim_file, case.claim.notified_at)
    world = SimulatedWorld(rules.library, rules.templates, "Fernlane Lamps")
    end = simulate(start, script_of(case, rules.library.phrases), case.operator, world).state
    assert end.playbook is not None
    assert (end.playbook.name, end.decided) == (name, True)


def test_every_shipped_playbook_has_a_typical_claim(rules: Rules) -> None:
    """A new playbook gets a line of its own."""
    assert set(typical_claims()) == {book.name for book in rules.library.playbooks}


def test_the_hurried_playbook_has_the_documented_steps(rules: Rules) -> None:
    """The same acts in the same order: only the waits are shorter."""
    documented = rules.library.playbook("documented").steps
    (only,) = hurried(rules).library.playbooks
    assert [(s.id, s.send, s.submit) for s in only.steps] == [
        (s.id, s.send, s.submit) for s in documented
    ]


def test_in_a_hurry_every_hour_is_a_sending_hour(rules: Rules) -> None:
    """A benchmark at night measures the same as one at noon."""
    policy = hurried(rules).library.policy("US")
    night = typical_claims()["documented"].claim.notified_at.replace(hour=10)
    assert policy.sending_hours.next_open(night) == night
