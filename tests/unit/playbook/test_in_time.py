"""The promise behind the choice: whatever takes as long as it may, the answer is in before the margin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from atoz.claims.facts import Fact
from atoz.playbook import events as ev
from atoz.playbook.simulate import simulate
from atoz.playbook.state import open_claim
from tests.support.cases import BLOCKED, HOUR, PROVEN, World, claim_file, library

SLOW = {"approve": 2 * HOUR, "submit_appeal": 4 * HOUR}
"""A person who takes all the time that the playbooks allow for approval and for posting."""

CURRENCIES = {"US": "USD", "UK": "GBP", "JP": "JPY"}
ARRIVALS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
REPLIES = st.lists(
    st.tuples(
        st.integers(0, 7 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
        st.sampled_from(["says_withdrawn", "says_withdrawn", "other", "question", "stop_contact"]),
    ),
    max_size=4,
)


@given(
    arrived=ARRIVALS,
    marketplace=st.sampled_from(sorted(library().policies)),
    limit=st.sampled_from([7 * 24, 7 * 24, 72, 50, 48, 36, 24, 13, 9]),
    proven=st.booleans(),
    findings=st.booleans(),
    late=st.sampled_from([0, 0, 0, 1, 12, 80]),
    replies=REPLIES,
)
def test_a_chosen_playbook_answers_before_its_margin(
    arrived: datetime,
    marketplace: str,
    limit: int,
    proven: bool,
    findings: bool,
    late: int,
    replies: list[tuple[timedelta, Any]],
) -> None:
    """Every send fails through its whole budget, every person is as slow as allowed, holds pile up."""
    due = arrived + limit * HOUR
    about: dict[str, Any] = {
        "marketplace": marketplace,
        "currency": CURRENCIES.get(marketplace, "EUR"),
        "amount": "58",
        "filed_at": arrived.isoformat(),
        "notified_at": arrived.isoformat(),
        "response_due": due.isoformat(),
    }
    file = claim_file({"claim": about}, PROVEN if proven else {})
    script: list[ev.Event] = [
        ev.BuyerReplied(at=arrived + at, message_id=f"<{n}>", intents=(intent,))
        for n, (at, intent) in enumerate(replies)
    ]
    world = World(sends=["refused_for_now"] * 99, findings=BLOCKED if findings else ())
    state = open_claim("claim-x", file, arrived + late * HOUR)
    early = [event.model_copy(update={"at": max(event.at, state.started_at)}) for event in script]
    end = simulate(state, early, SLOW, world).state
    book = end.playbook
    assert book is not None
    packets = [fact.at for fact in end.facts if _asks_to_post(fact)]
    answers = [fact.at for fact in end.facts if fact.kind == "appeal_submitted"]
    assert packets
    assert answers
    if book.name == "hand-over":
        assert packets[0] == state.started_at
        return
    assert packets[0] <= due - book.margin - book.operator_lead
    if (
        len(packets) == 1
    ):  # a reply replaces a packet that is not posted, and the person begins anew
        assert answers[0] <= due - book.margin


def _asks_to_post(fact: Fact) -> bool:
    kinds = {"submit-appeal", "handle-claim"}
    return fact.kind == "task_opened" and fact.data["kind"] in kinds
