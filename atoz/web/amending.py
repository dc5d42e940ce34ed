"""The values of a claim that a person completes or corrects by a form: which, of what kind, what changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from atoz.claims.base import instant_text
from atoz.claims.claim import ClaimFile, Reason, ShipmentStatus
from atoz.errors import BadInput
from atoz.service.problems import PROBLEMS

Kind = Literal["line", "text", "date", "instant", "choice"]


class Value(NamedTuple):
    """A value by its path in the claim file, and how it is asked for."""

    path: str
    kind: Kind = "line"
    options: tuple[str, ...] = ()


SECTIONS: Mapping[str, tuple[Value, ...]] = {
    "notice": (
        Value("claim.order_id"),
        Value("claim.marketplace", "choice"),
        Value("claim.amount"),
        Value("claim.currency"),
        Value("claim.notified_at", "instant"),
        Value("claim.response_due", "instant"),
        Value("claim.reason", "choice", get_args(Reason)),
        Value("claim.filed_at", "instant"),
        Value("claim.buyer_comment", "text"),
    ),
    "buyer": (Value("buyer.language"), Value("buyer.relay")),
    "order": (
        Value("claim.order_date", "date"),
        Value("claim.ship_by", "date"),
        Value("claim.max_estimated_delivery", "date"),
    ),
    "shipment": (
        Value("shipment.status", "choice", get_args(ShipmentStatus)),
        Value("shipment.carrier"),
        Value("shipment.tracking_number"),
        Value("shipment.shipped_at"),
        Value("shipment.first_scan_at"),
        Value("shipment.delivered_at"),
        Value("shipment.signature"),
        Value("shipment.buy_shipping", "choice", ("yes", "no")),
        Value("shipment.carrier_notes", "text"),
        Value("shipment.packing", "text"),
    ),
}
"""What the form that starts a claim asks for, by its parts."""

_STAYS = frozenset(
    {
        *("claim.order_id", "claim.marketplace", "claim.currency"),
        *("claim.notified_at", "claim.response_due", "claim.filed_at", "shipment.buy_shipping"),
    }
)
"""What names the claim, has a form of its own (a clock), or is known when it begins."""
VALUES = tuple(value for part in SECTIONS.values() for value in part if value.path not in _STAYS)
"""What the form that completes or corrects a claim asks for, in the same order."""

_FLAGS = {"yes": True, "no": False}
_FLAGGED = {"shipment.signature", "shipment.buy_shipping"}


def written(file: ClaimFile, path: str) -> str:
    """A value as a form shows it; "" where it is not known."""
    found: Any = file.model_dump(mode="json", by_alias=True)
    for part in path.split("."):
        found = (found or {}).get(part)
    return written_in(found)


def written_in(found: object) -> str:
    """A plain value of a claim file as a form shows it; "" where there is none."""
    if isinstance(found, bool):
        return "yes" if found else "no"
    return "" if found is None else str(found)


def amended(file: ClaimFile, typed: Mapping[str, str]) -> dict[str, Any]:
    """What a form changes, nested as a claim file is. Raises BadInput where it changes nothing."""
    values: dict[str, Any] = {}
    for value in VALUES:
        new = typed.get(value.path)
        if new is None or new.strip() == written(file, value.path):
            continue
        part, name = value.path.split(".")
        values.setdefault(part, {})[name] = typed_value(value.path, new.strip())
    if not values:
        raise BadInput(PROBLEMS("nothing_changed"))
    return values


def typed_value(path: str, word: str) -> object:
    """A word as a claim file has it; None for an empty one."""
    if path in _FLAGGED and word.lower() in _FLAGS:
        return _FLAGS[word.lower()]
    return word or None


def instant_in(zone: ZoneInfo, word: str) -> str:
    """An instant as a form gives it, in the reader's own zone: `2026-09-08T11:00` to UTC.

    Raises BadInput for what is none.
    """
    try:
        at = datetime.fromisoformat(word.strip())
        return instant_text(at if at.tzinfo else at.replace(tzinfo=zone))
    except (ValueError, OverflowError) as fault:
        raise BadInput(PROBLEMS("no_instant", word=repr(word[:60]))) from fault
