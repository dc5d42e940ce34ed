"""An example of every document that the API takes or gives, by the name of its model.

They are data for the description alone (`described.py`), about one claim, so that what one address
gives fits what the next one takes. A model without one fails a test, and so does an example that its own
model would refuse.
"""

from typing import Any

Document = dict[str, Any]

ORDER = "111-0000102-0000102"
_CLAIM: Document = {"workflow_id": f"claim-{ORDER}", "order_id": ORDER}
_DIGEST = "0078ca6674b4d001"
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_CLOCK: Document = {
    "name": "response",
    "due": "2030-01-31T09:00:00Z",
    "source": "policy US: the documented rule, 7 days to answer, then granted automatically",
    "stopped_at": None,
}
_TASK: Document = {
    **_CLAIM,
    "id": "submit-appeal",
    "kind": "submit-appeal",
    "title": "Hand in the appeal",
    "opened_at": "2030-01-28T09:00:00Z",
    "due": "2030-01-31T09:00:00Z",
    "clock": "response",
}
_DESK_TASK: Document = {
    "id": "desk-3",
    "kind": "desk",
    "title": f"Quarantined: it looks like a claim decision about order {ORDER}",
    "text": "DMARC failed for marketplace.example. Nothing was started.",
    "opened_at": "2030-01-28T09:00:00Z",
    "sort": "quarantined",
    "about_order": ORDER,
}
_MAIL: Document = {
    "kind": "claim_decision",
    "trusted": False,
    "reason_untrusted": "DMARC failed for marketplace.example",
    "order_id": ORDER,
    "text": "The claim was denied.",
    "message_id": "<m1@marketplace.example>",
}
_ROW: Document = {
    **_CLAIM,
    "marketplace": "US",
    "reason": "not_as_described",
    "playbook": "documented",
    "status": "under_review",
    "step": "deescalate",
    "acted": "deescalate",
    "attention": "task",
    "paused_since": None,
    "next_at": "2030-01-27T09:00:00Z",
    "clock": {"name": "response", "due": "2030-01-31T09:00:00Z"},
    "response_due": "2030-01-31T09:00:00Z",
    "decided_at": None,
    "running": True,
}
_WHY: Document = {
    **_CLAIM,
    "step": "deescalate",
    "state": "done",
    "rule": "documented: deescalate, at: 1d, send: deescalate",
    "facts": ["f24"],
    "sentences": ["Sent at 2030-01-25T09:00:00Z (f24).", "It is over since 2030-01-25T09:00:00Z."],
}
_FACT: Document = {
    "id": "f24",
    "at": "2030-01-25T09:00:00Z",
    "kind": "message_sent",
    "step": "deescalate",
    "source": "playbook",
    "data": {"template": "deescalate", "language": "en"},
}
_TIMELINE: Document = {
    "timeline": [_FACT],
    "outcome": {
        "playbook": "documented",
        "status": "under_review",
        "funded_by": None,
        "odr_counts": None,
        "clocks": {"response": "2030-01-31T09:00:00Z"},
    },
}
_WORST: Document = {
    "marketplace": "DE",
    "arrives_at": "2030-10-26T02:00:00Z",
    "finishes_at": "2030-10-27T22:00:00Z",
    "finishes_after": "44h",
    "limit": "2d",
    "margin": "4h",
    "path": [
        {"step": "appeal", "begins": "2030-10-27T15:30:00Z", "over": "2030-10-27T22:00:00Z"},
    ],
}
_MOVE: Document = {
    **_CLAIM,
    "marketplace": "US",
    "old": {"version": 1, "digest": _DIGEST, "next_step": "request-photos"},
    "new": {"version": 2, "digest": "1b11cff2f241801a", "next_step": "request-photos"},
    "proved": True,
    "safe": True,
    "reasons": [],
}
_STEP: Document = {
    "step": "request-photos",
    "at": "2030-01-27T09:00:00Z",
    "kind": "message_sent",
    "why": None,
    "differs": True,
}
_PLANNED: Document = {
    **_MOVE,
    "old": {**_MOVE["old"], "plan": [_STEP]},
    "new": {**_MOVE["new"], "plan": [{**_STEP, "at": "2030-01-26T09:00:00Z"}]},
    "texts": [{"step": "appeal", "old": "We asked on day 3.", "new": "We asked on day 2."}],
}
_CHANGED: Document = {
    "path": "steps.request-photos.when",
    "old": "at 3d",
    "new": "at 2d",
    "sentence": "Step `request-photos` acts at 2d instead of at 3d.",
}
_STAY: Document = {**_MOVE, "safe": False, "reasons": ["the claim is decided"]}
_FIGURES: Document = {
    "claims": 40,
    "statuses": {"denied": 30, "granted_seller_funded": 10},
    "won": 30,
    "win_rate": 0.75,
    "win_rate_low": 0.5981,
    "win_rate_high": 0.8582,
    "breaches": 1,
    "breaches_unknown": 0,
    "median_days": 9.5,
}

CLAIM_FILE: Document = {
    "claim": {
        "order_id": ORDER,
        "marketplace": "US",
        "reason": "not_as_described",
        "amount": "58.00",
        "currency": "USD",
        "notified_at": "2030-01-24T09:00:00Z",
    },
    "buyer": {"relay": "abc123@marketplace.example", "language": "en"},
    "shipment": {"status": "delivered", "carrier": "UPS", "tracking_number": "1Z999"},
}
"""What starts a claim."""

TAKEN: dict[str, Document] = {
    "AttachBody": {"order_id": ORDER, "why": "The buyer wrote from another address."},
    "Body_add-evidence": {"file": "label.jpg"},
    "Body_reply-with-photos": {"photos": ["crack.jpg"], "text": "It came like this."},
    "DeskDoneBody": {"receipt": "Answered by telephone."},
    "DiscardBody": {"why": "It is an advertisement."},
    "MoveBody": {"order": ORDER, "why": "Two days more for the photos."},
}
"""What is taken; models that say their example themselves are not here."""

GIVEN: dict[str, Document] = {
    "AtDesk": {"task": _DESK_TASK, "mail": _MAIL, "gone": None},
    "Books": {
        "playbooks": [
            {
                "name": "short-limit",
                "title": "Short limit",
                "version": 1,
                "digest": _DIGEST,
                "ok": True,
                "errors": [],
                "worst_cases": [_WORST],
            }
        ]
    },
    "Check": {"ok": True, "errors": [], "worst_case": _WORST},
    "ClaimStatus": {
        **_CLAIM,
        "marketplace": "US",
        "playbook": "documented",
        "playbook_digest": _DIGEST,
        "status": "under_review",
        "step": "deescalate",
        "state": "needs_operator",
        "next_step": "request-photos",
        "next_at": "2030-01-27T09:00:00Z",
        "acted": "deescalate",
        "acts_next": "request-photos",
        "acts_at": "2030-01-27T09:00:00Z",
        "clocks": [_CLOCK],
        "tasks": [_TASK],
        "paused": False,
    },
    "Clock": _CLOCK,
    "Desk": {
        "tasks": [_DESK_TASK],
        "done": [
            {
                "id": "desk-2",
                "title": "1 more mail was quarantined",
                "done_at": "2030-01-27T15:00:00Z",
                "result": "discarded: It is an advertisement.",
            }
        ],
    },
    "DeskTask": _DESK_TASK,
    "Erased": {
        **_CLAIM,
        "erased_at": "2030-06-01T09:00:00Z",
        "already": False,
        "keys": 1,
        "files": 4,
        "remains": ["copies that were made before: backups, the marketplace's own records"],
    },
    "Fact": _FACT,
    "FirstClock": {"name": "response", "due": "2030-01-31T09:00:00Z"},
    "Letter": {"task": "desk-3", "sort": "quarantined", "mail": _MAIL, "gone": None},
    "Looked": {
        "workflow_id": "mailbox-by-hand",
        "run_id": "019b0c1e-6f1c-7c55-b0ab-3d1f7a0e2c11",
        "state": "done",
        "mails": {"read": 3, "claims_started": 1, "delivered": 2, "quarantined": 0, "more": False},
        "why": None,
    },
    "Me": {"name": "erp", "role": "agent", "via": "token", "acts": ["look", "start", "reply"]},
    "Moved": {"moved": [_MOVE], "stayed": [_STAY], "looked_at": 2, "next_page_token": None},
    "Moves": {
        "playbook": {"name": "documented", "version": 2, "digest": "1b11cff2f241801a"},
        "claims": [_PLANNED],
        "changes": [
            {
                "old": {"name": "documented", "version": 1, "digest": _DIGEST},
                "changes": [_CHANGED],
            }
        ],
        "looked_at": 1,
        "following": 0,
        "safe": 1,
        "unsafe": 0,
        "next_page_token": None,
    },
    "Packet": {"name": "appeal-1-763004fd73b4", "size": 93228},
    "Packets": {"packets": [{"name": "appeal-1-763004fd73b4", "size": 93228}]},
    "Page": {"claims": [_ROW], "next_page_token": None},
    "Recorded": {**_CLAIM, "recorded": 1, "at": "2030-01-28T09:00:00Z"},
    "Report": {
        "at": "2030-01-28T09:00:00Z",
        "since": "2029-01-28T09:00:00Z",
        "open": {"claims": 12, "missed": 0, "overdue": 0, "by_step": {"deescalate": 12}},
        "decided": _FIGURES,
        "by_reason": [{"reason": "not_as_described", **_FIGURES}],
        "by_playbook": [{"playbook": "documented", **_FIGURES}],
        "by_marketplace": [{"marketplace": "US", **_FIGURES}],
    },
    "Row": _ROW,
    "Simulated": {**_TIMELINE, "simulated_from": "2030-01-28T09:00:00Z"},
    "Started": {
        **_CLAIM,
        "run_id": "019b0c1e-6f1c-7c55-b0ab-3d1f7a0e2c11",
        "already_running": False,
    },
    "Task": _TASK,
    "Tasks": {"tasks": [_TASK], "next_page_token": None},
    "Timeline": _TIMELINE,
    "Told": {
        **_CLAIM,
        "message_id": "<m1@shop.example>",
        "intents": ["question"],
        "attachments": [],
        "delivered_to": "claim",
    },
    "Why": _WHY,
    "WhyEach": {**_CLAIM, "steps": [{**_WHY, "order_id": ORDER}]},
}
"""What is given."""
