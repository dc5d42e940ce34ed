"""Pages that follow what happens: the stream begins where the page ends, and asks nobody twice."""

from __future__ import annotations

import asyncio
import re
from contextlib import ExitStack, aclosing
from datetime import timedelta
from pathlib import Path

import pytest

from atoz.service import looking
from atoz.web.live import MOST_OF_ONE, MOST_WAITING, Crowded, Live, version_of
from tests.support.board_claims import Desk, drafted

AT_ONCE = timedelta(milliseconds=1)
LONG = 0.05
"""Seconds in which a stream that looks every millisecond would have spoken long ago."""


async def test_a_page_costs_one_query_and_its_stream_knows_what_it_showed(tmp_path: Path) -> None:
    """Nothing is asked for again before something happens."""
    desk = Desk(tmp_path)
    play = drafted()
    order, workflow_id = desk.add(play), play.state.workflow_id
    page = (await desk.stand.browser().get(f"/claims/{order}")).text
    shown = re.search(r'sse-connect="/claims/[^"]+/events\?seen=([0-9a-f]+)"', page)
    assert shown
    assert desk.calls.asked == ["look"]
    assert shown[1] == version_of(await looking.version(desk.service, workflow_id))


async def test_a_stream_tells_what_is_new_to_its_reader() -> None:
    """How a thing is, where it is not what was seen; then each change once."""
    live, thing = Live(AT_ONCE), ["as it was"]

    async def look() -> object:
        return thing

    async with (
        aclosing(live.changes("thing", look)) as stranger,
        aclosing(live.changes("thing", look, version_of(thing))) as reader,
    ):
        assert await anext(stranger) == version_of(["as it was"])
        following = asyncio.ensure_future(anext(reader))
        done, _ = await asyncio.wait({following}, timeout=LONG)
        assert not done
        thing[0] = "as it is"
        assert await following == await anext(stranger) == version_of(["as it is"])


def test_nobody_takes_the_streams_of_all() -> None:
    """One person has some dozens, and all together what the board can serve."""
    live = Live(AT_ONCE)
    with ExitStack() as seats:
        for _ in range(MOST_OF_ONE):
            live.demand_room("robot")
            seats.enter_context(live.seat("robot"))
        with pytest.raises(Crowded, match="close some tabs"):
            live.demand_room("robot")
        live.demand_room("agent-2")
        for number in range(MOST_WAITING - MOST_OF_ONE):
            seats.enter_context(live.seat(f"agent-{number}"))
        with pytest.raises(Crowded):
            live.demand_room("somebody else")
    live.demand_room("robot")
