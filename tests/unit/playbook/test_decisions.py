"""Decisions and what comes after: early, late, changed, reopened; closing, aftercare, archive."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atoz.claims.status import Status
from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.acts import Done
from atoz.playbook.apply import apply
from atoz.playbook.decide import decide
from atoz.playbook.edition import JUDGED
from tests.support.cases import (
    ARRIVED,
    BLOCKED,
    DAY,
    HOUR,
    NEVER_SHIPPED,
    SECOND,
    Play,
    due_in,
)

ENDS = ["granted_amazon_funded", "order_refunded", "denied", "withdrawn", "order_cancelled"]
"""Every decision after which nothing more is due."""


def sends(play: Play) -> list[timedelta]:
    """When the world was asked to send or hand in anything."""
    return [
        at - play.arrived
        for at, do in play.world.done
        if isinstance(do, acts.Send | acts.Submit | acts.Draft)
    ]


@pytest.mark.parametrize("status", [*ENDS, "granted_seller_funded"])
@pytest.mark.parametrize(
    "at", [timedelta(0), DAY - SECOND, DAY, 2 * DAY, 3 * DAY + HOUR, 4 * DAY, 7 * DAY, 9 * DAY]
)
def test_nothing_is_sent_after_a_decision(status: str, at: timedelta) -> None:
    """Whenever it comes: before everything, one second before a mail, beside it, after the limit."""
    play = Play(findings=BLOCKED).to(at).decided(status)
    before = len(sends(play))
    play.to(40 * DAY)
    assert len(sends(play)) == before
    assert play.state.status is Status(status)
    assert not play.clock().running


@pytest.mark.parametrize("status", ENDS)
def test_a_decision_closes_the_claim(status: str) -> None:
    """At its instant, with what the table says."""
    play = Play().to(2 * DAY).decided(status)
    [closed] = play.facts("claim_closed")
    assert closed.at == ARRIVED + 2 * DAY
    assert closed.data == {
        "status": status,
        "funded_by": play.state.funded_by,
        "odr_counts": play.state.odr_counts,
    }


def test_a_claim_that_is_lost_stays_open_for_its_appeal() -> None:
    """30 days; then it closes, and the task that nobody did ends with it."""
    play = Play().to(2 * DAY).decided("granted_seller_funded")
    assert play.clock("post_decision_appeal").due == ARRIVED + 32 * DAY
    task = play.task("post-decision-appeal")
    assert (task.clock, task.due) == ("post_decision_appeal", ARRIVED + 32 * DAY)
    assert play.to(32 * DAY - SECOND).facts("claim_closed") == []
    play.to(32 * DAY)
    assert play.when("claim_closed") == [32 * DAY]
    assert play.open_tasks() == set()
    assert play.when("deadline_missed") == []
    assert [hours for hours, _ in play.warnings("post_decision_appeal")] == [48, 24, 6, 1]


def test_an_appeal_against_the_decision_stops_its_clock() -> None:
    """With a receipt; the claim closes when the window would have."""
    play = Play().to(2 * DAY).decided("granted_seller_funded").to(3 * DAY)
    play.done("post-decision-appeal", "R-9")
    assert play.clock("post_decision_appeal").stopped_at == ARRIVED + 3 * DAY
    [fact] = play.facts("appeal_submitted")
    assert fact.data["stage"] == "post_decision"
    play.to(33 * DAY)
    assert play.warnings("post_decision_appeal") == []
    assert play.when("claim_closed") == [32 * DAY]


@pytest.mark.parametrize("status", ["granted_amazon_funded", "denied", "withdrawn"])
def test_a_claim_that_is_won_asks_for_the_metric(status: str) -> None:
    """A letter is drafted for a person; never sent."""
    play = Play().to(2 * DAY).decided(status)
    assert play.open_tasks() == {"metric-restoration"}


@pytest.mark.parametrize("status", ["order_refunded", "order_cancelled"])
def test_other_ends_ask_for_nothing(status: str) -> None:
    """Closed is closed."""
    assert Play().to(2 * DAY).decided(status).open_tasks() == set()


def test_a_decision_ends_the_tasks_of_the_open_claim() -> None:
    """All but the buyer's own question, which wants its answer still."""
    play = Play(findings=BLOCKED).to(3 * DAY).reply("question", "wants_refund").to(4 * DAY)
    assert play.open_tasks() == {
        "answer-buyer",
        "missed-deadline",
        "consider-refund",
        "approve-appeal",
    }
    play.decided("denied")
    assert play.open_tasks() == {"answer-buyer", "missed-deadline", "metric-restoration"}


def test_the_buyers_clock_goes_on_after_a_decision() -> None:
    """24 hours are 24 hours."""
    play = Play().to(2 * DAY).reply("question").to(2 * DAY + HOUR).decided("denied")
    assert play.clock("buyer_reply").running
    play.done("answer-buyer")
    assert not play.clock("buyer_reply").running


def test_under_review_decides_nothing() -> None:
    """A notice that says so leaves the playbook running."""
    play = Play().to(2 * DAY).decided("under_review").to(5 * DAY)
    assert not play.state.decided
    assert play.sent() == {"deescalate": DAY, "request-photos": 3 * DAY}


def test_a_claim_file_may_be_decided_already() -> None:
    """Everything before is told, nothing is sent."""
    play = Play({"claim": {"status": "denied"}}).to(8 * DAY)
    assert play.state.decided
    assert play.when("claim_closed") == [timedelta(0)]
    assert sends(play) == []
    assert play.when("deadline_warning") == []


# A second word --------------------------------------------------------------------------------


def test_the_same_notice_twice_is_one_decision() -> None:
    """By its Message-ID."""
    play = Play().to(2 * DAY).decided("denied").to(3 * DAY).decided("denied")
    assert len(play.facts("decision_received")) == 1
    assert len(play.facts("duplicate_ignored")) == 1


def test_the_same_decision_in_another_mail_restarts_no_clock() -> None:
    """The window for an appeal counts from the first; what it corrects is taken over."""
    play = Play().to(2 * DAY).decided("granted_seller_funded")
    play.to(5 * DAY).decided("granted_seller_funded", "<again>")
    play.to(6 * DAY).decided("granted_seller_funded", "<corrected>", odr_counts=False)
    assert [clock.id for clock in play.state.clocks] == ["response", "post_decision_appeal"]
    assert play.clock("post_decision_appeal").due == ARRIVED + 32 * DAY
    assert play.state.odr_counts is False
    assert play.open_tasks() == {"post-decision-appeal"}
    assert play.to(33 * DAY).when("claim_closed") == [32 * DAY]


def test_withdrawn_after_the_decision() -> None:
    """The buyer agreed to be charged again: the window ends, the claim closes as withdrawn."""
    play = Play().to(2 * DAY).decided("granted_seller_funded").to(9 * DAY).reply("says_received")
    assert {"late-withdrawal", "post-decision-appeal"} <= play.open_tasks()
    play.to(10 * DAY).decided("withdrawn", "<second>")
    assert not play.clock("post_decision_appeal").running
    assert "post-decision-appeal" not in play.open_tasks()
    assert play.when("claim_closed") == [10 * DAY]
    assert (play.state.funded_by, play.state.odr_counts) == ("nobody", False)


def test_a_claim_that_is_reopened_goes_to_a_person() -> None:
    """No step acts; the answer has a clock again; the old window is over."""
    play = Play().to(2 * DAY).decided("granted_seller_funded").to(5 * DAY)
    play.decided("under_review", "<reopened>")
    assert not play.state.decided
    task = play.task("review-reopened")
    assert (task.clock, task.due) == ("response", ARRIVED + 12 * DAY)
    assert play.clock().due == ARRIVED + 12 * DAY
    assert play.open_tasks() == {"review-reopened"}
    play.to(11 * DAY)
    assert play.warnings() == [(48, 10 * DAY), (24, 11 * DAY)]
    assert play.warnings("post_decision_appeal") == []
    assert len(sends(play)) == 1
    play.done("review-reopened", "R-2")
    assert not play.clock().running


def test_a_reopened_claim_that_is_lost_again_has_a_new_window() -> None:
    """And its task is about that one."""
    play = Play().to(2 * DAY).decided("granted_seller_funded").to(5 * DAY)
    play.decided("under_review", "<reopened>").to(8 * DAY)
    play.decided("granted_seller_funded", "<second>")
    task = play.task("post-decision-appeal")
    assert (task.clock, task.due) == ("post_decision_appeal-2", ARRIVED + 38 * DAY)
    play.done(task.id, "R-3")
    assert not play.clock("post_decision_appeal-2").running
    assert play.to(39 * DAY).when("claim_closed") == [38 * DAY]


def test_a_reopened_claim_answers_its_buyer_by_hand() -> None:
    """Nothing is sent on its own."""
    play = Play().to(HOUR).decided("denied").to(2 * HOUR).decided("under_review", "<reopened>")
    play.reply("asks_how_to_withdraw")
    assert "answer-buyer" in play.open_tasks()
    assert play.to(9 * DAY).sent() == {}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("granted_seller_funded", "granted_amazon_funded"),
        ("granted_seller_funded", "denied"),
        ("granted_amazon_funded", "withdrawn"),
        ("order_refunded", "withdrawn"),
    ],
)
def test_a_decision_may_follow_from_another(first: str, second: str) -> None:
    """An appeal was heard, or the buyer withdrew: it is recorded what was replaced, nobody need look."""
    play = Play().to(2 * DAY).decided(first).to(5 * DAY).decided(second, "<second>")
    before, after = play.facts("decision_received")
    assert (after.data["was"], after.data["replaces"]) == (first, before.id)
    assert play.state.status is Status(second)
    assert "changed-decision" not in play.open_tasks()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("withdrawn", "granted_seller_funded"),
        ("denied", "granted_seller_funded"),
        ("granted_amazon_funded", "granted_seller_funded"),
        ("order_refunded", "denied"),
        ("order_cancelled", "order_refunded"),
    ],
)
def test_a_decision_that_does_not_follow_is_taken_and_looked_at(first: str, second: str) -> None:
    """It is what the marketplace says; one of the two is wrong, and a person finds out which."""
    play = Play().to(2 * DAY).decided(first).to(5 * DAY).decided(second, "<second>")
    assert play.state.status is Status(second)
    task = play.task("changed-decision")
    assert task.refs == (play.facts("decision_received")[-1].id,)
    assert task.told
    third = play.to(6 * DAY).decided("withdrawn", "<third>")
    assert "changed-decision" not in third.open_tasks()


def test_who_corrects_a_decision_and_says_why_is_not_asked() -> None:
    """The reason stands in the record."""
    play = Play().to(2 * DAY).decided("denied").to(3 * DAY)
    play.take(
        ev.MarketplaceDecided(
            at=play.now,
            message_id="<typed>",
            status=Status.ORDER_REFUNDED,
            by="approver-1",
            why="mistyped",
        )
    )
    fact = play.facts("decision_received")[-1]
    assert (fact.data["was"], fact.data["why"], fact.data["by"]) == (
        "denied",
        "mistyped",
        "approver-1",
    )
    assert "changed-decision" not in play.open_tasks()


def test_the_first_decision_replaces_nothing() -> None:
    """Nor does one after the claim was reopened; and a reopened claim names what it was."""
    play = Play().to(2 * DAY).decided("denied").to(3 * DAY).decided("under_review", "<reopened>")
    play.to(4 * DAY).decided("granted_seller_funded", "<second>")
    assert [fact.data.get("was") for fact in play.facts("decision_received")] == [
        None,
        "denied",
        None,
    ]
    assert "changed-decision" not in play.open_tasks()


def test_claims_of_an_earlier_edition_keep_their_rules() -> None:
    """A second decision is taken as it was; a missed deadline stays a task."""
    play = Play(due_in(2 * HOUR), edition=JUDGED - 1).to(3 * HOUR).decided("withdrawn")
    assert "missed-deadline" in play.open_tasks()
    play.to(DAY).decided("granted_seller_funded", "<second>")
    assert "was" not in play.facts("decision_received")[-1].data
    assert "changed-decision" not in play.open_tasks()


def test_a_missed_deadline_is_no_task_any_more_once_the_marketplace_has_decided() -> None:
    """It closes with the decision; so it does with a late receipt, and the record says by what."""
    play = Play(due_in(2 * HOUR)).to(3 * HOUR)
    assert "missed-deadline" in play.open_tasks()
    play.decided("granted_seller_funded")
    assert "missed-deadline" not in play.open_tasks()
    ended = next(f for f in play.facts("task_done") if f.data["task"] == "missed-deadline")
    assert ended.data["because"] == play.facts("decision_received")[0].id
    late = Play(due_in(2 * HOUR)).to(3 * HOUR).done("handle-claim", "R-1")
    assert "missed-deadline" not in late.open_tasks()


# Nothing comes --------------------------------------------------------------------------------


def test_who_hears_nothing_for_14_days_looks() -> None:
    """And every week after that, as a reminder of the same task; done, it is a new one."""
    play = Play().to(4 * DAY + HOUR).done("submit-appeal", "R-1")
    at = 18 * DAY + HOUR
    assert play.to(at - SECOND).open_tasks() == set()
    assert play.to(at).open_tasks() == {"check-decision"}

    def told(play: Play) -> list[timedelta]:
        return [
            when - play.arrived
            for when, do in play.world.done
            if isinstance(do, acts.Notify) and "check-decision" in do.tasks
        ]

    assert told(play.to(at + 15 * DAY)) == [at, at + 7 * DAY, at + 14 * DAY]
    play.done("check-decision").to(at + 21 * DAY)
    assert play.open_tasks() == {"check-decision-2"}
    play.decided("denied").to(at + 40 * DAY)
    assert "check-decision" not in {task.kind for task in play.state.tasks if task.open}


def test_a_missed_answer_is_looked_after_as_well() -> None:
    """The claim was probably granted; nobody said so."""
    play = Play(due_in(2 * HOUR)).to(2 * HOUR + 14 * DAY)
    assert "check-decision" in play.open_tasks()


# Aftercare and archive ------------------------------------------------------------------------


def test_after_its_aftercare_the_claim_is_archived() -> None:
    """30 days after it closed, not a second earlier."""
    play = Play().to(2 * DAY).decided("denied").to(32 * DAY - SECOND)
    assert play.next_at == 32 * DAY
    play.to(32 * DAY)
    assert play.state.archive_ref == "archive/claim-111-0000199-0000199.json"
    assert play.asleep == Done("denied")
    assert decide(play.state, ARRIVED + 99 * DAY) == Done("denied")


def test_a_question_at_the_end_of_aftercare_is_still_answered() -> None:
    """A running clock is stopped or missed before the claim is archived."""
    play = Play().to(2 * DAY).decided("denied").to(32 * DAY - HOUR).reply("question")
    assert play.to(33 * DAY - 2 * HOUR).state.archive_ref is None
    answered = play.done("answer-buyer")
    assert answered.state.archive_ref is not None
    play = Play().to(2 * DAY).decided("denied").to(32 * DAY - HOUR).reply("question").to(34 * DAY)
    assert play.when("deadline_missed") == [33 * DAY - HOUR]
    assert play.state.archive_ref is not None


def test_what_comes_in_while_the_archive_is_written_is_in_it() -> None:
    """A claim that is reopened in that moment stays open; a reply is written with the rest."""
    play = Play().to(2 * DAY).decided("denied").to(31 * DAY)
    under_way = play.world.perform(play.state, acts.Archive(), play.now)
    state = apply(play.state, ev.BuyerReplied(at=play.now, message_id="<late>", text="Hello?"))
    assert apply(state, under_way).archive_ref is None
    assert apply(play.state, under_way).archive_ref is not None


def test_aftercare_counts_from_the_closing() -> None:
    """Of a lost claim: 30 days of window and 30 of aftercare."""
    play = Play().to(2 * DAY).decided("granted_seller_funded").to(62 * DAY - SECOND)
    assert play.state.archive_ref is None
    assert play.to(62 * DAY).state.archive_ref is not None


def test_a_late_decision_restarts_the_aftercare() -> None:
    """It closes anew."""
    play = Play().to(2 * DAY).decided("denied").to(20 * DAY).decided("withdrawn", "<second>")
    assert play.when("claim_closed") == [2 * DAY, 20 * DAY]
    assert play.to(32 * DAY).state.archive_ref is None
    assert play.to(50 * DAY).state.archive_ref is not None


@pytest.mark.parametrize(
    ("intent", "task"),
    [
        ("says_withdrawn", "late-withdrawal"),
        ("asks_how_to_withdraw", "late-withdrawal"),
        ("says_received", "late-withdrawal"),
        ("question", "answer-buyer"),
        ("hostile", "read-reply"),
        ("photos", "read-reply"),
        ("wants_refund", "read-reply"),
        ("stop_contact", "read-reply"),
    ],
)
def test_a_reply_after_the_decision_goes_to_a_person(intent: str, task: str) -> None:
    """Nothing is sent; a late withdrawal is explained by hand."""
    play = Play().to(2 * DAY).decided("order_refunded").to(9 * DAY)
    play.reply(intent)  # type: ignore[arg-type] # one of the intents
    assert task in play.open_tasks()
    assert play.sent() == {"deescalate": DAY}


def test_nothing_happens_to_a_refund_first_claim_after_its_end() -> None:
    """Never shipped, refunded, closed."""
    play = Play(NEVER_SHIPPED).to(HOUR).refund("58.00").decided("order_refunded").to(40 * DAY)
    assert play.state.archive_ref is not None
    assert sends(play) == []
    assert play.when("deadline_missed") == []
