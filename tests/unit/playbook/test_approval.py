"""Approval: who must say yes to what, until when, and what follows when nobody does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from atoz.playbook import events as ev
from atoz.playbook.schedule import approval_ends
from atoz.playbook.view import status_view
from tests.support.cases import (
    ARRIVED,
    BLOCKED,
    DAY,
    HOUR,
    SECOND,
    Play,
    variant,
)

ENDS = 7 * DAY - 24 * HOUR - 4 * HOUR - HOUR
"""Until when a documented appeal may be approved: limit, margin, lead, retries."""

OWN = (
    "We answer the claim on order 111-0000199-0000199. On 2026-08-11 it was shipped with UPS. "
    "On 2026-08-15 it was delivered. We wrote to the buyer and offered to settle the matter. "
    "We ask for a fair decision on the facts that we have set out here, each with its date. "
    "The tracking record of UPS stands beside this text, as do the messages. "
    "Thank you for your time."
)


def play(
    approval: str = "on_findings", if_unapproved: str = "submit_facts_only", **more: Any
) -> Play:
    """A documented claim with these rules of approval."""
    rules = {"appeal": {"approval": approval, "if_unapproved": if_unapproved}}
    return Play(playbooks=[variant("documented", rules), variant("hand-over")], **more)


def drafts(of: Play) -> list[tuple[int, timedelta]]:
    """Every revision of the appeal, and when it was written."""
    return [(fact.data["revision"], fact.at - of.arrived) for fact in of.facts("appeal_drafted")]


# Who is asked -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("approval", "findings", "asked"),
    [
        ("on_findings", (), False),
        ("on_findings", BLOCKED, True),
        ("always", (), True),
        ("always", BLOCKED, True),
        ("never", (), False),
        ("never", BLOCKED, False),
    ],
)
def test_approval_is_asked_for_by_rule(
    approval: str, findings: tuple[ev.Finding, ...], asked: bool
) -> None:
    """On findings, always, never."""
    claim = play(approval, findings=findings).to(4 * DAY)
    assert claim.when("approval_requested") == ([4 * DAY] if asked else [])
    assert claim.open_tasks() == ({"approve-appeal"} if asked else {"submit-appeal"})


def test_the_request_names_the_text_and_its_end() -> None:
    """The digest to approve, and until when."""
    claim = play("always").to(4 * DAY)
    task, appeal = claim.task("approve-appeal"), claim.state.appeal
    assert appeal is not None
    assert task.digest == appeal.digest
    assert task.due == approval_ends(claim.state) == ARRIVED + ENDS
    assert claim.facts("approval_requested")[0].data == {"digest": appeal.digest, "revision": 1}


def test_approved_is_handed_in() -> None:
    """At once, with who said so."""
    claim = play("always").to(4 * DAY + HOUR).approve()
    assert claim.open_tasks() == {"submit-appeal"}
    [fact] = claim.facts("approved")
    assert (fact.source, fact.data["revision"]) == ("operator:approver-1", 1)
    assert claim.task("submit-appeal").digest == fact.data["digest"]


def test_a_stale_digest_is_refused() -> None:
    """With what to do instead."""
    claim = play("always").to(4 * DAY)
    event = ev.Approved(at=claim.now, task="approve-appeal", digest="0" * 32)
    why = claim.why_not(event)
    assert why is not None
    assert why.startswith("the digest 000000000000 is stale")
    assert claim.task("approve-appeal").digest is not None
    assert str(claim.task("approve-appeal").digest) in why


@pytest.mark.parametrize(("verb", "then"), [(ev.Edited, "edit that"), (ev.Rejected, "reject that")])
def test_nobody_acts_on_a_text_that_they_have_not_read(verb: type[ev.Event], then: str) -> None:
    """Of two who read one text, the second is refused by the claim itself; who says nothing is not."""
    claim = play("always").to(4 * DAY)
    appeal = claim.state.appeal
    assert appeal is not None
    act = {"at": claim.now, "task": "approve-appeal", "text": "Mine.", "why": "The date."}
    assert claim.why_not(verb.model_validate({**act, "read": appeal.digest})) is None
    why = claim.why_not(verb.model_validate({**act, "read": "0" * 64}))
    assert why is not None
    assert why.startswith("the digest 000000000000 is stale: the text is now revision 1")
    assert why.endswith(then)
    assert claim.why_not(verb.model_validate(act)) is None


def test_only_the_approval_task_takes_a_yes() -> None:
    """Another task asks for none."""
    claim = play("always").to(4 * DAY).reply("hostile")
    for event in (
        ev.Approved(at=claim.now, task="read-reply", digest="x"),
        ev.Rejected(at=claim.now, task="read-reply", why="x"),
    ):
        assert claim.why_not(event) == "read-reply asks for no approval"


# Something comes in while approval is awaited -----------------------------------------------------


def test_a_reply_makes_the_draft_stale() -> None:
    """The text is composed anew, and the yes to the old one is no yes to it."""
    claim = play("always").to(4 * DAY)
    old = claim.task("approve-appeal").digest
    claim.to(4 * DAY + HOUR).reply("other", text="It arrived broken.")
    assert drafts(claim) == [(1, 4 * DAY), (2, 4 * DAY + HOUR)]
    assert claim.task("approve-appeal").id == "approve-appeal-2"
    assert claim.state.appeal is not None
    assert "It arrived broken." in claim.state.appeal.text
    why = claim.why_not(ev.Approved(at=claim.now, task="approve-appeal-2", digest=old or ""))
    assert why is not None
    assert "stale" in why
    assert claim.approve().open_tasks() == {"submit-appeal", "read-reply"}


def test_a_second_text_is_asked_for_though_it_has_no_findings() -> None:
    """Who was asked once is asked again."""
    claim = play(findings=BLOCKED).to(4 * DAY)
    claim.world.findings = ()
    claim.reply("other")
    assert drafts(claim) == [(1, 4 * DAY), (2, 4 * DAY)]
    assert claim.task("approve-appeal").id == "approve-appeal-2"


def test_evidence_voids_the_approval() -> None:
    """The digest binds text and attachments."""
    claim = play("always").to(4 * DAY)
    old = claim.task("approve-appeal").digest
    file = ev.Attachment(name="label.pdf", type="application/pdf", size=9, sha256="a" * 64)
    claim.take(ev.EvidenceAdded(at=claim.now, by="approver-1", file=file))
    assert claim.task("approve-appeal").digest != old


@pytest.mark.parametrize("approval", ["always", "on_findings"])
def test_a_photo_between_the_approval_and_the_submission(approval: str) -> None:
    """Approved, but not gone yet: the photo voids the yes, and nothing goes before the next one."""
    claim = play(approval, channel="email", hand_ins=["refused_for_now"], findings=BLOCKED)
    claim.to(4 * DAY).approve()
    old = claim.state.appeal
    assert old is not None
    assert old.approved_by == "approver-1"
    claim.reply(photos=1)
    assert claim.state.appeal is not None
    assert claim.state.appeal.approved_by is None
    assert claim.task("approve-appeal").digest != old.digest
    assert claim.to(5 * DAY).facts("appeal_submitted") == []
    stale = ev.Approved(at=claim.now, task="approve-appeal-2", digest=old.digest, despite="x")
    assert "is stale" in (claim.why_not(stale) or "")
    [gone] = claim.approve().facts("appeal_submitted")
    assert (gone.data["revision"], gone.data["digest"]) == (2, claim.state.appeal.digest)


def test_a_photo_between_the_packet_and_its_receipt() -> None:
    """Handed to a person: nothing asks for the old packet, and the clock runs on for the new one."""
    claim = play("always").to(4 * DAY).approve().reply(photos=1)
    assert claim.open_tasks() == {"approve-appeal-2", "review-photos"}
    assert claim.clock().stopped_at is None
    claim.approve().done("submit-appeal", "R-2")
    assert claim.clock().stopped_at == claim.now


def test_what_a_person_approves_is_all_in_the_task() -> None:
    """The text, the files, what the checks found, whose words they are, and the digest of it all."""
    claim = play("always", findings=BLOCKED).to(2 * DAY).reply(photos=1).to(4 * DAY)
    view = status_view(claim.state, claim.now)
    [task] = [each for each in view["tasks"] if each["kind"] == "approve-appeal"]
    appeal = claim.state.appeal
    assert appeal is not None
    assert (task["text"], task["digest"]) == (appeal.text, appeal.digest)
    assert [file["name"] for file in task["attachments"]] == ["0.jpg"]
    assert [found["rule"] for found in task["findings"]] == ["spelling"]


def test_an_amendment_writes_the_text_anew() -> None:
    """The appeal says what holds now, and nothing that was taken back."""
    claim = play("always").to(4 * DAY)
    claim.amend({"shipment": {"tracking_number": None, "carrier": "DHL"}})
    assert claim.state.appeal is not None
    assert "1Z0000000300000199" not in claim.state.appeal.text
    assert "shipped with DHL" in claim.state.appeal.text


def test_a_packet_that_is_not_posted_yet_is_replaced() -> None:
    """Nobody posts "no reply" beside a reply."""
    claim = play("never").to(4 * DAY + HOUR).reply("other")
    assert drafts(claim) == [(1, 4 * DAY), (2, 4 * DAY + HOUR)]
    assert claim.open_tasks() == {"submit-appeal-2", "read-reply"}
    assert claim.state.appeal is not None
    assert "no reply" not in claim.state.appeal.text


def test_a_question_leaves_the_packet_as_it_is() -> None:
    """It answers nothing."""
    claim = play("never").to(4 * DAY + HOUR).reply("question")
    assert drafts(claim) == [(1, 4 * DAY)]


def test_what_is_posted_is_not_written_anew() -> None:
    """The receipt is in."""
    claim = play("never").to(4 * DAY + HOUR).done("submit-appeal", "R-1").reply("other")
    assert drafts(claim) == [(1, 4 * DAY)]
    assert claim.open_tasks() == {"read-reply"}


# Reject and edit ----------------------------------------------------------------------------------


def test_rejected_is_written_by_a_person_and_approved() -> None:
    """Reject -> rewrite -> edit -> approve."""
    claim = play("always").to(4 * DAY).reject("say it shorter")
    assert claim.open_tasks() == {"rewrite-appeal"}
    assert claim.facts("rejected")[0].data == {"why": "say it shorter", "revision": 1}
    assert claim.task("rewrite-appeal").due == ARRIVED + ENDS
    claim.to(4 * DAY + HOUR).edit("rewrite-appeal", OWN)
    assert claim.open_tasks() == {"approve-appeal-2"}
    assert drafts(claim) == [(1, 4 * DAY), (2, 4 * DAY + HOUR)]
    assert claim.facts("appeal_drafted")[-1].source == "operator:approver-1"
    claim.approve()
    assert claim.open_tasks() == {"submit-appeal"}
    assert claim.state.appeal is not None
    assert claim.state.appeal.text == OWN


def test_a_reply_after_a_rejection_leaves_one_task() -> None:
    """The new draft takes the place of the rejected one, and of the task to rewrite it."""
    claim = play("always").to(4 * DAY).reject().reply("other")
    assert claim.open_tasks() == {"approve-appeal-2", "read-reply"}
    claim.approve().done("submit-appeal", "R-1").to(5 * DAY)
    assert claim.when("appeal_submitted") == [4 * DAY]


def test_an_edit_voids_the_approval() -> None:
    """Approved and handed to a person, edited: the new text needs its own yes."""
    claim = play("always").to(4 * DAY).approve()
    old = claim.task("submit-appeal").digest
    claim.edit("submit-appeal", OWN)
    assert claim.open_tasks() == {"approve-appeal-2"}
    assert claim.task("approve-appeal").digest != old
    claim.approve()
    assert claim.task("submit-appeal").id == "submit-appeal-2"


def test_an_edit_where_nobody_had_to_approve_is_only_checked() -> None:
    """A person wrote it and it has no findings: it goes back to be posted."""
    claim = play("on_findings").to(4 * DAY).edit("submit-appeal", OWN)
    assert claim.facts("appeal_drafted")[-1].data["findings"] == []
    assert claim.open_tasks() == {"submit-appeal-2"}


def test_an_edit_that_shouts_asks_for_approval() -> None:
    """A person's text is checked like any other."""
    claim = play("on_findings").to(4 * DAY).edit("submit-appeal", OWN + " THIS IS UNFAIR!!")
    assert claim.open_tasks() == {"approve-appeal"}


def test_a_persons_text_is_not_thrown_away_by_a_reply() -> None:
    """It keeps its words and is checked again."""
    claim = play("always").to(4 * DAY).edit("approve-appeal", OWN)
    first = claim.task("approve-appeal").digest
    claim.reply("other").reply(photos=1)
    assert claim.state.appeal is not None
    assert claim.state.appeal.text == OWN
    assert claim.task("approve-appeal").digest != first


# Nobody says yes ----------------------------------------------------------------------------------


def test_the_facts_alone_go_when_nobody_approves() -> None:
    """One second before the end the draft waits; at the end the facts go to the operator."""
    claim = play("always").to(ENDS - SECOND)
    assert claim.open_tasks() == {"approve-appeal"}
    claim.to(ENDS)
    assert drafts(claim) == [(1, 4 * DAY), (2, ENDS)]
    assert claim.facts("appeal_drafted")[-1].data["facts_only"] is True
    assert claim.open_tasks() == {"submit-appeal"}
    [override] = claim.facts("overridden")
    assert override.data == {"what": "approval", "rule": "submit_facts_only"}


def test_the_facts_alone_go_through_a_machines_channel_too() -> None:
    """And stop the clock."""
    claim = play("always", channel="email").to(ENDS)
    assert claim.when("appeal_submitted") == [ENDS]
    assert claim.clock().stopped_at == ARRIVED + ENDS


def test_the_facts_go_after_a_rejection_that_nobody_followed_up() -> None:
    """A no is no reason to miss the deadline."""
    claim = play("always").to(4 * DAY).reject().to(ENDS)
    assert claim.open_tasks() == {"submit-appeal"}
    assert claim.state.appeal is not None
    assert claim.state.appeal.facts_only


def test_the_facts_go_in_place_of_a_text_that_nobody_approved() -> None:
    """An edited one, too."""
    claim = play("always").to(4 * DAY).edit("approve-appeal", OWN).to(ENDS)
    assert claim.state.appeal is not None
    assert claim.state.appeal.facts_only


def test_a_text_that_a_person_writes_after_the_end_waits_for_its_yes() -> None:
    """The facts lie with the operator by then; his own text is not replaced by them again."""
    claim = play("always").to(ENDS + HOUR).edit("submit-appeal", OWN)
    assert claim.open_tasks() == {"approve-appeal-2"}
    assert claim.state.appeal is not None
    assert claim.state.appeal.text == OWN
    claim.to(ENDS + 2 * HOUR).approve()
    assert claim.task("submit-appeal").digest == claim.state.appeal.digest


def test_a_reply_after_the_end_leaves_the_facts() -> None:
    """Nobody has time to approve: what comes in late is in the facts, not in the words."""
    claim = play("always", channel="email", hand_ins=["refused_for_now"]).to(ENDS)
    claim.reply("other", text="I changed my mind.")
    assert claim.state.appeal is not None
    assert claim.state.appeal.facts_only
    assert "I changed my mind" not in claim.state.appeal.text


def test_a_person_takes_over_when_nobody_approves() -> None:
    """`hand_over`: no text task is left beside it, and no step acts any more."""
    claim = play("always", "hand_over").to(ENDS - SECOND)
    assert claim.open_tasks() == {"approve-appeal"}
    claim.to(ENDS)
    assert claim.open_tasks() == {"handle-claim"}
    assert claim.task("handle-claim").due == ARRIVED + 7 * DAY
    claim.to(7 * DAY - 2 * HOUR).done("handle-claim", "R-7")
    assert claim.clock().stopped_at == ARRIVED + 7 * DAY - 2 * HOUR
    assert claim.when("appeal_submitted") == [7 * DAY - 2 * HOUR]


def test_a_draft_is_held_when_nobody_approves() -> None:
    """`hold`: it waits on, is warned about, and may still be approved."""
    claim = play("always", "hold").to(7 * DAY - HOUR)
    assert claim.open_tasks() == {"approve-appeal"}
    assert claim.facts("overridden")[0].data["rule"] == "hold"
    assert [hours for hours, _ in claim.warnings()] == [48, 24, 6, 1]
    claim.approve()
    assert claim.open_tasks() == {"submit-appeal"}


def test_a_held_draft_misses_the_deadline_loudly() -> None:
    """Nothing goes that nobody approved."""
    claim = play("always", "hold").to(7 * DAY)
    assert claim.when("deadline_missed") == [7 * DAY]
    assert claim.open_tasks() == {"approve-appeal", "missed-deadline"}


def test_a_pause_stretches_no_time_to_approve() -> None:
    """Resumed after the end, the facts go."""
    claim = play("always").to(4 * DAY).pause().to(ENDS + HOUR)
    assert claim.open_tasks() == {"approve-appeal"}
    claim.resume()
    assert claim.open_tasks() == {"submit-appeal"}
