"""A dozen of the faults of `make chaos`: nothing lost, nothing twice, no deadline missed unwarned."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.chaos.__main__ import broken, run
from tests.chaos.faults import every_fault, representative
from tests.chaos.play import Row
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
    row = rows[name]
    assert broken(row) is None
    assert isinstance(row, Row)
    if "dies" in name or "die " in name:
        assert row.deaths >= 1, "nobody died"
    await asyncio.sleep(0)


def test_the_page_has_every_fault() -> None:
    """The table in docs is of these faults."""
    text = PAGE.read_text("utf-8")
    assert [f"| {fault.name} |" for fault in every_fault() if f"| {fault.name} |" not in text] == []
