"""Holds what the benches of many claims count: late ones, busy seconds, twins."""

from __future__ import annotations

from datetime import UTC, datetime

from bench.cases import typical_claims
from bench.firing import Mails
from bench.outage import _busiest, _turns_in_time
from bench.standing import claim_file, order_of, percentile
from tests.support.mails import TO, message

NOW = datetime(2026, 9, 8, 18, tzinfo=UTC)


def test_every_number_is_a_claim_of_its_own() -> None:
    """The typical claim, noticed when it is said, and incomplete where that is asked for."""
    file = claim_file(7, NOW)
    assert (file.claim.order_id, file.claim.notified_at) == (order_of(7), NOW)
    assert file.claim.reason == typical_claims()["documented"].claim.reason
    assert claim_file(8, NOW, relay=None).missing
    assert not file.missing


def test_the_99th_of_a_hundred() -> None:
    """One in a hundred may be worse; of few the worst counts."""
    assert percentile([float(n) for n in range(200)], 0.99) == 198.0
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0


def test_the_busiest_ten_seconds() -> None:
    """Wherever they begin."""
    assert _busiest([0.0, 5.0, 9.9, 10.0, 30.0]) == 3
    assert _busiest([]) == 0


def test_the_turns_that_are_in_time() -> None:
    """Ten a second from the first message until half of the claims would have gone; no more than claims."""
    assert _turns_in_time(2_000, [9.0, 9.1]) == 911
    assert _turns_in_time(2_000, []) == 1_001
    assert _turns_in_time(1, []) == 1


async def test_twins_are_counted() -> None:
    """By their Message-ID, however often."""
    mails = Mails()
    for name in ("<a@b>", "<c@b>", "<a@b>", "<a@b>"):
        await mails.send(message(message_id=name), TO)
    assert (len(mails.came), mails.twice) == (4, 1)
