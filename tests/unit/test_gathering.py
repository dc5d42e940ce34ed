"""Notices of a flood: the first at once and alone, the others together, each claim knows if it came."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from atoz.notices import Gathering, Notice, digest

NOW = datetime(2026, 9, 8, 9, tzinfo=UTC)
PAUSE = 0.01


def notice(number: int, due: timedelta | None = None) -> Notice:
    """What a claim has to say."""
    order = f"111-{number:07}-0000000"
    return Notice(
        subject=f"{order}: Approve", order_id=order, due=NOW + due if due else None, at=NOW
    )


class Inbox:
    """A channel that keeps what it is told, and takes it or not."""

    name = "email"

    def __init__(self) -> None:
        self.told: list[Notice] = []
        self.away = False

    async def tell(self, notice: Notice) -> list[str]:
        """Keep it."""
        self.told.append(notice)
        return [self.name] if self.away else []


class Clock:
    """Seconds that a test moves."""

    now = 1_000.0

    def __call__(self) -> float:
        """The instant."""
        return self.now


@pytest.fixture
def inbox() -> Inbox:
    """Where it arrives."""
    return Inbox()


async def test_an_ordinary_day_is_told_as_it_comes(inbox: Inbox) -> None:
    """Ten in a minute go at once, each as it is; a minute later the next ten."""
    clock = Clock()
    gathering = Gathering(inbox, pause=3_600, clock=clock)
    for minute in range(2):
        for number in range(10):
            assert await gathering.tell(notice(10 * minute + number)) == []
        clock.now += 60
    assert [each.order_id for each in inbox.told] == [notice(n).order_id for n in range(20)]


async def test_a_flood_is_ten_mails_and_one(inbox: Inbox) -> None:
    """After an outage: what is due first at the top; every claim has its answer."""
    gathering = Gathering(inbox, pause=PAUSE, clock=Clock())
    every = [notice(n, timedelta(hours=2_000 - n)) for n in range(2_000)]
    answers = await asyncio.gather(*map(gathering.tell, every))
    assert answers == [[]] * 2_000
    *alone, together = inbox.told
    assert alone == every[:10]
    assert together.subject == "1990 notices at once, the first by 2026-09-08T10:00:00Z"
    assert "111-0001999-0000000: Approve" in together.lines[0]
    assert together.lines[-2:] == (
        "and 1690 more",
        "What each of them asks: `atoz tasks`, or the board.",
    )
    assert (together.due, together.order_id) == (NOW + timedelta(hours=1), None)
    assert together.notices == tuple(reversed(every[10:])), "whole, for programs"


async def test_who_was_not_told_knows_it(inbox: Inbox) -> None:
    """Each claim of a mail that failed tells again later; one that gives up takes it from nobody."""
    gathering = Gathering(inbox, pause=PAUSE, clock=Clock())
    await asyncio.gather(*(gathering.tell(notice(n)) for n in range(10)))
    inbox.away = True
    waiting = [asyncio.create_task(gathering.tell(notice(n))) for n in range(10, 13)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    assert await asyncio.gather(*waiting[1:]) == [["email"], ["email"]]
    assert len(inbox.told) == 11


async def test_one_that_comes_alone_in_a_flood_is_no_digest(inbox: Inbox) -> None:
    """It says what it asks."""
    gathering = Gathering(inbox, pause=PAUSE, clock=Clock())
    for number in range(12):
        await gathering.tell(notice(number))
    assert inbox.told == [notice(n) for n in range(12)]


def test_what_has_no_date_comes_last() -> None:
    """Clocks first, since they cost money."""
    together = digest([notice(1), notice(2, timedelta(hours=3))])
    assert [line.split()[-2] for line in together.lines[:2]] == [
        "111-0000002-0000000:",
        "111-0000001-0000000:",
    ]
