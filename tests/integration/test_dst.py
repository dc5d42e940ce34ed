"""Claims over the change of the clocks, in London and Los Angeles, in autumn and in spring.

Spans are elapsed time in UTC; only the sending hours (08:00 to 20:00) are local. So the same
elapsed day is inside the hours on one side of the change and outside on the other.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from tests.support.server import Bench, a_case, instants

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]

DAY = timedelta(days=1)
PROMPT = timedelta(seconds=10)


class Change(NamedTuple):
    """A claim that arrives on the day before the clocks change, and when its mails must go."""

    marketplace: str
    notified_at: datetime
    first_mail: datetime
    second_mail: datetime


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


CHANGES = {
    # 08:30 before the change is 07:30 a day after it: the mail waits for 08:00.
    "London in autumn": Change(
        "UK", at("2026-10-24T07:30"), at("2026-10-25T08:00"), at("2026-10-27T08:00")
    ),
    "Los Angeles in autumn": Change(
        "US", at("2026-10-31T15:30"), at("2026-11-01T16:00"), at("2026-11-03T16:00")
    ),
    # 07:30 before the change is 08:30 a day after it: the mail goes at once.
    "London in spring": Change(
        "UK", at("2027-03-27T07:30"), at("2027-03-28T07:30"), at("2027-03-30T07:30")
    ),
    "Los Angeles in spring": Change(
        "US", at("2027-03-13T15:30"), at("2027-03-14T15:30"), at("2027-03-16T15:30")
    ),
}


def case_of(change: Change) -> dict[str, Any]:
    """The change of a claim file that makes it arrive there and then."""
    notice = change.notified_at.isoformat()
    claim = {
        "marketplace": change.marketplace,
        "currency": "GBP" if change.marketplace == "UK" else "USD",
        "notified_at": notice,
        "filed_at": notice,
    }
    return {"claim": claim}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_claim_over_a_change_of_the_clocks(bench: Bench, change: Change) -> None:
    """Days are elapsed days, hours of sending are local, the deadline stands on the second."""
    claim = await bench.begin(a_case(case_of(change)))
    state = (await claim.rehearsal.reach(change.first_mail - timedelta(seconds=2)))[0]
    assert instants(state, "message_sent") == []
    state = await claim.reach("5d", 2)
    first, second = instants(state, "message_sent")
    assert change.first_mail <= first <= change.first_mail + PROMPT
    assert change.second_mail <= second <= change.second_mail + PROMPT
    (drafted,) = instants(state, "appeal_drafted")
    assert second + DAY <= drafted <= second + DAY + PROMPT
    clock = state.clock("response")
    assert clock is not None
    assert clock.due == change.notified_at + 7 * DAY
