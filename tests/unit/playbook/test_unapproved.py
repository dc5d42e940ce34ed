"""Nobody approves in time: what happens one second before and after, and who hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from atoz.playbook import acts, edition
from atoz.playbook import events as ev
from atoz.playbook.apply import apply
from tests.support.cases import ARRIVED, DAY, HOUR, MINUTE, SECOND, Play, variant

ENDS = 7 * DAY - 24 * HOUR - 4 * HOUR - HOUR
"""Until when a documented appeal may be approved: limit, margin, lead, retries."""

OWN = "We ask you to look at order 111-0000199-0000199 once more. " * 8


def play(if_unapproved: str, approval: str = "always", **scripted: Any) -> Play:
    """A documented claim with this rule."""
    rules = {"appeal": {"approval": approval, "if_unapproved": if_unapproved}}
    return Play(playbooks=[variant("documented", rules), variant("hand-over")], **scripted)


def told(claim: Play) -> list[tuple[timedelta, str]]:
    """Which tasks the operators were told of, and when."""
    return [
        (at - claim.arrived, task)
        for at, do in claim.world.done
        if isinstance(do, acts.Notify)
        for task in do.tasks
    ]


def rule_of(claim: Play) -> list[tuple[timedelta, str]]:
    """The facts that say what followed, and when."""
    return [(f.at - claim.arrived, f.data["rule"]) for f in claim.facts("overridden")]


RULES = ("submit_facts_only", "hand_over", "hold")
CHANNELS = ("operator", "email", "webhook")


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_one_second_before_the_end_it_waits(rule: str, channel: str) -> None:
    """Whatever the rule: the text may still be approved, and goes then."""
    claim = play(rule, channel=channel).to(ENDS - SECOND)
    assert claim.open_tasks() == {"approve-appeal"}
    assert rule_of(claim) == []
    claim.approve().to(ENDS + SECOND)
    assert rule_of(claim) == []
    assert claim.state.appeal is not None
    assert not claim.state.appeal.facts_only
    assert claim.open_tasks() == ({"submit-appeal"} if channel == "operator" else set())


@pytest.mark.parametrize("rule", RULES)
def test_one_second_after_the_end_the_rule_was_kept(rule: str) -> None:
    """And the fact says which, at its instant."""
    after = {"submit_facts_only": "submit-appeal", "hand_over": "handle-claim"}
    claim = play(rule).to(ENDS + SECOND)
    assert rule_of(claim) == [(ENDS, rule)]
    assert claim.open_tasks() == {after.get(rule, "approve-appeal")}


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_facts_alone_go_loudly(channel: str) -> None:
    """A packet's own notice says it; where a machine takes it, the operators are told before."""
    claim = play("submit_facts_only", channel=channel).to(ENDS)
    [submit] = [do for _, do in claim.world.done if isinstance(do, acts.Submit)]
    assert submit.revision == 2
    assert claim.facts("appeal_drafted")[-1].data["facts_only"] is True
    again = [] if channel == "operator" else [(ENDS, "approve-appeal")]
    assert told(claim) == [(4 * DAY, "approve-appeal"), *again]
    if channel != "operator":
        task = claim.state.task("approve-appeal")
        assert task is not None
        assert (task.warning or "").startswith("NOBODY APPROVED IN TIME")


def test_a_notice_that_fails_holds_up_nothing() -> None:
    """The facts go all the same."""
    claim = play("submit_facts_only", channel="email").to(ENDS - SECOND)
    claim.world.failed_notices = 1
    assert claim.to(ENDS).when("appeal_submitted") == [ENDS]


def test_a_person_takes_over_loudly() -> None:
    """The task is told."""
    claim = play("hand_over").to(ENDS)
    assert told(claim)[-1] == (ENDS, "handle-claim")
    assert claim.task("handle-claim").due == ARRIVED + 7 * DAY


@pytest.mark.parametrize("kind", ["approve-appeal", "rewrite-appeal"])
def test_a_held_text_says_that_it_waits(kind: str) -> None:
    """Its task is told once more and says what does not happen."""
    claim = play("hold").to(4 * DAY)
    if kind == "rewrite-appeal":
        claim.reject()
    claim.to(ENDS - SECOND)
    assert claim.task(kind).warning is None
    claim.to(ENDS)
    assert told(claim)[-1] == (ENDS, kind)
    assert "this text waits" in (claim.task(kind).warning or "")


def test_a_held_text_keeps_warning_and_goes_nowhere() -> None:
    """48, 24, 6 and 1 hours before the end; then the deadline is missed, loudly."""
    claim = play("hold").to(7 * DAY - SECOND)
    assert [hours for hours, _ in claim.warnings()] == [48, 24, 6, 1]
    assert claim.facts("deadline_missed") == []
    claim.to(7 * DAY)
    assert claim.open_tasks() == {"approve-appeal", "missed-deadline"}
    assert [do for _, do in claim.world.done if isinstance(do, acts.Submit)] == []
    claim.approve().done("submit-appeal", "R-late")
    assert claim.clock().stopped_at == ARRIVED + 7 * DAY


def test_a_text_written_while_held_waits_and_says_so() -> None:
    """The next revision, too."""
    claim = play("hold").to(ENDS + HOUR).edit("approve-appeal", OWN)
    assert "this text waits" in (claim.task("approve-appeal").warning or "")
    assert claim.to(ENDS + 2 * HOUR).open_tasks() == {"approve-appeal-2"}


def test_a_claim_of_the_first_edition_is_as_quiet_as_it_was() -> None:
    """Its history knows of no such notice."""
    claim = play("hold", edition=edition.FIRST).to(ENDS)
    assert told(claim) == [(4 * DAY, "approve-appeal")]


# Edits at the edges -------------------------------------------------------------------------------


def test_an_edit_right_after_the_approval_voids_it() -> None:
    """It was handed to the operator in the same moment: his packet is replaced."""
    claim = play("hold").to(4 * DAY).approve().edit("submit-appeal", OWN)
    assert claim.open_tasks() == {"approve-appeal-2"}
    assert claim.state.appeal is not None
    assert claim.state.appeal.approved_by is None
    assert claim.to(6 * DAY).when("appeal_submitted") == []


def test_an_approved_text_that_waits_for_its_next_attempt_may_be_edited() -> None:
    """The relay is busy: one second before the next attempt the new text takes its place."""
    claim = play("submit_facts_only", channel="email", hand_ins=["refused_for_now"])
    claim.to(4 * DAY).approve().to(4 * DAY + 5 * MINUTE - SECOND)
    assert claim.open_tasks() == set()
    edit = ev.Edited(at=claim.now, by="approver-1", task="approve-appeal", text=OWN)
    claim.take(edit)
    assert claim.open_tasks() == {"approve-appeal-2"}
    assert claim.to(4 * DAY + HOUR).when("appeal_submitted") == []
    claim.approve()
    assert claim.facts("appeal_submitted")[0].data["revision"] == 2


def test_an_approved_text_on_its_way_may_not() -> None:
    """While an attempt runs nobody knows whether it is in: one second later it is refused."""
    claim = play("submit_facts_only", channel="email", hand_ins=["refused_for_now"])
    claim.to(4 * DAY).approve()
    at = ARRIVED + 4 * DAY + 5 * MINUTE
    claim.now = at
    why = claim.why_not(ev.Edited(at=at, by="approver-1", task="approve-appeal", text=OWN))
    assert why == "approve-appeal is closed: approved; open tasks: none"


@pytest.mark.parametrize(
    ("under", "at", "again"),
    [
        (edition.CURRENT, 4 * DAY, True),
        (edition.CURRENT, ENDS, True),
        (edition.CURRENT, ENDS + SECOND, False),
        (edition.FIRST, 4 * DAY, False),
    ],
)
def test_what_overtakes_a_packet_while_it_is_written(
    under: int, at: timedelta, again: bool
) -> None:
    """It is replaced, so that nobody posts "no reply" beside a reply; but not at the last moment."""
    claim = play("hold", approval="never", edition=under).to(4 * DAY - SECOND)
    claim.now = claim.arrived + at
    draft = claim.world.perform(claim.state, acts.Draft(step="appeal", revision=1), claim.now)
    packet = ev.AppealTried(
        at=claim.now,
        step="appeal",
        attempt=1,
        revision=1,
        channel="operator",
        outcome="handed_over",
    )
    said = ev.BuyerReplied(
        at=claim.now, message_id="<x@mail.example>", intents=("other",), text="?"
    )
    for event in (draft, said, packet):
        claim.state = apply(claim.state, event)
    assert claim.open_tasks() == {"submit-appeal", "read-reply"}
    claim.settle()
    assert len(claim.facts("appeal_drafted")) == (2 if again else 1)
    assert claim.task("submit-appeal").id == ("submit-appeal-2" if again else "submit-appeal")
