"""A dozen of the faults of `make chaos`: nothing lost, nothing twice, no deadline missed unwarned."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.chaos.__main__ import broken, run
from tests.chaos.counting import Row
from tests.chaos.faults import SHIPPED, Known, every_fault, representative
from tests.chaos.table import PAGE

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(400)]

FAULTS = representative()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rows(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Row | str]]:
    """What became of the claim under each of them, a few at a time."""
    found = await run(FAULTS, tmp_path_factory.mktemp("chaos"))
    yield dict(zip((fault.name for fault in FAULTS), found, strict=True))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", [fault.name for fault in FAULTS])
async def test_no_promise_is_broken(rows: dict[str, Row | str], name: str) -> None:
    """Counted at the mail server and in the timeline; and the fault did strike."""
    assert broken(rows[name]) is None
    await asyncio.sleep(0)


def test_a_fault_that_does_not_strike_is_no_proof() -> None:
    """A row without its fault fails, however well the claim went."""
    row = Row("x", 0, "2 mails arrived", 0, 0, 0, ended=True, struck=False)
    assert broken(row) == "x: the fault did not strike"
    assert broken(row._replace(struck=True)) is None


def test_the_page_has_every_fault() -> None:
    """The table in docs is of these faults: a new activity has its lines, too."""
    text = PAGE.read_text("utf-8")
    assert [
        f"| {fault.name} |"
        for fault in every_fault(Known(1, 1, SHIPPED))
        if f"| {fault.name} |" not in text
    ] == []
