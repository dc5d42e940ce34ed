"""The claims that a walk begins with: one of each kind that the playbook tells apart.

A playbook sees of a claim file only the conditions that it names, so two claims for which these hold
alike are one.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import product
from typing import Any

from atoz.claims.calendar import SendingHours
from atoz.claims.claim import ClaimFile
from atoz.claims.policy import FilingWindow, Policy, Sending
from atoz.playbook import events as ev
from atoz.playbook.apply import apply
from atoz.playbook.conditions import applies, holds
from atoz.playbook.edition import CURRENT
from atoz.playbook.model import ConditionName, Playbook
from atoz.playbook.state import CaseState, open_claim

_REASONS = ("not_as_described", "not_received", "damaged", "return_not_refunded", "other")
_STATUSES = ("delivered", "in_transit", "never_shipped", "returned")
_PROOFS = ("signature", "photo", "buy_shipping")


def opened(
    playbook: Playbook, arrives_at: datetime, now: datetime, due: datetime, hours: SendingHours
) -> Iterator[CaseState]:
    """Open claims of every kind that the playbook tells apart, taken up at `now`, due at `due`."""
    seen: set[tuple[bool, ...]] = set()
    named = _named(playbook)
    for file in _files(arrives_at, due, playbook):
        fresh = open_claim("claim-walk", file, now)
        kind = tuple(holds(name, fresh) for name in named)
        if kind in seen or not applies(_anywhere(playbook), fresh):
            continue
        seen.add(kind)
        yield apply(
            fresh,
            ev.Opened(
                at=now,
                file=file,
                policy=policy_of(hours),
                candidates=(playbook,),
                edition=CURRENT,
            ),
        )


def _anywhere(playbook: Playbook) -> Any:
    """Whom it applies to, in whichever marketplace."""
    return playbook.applies.model_copy(update={"marketplaces": None})


def _named(playbook: Playbook) -> tuple[ConditionName, ...]:
    """The conditions that steps look at."""
    return tuple(
        dict.fromkeys(
            name
            for step in playbook.steps
            for name in (*step.skip_if, *step.only_if, *((step.or_when,) if step.or_when else ()))
        )
    )


def _files(arrives_at: datetime, due: datetime, playbook: Playbook) -> Iterator[ClaimFile]:
    """Claim files that differ in all that a condition can see; common ones first."""
    rule = playbook.applies
    reasons = rule.reasons or _REASONS
    statuses = rule.shipment or _STATUSES
    for reason, status, *proofs in product(reasons, statuses, *[(False, True)] * len(_PROOFS)):
        shipment = {"status": status, **dict(zip(_PROOFS, proofs, strict=True))}
        yield ClaimFile.model_validate(
            {
                "claim": {
                    "order_id": "111-0000001-0000001",
                    "marketplace": "US",
                    "reason": reason,
                    "amount": "10",
                    "currency": "EUR",
                    "notified_at": arrives_at,
                    "response_due": due,
                },
                "buyer": {"relay": "b@marketplace.example", "language": "en"},
                "shipment": shipment,
            }
        )


@lru_cache(maxsize=64)
def policy_of(hours: SendingHours) -> Policy:
    """A policy of which only the sending hours matter: the limit is stated in the claim."""
    day = "0h"
    return Policy(
        marketplace="US",
        name="any",
        zone=hours.zone,
        language="en",
        currency="EUR",
        sending=Sending.model_validate(
            {"from": hours.opens, "to": hours.closes, "weekdays": hours.weekdays, "country": "US"}
        ),
        limits=(),
        closed_days=hours.closed,
        filing_window=FilingWindow.model_validate(
            {
                "opens_after_latest_delivery": day,
                "opens_after_order": day,
                "closes_after_latest_delivery": day,
                "source": "none",
            }
        ),
    )
