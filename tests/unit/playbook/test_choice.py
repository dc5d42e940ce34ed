"""Which playbook a claim gets: the first by rank that applies and fits its own limit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from atoz.playbook.prove import worst_case
from tests.support.cases import (
    ARRIVED,
    BLOCKED,
    DAY,
    HOUR,
    MINUTE,
    NEVER_SHIPPED,
    PROVEN,
    SECOND,
    Play,
    due_in,
    library,
)

RETURNED: dict[str, Any] = {"shipment": {"status": "returned"}}
SCANNED: dict[str, Any] = {"return": {"received_at": "2026-09-01", "refunded": False}}
NOT_RECEIVED: dict[str, Any] = {"claim": {"reason": "not_received"}}


@pytest.mark.parametrize(
    ("changes", "chosen"),
    [
        ([], "documented"),
        ([{"claim": {"reason": "damaged"}}], "documented"),
        ([{"claim": {"reason": "other"}}], "documented"),
        ([NEVER_SHIPPED], "refund-first"),
        ([{"shipment": {"status": "never_shipped"}}], "refund-first"),
        ([RETURNED], "refund-first"),
        ([SCANNED], "refund-first"),
        ([{"return": {"received_at": "2026-09-01"}}], "refund-first"),
        ([{"return": {"received_at": "2026-09-01", "refunded": True}}], "documented"),
        ([{"return": {"requested_at": "2026-09-01"}}], "documented"),
        ([PROVEN], "delivered-proof"),
        ([NOT_RECEIVED, {"shipment": {"signature": "A. Byer"}}], "delivered-proof"),
        ([NOT_RECEIVED, {"shipment": {"photo": True}}], "delivered-proof"),
        ([NOT_RECEIVED, {"shipment": {"buy_shipping": True}}], "delivered-proof"),
        ([NOT_RECEIVED], "documented"),
        ([NOT_RECEIVED, {"shipment": {"signature": False}}], "documented"),
        ([NOT_RECEIVED, {"shipment": {"status": "in_transit", "photo": True}}], "documented"),
        ([{"shipment": {"signature": True}}], "documented"),
        ([PROVEN, SCANNED], "refund-first"),
    ],
)
def test_the_first_that_applies_is_chosen(changes: list[dict[str, Any]], chosen: str) -> None:
    """Refund first, then delivered with proof, then the documented one."""
    assert Play(*changes).book == chosen


@pytest.mark.parametrize(
    ("limit", "plain", "proven", "unshipped"),
    [
        (7 * DAY, "documented", "delivered-proof", "refund-first"),
        (72 * HOUR, "short-limit", "delivered-proof", "refund-first"),
        (48 * HOUR, "short-limit", "delivered-proof", "refund-first"),
        (24 * HOUR, "hand-over", "delivered-proof", "refund-first"),
        (13 * HOUR, "hand-over", "delivered-proof", "refund-first"),
        (8 * HOUR, "hand-over", "hand-over", "refund-first"),
        (2 * HOUR, "hand-over", "hand-over", "hand-over"),
        (SECOND, "hand-over", "hand-over", "hand-over"),
    ],
)
def test_only_what_fits_the_claims_own_limit_is_chosen(
    limit: timedelta, plain: str, proven: str, unshipped: str
) -> None:
    """Seven days, 72, 48 and 24 hours, and limits that nothing but a person fits."""
    stated = due_in(limit)
    assert Play(stated).book == plain
    assert Play(PROVEN, stated).book == proven
    assert Play(NEVER_SHIPPED, stated).book == unshipped


@pytest.mark.parametrize(
    ("name", "changes", "needs"),
    [
        # 3 d, request and its retries 1 h, a day's wait, approval, lead and retries 7 h, margin 24 h.
        ("documented", {}, 3 * DAY + HOUR + DAY + 7 * HOUR + 24 * HOUR),
        # 2 h, approval, lead and retries 7 h, margin 4 h.
        ("delivered-proof", PROVEN, 13 * HOUR),
        # A person's lead and the margin.
        ("refund-first", NEVER_SHIPPED, 8 * HOUR),
    ],
)
def test_a_playbook_fits_to_the_second(
    name: str, changes: dict[str, Any], needs: timedelta
) -> None:
    """Its worst case is the sum of all that can take time; one second less and it is left out."""
    assert Play(changes, due_in(needs)).book == name
    assert Play(changes, due_in(needs - SECOND)).book != name


HALF = HOUR / 2


def test_the_shift_by_sending_hours_belongs_to_the_worst_case() -> None:
    """The photo request of a claim that arrived at 04:00 local waits twelve hours for the morning."""
    arrived = ARRIVED + 17 * HOUR
    book = library().playbook("short-limit")
    hours = library().policy("US").sending_hours
    worst = worst_case(book, arrived, arrived, arrived + 48 * HOUR, hours)
    legs = {leg.step: (leg.begins - arrived, leg.over - arrived) for leg in worst.legs}
    assert legs == {
        "deescalate": (4 * HOUR, 4 * HOUR + HALF),
        "request-photos": (28 * HOUR, 28 * HOUR + HALF),
        "appeal": (36 * HOUR + HALF, 43 * HOUR),
    }
    assert worst.fits
    later = worst_case(book, arrived, arrived, arrived + 47 * HOUR - SECOND, hours)
    assert not later.fits


def test_a_night_of_thirteen_hours_fits_48_to_the_second() -> None:
    """When the clock goes back in between; a claim due a second sooner goes to a person."""
    at = "2026-10-31T11:00:00Z"  # 04:00 on the day before the change, in Los Angeles
    stated = {"claim": {"notified_at": at, "response_due": "2026-11-02T11:00:00Z"}}
    assert Play(stated).book == "short-limit"
    stated["claim"]["response_due"] = "2026-11-02T10:59:59Z"
    assert Play(stated).book == "hand-over"


def test_a_claim_that_is_taken_up_late_may_fit_no_more() -> None:
    """The worst case begins now, not at the arrival."""
    assert Play(started_after=3 * DAY + 4 * HOUR).book == "documented"
    assert Play(started_after=5 * DAY).book == "short-limit"
    assert Play(started_after=7 * DAY - 3 * HOUR).book == "hand-over"


def test_the_last_one_always_fits() -> None:
    """Even when the limit has passed before anybody saw the claim."""
    play = Play(started_after=8 * DAY)
    assert play.book == "hand-over"
    assert {"handle-claim", "missed-deadline"} <= play.open_tasks()


def test_the_choice_is_recorded_with_its_digest() -> None:
    """The playbook is pinned by the digest of its meaning."""
    play = Play()
    [fact] = play.facts("playbook_chosen")
    assert fact.data["playbook"] == "documented"
    assert fact.data["digest"] == library().playbook("documented").digest
    assert play.state.playbook_digest == fact.data["digest"]


# Incomplete claims ----------------------------------------------------------------------------

BARE: dict[str, Any] = {
    "claim": {"reason": None, "buyer_comment": None},
    "buyer": None,
    "shipment": None,
}


def test_an_incomplete_claim_opens_its_task_at_once() -> None:
    """It names what is missing; no step acts until it is there."""
    play = Play(BARE)
    task = play.task("complete-claim")
    assert task.opened_at == ARRIVED
    assert task.text.endswith("claim.reason, buyer.relay, shipment.status")
    assert play.to(5 * DAY).sent() == {}


def test_amending_completes_the_claim_and_chooses_again() -> None:
    """The values become facts, the task is done, the playbook is the one that applies now."""
    play = Play(BARE).to(6 * HOUR)
    assert play.book == "documented"
    play.amend({"claim": {"reason": "not_received"}, "shipment": {"status": "delivered"}})
    assert play.open_tasks() == {"complete-claim"}
    play.amend({"shipment": {"signature": True}, "buyer": {"relay": "a1@marketplace.amazon.com"}})
    assert play.book == "delivered-proof"
    assert play.open_tasks().isdisjoint({"complete-claim"})
    assert [fact.data["playbook"] for fact in play.facts("playbook_chosen")] == [
        "documented",
        "delivered-proof",
    ]
    [amended, again] = play.facts("claim_amended")
    assert amended.data["changed"] == ["claim.reason", "shipment.status"]
    assert again.source == "operator:approver-1"
    assert play.facts("shipment.signature")[-1].data["value"] is True


def test_the_playbook_is_chosen_again_until_its_first_step_acted() -> None:
    """One second before the first mail it may still change, one second after it no more."""
    refund = {"shipment": {"status": "never_shipped"}}
    before = Play().to(DAY - SECOND).amend(refund)
    assert before.book == "refund-first"
    after = Play().to(DAY + SECOND).amend(refund)
    assert after.book == "documented"


def test_an_answer_to_the_buyers_own_question_is_no_step() -> None:
    """It pins no playbook."""
    play = Play().to(HOUR).reply("asks_how_to_withdraw")
    assert "withdraw-help" in play.sent()
    assert play.amend({"shipment": {"status": "never_shipped"}}).book == "refund-first"


def test_a_drafted_appeal_keeps_its_playbook() -> None:
    """It waits for approval: with another playbook the mails before it would be overtaken by it."""
    play = Play(PROVEN, findings=BLOCKED).to(3 * HOUR)
    assert play.amend({"shipment": {"signature": False}}).book == "delivered-proof"
    assert play.to(DAY).sent() == {"deescalate": DAY}


def test_a_decided_claim_keeps_its_playbook() -> None:
    """No step will act any more, so there is nothing to choose."""
    play = Play().to(HOUR).decided("denied").to(8 * DAY)
    assert play.amend({"claim": {"reason": "damaged"}}).book == "documented"
    assert len(play.facts("playbook_chosen")) == 1


def test_a_limit_that_is_amended_chooses_again() -> None:
    """The person read another date in Seller Central."""
    due = {"claim": {"response_due": (ARRIVED + 50 * HOUR).isoformat()}}
    play = Play().to(MINUTE).amend(due)
    assert play.book == "short-limit"
    assert play.clock().due == ARRIVED + 50 * HOUR
    assert play.clock().source == "stated in the notice"


def test_a_claim_that_stays_incomplete_is_handed_over_in_time() -> None:
    """At limit less margin less a person's lead: one second before, nothing; then a person."""
    at = 7 * DAY - 24 * HOUR - 4 * HOUR
    play = Play(BARE)
    assert play.task("complete-claim").due == ARRIVED + at
    assert play.to(at - SECOND).open_tasks() == {"complete-claim"}
    play.to(at)
    assert play.book == "hand-over"
    task = play.task("handle-claim")
    assert (task.opened_at, task.due, task.clock) == (ARRIVED + at, ARRIVED + 7 * DAY, "response")


def test_a_hand_over_happens_though_the_claim_is_paused() -> None:
    """The choice is made; the task comes when a person resumes."""
    play = Play(BARE).to(HOUR).pause().to(6 * DAY)
    assert play.book == "hand-over"
    assert play.open_tasks() == {"complete-claim"}
    assert "handle-claim" in play.resume().open_tasks()


def test_a_bare_claim_without_time_goes_to_a_person_at_once() -> None:
    """Two hours: nothing fits, and the missing values are asked for beside it."""
    play = Play(BARE, due_in(2 * HOUR))
    assert play.book == "hand-over"
    assert play.open_tasks() == {"complete-claim", "handle-claim"}


@pytest.mark.parametrize("bare", [BARE, {"buyer": {"relay": None}}])
def test_a_question_to_a_claim_without_an_address_goes_to_a_person(bare: dict[str, Any]) -> None:
    """There is no address to answer to, and nothing breaks."""
    for play in (Play(bare), Play(bare, due_in(2 * HOUR))):
        play.to(HOUR).reply("asks_how_to_withdraw")
        task = play.task("answer-buyer")
        assert task.due == play.now + 24 * HOUR
        assert play.sent() == {}
