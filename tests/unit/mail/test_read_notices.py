"""Notices of seven marketplaces in six languages: kind, amount, deadline, decision.

The examples stand beside the words that read them, in `playbooks/notices/examples`, where a seller
adds the notice that was misread. The rules above them stand here. What a wrong reading costs: a clock
that starts for nothing, a deadline that nobody sees, a claim that ends and has not.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from atoz.mail.read import reading_document
from atoz.playbook.reading import read_tree
from tests.conftest import ROOT
from tests.support.incoming import ORDERS, RULES, Incoming, said

FOLDER = ROOT / "playbooks" / "notices" / "examples"


def examples() -> Iterator[Any]:
    """Every example of every marketplace."""
    for market in ORDERS:
        file = FOLDER / f"{market}.yaml"
        root, problems = read_tree(
            file.read_text("utf-8").replace("{order}", ORDERS[market]), file.name
        )
        assert root is not None
        assert problems == []
        listed: Any = root.plain()
        for number, example in enumerate(listed["examples"], start=1):
            yield pytest.param(market, example, id=f"{market}-{number}")


@pytest.mark.parametrize("as_html", [False, True], ids=["plain", "html"])
@pytest.mark.parametrize(("market", "example"), list(examples()))
def test_every_example_is_read_as_is_written_beside_it(
    market: str, example: dict[str, Any], as_html: bool
) -> None:
    """As text and as HTML: the values that stand under `read`."""
    text, kind = example["text"], example.get("header")
    if as_html:
        text = f"<html><body><table><tr><td>{html.escape(text)}</td></tr></table></body></html>"
    found = said(Incoming(text, example["subject"], market=market, kind=kind, html=as_html))
    assert found.trusted, found.reason_untrusted
    document = reading_document(found)
    assert {key: document[key] for key in example["read"]} == example["read"]


@pytest.mark.parametrize("language", sorted(RULES.words))
def test_every_language_has_examples_of_what_it_must_read(language: str) -> None:
    """A claim, a request with its deadline, decisions of both payers, a withdrawal."""
    markets = {code for code, policy in RULES.policies.items() if policy.language == language}
    read = [case.values[1]["read"] for case in examples() if case.values[0] in markets]
    kinds = {each.get("kind") for each in read}
    assert {"claim_opened", "information_request", "claim_decision"} <= kinds
    statuses = {each.get("status") for each in read}
    assert {"granted_seller_funded", "granted_amazon_funded", "withdrawn", "denied"} <= statuses
    assert any(each.get("due") for each in read)


@pytest.mark.parametrize(
    "text", ["We have granted the claim.", "We debited you and covered the cost."]
)
def test_a_decision_that_is_not_clear_says_so(text: str) -> None:
    """A person reads it: the note tells why."""
    found = said(Incoming(text, "x", kind="claim_decision"))
    assert found.status is None
    assert found.notes[0].endswith("a person must read it")


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ("Action required: update your tax information", "it names no order"),
        (f"SAFE-T claim decision on order {ORDERS['US']}", "it is about a claim of another sort"),
        (
            f"Action required: Chargeback claim on {ORDERS['US']}",
            "it is about a claim of another sort",
        ),
    ],
)
def test_other_mails_of_the_marketplace_are_no_claims(subject: str, reason: str) -> None:
    """A decision about something else must not end a claim of the same order."""
    found = said(Incoming("Your claim was denied.", subject))
    assert (found.kind, found.reason) == ("other", reason)


def test_a_mail_of_no_known_kind_says_why() -> None:
    """`other` is never silent."""
    found = said(Incoming("Hello.", "Your order has shipped"))
    assert found.kind == "other"
    assert found.reason == "neither a header, the subject nor the words say what it is"


def test_the_header_beats_the_subject() -> None:
    """A subject is localised and edited; the header is neither."""
    found = said(Incoming("Hello.", "Claim decision on order", kind="claim_opened"))
    assert found.kind == "claim_opened"


def test_capitals_do_not_turn_a_claim_into_a_request() -> None:
    """Against its header only the marketplace's own spelling counts."""
    mail = Incoming("Hello.", f"ACTION REQUIRED: Claim on {ORDERS['US']}", kind="claim_opened")
    assert said(mail).kind == "claim_opened"


def test_an_unknown_header_is_noted_and_the_subject_read() -> None:
    """A new kind of notice is no reason to read nothing."""
    extra = (("X-Space-Notification-Type", "SOMETHING_NEW"),)
    found = said(Incoming("Hello.", f"Claim received on order {ORDERS['US']}", extra=extra))
    assert found.kind == "claim_opened"
    assert found.notes == ("X-Space-Notification-Type SOMETHING_NEW is not known",)


def test_two_headers_that_differ_name_no_kind() -> None:
    """One of them is somebody else's."""
    extra = (("X-Space-Notification-Type", "A_Z_CLAIM_RESPONDENT_CLOSE"),)
    found = said(Incoming("Hello.", "Hello", kind="claim_opened", extra=extra))
    assert found.kind == "other"


def test_the_words_say_the_kind_where_nothing_else_does() -> None:
    """The last sign: the first sentences."""
    text = "Hello.\n\nWe have received an A-to-z Guarantee claim on your order."
    assert said(Incoming(text, f"Order {ORDERS['US']}")).kind == "claim_opened"


def test_wrapped_lines_do_not_hide_a_condition() -> None:
    """A mail program breaks lines anywhere."""
    text = (
        "Nothing for now; our team is looking at the claim. Should we need more\n"
        "details we will e-mail you, and you must answer within 3 calendar days\n"
        "from that e-mail.\n"
    )
    assert said(Incoming(text, "Claim received", kind="claim_opened")).due is None


def test_lines_of_a_table_are_sentences_of_their_own() -> None:
    """A condition in the next line is none of this one."""
    text = "<p>Respond within 3 calendar days<br>If you have questions, visit Seller Central</p>"
    found = said(Incoming(text, "Claim received", kind="claim_opened", html=True))
    assert found.due == datetime(2026, 9, 11, 9, tzinfo=UTC)


def test_an_order_is_read_from_the_subject_then_from_the_text() -> None:
    """Two in one place are decided by the next place, or by nobody."""
    one, two = ORDERS["US"], ORDERS["UK"]
    assert said(Incoming(f"order {one}", "Claim", kind="claim_opened")).order_id == one
    assert said(Incoming(f"order {two}", f"Claim {one}", kind="claim_opened")).order_id == one
    assert said(Incoming(f"order {two}", f"{one} {two}", kind="claim_opened")).order_id == two
    assert said(Incoming("order", f"{one} {two}", kind="claim_opened")).order_id is None
    assert said(Incoming("order 1111-0000102-0000102", "x", kind="claim_opened")).order_id is None


def test_a_notice_without_a_date_states_days_but_no_instant() -> None:
    """Nothing is counted from a day that nobody wrote."""
    mail = Incoming(
        "You must respond within 3 calendar days.", f"Action required: {ORDERS['US']}", date=None
    )
    found = said(mail)
    assert (found.due, found.response_days, found.date) == (None, 3, None)
    assert found.notes == ("a period without a date to count from",)


def test_an_own_reply_copy_starts_nothing() -> None:
    """What the seller wrote comes back as a copy: its words are no buyer's."""
    found = said(Incoming("I want a refund.", f"Copy {ORDERS['US']}", kind="own_reply_copy"))
    assert (found.kind, found.intents, found.order_id) == ("own_reply_copy", (), ORDERS["US"])


def test_an_opt_out_names_the_mail_that_it_answers() -> None:
    """So that no appeal says that it arrived."""
    extra = (("In-Reply-To", "<claim-111.deescalate.1@lamp-shop.example>"),)
    found = said(Incoming("Not delivered.", "x", kind="buyer_opted_out", extra=extra))
    assert found.original == "<claim-111.deescalate.1@lamp-shop.example>"
