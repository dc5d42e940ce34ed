"""Claim and case files: what is refused and where, what may be left out, what a case adds."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from atoz.claims.case import CaseFile
from atoz.claims.claim import ClaimFile
from atoz.claims.facts import values_of
from atoz.playbook.check import problems
from tests.support.cases import DOCUMENT, document

CASES = sorted((Path(__file__).resolve().parents[3] / "samples" / "cases").glob("*.json"))


def refused(*changes: dict[str, Any]) -> list[str]:
    """Every problem of the document with these changes, one line each."""
    with pytest.raises(ValidationError) as refusal:
        ClaimFile.model_validate(document(*changes))
    return problems(refusal.value)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"colour": "red"}, "colour"),
        ({"claim": {"colour": "red"}}, "claim.colour"),
        ({"buyer": {"name": "x"}}, "buyer.name"),
        ({"shipment": {"delivered": True}}, "shipment.delivered"),
        ({"return": {"label": "x"}}, "return.label"),
        (
            {"messages": [{"at": "2026-09-01T00:00:00Z", "from": "buyer", "text": "x", "cc": "y"}]},
            "messages.0.cc",
        ),
        ({"return_": {}}, "return_"),
        (
            {"messages": [{"at": "2026-09-01T00:00:00Z", "sender": "buyer", "text": "x"}]},
            "messages.0.sender",
        ),
    ],
)
def test_an_unknown_key_is_refused_with_its_path(change: dict[str, Any], path: str) -> None:
    """A misspelled key must not be lost in silence. Names that only the code uses are unknown too."""
    assert any(line.startswith(f"{path}: ") for line in refused(change))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"claim": {"order_id": "111-000-1"}}, "claim.order_id"),
        ({"claim": {"order_id": "1111-0000102-0000102"}}, "claim.order_id"),
        ({"claim": {"order_id": "１１１-0000102-0000102"}}, "claim.order_id"),
        ({"claim": {"order_id": "111-0000102-0000102\n"}}, "claim.order_id"),
        ({"claim": {"reason": "not received"}}, "claim.reason"),
        ({"claim": {"amount": "0"}}, "claim.amount"),
        ({"claim": {"amount": "-5"}}, "claim.amount"),
        ({"claim": {"amount": "NaN"}}, "claim.amount"),
        ({"claim": {"amount": "Infinity"}}, "claim.amount"),
        ({"claim": {"amount": "119,00"}}, "claim.amount"),
        ({"claim": {"amount": "1.005"}}, "claim"),
        ({"claim": {"amount": "10.50", "currency": "JPY"}}, "claim"),
        ({"claim": {"currency": "usd"}}, "claim.currency"),
        ({"claim": {"currency": "US$"}}, "claim.currency"),
        ({"claim": {"notified_at": "2026-09-08T18:00:00"}}, "claim.notified_at"),
        ({"claim": {"notified_at": None}}, "claim.notified_at"),
        ({"claim": {"response_due": "2026-09-08T18:00:00Z"}}, "claim"),
        ({"claim": {"response_due": "2026-09-07T18:00:00Z"}}, "claim"),
        ({"claim": {"status": "open"}}, "claim.status"),
        ({"claim": {"order_date": "10.08.2026"}}, "claim.order_date"),
        ({"buyer": {"relay": "not an address"}}, "buyer.relay"),
        ({"buyer": {"relay": "a@b.example\nBcc: c@d.example"}}, "buyer.relay"),
        ({"buyer": {"relay": "a@b.example, c@d.example"}}, "buyer.relay"),
        ({"buyer": {"language": "english"}}, "buyer.language"),
        ({"shipment": {"status": "lost"}}, "shipment.status"),
        ({"shipment": {"delivered_at": "2026-08-15T19:02:00"}}, "shipment.delivered_at"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_path(change: dict[str, Any], path: str) -> None:
    """Ids, reasons, money, instants, addresses."""
    assert any(line.startswith(path) for line in refused(change))


def test_all_problems_are_told_at_once() -> None:
    """Nobody corrects a file one error at a time."""
    found = refused(
        {
            "claim": {"order_id": "1", "currency": "usd", "when": 1},
            "buyer": {"relay": "x"},
            "shipment": {"status": "gone"},
            "more": 1,
        }
    )
    paths = {line.partition(":")[0] for line in found}
    assert paths == {
        "claim.order_id",
        "claim.currency",
        "claim.when",
        "buyer.relay",
        "shipment.status",
        "more",
    }


@pytest.mark.parametrize("whole", [[], "x", 5, None, {}, {"claim": None}, {"claim": []}])
def test_what_is_no_claim_file_is_refused(whole: object) -> None:
    """Whatever the JSON is."""
    with pytest.raises(ValidationError):
        ClaimFile.model_validate(whole)


def test_a_notice_carries_little_and_that_is_enough_to_start() -> None:
    """Reason, buyer and shipment may be unknown; what is missing is named in order."""
    bare = {
        key: DOCUMENT["claim"][key]
        for key in ("order_id", "marketplace", "amount", "currency", "notified_at")
    }
    assert ClaimFile.model_validate({"claim": bare}).missing == (
        "claim.reason",
        "buyer.relay",
        "shipment.status",
    )
    nulls = ClaimFile.model_validate(
        {"claim": bare, "buyer": None, "shipment": None, "return": None, "messages": []}
    )
    assert nulls == ClaimFile.model_validate({"claim": bare})


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({}, ()),
        ({"claim": {"reason": None}}, ("claim.reason",)),
        ({"buyer": {"relay": None}}, ("buyer.relay",)),
        ({"buyer": None}, ("buyer.relay",)),
        ({"shipment": None}, ("shipment.status",)),
        ({"shipment": {"status": None}}, ("shipment.status",)),
        ({"buyer": {"language": None}}, ()),
    ],
)
def test_what_is_missing_is_named(change: dict[str, Any], missing: tuple[str, ...]) -> None:
    """Only what no step can do without."""
    assert ClaimFile.model_validate(document(change)).missing == missing


def test_a_claim_file_survives_being_written_and_read() -> None:
    """Aliases, days and instants come back as they were."""
    prior = [{"at": "2026-09-01T00:00:00Z", "from": "buyer", "text": "Where is it?"}]
    whole = ClaimFile.model_validate(
        document({"return": {"received_at": "2026-09-11"}, "messages": prior})
    )
    again = ClaimFile.model_validate_json(whole.model_dump_json(by_alias=True))
    assert again == whole
    assert again.return_ is not None
    assert again.return_.received_at == date(2026, 9, 11)


def test_each_value_has_its_path() -> None:
    """Every known value becomes a fact of its own; what is unknown is none."""
    values = values_of(ClaimFile.model_validate(document({"claim": {"ship_by": None}})))
    assert values["claim.amount"] == "58.00"
    assert values["shipment.delivered_at"] == "2026-08-15T19:02:00Z"
    assert values["shipment.shipped_at"] == "2026-08-11"
    assert "claim.ship_by" not in values
    assert not any(path.startswith("return") for path in values)


def test_prior_messages_are_one_value_each() -> None:
    """They are numbered as they stand."""
    prior = [
        {"at": "2026-09-01T00:00:00Z", "from": who, "text": who} for who in ("buyer", "seller")
    ]
    values = values_of(ClaimFile.model_validate(document({"messages": prior})))
    assert values["messages.2"]["from"] == "seller"
    assert values["messages.1"]["text"] == "buyer"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_sample_is_a_case(path: Path) -> None:
    """And the claim file within it stands alone, without what only the harness reads."""
    case = CaseFile.model_validate_json(path.read_text("utf-8"))
    alone = json.loads(case.claim_file.model_dump_json(by_alias=True))
    assert set(alone) == {"claim", "buyer", "shipment", "return", "listing", "messages"}
    assert ClaimFile.model_validate(alone).claim == case.claim


def test_a_case_may_expect_anything() -> None:
    """`expected` is the harness's own and never validated."""
    case = CaseFile.model_validate(document({"expected": {"whatever": [1, {"x": None}]}}))
    assert case.expected == {"whatever": [1, {"x": None}]}


def test_the_persona_works_in_spans() -> None:
    """An absent duty is never done."""
    case = CaseFile.model_validate(document({"operator": {"approve": "90m"}}))
    assert case.delay("submit_appeal") is None
    delay = case.delay("approve")
    assert delay is not None
    assert delay.total_seconds() == 5400


@pytest.mark.parametrize(
    "event",
    [
        {"type": "party", "at": "2026-09-09T00:00:00Z"},
        {"type": "decision", "at": "2026-09-09T00:00:00Z", "message_id": "<x>", "status": "won"},
        {"type": "operator", "at": "2026-09-09T00:00:00Z", "do": "refunded", "amount": "0"},
        {"type": "operator", "at": "2026-09-09T00:00:00Z", "do": "nothing", "amount": "1"},
        {"type": "buyer_reply", "at": "2026-09-09T00:00:00Z", "message_id": "<x>"},
        {"type": "duplicate_notice", "at": "2026-09-09", "message_id": "<x>"},
        {"type": "duplicate_notice", "at": "2026-09-09T00:00:00Z", "message_id": "<x>", "y": 1},
    ],
)
def test_an_event_that_cannot_be_is_refused(event: dict[str, Any]) -> None:
    """With its number in the path."""
    with pytest.raises(ValidationError) as refusal:
        CaseFile.model_validate(document({"events": [event]}))
    assert all(line.startswith("events.0") for line in problems(refusal.value))


def test_a_decision_without_its_instant_in_words_is_kept_whole() -> None:
    """Nulls mean: by the status table."""
    event = {
        "type": "decision",
        "at": "2026-09-09T02:00:00+02:00",
        "message_id": "<x>",
        "status": "withdrawn",
        "funded_by": None,
        "odr_counts": None,
    }
    case = CaseFile.model_validate(document({"events": [event]}))
    assert case.events[0].at == datetime(2026, 9, 9, tzinfo=UTC)
