"""A claim as a person, a notice or the order book describes it: the claim file.

Nullable values are those that a notice does not carry (reason, buyer words, relay, shipment): a
claim may start without them and is completed by the order book or by a person.
"""

import re
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from atoz.claims.base import Instant, Moment, Money, Strict, check_decimals
from atoz.claims.status import Status

# It begins with a figure, so that a search skips to the next one; the look back comes behind it.
ORDER_ID = re.compile(r"[0-9](?<!\d.)[0-9]{2}-[0-9]{7}-[0-9]{7}(?!\d)")


def claim_id_of(order_id: str) -> str:
    """One claim per order: `claim-111-0000102-0000102`, whether it is a workflow or a key's owner."""
    return f"claim-{order_id}"


Reason = Literal[
    "not_received",
    "not_as_described",
    "damaged",
    "defective",
    "wrong_item",
    "missing_parts",
    "return_not_refunded",
    "return_refused",
    "refund_wrong_amount",
    "other",
]

ShipmentStatus = Literal["never_shipped", "in_transit", "delivered", "returned"]


class Claim(Strict):
    """The claim itself. Amounts are in `currency`; instants are UTC; dates are the listing's days."""

    order_id: str
    marketplace: str
    reason: Reason | None = None
    amount: Annotated[Decimal, Field(gt=0, max_digits=12)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    order_date: date | None = None
    ship_by: date | None = None
    max_estimated_delivery: date | None = None
    filed_at: Instant | None = None
    notified_at: Instant
    response_due: Instant | None = None
    buyer_comment: Annotated[str, Field(max_length=100_000)] | None = None
    status: Status = Status.UNDER_REVIEW

    @field_validator("order_id")
    @classmethod
    def _order_id(cls, value: str) -> str:
        if not ORDER_ID.fullmatch(value):
            raise ValueError("an order id has three, seven and seven digits: 111-0000102-0000102")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_decimals(self.amount, self.currency)
        if self.response_due is not None and self.response_due <= self.notified_at:
            raise ValueError("response_due must be later than notified_at")
        return self

    @property
    def money(self) -> Money:
        """The claimed amount with its currency."""
        return Money(amount=self.amount, currency=self.currency)


RELAY = re.compile(r"^[^@\s<>,;:\"]{1,128}@[A-Za-z0-9.-]{3,190}$")
Relay = Annotated[str, Field(pattern=RELAY.pattern)]
"""The marketplace's address for one buyer: nothing but an address, never a header."""


class Buyer(Strict):
    """How the buyer is reached: the marketplace's relay address and the language of the order."""

    relay: Relay | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None


Note = Annotated[str, Field(max_length=5_000)]
"""What the seller has on record about something, in words; an appeal quotes it."""


class Shipment(Strict):
    """What the carrier, the label and our own records say of the parcel.

    `signature` and `photo` are proof of delivery: yes/no or a name. `last_scan_at`: the newest scan of
    a parcel on its way; `carrier_inquiry_at`: when we asked the carrier to search for it;
    `carrier_notes`: what the carrier wrote about it. `address_match`: the label has the address of the
    order. `weight` as on the label, such as `1.24 kg`; `pick_record` and `packing`: how the item was
    picked and packed. Source: the domain notes on what an appeal must carry.
    """

    carrier: str | None = None
    tracking_number: str | None = None
    shipped_at: Moment | None = None
    first_scan_at: Moment | None = None
    delivered_at: Moment | None = None
    status: ShipmentStatus | None = None
    signature: bool | str | None = None
    photo: bool | str | None = None
    buy_shipping: bool | None = None
    last_scan_at: Moment | None = None
    carrier_inquiry_at: Moment | None = None
    carrier_notes: Note | None = None
    address_match: bool | None = None
    weight: Annotated[str, Field(max_length=40)] | None = None
    pick_record: Note | None = None
    packing: Note | None = None


class Deduction(Strict):
    """A part of a refund that was kept, in the claim's currency, and why."""

    amount: Annotated[Decimal, Field(gt=0, max_digits=12)]
    basis: Note


class Return(Strict):
    """A return of the order, if there is one, or the offer of one or of a replacement.

    `domestic_address`: the return address lies in the buyer's country. `refused_because`: our reason
    for not accepting it. `refunded_amount` and deductions are in the claim's currency.
    """

    requested_at: Moment | None = None
    authorised_at: Moment | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    received_at: Moment | None = None
    condition: str | None = None
    refunded: bool | None = None
    offered_at: Moment | None = None
    replacement_offered_at: Moment | None = None
    label_sent_at: Moment | None = None
    domestic_address: bool | None = None
    refused_at: Moment | None = None
    refused_because: Note | None = None
    refunded_at: Moment | None = None
    refunded_amount: Annotated[Decimal, Field(gt=0, max_digits=12)] | None = None
    deductions: Annotated[tuple[Deduction, ...], Field(max_length=20)] = ()


class Listing(Strict):
    """What the listing said when the order was placed."""

    title: Annotated[str, Field(max_length=500)] | None = None
    text: Annotated[str, Field(max_length=20_000)] | None = None


class PriorMessage(Strict):
    """A message between buyer and seller from before the claim."""

    at: Instant
    sender: Literal["buyer", "seller"] = Field(alias="from")
    language: str | None = None
    text: Annotated[str, Field(max_length=100_000)]


class ClaimFile(Strict):
    """A claim file: everything that is known of a claim when it starts, or is amended later."""

    claim: Claim
    buyer: Buyer | None = None
    shipment: Shipment | None = None
    return_: Return | None = Field(default=None, alias="return")
    listing: Listing | None = None
    messages: tuple[PriorMessage, ...] = ()

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        returned, currency = self.return_, self.claim.currency
        if returned is not None:
            refund = (returned.refunded_amount,) if returned.refunded_amount is not None else ()
            for amount in (*refund, *(kept.amount for kept in returned.deductions)):
                check_decimals(amount, currency)
        return self

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The values without which no step may act, in the order in which a person is asked."""
        wanted = (
            ("claim.reason", self.claim.reason),
            ("buyer.relay", self.buyer and self.buyer.relay),
            ("shipment.status", self.shipment and self.shipment.status),
        )
        return tuple([path for path, value in wanted if value is None])
