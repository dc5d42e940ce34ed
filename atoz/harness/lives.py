"""The lives of claims that the fuzzer plays: drawn by chance, and written down as case files."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from atoz.claims.base import instant_text, span_text
from atoz.claims.claim import ClaimFile
from atoz.claims.policy import Policy
from atoz.claims.status import Status
from atoz.playbook.conditions import applies
from atoz.playbook.model import INTENTS, Playbook
from atoz.playbook.state import open_claim

_SHIPMENTS = (
    {"status": "delivered", "carrier": "UPS", "tracking_number": "1Z1", "signature": True},
    {"status": "delivered", "carrier": "UPS", "tracking_number": "1Z1"},
    {"status": "in_transit", "carrier": "UPS", "tracking_number": "1Z1"},
    {"status": "never_shipped"},
    {"status": "returned", "carrier": "UPS", "tracking_number": "1Z1"},
)
_REASONS = ("not_received", "not_as_described", "damaged", "return_not_refunded", "other")
_OUTCOMES = ("sent", "sent", "sent", "refused", "refused_for_now", "blocked", "unknown")
_LATE = (0, 0, 0, 60, 1800, 4 * 3600)


@dataclass(frozen=True)
class Life:
    """All that one run was drawn to be; shrinking leaves parts of it out."""

    file: ClaimFile
    happens: tuple[tuple[timedelta, dict[str, Any]], ...]
    persona: Mapping[str, timedelta]
    sends: tuple[str, ...]
    findings: tuple[bool, ...]
    late: tuple[int, ...]


def drawn(chance: random.Random, playbook: Playbook, policies: Sequence[Policy]) -> Life:
    """A life by chance: a claim that the playbook applies to, in one of these marketplaces."""
    file = _file(chance, playbook, chance.choice(policies))
    days = playbook.limit.total_seconds() / 86_400 + 3
    happens = tuple(
        sorted(
            (
                (timedelta(seconds=int(chance.random() * days * 86_400)), _event(chance, number))
                for number in range(chance.randrange(5))
            ),
            key=lambda pair: pair[0],
        )
    )
    lead = playbook.operator_lead.total_seconds()
    persona = {
        duty: timedelta(seconds=int(chance.random() * lead))
        for duty in ("approve", "submit_appeal")
        if chance.random() < 0.7
    }
    return Life(
        file=file,
        happens=happens,
        persona=persona,
        sends=tuple(chance.choice(_OUTCOMES) for _ in range(6)),
        findings=tuple(chance.random() < 0.3 for _ in range(4)),
        late=tuple(chance.choice(_LATE) for _ in range(8)),
    )


def _file(chance: random.Random, playbook: Playbook, policy: Policy) -> ClaimFile:
    """A claim that the playbook applies to; after some vain draws any claim."""
    arrives = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(365 * 86_400))
    drawn = (_any_file(chance, playbook, policy, arrives) for _ in range(40))
    fits = (f for f in drawn if applies(playbook.applies, open_claim("claim-fuzz", f, arrives)))
    return next(fits, None) or _any_file(chance, playbook, policy, arrives)


def _any_file(
    chance: random.Random, playbook: Playbook, policy: Policy, arrives: datetime
) -> ClaimFile:
    reason = chance.choice(_REASONS)
    return ClaimFile.model_validate(
        {
            "claim": {
                "order_id": "111-0000102-0000102",
                "marketplace": policy.marketplace,
                "reason": reason,
                "amount": "58",
                "currency": policy.currency,
                "order_date": "2025-12-01",
                "notified_at": arrives,
                "response_due": arrives + playbook.limit,
            },
            "buyer": {"relay": "b@marketplace.example", "language": policy.language},
            "shipment": chance.choice(_SHIPMENTS),
            "return": {"received_at": "2026-01-01"} if reason == "return_not_refunded" else None,
        }
    )


def _event(chance: random.Random, number: int) -> dict[str, Any]:
    """One thing that happens, as a document of the event."""
    mail = f"<{chance.choice([number, number, 0])}@fuzz.invalid>"
    match chance.choice(
        ["reply"] * 6
        + ["again", "asked", "decided", "bounced", "refunded", "pause", "resume", "resume"]
    ):
        case "reply":
            photo = {"name": "a.jpg", "type": "image/jpeg", "size": 1, "sha256": "a" * 64}
            return {
                "type": "buyer_replied",
                "message_id": mail,
                "text": "words",
                "intents": chance.sample(INTENTS, chance.randrange(1, 3)),
                "attachments": [photo] * chance.randrange(2),
            }
        case "again":
            return {"type": "duplicate_noticed", "message_id": mail}
        case "asked":
            return {"type": "information_requested", "message_id": mail}
        case "decided":
            status = chance.choice([each.value for each in Status])
            return {"type": "marketplace_decided", "message_id": mail, "status": status}
        case "bounced":
            out = chance.random() < 0.5
            return {"type": "message_bounced", "message_id": mail, "opted_out": out}
        case "refunded":
            return {
                "type": "refunded",
                "by": "fuzz",
                "key": mail,
                "amount": chance.choice(["8", "58"]),
            }
        case "pause":
            return {"type": "paused", "by": "fuzz", "key": mail}
        case _:
            return {"type": "resumed", "by": "fuzz", "key": mail}


# As a case file ----------------------------------------------------------------------


def case_of(life: Life, title: str) -> dict[str, Any]:
    """The claim, its events and its people as a case file, which `simulate` plays.

    What the world refused or did late is no part of a case file.
    """
    arrives = life.file.claim.notified_at
    events = [
        document
        for after, what in life.happens
        if (document := _case_event(what, instant_text(arrives + after)))
    ]
    persona = {duty: span_text(span) for duty, span in life.persona.items()}
    return {
        "title": title,
        **life.file.model_dump(mode="json", by_alias=True),
        "events": events,
        "operator": persona,
    }


def _case_event(what: dict[str, Any], at: str) -> dict[str, Any] | None:
    """An event as case files write it; a bounce or a pause cannot stand in one."""
    match what["type"]:
        case "buyer_replied":
            files = [
                {"name": f["name"], "type": f["type"], "bytes": 1_000} for f in what["attachments"]
            ]
            words = " ".join(_WORDS.get(intent, "Hello.") for intent in what["intents"])
            return {
                "type": "buyer_reply",
                "at": at,
                "message_id": what["message_id"],
                "language": "en",
                "text": words,
                "attachments": files,
            }
        case "duplicate_noticed":
            return {"type": "duplicate_notice", "at": at, "message_id": what["message_id"]}
        case "information_requested":
            return {"type": "information_request", "at": at, "message_id": what["message_id"]}
        case "marketplace_decided":
            return {
                "type": "decision",
                "at": at,
                "status": what["status"],
                "message_id": what["message_id"],
            }
        case "refunded":
            return {"type": "operator", "at": at, "do": "refunded", "amount": what["amount"]}
        case _:
            return None


_WORDS = {
    "says_withdrawn": "I have withdrawn the claim.",
    "asks_how_to_withdraw": "How do I cancel the claim?",
    "says_received": "It has arrived now.",
    "wants_refund": "I want my money back.",
    "stop_contact": "Stop contacting me.",
    "question": "When will it come?",
}
