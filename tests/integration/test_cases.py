"""Every sample case through the real workflow: it meets what the case expects, as its simulation does.

The law of the design: for every case the simulated and the real timeline are equal but for ids and
the seconds that real work takes, each instant within 60 s.
"""

from __future__ import annotations

import asyncio
import os
import random
from datetime import timedelta
from typing import Any

import pytest

from atoz.claims.case import CaseFile, Troubles
from atoz.harness.expect import differences
from atoz.harness.law import differences as parted
from atoz.harness.lives import Lives
from atoz.harness.photos import Photos
from atoz.harness.rehearse import Rehearsed, rehearse
from atoz.harness.samples import sample_cases
from atoz.harness.script import script_of
from atoz.keeping import kept_store
from atoz.playbook.simulate import outcome, simulate, timeline
from atoz.playbook.state import CaseState, open_claim
from atoz.service.world import SimulatedWorld
from tests.support.fingerprint import commands_of, committed, how_to_mend
from tests.support.server import Bench
from workflows import names

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]

CASES = sample_cases()
GENERATED = int(os.environ.get("REHEARSALS", "50"))
"""How many drawn cases are rehearsed; `make rehearsals` tries five hundred."""
AT_ONCE = 16
LIMITS = (None, None, timedelta(hours=72), timedelta(hours=30), timedelta(hours=9))
"""What a notice gives: so short at times that only a person can answer."""


def document(state: CaseState) -> dict[str, Any]:
    """What a simulation and a rehearsal print."""
    return {"timeline": timeline(state.facts), "outcome": outcome(state)}


def simulated(bench: Bench, case: CaseFile) -> CaseState:
    """The claim's end under the engine alone."""
    world = SimulatedWorld(bench.rules.library, bench.rules.templates, bench.settings.seller_name)
    name = names.claim_workflow_id(case.claim.order_id)
    opened = open_claim(name, case.claim_file, case.claim.notified_at)
    script = script_of(case, bench.rules.library.phrases, Photos().make)
    return simulate(opened, script, case.operator, world).state


async def rehearsed(bench: Bench, case: CaseFile) -> Rehearsed:
    """The claim's end on the server."""
    photos = Photos()
    script = script_of(case, bench.rules.library.phrases, photos.make)
    await photos.keep(kept_store(bench.settings))
    return await rehearse(bench.server, case, script)


@pytest.mark.parametrize("name", CASES)
async def test_a_case_rehearses_as_expected_and_as_simulated(bench: Bench, name: str) -> None:
    """One play on the server, held against the case, its simulation and the committed commands."""
    case = CASES[name]
    played = await rehearsed(bench, case)
    real = document(played.state)
    expected = differences(case.expected, real["timeline"], real["outcome"], case.claim.notified_at)
    assert expected == []
    assert list(parted(real, document(simulated(bench, case)))) == []
    assert commands_of(await played.handle.fetch_history()) == committed(name), how_to_mend(name)


def drawn(bench: Bench, number: int) -> CaseFile:
    """A case by chance, of each playbook in turn; what goes wrong in the world is no part of it."""
    library = bench.rules.library
    book = library.playbooks[number % len(library.playbooks)]
    lives = Lives(book, library.policies, edges=False)
    chance = random.Random(f"law/{number}")  # noqa: S311 - repeatable
    limit = chance.choice(LIMITS)
    case = lives.drawn(chance, f"112-{number:07}-0000000", limit)
    return case.model_copy(update={"world": Troubles()})


@pytest.mark.timeout(600)
async def test_drawn_cases_rehearse_as_simulated(bench: Bench) -> None:
    """Any reply, decision, verb of a person and marketplace, at any instant; every playbook is met."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def breach(number: int) -> tuple[str, list[str]]:
        async with gate:
            case = drawn(bench, number)
            played = await rehearsed(bench, case)
            end = simulated(bench, case)
            assert end.playbook is not None
            return end.playbook.name, list(parted(document(played.state), document(end)))

    found = await asyncio.gather(*map(breach, range(GENERATED)))
    assert {number: said for number, (_, said) in enumerate(found) if said} == {}
    assert {book for book, _ in found} == {book.name for book in bench.rules.library.playbooks}
