"""Two hundred claims at once, each on its own clock: all come to their end with the right timeline."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from atoz.claims.case import CaseFile
from atoz.harness.rehearse import Rehearsal
from tests.support.cases import ARRIVED, NEVER_SHIPPED, PROVEN
from tests.support.server import Bench, Claim, a_bench, a_case, decision, message_id

pytestmark = [pytest.mark.server, pytest.mark.slow]

CLAIMS = 200
SLACK = timedelta(seconds=60)
AT_ONCE = 10
"""How many clocks are moved at the same time: all claims are open all the time."""

KINDS: tuple[tuple[dict[str, Any], ...], ...] = ((), (PROVEN,), (NEVER_SHIPPED,), ())
WANTED: tuple[tuple[str, list[str]], ...] = (
    ("documented", ["deescalate", "request_photos"]),
    ("delivered-proof", ["deescalate"]),
    ("refund-first", []),
    ("documented", ["deescalate", "request_photos"]),
)
"""For each kind of claim the playbook that it takes, and the mails that it sends."""


def case(number: int) -> CaseFile:
    """Claims of every kind, each a little later than the one before."""
    later = (ARRIVED + timedelta(minutes=number)).isoformat()
    when = {"claim": {"notified_at": later, "filed_at": later}}
    return a_case(*KINDS[number % len(KINDS)], when)


@pytest.mark.timeout(300)
async def test_two_hundred_claims_at_once(tmp_path: Path) -> None:
    """Nobody's clock, mail or timeline is another's."""
    async with a_bench(tmp_path) as bench:  # no other test waits behind them
        await _two_hundred(bench)


async def _two_hundred(bench: Bench) -> None:
    cases = [case(number) for number in range(CLAIMS)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def begin(one: CaseFile) -> Claim:
        async with gate:
            return Claim(await Rehearsal.begin(bench.server, one), one.claim.notified_at)

    async def finish(claim: Claim) -> dict[str, Any]:
        async with gate:
            await bench.server.jump(claim.handle, claim.at("4d12h") - claim.rehearsal.offset)
            said = decision("denied", message_id=message_id())
            await claim.rehearsal.send(said)
            await bench.server.jump(claim.handle, claim.at("40d") - claim.rehearsal.offset)
            ended: dict[str, Any] = await claim.handle.result()
            return ended

    claims = await asyncio.gather(*map(begin, cases))
    ends = await asyncio.gather(*map(finish, claims))
    for number, (claim, ended) in enumerate(zip(claims, ends, strict=True)):
        playbook, mails = WANTED[number % len(WANTED)]
        assert (ended["playbook"], ended["status"]) == (playbook, "denied")
        document = await bench.archived(claim.handle.id)
        assert document is not None
        sent = [fact for fact in document["timeline"] if fact["kind"] == "message_sent"]
        assert [fact["data"]["template"] for fact in sent] == mails
        decided = [
            fact["at"] for fact in document["timeline"] if fact["kind"] == "decision_received"
        ]
        assert len(decided) == 1
        assert document["status"]["order_id"] == cases[number].claim.order_id
        for fact, span in zip(sent, ("1d", "3d"), strict=False):
            assert abs(datetime.fromisoformat(fact["at"]) - claim.at(span)) < SLACK
