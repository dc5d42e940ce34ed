"""A receipt for a packet that was replaced meanwhile: it was posted, so it counts."""

from __future__ import annotations

import pytest

from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.apply import apply
from atoz.playbook.state import Appeal, CaseState, Task
from tests.support.cases import ARRIVED, DAY, HOUR, Play, variant

OWN = "We ask you to look at order 111-0000199-0000199 once more. " * 8


def replaced(approval: str = "never") -> Play:
    """A packet that a reply has replaced by the second revision."""
    rules = {"appeal": {"approval": approval}}
    claim = Play(playbooks=[variant("documented", rules), variant("hand-over")]).to(4 * DAY + HOUR)
    if approval == "always":
        claim.approve()
    return claim.reply("other", text="It is broken.")


def current(claim: Play) -> Appeal:
    """The appeal that counts."""
    assert claim.state.appeal is not None
    return claim.state.appeal


@pytest.mark.parametrize(
    ("approval", "later"), [("never", "submit-appeal-2"), ("always", "approve-appeal-2")]
)
def test_the_receipt_counts_for_the_revision_that_was_posted(approval: str, later: str) -> None:
    """The clock stops, the fact names it, what the later revision asked for closes."""
    claim = replaced(approval)
    first, second = claim.facts("appeal_drafted")
    assert claim.open_tasks() == {later, "read-reply"}
    claim.to(4 * DAY + 2 * HOUR).done("submit-appeal", "R-1")
    assert claim.clock().stopped_at == ARRIVED + 4 * DAY + 2 * HOUR
    [fact] = claim.facts("appeal_submitted")
    assert fact.data["receipt"] == "R-1"
    assert (fact.data["revision"], fact.data["digest"]) == (1, first.data["digest"])
    assert second.data["digest"] != first.data["digest"]
    assert claim.open_tasks() == {"read-reply"}
    last = claim.facts("task_done")[-1]
    assert (last.data["task"], last.data["result"]) == (later, "revision 1 was posted")


def test_the_appeal_that_counts_is_the_posted_one() -> None:
    """Its text, its digest; and nothing is written anew after it."""
    claim = replaced()
    first = claim.facts("appeal_drafted")[0]
    claim.done("submit-appeal", "R-1").reply("other", text="One more thing.").to(6 * DAY)
    assert (current(claim).revision, current(claim).text) == (1, first.data["text"])
    assert len(claim.facts("appeal_drafted")) == 2
    assert claim.warnings() == []


def test_what_closed_it_stays_on_the_record() -> None:
    """The fact of the task says that it was replaced before."""
    claim = replaced().done("submit-appeal", "R-1")
    [done] = [f for f in claim.facts("task_done") if f.data.get("receipt")]
    assert done.data["was"] == "replaced by revision 2"
    assert claim.clock().stopped_by == done.id


def test_without_a_receipt_it_stays_closed() -> None:
    """And says what would change that."""
    claim = replaced()
    assert claim.why_not(ev.TaskDone(at=claim.now, task="submit-appeal")) == (
        "submit-appeal is closed: replaced by revision 2; open tasks: read-reply, submit-appeal-2; "
        "if you posted that very packet, give its --receipt"
    )


def test_only_one_is_posted() -> None:
    """The second receipt comes too late, whichever it names."""
    claim = replaced().done("submit-appeal", "R-1")
    for task in ("submit-appeal", "submit-appeal-2"):
        assert claim.why_not(ev.TaskDone(at=claim.now, task=task, receipt="R-2")) is not None
    claim = replaced().done("submit-appeal-2", "R-2")
    assert claim.why_not(ev.TaskDone(at=claim.now, task="submit-appeal", receipt="R-1")) is not None
    assert claim.facts("appeal_submitted")[0].data["revision"] == 2


def test_a_decision_ends_it() -> None:
    """Nothing is answered any more."""
    claim = replaced().decided("denied")
    assert claim.why_not(ev.TaskDone(at=claim.now, task="submit-appeal", receipt="R")) is not None


def test_a_packet_that_was_edited_away_may_have_been_posted() -> None:
    """A colleague was faster."""
    claim = Play().to(4 * DAY).edit("submit-appeal", OWN, by="agent-3").done("submit-appeal", "R-1")
    assert claim.facts("appeal_submitted")[0].data["revision"] == 1
    assert current(claim).edited_by is None


def test_a_missed_deadline_is_no_reason_to_refuse_it() -> None:
    """What is posted late is posted."""
    claim = replaced("always").due("response", 5 * DAY).to(5 * DAY).done("submit-appeal", "R-1")
    assert claim.clock().stopped_at == ARRIVED + 5 * DAY
    assert claim.clock().missed


def test_a_person_who_took_over_hears_of_it() -> None:
    """Nobody answers a second time."""
    rules = {"appeal": {"approval": "always", "if_unapproved": "hand_over"}}
    claim = Play(playbooks=[variant("documented", rules), variant("hand-over")]).to(4 * DAY)
    claim.approve().reply("other").to(6 * DAY)
    assert claim.open_tasks() == {"handle-claim", "read-reply"}
    assert claim.done("submit-appeal", "R-1").open_tasks() == {"read-reply"}


def test_an_old_packet_is_named_even_when_its_draft_is_archived() -> None:
    """The task knows its revision and digest."""
    claim = replaced()
    task = claim.state.task("submit-appeal")
    assert task is not None
    kept = tuple(fact for fact in claim.state.facts if fact.kind != "appeal_drafted")
    claim.state = claim.state.model_copy(update={"facts": kept})
    claim.done("submit-appeal", "R-1")
    data = claim.facts("appeal_submitted")[0].data
    assert (data["revision"], data["digest"]) == (1, task.digest)
    assert claim.open_tasks() == {"read-reply"}


def test_tasks_of_older_claims_name_the_digest_alone() -> None:
    """It finds the revision."""
    claim = replaced()
    plain = tuple(task.model_copy(update={"revision": None}) for task in claim.state.tasks)
    claim.state = claim.state.model_copy(update={"tasks": plain})
    claim.done("submit-appeal", "R-1")
    assert claim.facts("appeal_submitted")[0].data["revision"] == 1


# While an activity runs ---------------------------------------------------------------------------


def receipt(claim: Play) -> ev.TaskDone:
    """The receipt of the first packet."""
    return ev.TaskDone(at=claim.now, by="approver-1", task="submit-appeal", receipt="R-1")


def open_texts(state: CaseState) -> list[Task]:
    """The open tasks about the text."""
    return [task for task in state.tasks if task.open and task.kind.endswith("-appeal")]


def test_a_receipt_while_the_next_revision_is_written_makes_it_void() -> None:
    """It is not recorded, and the posted one counts."""
    claim = Play().to(4 * DAY)
    act = acts.Draft(step="appeal", revision=2)
    under_way = claim.world.perform(claim.state, act, claim.now)
    state = apply(apply(claim.state, receipt(claim)), under_way)
    assert state.appeal is not None
    assert state.appeal.revision == 1
    assert open_texts(state) == []


def test_a_receipt_while_the_next_packet_is_written_opens_no_task() -> None:
    """The answer is in."""
    claim = replaced()
    tried = ev.AppealTried(
        at=claim.now,
        step="appeal",
        attempt=3,
        revision=2,
        channel="operator",
        outcome="handed_over",
    )
    state = apply(apply(claim.state, receipt(claim)), tried)
    assert open_texts(state) == []
    assert state.run("appeal").state == "done"
