"""The seven statuses of a claim and what each means to the seller.

Source: the sellers' FAQ that the product implements and the marketplace's policy pages. The FAQ
prints "Amazon Funded" for both kinds of granted claim; the first of them is seller funded.
`funded_by` and `odr_counts` stay two facts: a claim can be debited and still not count.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

FundedBy = Literal["seller", "amazon", "nobody"]


class Status(StrEnum):
    """What the marketplace says of the claim."""

    GRANTED_SELLER_FUNDED = "granted_seller_funded"
    GRANTED_AMAZON_FUNDED = "granted_amazon_funded"
    ORDER_REFUNDED = "order_refunded"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    ORDER_CANCELLED = "order_cancelled"
    UNDER_REVIEW = "under_review"


class Meaning(NamedTuple):
    """The marketplace's words, who pays, and whether the order defect rate counts it."""

    words: str
    funded_by: FundedBy | None
    odr_counts: bool | None


MEANINGS: dict[Status, Meaning] = {
    Status.GRANTED_SELLER_FUNDED: Meaning("Claim granted, seller funded", "seller", True),
    Status.GRANTED_AMAZON_FUNDED: Meaning("Claim granted, Amazon funded", "amazon", False),
    Status.ORDER_REFUNDED: Meaning("Order refunded", "seller", True),
    Status.DENIED: Meaning("Claim closed", "nobody", False),
    Status.WITHDRAWN: Meaning("Claim withdrawn", "nobody", False),
    Status.ORDER_CANCELLED: Meaning("Order cancelled", "seller", True),
    Status.UNDER_REVIEW: Meaning("Under review", None, None),
}


_OVERTURNED: dict[Status, frozenset[Status]] = {
    Status.GRANTED_SELLER_FUNDED: frozenset({Status.GRANTED_AMAZON_FUNDED, Status.DENIED}),
}
_AFTER_ANY = frozenset({Status.UNDER_REVIEW, Status.WITHDRAWN})


def follows(later: Status, before: Status) -> bool:
    """Whether the marketplace may say `later` once it has decided `before`; else one of them is wrong.

    Any decision may be reopened or withdrawn, and one against the seller may be overturned; everything
    else is decided anew only after the claim was reopened. Source: the domain notes, the seven statuses
    and the appeal after a decision.
    """
    return later in _AFTER_ANY or later in _OVERTURNED.get(before, ())


def odr_counts_by_table(
    status: Status, refunded_at: datetime | None, filed_at: datetime | None
) -> bool | None:
    """Whether the order defect rate counts the claim when the notice does not say.

    A refund that was made before the claim was filed does not count; one made after does.
    """
    before = refunded_at is not None and filed_at is not None and refunded_at < filed_at
    if status is Status.ORDER_REFUNDED and before:
        return False
    return MEANINGS[status].odr_counts
