"""Where a mail goes: only a trusted one starts or changes anything, and nothing that matters is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest

from atoz.claims.status import Status
from atoz.mail.reading import Kind, Reading
from atoz.mail.routing import (
    Answered,
    ForPerson,
    Leave,
    Start,
    Tell,
    message_key,
    order_of,
    route,
)
from atoz.playbook import events as ev

ORDER = "111-0000102-0000102"
RECEIVED = datetime(2026, 9, 8, 9, tzinfo=UTC)


def reading(kind: Kind, **values: Any) -> Reading:
    """A trusted mail of this kind about an order."""
    plain = {
        "kind": kind,
        "trusted": True,
        "order_id": ORDER,
        "marketplace": "US",
        "amount": Decimal("58.00"),
        "currency": "USD",
        "message_id": "<1@amazon.com>",
        "sender": "atoz-guarantee-no-reply@amazon.com",
        "subject": "Claim",
    }
    return Reading.model_validate({**plain, **values})


def told(found: object) -> Tell:
    """What a claim is told."""
    assert isinstance(found, Tell)
    return found


def test_a_notice_starts_an_incomplete_claim() -> None:
    """It carries no reason, no buyer and no shipment."""
    found = route(reading("claim_opened"), RECEIVED)
    assert isinstance(found, Start)
    claim = found.file.claim
    assert (claim.order_id, claim.amount, claim.currency) == (ORDER, Decimal("58.00"), "USD")
    assert claim.notified_at == RECEIVED
    assert found.file.missing == ("claim.reason", "buyer.relay", "shipment.status")


@pytest.mark.parametrize(
    ("written", "begins"),
    [
        (timedelta(minutes=-3), timedelta(minutes=-3)),
        (timedelta(days=-7), timedelta(days=-7)),
        (timedelta(days=-7, seconds=-1), timedelta(0)),
        (timedelta(seconds=1), timedelta(0)),
    ],
)
def test_the_clock_begins_at_the_notices_own_date(written: timedelta, begins: timedelta) -> None:
    """Unless that cannot be: then when it was received."""
    found = route(reading("claim_opened", date=RECEIVED + written), RECEIVED)
    assert isinstance(found, Start)
    assert found.file.claim.notified_at == RECEIVED + begins


def test_a_deadline_in_the_past_is_no_reason_to_lose_the_claim() -> None:
    """It starts, under the marketplace's own limit."""
    found = route(reading("claim_opened", due=RECEIVED - timedelta(hours=1)), RECEIVED)
    assert isinstance(found, Start)
    assert found.file.claim.response_due is None
    due = RECEIVED + timedelta(days=3)
    kept = route(reading("claim_opened", due=due), RECEIVED)
    assert isinstance(kept, Start)
    assert kept.file.claim.response_due == due


@pytest.mark.parametrize("missing", ["order_id", "amount", "currency"])
def test_a_notice_that_lacks_something_is_a_persons(missing: str) -> None:
    """It is told what, and nothing starts."""
    found = route(reading("claim_opened", **{missing: None}), RECEIVED)
    assert isinstance(found, ForPerson)
    assert missing in found.text
    assert "start this claim by hand" in found.text.lower()


@pytest.mark.parametrize(
    "kind", [k for k in get_args(Kind) if k not in {"other", "own_reply_copy"}]
)
def test_an_untrusted_mail_changes_nothing(kind: Kind) -> None:
    """Whatever it says that it is: it is kept apart, with the reason."""
    why = "amazon.com.evil.example is no sender domain of US"
    found = route(reading(kind, trusted=False, reason_untrusted=why), RECEIVED)
    assert isinstance(found, ForPerson)
    assert not found.trusted
    assert found.text.startswith("Amazon.com.evil.example is no sender domain of US.")
    assert ORDER in found.title


def test_a_reply_goes_to_its_claim() -> None:
    """With its words, its language and what was read in it."""
    mail = reading("buyer_message", text="See the photo", language="en", intents=("photos",))
    found = told(route(mail, RECEIVED))
    assert found.order_id == ORDER
    assert isinstance(found.event, ev.BuyerReplied)
    assert (found.event.text, found.event.intents) == ("See the photo", ("photos",))


def test_a_long_reply_is_cut_and_half_signs_replaced() -> None:
    """The history takes neither."""
    event = told(route(reading("buyer_message", text="é" * 5_000), RECEIVED)).event
    assert isinstance(event, ev.BuyerReplied)
    assert event.text == "é" * 2_000 + " […]"
    event = told(route(reading("buyer_message", text="a\ud800b"), RECEIVED)).event
    assert event.model_dump_json()


def test_a_decision_and_a_request_go_to_their_claim() -> None:
    """With what they state, None where they state nothing."""
    decision = reading("claim_decision", status=Status.GRANTED_SELLER_FUNDED, odr_counts=True)
    event = told(route(decision, RECEIVED)).event
    assert isinstance(event, ev.MarketplaceDecided)
    assert (event.status, event.funded_by) == (Status.GRANTED_SELLER_FUNDED, None)
    due = RECEIVED + timedelta(hours=48)
    event = told(route(reading("information_request", due=due), RECEIVED)).event
    assert isinstance(event, ev.InformationRequested)
    assert event.due == due


@pytest.mark.parametrize("kind", ["buyer_message", "information_request", "claim_decision"])
@pytest.mark.parametrize(
    ("written", "came"),
    [
        (timedelta(days=-2), timedelta(days=-2)),
        (timedelta(days=-8), timedelta(0)),
        (timedelta(hours=1), timedelta(0)),
        (None, timedelta(0)),
    ],
)
def test_what_waited_in_the_mailbox_came_when_it_was_written(
    kind: Kind, written: timedelta | None, came: timedelta
) -> None:
    """Like the notice of a claim: unless that cannot be, then when it was received."""
    date = None if written is None else RECEIVED + written
    mail = reading(kind, status=Status.DENIED, text="Hello", date=date)
    event = told(route(mail, RECEIVED)).event
    assert isinstance(event, ev.Arriving)
    assert (event.at, event.arrived_at) == (RECEIVED, RECEIVED + came)


def test_a_decision_that_cannot_be_read_is_a_persons() -> None:
    """It is never guessed."""
    found = route(reading("claim_decision", status=None), RECEIVED)
    assert isinstance(found, ForPerson)
    assert "atoz decide" in found.text


@pytest.mark.parametrize(("kind", "opted_out"), [("bounce", False), ("buyer_opted_out", True)])
def test_what_came_back_is_told_to_its_claim(kind: Kind, opted_out: bool) -> None:
    """With the Message-ID of ours, where the notice names it."""
    original = f"<claim-{ORDER}.deescalate.1@shop.example>"
    event = told(route(reading(kind, original=original), RECEIVED)).event
    assert isinstance(event, ev.MessageBounced)
    assert (event.original, event.opted_out) == (original, opted_out)


def test_a_bounce_names_its_order_by_our_own_message_id() -> None:
    """A bounce often carries nothing else."""
    original = f"<claim-{ORDER}.deescalate.1@shop.example>"
    mail = reading("bounce", order_id=None, original=original)
    assert order_of(mail) == ORDER
    assert told(route(mail, RECEIVED)).order_id == ORDER
    assert isinstance(route(reading("bounce", order_id=None), RECEIVED), ForPerson)


@pytest.mark.parametrize("kind", ["return_requested", "refund_issued"])
def test_returns_and_refunds_are_for_information(kind: Kind) -> None:
    """They may be evidence; a person decides."""
    found = route(reading(kind), RECEIVED)
    assert isinstance(found, ForPerson)
    assert found.text.startswith("For your information")


def test_a_copy_of_the_sellers_own_reply_says_that_the_buyer_was_answered() -> None:
    """At its own date; one that nobody vouches for, or of no order, says nothing."""
    written = RECEIVED - timedelta(minutes=5)
    found = route(reading("own_reply_copy", date=written, text="It is sent anew."), RECEIVED)
    assert found == Answered(ORDER, written, "<1@amazon.com>", "It is sent anew.")
    assert route(reading("own_reply_copy", order_id=None), RECEIVED) == Leave(ours=True)


def test_other_mail_is_left_alone() -> None:
    """Newsletters and our own copies are no work; a notice of a new form is."""
    assert route(reading("other", trusted=False), RECEIVED) == Leave(ours=False)
    assert route(reading("other", order_id=None), RECEIVED) == Leave(ours=False)
    assert route(reading("own_reply_copy", trusted=False), RECEIVED) == Leave(ours=True)
    assert isinstance(route(reading("other", reason="no known subject"), RECEIVED), ForPerson)


def test_an_endless_message_id_is_kept_short() -> None:
    """And stays its own."""
    long = [reading("bounce", message_id=f"<{'x' * 900}{n}@y>") for n in (1, 2)]
    keys = {message_key(mail) for mail in long}
    assert len(keys) == 2
    assert all(len(key) < 100 for key in keys)
    assert message_key(reading("bounce")) == "<1@amazon.com>"
