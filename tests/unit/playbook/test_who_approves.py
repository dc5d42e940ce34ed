"""Who may approve which text: two people where they are asked for, a reason where a check blocks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from atoz.playbook import edition
from atoz.playbook import events as ev
from atoz.playbook.approving import edit_needs
from atoz.playbook.simulate import persona_acts
from tests.support.cases import DAY, HOUR, Play, variant

OWN = "We ask you to look at order 111-0000199-0000199 once more. " * 8

STOPS = (
    ev.Finding(rule="shouting", severity="block", message="write it calmly"),
    ev.Finding(rule="long_sentence", severity="warn", message="split it"),
    ev.Finding(rule="shouting", severity="block", message="write it calmly"),
    ev.Finding(rule="placeholder", severity="block", message="fill it in"),
)
WARNS = STOPS[1:2]


def play(approval: str = "always", **scripted: Any) -> Play:
    """A documented claim whose appeal waits for approval, four days in."""
    rules = {"appeal": {"approval": approval}}
    books = [variant("documented", rules), variant("hand-over")]
    return Play(playbooks=books, **scripted).to(4 * DAY)


def refusal(claim: Play, by: str = "agent-3", despite: str | None = None) -> str | None:
    """Why the text as it stands may not be approved by this person."""
    task = claim.task("approve-appeal")
    words = {"task": task.id, "digest": task.digest or "", "by": by, "despite": despite}
    return claim.why_not(ev.Approved.model_validate({"at": claim.now, **words}))


# Two people -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "by",
    [
        "approver-1",
        "APPROVER-1",
        " Approver-1 ",
        "appro\u200bver-1",
        "\uff21\uff30\uff30\uff32\uff2f\uff36\uff25\uff32-1",
        "unknown",
    ],
)
def test_who_wrote_it_may_not_approve_it(by: str) -> None:
    """Case, width, spaces and invisible signs make no second person, and no name is nobody."""
    claim = play(two_person_approval=True).edit("approve-appeal", OWN)
    why = refusal(claim, by, "I looked")
    assert why is not None
    assert "approver-1" in why
    assert "anyone" in why


def test_another_person_may_approve_it() -> None:
    """Two people have seen it."""
    claim = play(two_person_approval=True).edit("approve-appeal", OWN, by="approver-2")
    assert refusal(claim, "approver-1", "I looked") is None
    claim.approve(by="approver-1")
    assert claim.facts("approved")[0].source == "operator:approver-1"


def test_what_nobody_wrote_anybody_approves() -> None:
    """The composed text is the one, who reads it the other."""
    claim = play(two_person_approval=True)
    assert refusal(claim, "approver-1") is None
    assert refusal(claim, "unknown") is None


def test_the_last_writer_counts() -> None:
    """His text has replaced hers."""
    claim = play(two_person_approval=True).edit("approve-appeal", OWN)
    claim.edit("approve-appeal", OWN + "It is short.", by="agent-3")
    assert refusal(claim, "approver-1", "I looked") is None
    assert refusal(claim, "agent-3", "I looked") is not None


def test_where_one_person_is_enough_the_writer_approves() -> None:
    """The setting is off by default, and a claim keeps the one that it was opened with."""
    claim = play().edit("approve-appeal", OWN)
    assert refusal(claim, "approver-1", "I looked") is None


def test_a_person_cannot_go_around_the_second_one() -> None:
    """A text without findings that one person wrote needs the other's yes all the same."""
    alone, two = (play("on_findings", two_person_approval=each) for each in (False, True))
    for claim in (alone, two):
        assert claim.state.appeal is not None
        claim.to(4 * DAY + HOUR).edit("submit-appeal", claim.state.appeal.text + "\n")
    assert alone.open_tasks() == {"submit-appeal-2"}
    assert two.open_tasks() == {"approve-appeal"}


@pytest.mark.parametrize("approval", ["always", "on_findings", "never"])
@pytest.mark.parametrize("findings", [(), WARNS], ids=["clean", "found"])
@pytest.mark.parametrize("two", [False, True], ids=["one", "two"])
@pytest.mark.parametrize("by", ["agent-1", "approver-1"])
def test_an_edit_needs_what_is_said_of_it_before(
    approval: str, findings: tuple[ev.Finding, ...], two: bool, by: str
) -> None:
    """The clean text of a person's, of every role: the page says what the engine then does."""
    claim = play(approval, findings=findings, two_person_approval=two)
    appeal, book = claim.state.appeal, claim.state.playbook
    assert appeal is not None
    assert book is not None
    step = book.step(appeal.step)
    assert step is not None
    said = edit_needs(claim.state, step, appeal)
    claim.world.findings = ()
    (open_one,) = claim.open_tasks() & {"approve-appeal", "submit-appeal"}
    claim.edit(open_one, appeal.text + "\n", by=by)
    asked = any(task.startswith("approve-appeal") for task in claim.open_tasks())
    assert asked == (said in ("always", "asked", "second"))
    expected = {"always": "always", "never": "never"}.get(approval)
    assert said == (expected or ("asked" if findings else "second" if two else "findings"))


def test_who_may_is_asked_for_a_reply_too() -> None:
    """A text that is checked again is still his who wrote it."""
    claim = play(two_person_approval=True).edit("approve-appeal", OWN).reply("other")
    assert refusal(claim, "approver-1", "I looked") is not None


# A reason where a check blocks ------------------------------------------------------------------


@pytest.mark.parametrize("despite", [None, "", "  "])
def test_what_a_check_blocks_is_not_simply_approved(despite: str | None) -> None:
    """It says what blocks, and both ways on."""
    assert refusal(play("on_findings", findings=STOPS), despite=despite) == (
        "the checks block this text (shouting, placeholder): mend it with edit; "
        "or approve --despite WHY, which is recorded"
    )


def test_a_reason_is_recorded_with_the_rules() -> None:
    """Who, why, what was overridden."""
    claim = play("on_findings", findings=STOPS).approve(
        by="agent-3", despite="the name is in capitals"
    )
    [fact] = claim.facts("approved")
    assert fact.source == "operator:agent-3"
    assert fact.data["despite"] == "the name is in capitals"
    assert fact.data["overridden"] == ["shouting", "placeholder"]
    assert claim.open_tasks() == {"submit-appeal"}


def test_a_warning_needs_no_reason() -> None:
    """One that is given all the same overrides nothing."""
    claim = play("on_findings", findings=WARNS)
    assert refusal(claim) is None
    claim.approve(despite="whatever")
    assert set(claim.facts("approved")[0].data) == {"digest", "revision"}


def test_a_claim_of_the_first_edition_keeps_its_rules() -> None:
    """It runs on as its history says."""
    claim = play("on_findings", findings=STOPS, edition=edition.FIRST)
    assert refusal(claim) is None


def test_the_stale_digest_comes_first() -> None:
    """Nobody gives a reason for a text that is not the current one."""
    claim = play("on_findings", findings=STOPS)
    event = ev.Approved(at=claim.now, task="approve-appeal", digest="0" * 32)
    why = claim.why_not(event)
    assert why is not None
    assert why.endswith("read it (`atoz status 111-0000199-0000199`) and approve that")


def test_the_persona_of_a_case_gives_a_reason() -> None:
    """A case plays on whatever the checks say."""
    claim = play("on_findings", findings=STOPS)
    [act] = persona_acts(claim.state.tasks, {"approve": timedelta(hours=1)}, claim.now)
    assert claim.why_not(act) is None
