"""Claim files before they reach a server: when two are the same, and how one is moved to today."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from atoz.service.claim_files import digest_of, read_claim, shifted
from tests.support.cases import claim_file


def test_received_now_moves_every_date_alike() -> None:
    """Instants keep their distances to the second, days theirs from the day of the notice."""
    times: dict[str, Any] = {
        "claim": {"response_due": "2026-09-10T21:00:00Z"},
        "return": {"requested_at": "2026-09-01", "received_at": "2026-09-05T23:30:00Z"},
        "messages": [{"at": "2026-09-02T10:00:00Z", "from": "buyer", "text": "Hello?"}],
    }
    moved = shifted(claim_file(times), datetime(2026, 12, 31, 5, 0, 0, 999, tzinfo=UTC))
    document = moved.model_dump(mode="json", by_alias=True)
    assert document["claim"]["notified_at"] == "2026-12-31T05:00:00Z"
    assert document["claim"]["response_due"] == "2027-01-02T08:00:00Z"
    assert document["claim"]["order_date"] == "2026-12-02"
    assert document["return"]["requested_at"] == "2026-12-24"
    assert document["return"]["received_at"] == "2026-12-28T10:30:00Z"
    assert document["messages"][0]["at"] == "2026-12-24T21:00:00Z"
    assert document["shipment"]["tracking_number"] == "1Z0000000300000199"


def test_the_digest_looks_past_spelling_and_past_a_case() -> None:
    """Order of keys, how an instant is written and what a case adds are no other data."""
    document = json.loads(claim_file().model_dump_json(by_alias=True))
    turned = dict(reversed(document.items())) | {"title": "x", "events": [], "operator": {"x": 1}}
    turned["claim"] = {**document["claim"], "notified_at": "2026-09-08T20:00:00+02:00"}
    one, other = (read_claim(json.dumps(each).encode(), ("US",)) for each in (document, turned))
    assert digest_of(one) == digest_of(other)
