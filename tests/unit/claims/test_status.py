"""The status table of the domain notes, row by row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atoz.claims.status import MEANINGS, FundedBy, Status, odr_counts_by_table
from tests.support.cases import ARRIVED, SECOND

TABLE: list[tuple[str, str, FundedBy | None, bool | None]] = [
    ("granted_seller_funded", "Claim granted, seller funded", "seller", True),
    ("granted_amazon_funded", "Claim granted, Amazon funded", "amazon", False),
    ("order_refunded", "Order refunded", "seller", True),
    ("denied", "Claim closed", "nobody", False),
    ("withdrawn", "Claim withdrawn", "nobody", False),
    ("order_cancelled", "Order cancelled", "seller", True),
    ("under_review", "Under review", None, None),
]


@pytest.mark.parametrize(("status", "words", "funded_by", "counts"), TABLE)
def test_each_status_means_what_the_table_says(
    status: str, words: str, funded_by: FundedBy | None, counts: bool | None
) -> None:
    """The marketplace's words, who pays, whether it counts."""
    assert MEANINGS[Status(status)] == (words, funded_by, counts)
    assert odr_counts_by_table(Status(status), None, ARRIVED) is counts


def test_there_are_seven() -> None:
    """No more and no fewer."""
    assert {status.value for status in Status} == {row[0] for row in TABLE}
    assert set(MEANINGS) == set(Status)


@pytest.mark.parametrize(
    ("after", "counts"), [(-SECOND, False), (timedelta(0), True), (SECOND, True)]
)
def test_a_refund_counts_if_it_was_made_after_filing(after: timedelta, counts: bool) -> None:
    """One second before the claim was filed it does not."""
    assert odr_counts_by_table(Status.ORDER_REFUNDED, ARRIVED + after, ARRIVED) is counts


def test_an_unknown_filing_counts() -> None:
    """Without the instant of filing the worse reading stands."""
    assert odr_counts_by_table(Status.ORDER_REFUNDED, ARRIVED, None) is True


def test_only_a_refunded_order_asks_when() -> None:
    """A claim that was granted against the seller counts, whenever he refunded."""
    early = ARRIVED - SECOND
    assert odr_counts_by_table(Status.GRANTED_SELLER_FUNDED, early, ARRIVED) is True
    assert odr_counts_by_table(Status.WITHDRAWN, early, ARRIVED) is False
