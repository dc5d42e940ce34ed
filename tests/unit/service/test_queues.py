"""A view is in the order of its due times over all its pages, although the server sorts otherwise."""

from __future__ import annotations

import base64
import random
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus

from atoz.claims.base import instant_text
from atoz.errors import BadInput
from atoz.service.queues import Queues, View, lanes
from workflows import names

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
CLOCK, DUE = names.CLOCK.name, names.RESPONSE_DUE.name


class Lists:
    """Claims as a server lists them: filtered, in an order that has nothing to do with due times."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.reads = 0

    async def read(self, query: str, size: int, token: str | None) -> dict[str, Any]:
        """A page of what the query finds."""
        self.reads += 1
        found = [row for row in self.rows if self._holds(query, row)]
        start = int(token or 0)
        more = start + size < len(found)
        return {
            "claims": found[start : start + size],
            "next_page_token": str(start + size) if more else None,
        }

    def _holds(self, query: str, row: dict[str, Any]) -> bool:
        words = re.search(rf"{names.ATTENTION.name} = '(\w+)'", query)
        # The first clock, where the query asks for it: as a word, else, of an older edition, the instant
        # of its answer. Otherwise the answer's.
        of = CLOCK if row[CLOCK] and f"{CLOCK} " in query else DUE
        low = re.search(rf"{of} >= '([^']+)'", query)
        high = re.search(rf"{of} < '([^']+)'", query)
        due = row[of]
        return (
            (words is None or row["attention"] == words[1])
            and (f"{CLOCK} IS NULL AND {DUE} IS NULL" not in query or due is None)
            and (f"{DUE} IS NOT NULL" not in query or due is not None)
            and (f"{names.PAUSED.name} >=" not in query or row["paused_since"] is not None)
            and (low is None or due >= low[1])
            and (high is None or due < high[1])
        )


def row(number: int, due: datetime | None, attention: str = "none") -> dict[str, Any]:
    """A claim of a list, every third of an edition that showed no clock but the answer's."""
    at = instant_text(due) if due else None
    named = at and number % 3
    answer = at if attention == "none" or not named else None
    return {
        "order_id": f"333-{number:07}-0000000",
        "clock": {"name": "response" if answer else "buyer_reply", "due": at} if at else None,
        "response_due": answer,
        "attention": attention,
        "paused_since": None,
        CLOCK: f"{at} {'response' if answer else 'buyer_reply'}" if named else None,
        DUE: answer,
    }


async def walk(queues: Queues, view: View, limit: int = 100) -> list[list[dict[str, Any]]]:
    """All pages of a view."""
    pages, token = [], None
    while True:
        page = await queues.rows(view, limit=limit, page_token=token)
        pages.append(page["claims"])
        token = page["next_page_token"]
        if token is None:
            return pages


@pytest.mark.parametrize("spread", [timedelta(days=7), timedelta(minutes=5), timedelta(days=80)])
async def test_all_pages_are_in_order(spread: timedelta) -> None:
    """Nothing is lost, nothing comes twice; a page costs a few looks."""
    draw = random.Random(7)  # noqa: S311 - no secret
    rows = [
        row(n, NOW + timedelta(seconds=round(draw.uniform(-0.1, 1) * spread.total_seconds())))
        for n in range(5_000)
    ]
    lists = Lists(rows)
    queues = Queues(lists.read, lambda: NOW)
    pages = await walk(queues, "waiting-buyer")
    shown = [each for page in pages for each in page]
    assert shown == sorted(rows, key=lambda each: (each["clock"]["due"], each["order_id"]))
    assert {len(page) for page in pages[:-1]} == {100}
    assert lists.reads < 4 * len(pages)
    lists.reads = 0
    await queues.rows("waiting-buyer")
    assert lists.reads <= 2, "how the lane was cut is remembered"


async def test_a_thousand_clocks_in_one_second_are_in_order() -> None:
    """Where time cannot be cut any further, the orders are sorted."""
    rows = [row(n, NOW + timedelta(hours=1)) for n in range(2_500)]
    random.Random(7).shuffle(rows)  # noqa: S311 - no secret
    pages = await walk(Queues(Lists(rows).read, lambda: NOW), "waiting-buyer")
    assert [each["order_id"] for page in pages for each in page] == sorted(
        each["order_id"] for each in rows
    )


async def test_what_was_missed_comes_first() -> None:
    """Then what is urgent, then other tasks; within each what ends first, then what has no clock."""
    rows = [
        row(1, NOW + timedelta(hours=1), "task"),
        row(2, None, "urgent"),
        row(3, NOW + timedelta(hours=9), "urgent"),
        row(4, NOW - timedelta(days=500), "missed"),
        row(5, None, "task"),
        row(6, NOW + timedelta(hours=2), "urgent"),
        row(7, None, "missed"),
    ]
    for limit in (1, 2, 3, 100):
        pages = await walk(Queues(Lists(rows).read, lambda: NOW), "needs-you", limit)
        assert [int(each["order_id"][4:11]) for page in pages for each in page] == [
            *(4, 7, 6, 3, 2, 1, 5)
        ]


async def test_a_quiet_day_costs_one_look() -> None:
    """However many claims are open: with few that need somebody no lane is looked for in vain."""
    lists = Lists([row(n, NOW + timedelta(hours=n), "task") for n in range(250)])
    pages = await walk(Queues(lists.read, lambda: NOW), "needs-you")
    assert [int(each["order_id"][4:11]) for page in pages for each in page] == list(range(250))
    assert lists.reads == len(pages) == 3


async def test_many_are_in_the_same_order_as_few() -> None:
    """A busy day is read lane by lane, a quiet one at once: nobody sees a difference."""
    draw = random.Random(7)  # noqa: S311 - no secret
    rows = [
        row(n, NOW + timedelta(minutes=n), draw.choice(("missed", "urgent", "task")))
        for n in range(900)
    ]
    pages = await walk(Queues(Lists(rows).read, lambda: NOW), "needs-you")
    shown = [each for page in pages for each in page]
    worst = ("missed", "urgent", "task")
    assert shown == sorted(
        rows, key=lambda each: (worst.index(each["attention"]), each["clock"]["due"])
    )


def _by_clock(claim: dict[str, Any]) -> tuple[bool, str, str]:
    clock = claim["clock"]
    return clock is None, clock["due"] if clock else "", claim["order_id"]


@pytest.mark.parametrize("count", [40, 900])
async def test_paused_claims_are_in_the_order_of_their_clocks(count: int) -> None:
    """Few or many, whatever else is to do about them; what has no clock comes last."""
    draw = random.Random(7)  # noqa: S311 - no secret
    rows = [
        row(n, NOW + timedelta(minutes=n) if n else None, draw.choice(("urgent", "task", "paused")))
        | {"paused_since": instant_text(NOW) if n % 4 else None}
        for n in range(count)
    ]
    random.Random(3).shuffle(rows)  # noqa: S311 - no secret
    rows[0] |= {"paused_since": instant_text(NOW)}
    for limit in (7, 100):
        pages = await walk(Queues(Lists(rows).read, lambda: NOW), "paused", limit)
        shown = [each for page in pages for each in page]
        paused = [each for each in rows if each["paused_since"]]
        assert shown == sorted(paused, key=_by_clock)


async def test_many_of_one_view_say_nothing_of_another() -> None:
    """A busy day does not make the few paused claims cost a look for each lane."""
    rows = [row(n, NOW + timedelta(minutes=n), "task") for n in range(900)]
    rows[5] |= {"paused_since": instant_text(NOW)}
    lists = Lists(rows)
    queues = Queues(lists.read, lambda: NOW)
    await queues.rows("needs-you")
    lists.reads = 0
    assert [each["paused_since"] for each in (await queues.rows("paused"))["claims"]] == [
        instant_text(NOW)
    ]
    assert lists.reads == 1


def test_a_claim_with_the_marketplace_is_there_whatever_else_is_to_do() -> None:
    """Only a clock keeps it away: then it is our turn. Who is paused waits for no buyer."""
    (marketplace,) = lanes("with-marketplace", NOW)
    assert names.ATTENTION.name not in marketplace.condition
    assert f"{CLOCK} IS NULL AND {DUE} IS NULL" in marketplace.condition
    (buyer,) = lanes("waiting-buyer", NOW)
    assert (
        f"{names.ATTENTION.name} NOT IN ('missed', 'urgent', 'task', 'paused')" in buyer.condition
    )


@pytest.mark.parametrize("view", ["needs-you", "waiting-buyer", "with-marketplace", "paused"])
def test_a_view_of_open_claims_lists_none_that_ended(view: View) -> None:
    """An ended run keeps its attributes; it is left out by what it is not, see `condition`."""
    ended = {s.name.title().replace("_", "") for s in WorkflowExecutionStatus} - {"Running"}
    for lane in lanes(view, NOW):
        assert "ExecutionStatus =" not in lane.condition
        assert all(f"'{word}'" in lane.condition for word in ended)


def test_the_view_of_the_month_shows_a_claim_once_that_went_on_in_another_run() -> None:
    """Both runs carry the decision."""
    (lane,) = lanes("closed-month", NOW)
    assert "ExecutionStatus != 'ContinuedAsNew'" in lane.condition


async def test_a_later_look_reads_little_more_than_the_page() -> None:
    """The first look finds out how the lane lies; the next one is one read of what the page shows."""
    draw = random.Random(7)  # noqa: S311 - no secret
    week = timedelta(days=7).total_seconds()
    rows = [row(n, NOW + timedelta(seconds=round(draw.random() * week))) for n in range(20_000)]
    lists, held = Lists(rows), list[int]()

    async def read(query: str, size: int, token: str | None) -> dict[str, Any]:
        page = await lists.read(query, size, token)
        held.append(len(page["claims"]))
        return page

    queues = Queues(read, lambda: NOW)
    await queues.rows("waiting-buyer")
    assert len(held) <= 5
    held.clear()
    await queues.rows("waiting-buyer")
    assert len(held) == 1
    assert held[0] <= 130


def token_of(document: str) -> str:
    """A page token as somebody writes it who knows how they are made."""
    return base64.urlsafe_b64encode(document.encode()).decode()


async def test_a_page_token_belongs_to_its_view() -> None:
    """Taken to another view it would go on in the middle of nowhere."""
    lists = Lists([row(number, NOW + timedelta(hours=number)) for number in range(20)])
    queues = Queues(lists.read, lambda: NOW)
    token = (await queues.rows("waiting-buyer", limit=5))["next_page_token"]
    assert token is not None
    others: tuple[View, ...] = ("with-marketplace", "closed-month", "needs-you")
    for view in others:
        with pytest.raises(BadInput, match="of another list: keep the filters"):
            await queues.rows(view, limit=5, page_token=token)
    again = await queues.rows("waiting-buyer", limit=5, page_token=token)
    assert [each["order_id"] for each in again["claims"]] == [
        row(n, NOW)["order_id"] for n in range(5, 10)
    ]


@pytest.mark.parametrize(
    "more",
    [
        '"lane": -1',
        '"lane": -100',
        '"lane": 99999999999999999999',
        '"due": "9999-12-31T23:59:59Z"',
        '"due": "0001-01-01T00:00:00+23:59"',
        '"due": "2026-11-02T09:00:00"',
        '"due": 1e308',
        '"nix": 1',
        '"lane": 99',
    ],
)
async def test_a_forged_page_token_is_refused(more: str) -> None:
    """Whoever writes one themselves reaches no lane that is none, and no end of time."""
    queues = Queues(Lists([row(1, NOW)]).read, lambda: NOW)
    token = token_of(f'{{"view": "waiting-buyer", {more}}}')
    with pytest.raises(BadInput, match="this is no page token"):
        await queues.rows("waiting-buyer", page_token=token)


@pytest.mark.parametrize("due", ["1970-01-01T00:00:00Z", "2200-12-31T23:59:59Z"])
async def test_the_ends_of_time_are_a_page_like_any_other(due: str) -> None:
    """A forged instant that could be one leads to a page, also where slices are wide."""
    lists = Lists([row(number, NOW + timedelta(hours=number)) for number in range(40)])
    queues = Queues(lists.read, lambda: NOW)
    await walk(queues, "waiting-buyer", 10)
    token = token_of(f'{{"view": "waiting-buyer", "due": "{due}"}}')
    page = await queues.rows("waiting-buyer", page_token=token)
    assert len(page["claims"]) in (0, 40)
