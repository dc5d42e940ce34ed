"""Refunds that a person makes: whole, in parts, in time, after the fact; and the warning before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from atoz.claims.status import Status
from atoz.playbook import events as ev
from tests.support.cases import ARRIVED, BLOCKED, DAY, HOUR, NEVER_SHIPPED, Play

YEN: dict[str, Any] = {"claim": {"marketplace": "JP", "amount": "4980", "currency": "JPY"}}


def test_a_whole_refund_leaves_nothing_to_answer() -> None:
    """The clock stops, the steps end, the claim stays open until the decision."""
    play = Play().to(2 * DAY).refund("58.00")
    assert play.clock().stopped_at == ARRIVED + 2 * DAY
    [fact] = play.facts("refund_recorded")
    assert fact.data == {"amount": "58.00 USD", "whole": True}
    assert not play.state.decided
    play.to(10 * DAY)
    assert play.sent() == {"deescalate": DAY}
    assert play.when("appeal_drafted") == []
    assert play.when("deadline_warning") == []


def test_parts_add_up_to_the_whole() -> None:
    """A part leaves the claim as it was, to the last cent."""
    play = Play().to(2 * DAY).refund("50.00").refund("7.99")
    assert play.clock().running
    assert play.state.refunded_at is None
    play.refund("0.01")
    assert play.state.refunded_at == ARRIVED + 2 * DAY
    assert [fact.data["whole"] for fact in play.facts("refund_recorded")] == [False, False, True]
    assert play.state.refunded_total == Decimal("58.00")


def test_a_part_is_in_the_appeal() -> None:
    """As what was done, with its day."""
    play = Play().to(2 * DAY).refund("10").to(4 * DAY)
    assert play.state.appeal is not None
    assert "2026-09-10 11:00: we refunded 10.00 USD." in play.state.appeal.text


@pytest.mark.parametrize(
    ("changes", "amount", "why"),
    [
        ({}, "58.01", "58.01 is more than what is left to refund (58.00 USD)"),
        ({}, "10.005", "10.005 cannot be refunded: USD has 2 decimals, not 3"),
        (YEN, "100.5", "100.5 cannot be refunded: JPY has 0 decimals, not 1"),
        ({}, "1E+9999", "1E+9999 is more than what is left to refund (58.00 USD)"),
    ],
)
def test_an_amount_that_cannot_be_is_refused(
    changes: dict[str, Any], amount: str, why: str
) -> None:
    """More than is left, or finer than the currency."""
    play = Play(changes).to(HOUR)
    assert play.why_not(ev.Refunded(at=play.now, amount=Decimal(amount))) == why


def test_a_second_whole_refund_is_refused() -> None:
    """Nothing is left."""
    play = Play().to(HOUR).refund("58.00")
    why = play.why_not(ev.Refunded(at=play.now, amount=Decimal(1)))
    assert why == "1 is more than what is left to refund (0.00 USD)"


def test_a_whole_refund_closes_the_tasks_about_money_and_text() -> None:
    """What a person was asked about the refund or the appeal is answered by it."""
    play = Play(findings=BLOCKED).to(3 * DAY).reply("wants_refund").to(4 * DAY)
    assert play.open_tasks() == {"consider-refund", "approve-appeal"}
    play.refund("58.00")
    assert play.open_tasks() == set()
    assert {fact.data["result"] for fact in play.facts("task_done")} == {"refunded"}


def test_a_part_leaves_the_tasks_open() -> None:
    """And a draft that waits is written anew."""
    play = Play(findings=BLOCKED).to(4 * DAY).refund("5")
    assert play.open_tasks() == {"approve-appeal-2"}
    assert len(play.facts("appeal_drafted")) == 2


def test_the_refund_task_comes_at_once_with_its_warning() -> None:
    """Never shipped: the cheapest way out, and it still counts."""
    play = Play(NEVER_SHIPPED)
    task = play.task("refund-buyer")
    assert task.opened_at == ARRIVED
    assert task.warning is not None
    assert "counts against the order defect rate" in task.warning
    play.to(HOUR).refund("58.00")
    assert play.open_tasks() == set()
    assert not play.clock().running


@pytest.mark.parametrize(
    ("filed_at", "counts"), [("2026-09-08T17:00:00Z", True), ("2026-09-10T17:00:00Z", False)]
)
def test_a_refund_before_the_filing_does_not_count(filed_at: str, counts: bool) -> None:
    """By the status table, where the notice does not say."""
    play = (
        Play({"claim": {"filed_at": filed_at}}).to(HOUR).refund("58.00").decided("order_refunded")
    )
    assert play.state.status is Status.ORDER_REFUNDED
    assert play.state.odr_counts is counts
    assert play.state.funded_by == "seller"


def test_what_the_notice_says_beats_the_table() -> None:
    """Both facts are its own."""
    play = Play().to(HOUR).decided("granted_seller_funded", funded_by="amazon", odr_counts=False)
    assert (play.state.funded_by, play.state.odr_counts) == ("amazon", False)


def test_yen_have_no_decimals() -> None:
    """In the fact as in the file."""
    play = Play(YEN).to(HOUR).refund("1000")
    assert play.facts("refund_recorded")[0].data["amount"] == "1000 JPY"


def test_an_amount_that_was_corrected_may_be_refunded_already() -> None:
    """The claim was about less than the notice said."""
    play = Play().to(DAY).refund("20.00").amend({"claim": {"amount": "20.00"}})
    assert play.state.refunded_at == ARRIVED + DAY
    assert not play.clock().running
    assert play.to(6 * DAY).when("appeal_drafted") == []


def test_a_currency_stays_once_money_went_back() -> None:
    """Amounts of two currencies never meet."""
    play = Play().to(DAY).refund("20.00")
    event = ev.Amended(at=play.now, values={"claim": {"currency": "EUR"}})
    assert play.why_not(event) == (
        "claim.currency cannot be amended: 20.00 was refunded in the old one"
    )


def test_a_refunded_claim_is_looked_after() -> None:
    """14 days without a decision: a person looks."""
    play = Play().to(DAY - HOUR).refund("58.00").to(15 * DAY - HOUR)
    assert play.open_tasks() == {"check-decision"}
    assert play.when("task_opened") == [15 * DAY - HOUR]
