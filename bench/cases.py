"""A typical claim of each shipped playbook, as case files: what happens, and when.

`documented` is the claim that the cost is held to: two replies of the buyer, the receipt and the
decision. The others have no reply, since most claims have none.
"""

from collections.abc import Mapping
from typing import Any

from atoz.claims.base import merged
from atoz.claims.case import CaseFile

_BASE: Mapping[str, Any] = {
    "claim": {
        "marketplace": "US",
        "reason": "not_as_described",
        "amount": "58.00",
        "currency": "USD",
        "order_date": "2026-08-10",
        "ship_by": "2026-08-12",
        "max_estimated_delivery": "2026-08-20",
        "filed_at": "2026-09-08T18:00:00Z",
        "notified_at": "2026-09-08T18:00:00Z",
        "buyer_comment": "The shade is cream, I wanted white.",
        "status": "under_review",
    },
    "buyer": {"relay": "zqb44x7k2m9p4@marketplace.amazon.com", "language": "en"},
    "shipment": {
        "carrier": "UPS",
        "tracking_number": "1Z0000000300000144",
        "shipped_at": "2026-08-11",
        "first_scan_at": "2026-08-11",
        "delivered_at": "2026-08-15T19:02:00Z",
        "status": "delivered",
        "buy_shipping": False,
    },
    "operator": {"approve": "1h", "submit_appeal": "2h"},
}
_PHOTO = {"name": "lamp.jpg", "type": "image/jpeg", "bytes": 180_000}


def _reply(at: str, number: int, text: str, *files: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "buyer_reply",
        "at": at,
        "message_id": f"<reply-{number}@mail.example>",
        "language": "en",
        "text": text,
        "attachments": list(files),
    }


def _decision(at: str, status: str) -> dict[str, Any]:
    return {"type": "decision", "at": at, "status": status, "message_id": "<d@mail.example>"}


_GRANTED = _decision("2026-09-14T15:00:00Z", "granted_amazon_funded")

_CHANGES: Mapping[str, Mapping[str, Any]] = {
    "documented": {
        "events": [
            _reply("2026-09-10T01:00:00Z", 1, "Thank you for writing. It is the colour."),
            _reply("2026-09-12T02:00:00Z", 2, "Here is a picture of the lamp.", _PHOTO),
            _GRANTED,
        ]
    },
    "delivered-proof": {
        "claim": {"reason": "not_received", "buyer_comment": "It never came."},
        "shipment": {"signature": "M. LEE", "buy_shipping": True},
        "events": [_GRANTED],
    },
    "refund-first": {
        "claim": {"reason": "not_received", "buyer_comment": "It never came."},
        "shipment": {
            "status": "never_shipped",
            **dict.fromkeys(
                ("carrier", "tracking_number", "shipped_at", "first_scan_at", "delivered_at")
            ),
        },
        "events": [
            {
                "type": "operator",
                "at": "2026-09-08T21:00:00Z",
                "do": "refunded",
                "amount": "58.00",
            },
            _decision("2026-09-09T15:00:00Z", "order_refunded"),
        ],
    },
    "short-limit": {
        "claim": {"response_due": "2026-09-10T18:00:00Z"},
        "events": [_GRANTED],
    },
    "hand-over": {
        "claim": {"response_due": "2026-09-09T06:00:00Z"},
        "events": [_GRANTED],
    },
}


def typical_claims() -> dict[str, CaseFile]:
    """The typical claim of each shipped playbook, by the playbook's name."""
    return {
        name: CaseFile.model_validate(_document(number, changes))
        for number, (name, changes) in enumerate(_CHANGES.items(), start=1)
    }


def _document(number: int, changes: Mapping[str, Any]) -> dict[str, Any]:
    order = {"claim": {"order_id": f"114-{number:07}-0000000"}}
    return merged(merged(_BASE, changes), order)
