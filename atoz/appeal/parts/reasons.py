"""What the middle of an appeal must carry, by the reason of the claim. Source: the domain notes' table.

These sentences are there because the claim was filed so: they cite the reason beside their own facts.
`other` may be about anything, so it takes whatever is on record.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import get_args

from atoz.appeal.ledger import Ids, Said
from atoz.appeal.telling import Telling
from atoz.claims.base import money_text
from atoz.claims.claim import Reason

Topic = Callable[[Telling, Ids], Iterator[Said]]


def by_reason(t: Telling) -> Iterator[Said]:
    """The sentences that this claim's reason asks for."""
    filed = t.ledger.held("claim.reason")
    if filed is not None:
        for topic in TOPICS[filed.data["value"]]:
            yield from topic(t, (filed.id,))


def _noted(key: str, path: str) -> Topic:
    """Our own record, quoted."""

    def topic(t: Telling, reason: Ids) -> Iterator[Said]:
        yield from t.say(key, text=t.quote(t.ledger.held(path)), rests=reason)

    return topic


def _weight(t: Telling, reason: Ids) -> Iterator[Said]:
    yield from t.say("weight", weight=t.text("shipment.weight"), rests=reason)


def _return_after(t: Telling, reason: Ids) -> Iterator[Said]:
    """The arithmetic of days from the delivery to the request for a return."""
    requested, delivered = "return.requested_at", "shipment.delivered_at"
    asked, came = t.ledger.held(requested), t.ledger.held(delivered)
    if asked is None or came is None:
        return
    days = (t.ledger.day(asked.data["value"]) - t.ledger.day(came.data["value"])).days
    if days >= 0:
        n = Said(str(days), (asked.id, came.id))
        since = t.day(delivered)
        yield from t.say(
            "return_after", requested=t.day(requested), n=n, delivered=since, rests=reason
        )


def _return_domestic(t: Telling, reason: Ids) -> Iterator[Said]:
    fact = t.ledger.held("return.domestic_address")
    if fact is not None and fact.data["value"] is True:
        yield from t.say("return_domestic", rests=(fact.id, *reason))


def _return_not_seen(t: Telling, reason: Ids) -> Iterator[Said]:
    """As of now: a return may still be on its way."""
    if t.ledger.held("return.received_at") is None:
        requested = t.when("return.requested_at")
        yield from t.say(
            "return_not_seen", reason=t.reason, now=t.as_of, requested=requested, rests=reason
        )


def _deductions(t: Telling, reason: Ids) -> Iterator[Said]:
    """Each part of the refund that was kept, with its basis."""
    currency = t.ledger.held("claim.currency")
    for row in t.ledger.rows("return.deductions"):
        amount, basis = t.ledger.held(f"{row}.amount"), t.ledger.held(f"{row}.basis")
        if currency is None or amount is None:
            continue
        kept = money_text(Decimal(amount.data["value"]), currency.data["value"])
        said = Said(kept, (amount.id, currency.id))
        yield from t.say("deduction", amount=said, text=t.quote(basis), rests=reason)


_listing = (_noted("listing_title", "listing.title"), _noted("listing_text", "listing.text"))
_packed = (_noted("packing", "shipment.packing"),)
_picked = (_noted("picked", "shipment.pick_record"), _weight)
_carrier = (_noted("carrier_notes", "shipment.carrier_notes"),)
_declined = (_return_after, _return_domestic)

TOPICS: Mapping[Reason, Sequence[Topic]] = {
    "not_received": _carrier,
    "not_as_described": _listing,
    "damaged": (*_packed, *_carrier),
    "defective": (*_packed, *_carrier),
    "wrong_item": (*_listing, *_picked),
    "missing_parts": (*_listing, *_picked),
    "return_refused": _declined,
    "return_not_refunded": (_return_not_seen, _deductions),
    "refund_wrong_amount": (_deductions,),
    "other": (*_listing, *_picked, *_packed, *_carrier, *_declined, _deductions),
}
assert set(TOPICS) == set(get_args(Reason)), "every reason has its middle"
