"""Random claims keep every promise; a rule that is broken on purpose is found and made short."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from atoz.claims.case import CaseFile, FloodEvent
from atoz.claims.clocks import Clock
from atoz.cli.app import main
from atoz.cli.fuzzing import as_case
from atoz.harness import lives
from atoz.harness.fuzz import Violation, check, fuzz
from atoz.harness.lives import Lives
from atoz.playbook import agenda, apply, inputs, prune, prune_needs, reactions, results, simulate
from atoz.playbook import events as ev
from atoz.playbook.agenda import Item
from atoz.playbook.model import Step
from atoz.playbook.schedule import act_at, due_at, playbook_of
from atoz.playbook.state import CaseState, Task
from atoz.playbook.work import Work
from tests.support.cases import library

NAMES = [playbook.name for playbook in library().playbooks]
DOCUMENTED = library().playbook("documented")


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
        fuzz(DOCUMENTED, library().policies, runs=60, seed=seed).outcomes for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other


def test_what_is_made_without_validation_is_what_validation_would_make(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Written out and read again, every event and every claim's end is the same value."""
    happened: list[ev.Event] = []

    def heard(state: CaseState, event: ev.Event) -> CaseState:
        happened.append(event)
        return apply.apply(state, event)

    monkeypatch.setattr(simulate, "apply", heard)
    drawn = Lives(DOCUMENTED, library().policies)
    for number in range(60):
        chance = random.Random(number)  # noqa: S311 - repeatable
        end = check(drawn.drawn(chance), DOCUMENTED, library().policies)
        assert isinstance(end, CaseState)
        assert CaseState.model_validate_json(end.model_dump_json()) == end
    assert len({type(event) for event in happened}) > 15
    for event in happened:
        assert type(event).model_validate_json(event.model_dump_json()) == event


# Rules broken on purpose ---------------------------------------------------------------------

Plant = Callable[[pytest.MonkeyPatch], None]


def acts_after_the_decision(patch: pytest.MonkeyPatch) -> None:
    """The steps go on when the claim is decided."""
    original = agenda._after_decision

    def broken(state: CaseState) -> Iterator[Item]:
        assert state.decided_at is not None
        yield from original(state)
        for step in playbook_of(state).steps:
            yield from agenda._step(state, step, state.decided_at)

    patch.setattr(agenda, "_after_decision", broken)


def sends_blindly_again(patch: pytest.MonkeyPatch) -> None:
    """A send of which nobody knows is tried once more."""

    def broken(work: Work, step: str, _: int, data: dict[str, str]) -> None:
        work.record("message_unknown", "playbook", step, **data)
        work.run(step, retry_at=work.at + timedelta(minutes=5))

    patch.setattr(results, "_unknown", broken)


def forgets_the_opt_out(patch: pytest.MonkeyPatch) -> None:
    """Stop-contact holds nothing back."""
    original = reactions._carry_out

    def broken(work: Work, effect: Any, fact: str) -> None:
        if not effect.stop_messages:
            original(work, effect, fact)

    patch.setattr(reactions, "_carry_out", broken)


def warns_of_nothing(patch: pytest.MonkeyPatch) -> None:
    """No clock ever warns."""
    patch.setattr(Clock, "warning_due", lambda *_: None)
    patch.setattr(Clock, "next_warning", lambda _: None)


def appeals_too_late(patch: pytest.MonkeyPatch) -> None:
    """The appeal waits until its clock is over."""
    patch.setattr(agenda, "act_at", _never_in_time)


def _never_in_time(state: CaseState, step: Step, now: datetime) -> datetime | None:
    if step.submit:
        return due_at(state) + timedelta(minutes=1)
    return act_at(state, step, now)


def loses_what_comes_while_paused(patch: pytest.MonkeyPatch) -> None:
    """A paused claim hears nothing."""
    original = inputs.buyer_replied

    def broken(work: Work, event: ev.BuyerReplied) -> None:
        if not work.now.paused:
            original(work, event)

    rules: Any = {**apply._RULES, ev.BuyerReplied: broken}
    patch.setattr(apply, "_RULES", rules)


def takes_a_mail_twice(patch: pytest.MonkeyPatch) -> None:
    """Known Message-IDs are forgotten."""
    patch.setattr(Work, "remember", lambda *_: None)


def tells_nobody_of_tasks(patch: pytest.MonkeyPatch) -> None:
    """Only warnings are told."""

    def broken(state: CaseState, now: Any, whole: bool) -> Iterator[Item]:
        told = tuple(task.model_copy(update={"told": True}) for task in state.tasks)
        yield from original(state.model_copy(update={"tasks": told}), now, whole)

    original = agenda._clocks
    patch.setattr(agenda, "_clocks", broken)


def needs_no_approval(patch: pytest.MonkeyPatch) -> None:
    """What a check objects to goes all the same."""
    patch.setattr(agenda, "needs_approval", lambda *_: False)


def keeps_every_reply(patch: pytest.MonkeyPatch) -> None:
    """No reply ever leaves the state for the store. Floods come at once, not among hundreds of lives."""
    patch.setattr(prune, "STAYS", prune_needs.STAYS | {"reply_received"})
    patch.setattr(lives, "_FLOODED", 1)


def lets_a_request_wait_for_another(patch: pytest.MonkeyPatch) -> None:
    """One more goes under the request that ends last, whenever it is due itself."""

    def broken(state: CaseState, due: datetime | None) -> Task | None:
        asked = [t for t in state.tasks if t.open and t.kind == "answer-information" and t.due]
        return max(asked, key=lambda t: t.due or due) if due and len(asked) > 20 else None

    patch.setattr(inputs, "shared_task", broken)
    patch.setattr(inputs, "share", lambda *_: None)
    patch.setattr(lives, "_FLOODED", 1)


PLANTS: dict[Plant, tuple[str, int]] = {
    acts_after_the_decision: ("out of place", 1),
    sends_blindly_again: ("sent twice", 0),
    forgets_the_opt_out: ("out of place", 1),
    warns_of_nothing: ("late in silence", 1),
    appeals_too_late: ("not in hand", 0),
    loses_what_comes_while_paused: ("input lost", 2),
    takes_a_mail_twice: ("input lost", 0),
    tells_nobody_of_tasks: ("nobody told", 0),
    needs_no_approval: ("unapproved", 0),
    keeps_every_reply: ("too large", 1),
    lets_a_request_wait_for_another: ("end moved", 1),
}
"""Each broken rule with the promise that falls, and how many events are left when it is made short."""


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_broken_rule_is_found_and_made_short(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what it takes is left; saved and read again, the case breaks the same promise."""
    rule, events = PLANTS[plant]
    with monkeypatch.context() as patch:
        plant(patch)
        found = fuzz(DOCUMENTED, library().policies, runs=2_000, seed=1).violation
        assert found is not None
        saved = CaseFile.model_validate(json.loads(json.dumps(as_case(found.case, "broken"))))
        again = check(saved, DOCUMENTED, library().policies)
        for lower in _lower(found.case):
            assert not isinstance(check(lower, DOCUMENTED, library().policies), Violation)
    assert found.rule == rule
    assert len(found.case.events) == events
    assert len([span for span in (*found.case.world.late, *found.case.world.slow) if span]) == 0
    assert isinstance(again, Violation)
    assert (again.rule, again.message) == (found.rule, found.message)
    assert not isinstance(check(saved, DOCUMENTED, library().policies), Violation)


def _lower(case: CaseFile) -> Iterator[CaseFile]:
    """The case with a flood of one mail less, or of mails shorter by one letter."""
    for flood in case.events:
        if isinstance(flood, FloodEvent):
            shorter = [{"letters": flood.letters - 1}] if flood.due is None else []
            for less in ({"mails": flood.mails - 1}, *shorter):
                yield case.model_copy(update={"events": (flood.model_copy(update=less),)})


def test_what_comes_hundreds_of_times_leaves_the_state_small() -> None:
    """New mails, or the same one again and again: each leaves its trace, and no promise breaks."""
    for same in (False, True):
        flood = {
            "type": "flood",
            "at": "2026-01-02T10:00:00Z",
            "message_id": "<f@x.example>",
            "mails": 1_500,
            "letters": 100_000,
            "same": same,
            "intents": ["other"],
        }
        base = Lives(DOCUMENTED, library().policies).drawn(random.Random(1))  # noqa: S311 - repeatable
        document = {**base.model_dump(mode="json", by_alias=True), "events": [flood]}
        end = check(CaseFile.model_validate(document), DOCUMENTED, library().policies)
        assert isinstance(end, CaseState)
        kinds = Counter(fact.kind for fact in end.facts)
        assert kinds["reply_received"] == (1 if same else 1_500)
        assert kinds["duplicate_ignored"] == (1_499 if same else 0)


def test_the_command_ends_with_1_and_saves_the_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The document has the rule, the case and its timeline; `simulate` shows the very same thing."""
    words = ["playbook", "fuzz", "documented", "--runs", "300", "--seed", "1"]
    assert main([*words, "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["violation"] is None
    saved = tmp_path / "case.json"
    with monkeypatch.context() as broken:
        sends_blindly_again(broken)
        assert main([*words, "--save", str(saved), "-o", "json"]) == 1
        violation = json.loads(capsys.readouterr().out)["violation"]
        replay = ["playbook", "simulate", "documented", "--case", str(saved), "-o", "json"]
        assert main(replay) == 0
    assert violation["rule"] == "sent twice"
    replayed = json.loads(capsys.readouterr().out)["timeline"]
    for timeline in (violation["timeline"], replayed):
        sends = [entry["kind"] for entry in timeline if entry["step"] == "deescalate"]
        assert sends == ["message_unknown", "message_sent"]


def test_a_case_that_cannot_be_saved_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And exit 1."""
    acts_after_the_decision(monkeypatch)
    line = ["playbook", "fuzz", "documented", "--runs", "300", "--save", "/nowhere/case.json"]
    assert main(line) == 1
    assert "No such file" in capsys.readouterr().err


def test_several_processes_play_the_same_claims() -> None:
    """Whatever their number."""
    one, two = (
        fuzz(library().playbook("hand-over"), library().policies, runs=40, seed=3, jobs=jobs)
        for jobs in (1, 2)
    )
    assert (one.outcomes, one.runs) == (two.outcomes, two.runs)
