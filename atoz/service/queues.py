"""The views of a support team's day: few, each with a condition that its title states.

They are no partition: each holds every claim of which its title is true. A claim that is paused, or lies with
the marketplace, is there also where somebody has something to do about it, so that no work is hidden and no
claim is missed. Only who waits for the buyer is nobody else's.

All come from the server's search attributes: no claim is asked, so a view costs no worker anything
and is a moment behind. The server lists in an order of its own; what is most urgent comes first here
all the same, page by page, because a view is read in slices of due time.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Annotated, Any, Literal, NamedTuple, get_args

from pydantic import Field

from atoz.claims.base import Instant, instant_text
from atoz.claims.status import Status
from atoz.errors import BadInput
from atoz.service.base import Service
from atoz.service.calls import SERVER_PATIENCE, server_errors
from atoz.service.listing import LARGEST_PAGE, PAGE, page_of
from atoz.service.page_marks import PageMark
from atoz.service.problems import PROBLEMS
from workflows import names

View = Literal["needs-you", "waiting-buyer", "with-marketplace", "paused", "closed-month"]
VIEWS: tuple[View, ...] = get_args(View)
_SEVERAL: tuple[View, ...] = ("needs-you", "paused")
"""Views of several lanes: where they hold few claims, these are sorted at once."""

URGENCY = ("missed", "urgent", "task")
"""Why a claim needs somebody, the worst first."""

NARROWEST = timedelta(seconds=1)
WIDEST = timedelta(days=90)
"""Beyond this everything is one slice: no clock of a claim runs so long."""
LONGEST_OVERDUE = timedelta(days=365)
STEP = 4
"""By this much a slice grows when it held little, and shrinks when it held too much."""
SORTED = 300
"""Claims of one slice that are read and put in order at once."""
SPARE = 1.25
"""A slice that is remembered holds so many times what a page shows: the next look reads little more."""
MANY_FOR = timedelta(minutes=1)
"""So long a view that held too many to be sorted at once is not tried again."""
MOST_AT_ONCE = 5_000
"""Claims whose clocks end in the same second and that are still put in order."""

_CLOCK = names.CLOCK.name
_DUE = names.RESPONSE_DUE.name
_ATTENTION = names.ATTENTION.name
_HAS_CLOCK = f"({_CLOCK} IS NOT NULL OR {_DUE} IS NOT NULL)"
"""Claims of an older edition show the clock of their answer alone, until something happens in them."""
_NO_CLOCK = f"{_CLOCK} IS NULL AND {_DUE} IS NULL"
_ENDED = ("Completed", "Failed", "Canceled", "Terminated", "ContinuedAsNew", "TimedOut")
_DECIDED = tuple(status.value for status in Status if status is not Status.UNDER_REVIEW)
_RUNNING = f"ExecutionStatus NOT IN {_ENDED}"
_UNDECIDED = f"{names.STATUS.name} NOT IN {_DECIDED}"
_OPEN = f"{_RUNNING} AND {_UNDECIDED}"
_PAUSED = f"{_RUNNING} AND {names.PAUSED.name} >= '0'"  # SQLite asks no index for IS NOT NULL here
"""Each view says what is to be there of the one attribute that finds it, and of the others what is
not: of several that are to be there the server may take the one that all open claims have, and read
them all. Nothing but claims has these attributes.
"""


Reader = Callable[[str, int, str | None], Awaitable[dict[str, Any]]]
"""Gives a page of what a query finds, `{claims, next_page_token}`, by its size and its token."""


class Lane(NamedTuple):
    """A part of a view that is shown before the next one: what ends first comes first, by one clock.

    By the clock that ends first of all (`clock`), by that of the answer, or in the server's own order.
    """

    condition: str
    by: Literal["clock", "answer"] | None = None


class Placed(NamedTuple):
    """A claim of a list at its place in a lane: when the lane's clock ends, and its order."""

    due: str
    order: str
    row: dict[str, Any]


class Mark(PageMark):
    """Where a page of a view ended: in which lane, after which claim or at which token of the server's."""

    view: View
    lane: Annotated[int, Field(ge=0, le=2 * len(URGENCY))] = 0
    due: Instant | None = None
    order: str = ""
    token: str | None = None


def condition(view: View, now: datetime) -> str:
    """What the server is asked for a view as a whole; `now` (UTC) says which month it is."""
    month = instant_text(now.replace(day=1, hour=0, minute=0, second=0))
    return {
        "needs-you": f"{_RUNNING} AND {_ATTENTION} IN {URGENCY}",
        "waiting-buyer": f"{_OPEN} AND {_ATTENTION} NOT IN {(*URGENCY, 'paused')} AND {_DUE} IS NOT NULL",
        "with-marketplace": f"{_OPEN} AND {_NO_CLOCK}",
        "paused": _PAUSED,
        "closed-month": f"ExecutionStatus != 'ContinuedAsNew' AND {names.DECIDED_AT.name} >= '{month}'",
    }[view]


def lanes(view: View, now: datetime) -> Sequence[Lane]:
    """The parts of a view in the order in which a person should see them."""
    if view not in _SEVERAL:
        # Who waits for the buyer has no task, and but for the answer a clock runs for tasks only: the one
        # attribute is enough, and an OR of two makes the server read all open claims.
        return [Lane(condition(view, now), "answer" if view == "waiting-buyer" else None)]
    by_urgency = [f"{_RUNNING} AND {_ATTENTION} = '{word}'" for word in URGENCY]
    of_each = by_urgency if view == "needs-you" else [_PAUSED]
    return [
        lane
        for each in of_each
        for lane in (
            Lane(f"{each} AND {_HAS_CLOCK}", "clock"),
            Lane(f"{each} AND {_NO_CLOCK}"),
        )
    ]


class Cut:
    """How a lane was cut last: where its first slice ended, and how wide the others were."""

    def __init__(self) -> None:
        self._first: datetime | None = None
        self._width: timedelta | None = None

    def high(self, low: datetime | None) -> datetime | None:
        """Where a slice from `low` on should end; None tries everything at once."""
        if low is None:
            return self._first
        return low + self._width if self._width else None

    def remember(self, found: Sequence[Placed], low: datetime | None, wanted: int) -> None:
        """What a page of a lane was taken from, in order: as much of it as the page needs, and a little."""
        last = found[min(len(found), round(wanted * SPARE)) - 1]
        enough = sum(each.due < last.due for each in found)
        high = _due_of(last if enough >= wanted else found[-1]) + NARROWEST
        if low is None:
            self._first = high
        self._width = max(high - (low or _due_of(found[0])), NARROWEST)


async def count(service: Service, view: View) -> int:
    """How many claims a view holds. It grows with their number: keep the answer for seconds."""
    query = condition(view, service.now())
    with server_errors():
        found = await service.client.count_workflows(query, rpc_timeout=SERVER_PATIENCE)
    return found.count


def queues(service: Service) -> "Queues":
    """The views over a service."""
    return Queues(partial(page_of, service), service.now)


class Queues:
    """The views over a server's lists. It remembers how each lane was cut, so that a page costs few looks."""

    def __init__(self, read: Reader, now: Callable[[], datetime]) -> None:
        self._read = read
        self._now = now
        self._cuts: dict[str, Cut] = {}
        self._many_at: dict[View, datetime] = {}
        """When a view of several lanes was last seen to hold too many to be sorted at once."""

    async def rows(
        self, view: View, *, limit: int = PAGE, page_token: str | None = None
    ) -> dict[str, Any]:
        """One page: `{claims, next_page_token}`, the most urgent first. Raises BadInput, NoServer."""
        begins, claims = _read(view, page_token), list[dict[str, Any]]()
        every = lanes(view, self._now())
        if len(every) > 1 and (few := await self._few(view)) is not None:
            return _page_of_few(view, few, begins, limit)
        mark: Mark | None = begins
        while mark is not None and len(claims) < limit:
            if mark.lane >= len(every):
                mark = None
                break
            lane, wanted = every[mark.lane], limit - len(claims)
            read = self._by_due if lane.by else self._as_listed
            found, mark = await read(lane, mark, wanted)
            claims += found
        return {"claims": claims, "next_page_token": mark and mark.written}

    async def _few(self, view: View) -> list[dict[str, Any]] | None:
        """All claims of a view, where they are few enough to be sorted at once.

        One look instead of one for each lane: the server reads all open claims to see that a lane is
        empty, and most lanes are, most of the time.
        """
        now = self._now()
        if view in self._many_at and now - self._many_at[view] < MANY_FOR:
            return None
        page = await self._read(condition(view, now), SORTED, None)
        if page["next_page_token"]:
            self._many_at[view] = now
            return None
        rows: list[dict[str, Any]] = page["claims"]
        return rows

    async def _as_listed(
        self, lane: Lane, mark: Mark, wanted: int
    ) -> tuple[list[dict[str, Any]], Mark]:
        """In the server's own order: what was started last comes first."""
        page = await self._read(lane.condition, wanted, mark.token)
        following = page["next_page_token"]
        then = mark.model_copy(update={"token": following}) if following else _next_lane(mark)
        return page["claims"], then

    async def _by_due(
        self, lane: Lane, mark: Mark, wanted: int
    ) -> tuple[list[dict[str, Any]], Mark]:
        """What ends first comes first: slices of due time, each read whole and put in order.

        A slice that holds too much is made narrower, the next one wider where it held little.
        """
        found: list[Placed] = []
        cut = self._cuts.setdefault(lane.condition, Cut())
        low, high, ceiling = mark.due, cut.high(mark.due), None
        while True:
            start = low or self._now() - LONGEST_OVERDUE
            narrow = high is not None and high - start <= NARROWEST
            placed, whole = await self._slice(lane, low, high, narrow=narrow)
            if not whole:
                ceiling = high or self._now() + WIDEST
                high = self._narrower(placed, start, ceiling)
                continue
            found += [each for each in placed if each[:2] > (_text(mark.due), mark.order)]
            if len(found) >= wanted:
                cut.remember(found, mark.due, wanted)
            if high is None:
                return _page(found, mark, wanted, more=False)
            if len(found) >= wanted:
                return _page(found, mark, wanted, more=True)
            width = _wanted_width(found, wanted, start, high)
            low, high, ceiling = high, *_next_high(width, high, ceiling)

    def _narrower(self, seen: Sequence[Placed], start: datetime, ceiling: datetime) -> datetime:
        """Where a slice that holds too much should end; `seen` is what of it was read.

        What ends first of what was read leaves one in some hundreds before it, where the server's
        order has nothing to do with time; where it has, a part of the stretch from yesterday on.
        """
        yesterday = self._now() - timedelta(days=1)
        since = yesterday if start < yesterday < ceiling - NARROWEST else start
        high = min(since + (ceiling - since) / STEP, _due_of(seen[0]))
        return max(high, start + NARROWEST)

    async def _slice(
        self, lane: Lane, low: datetime | None, high: datetime | None, *, narrow: bool
    ) -> tuple[list[Placed], bool]:
        """The claims of a slice in order, and whether it is all of them: it may hold too many to sort."""
        query = _between(lane, low, high)
        page = await self._read(query, LARGEST_PAGE if narrow else SORTED, None)
        rows, token = page["claims"], page["next_page_token"]
        while token and narrow and len(rows) < MOST_AT_ONCE:
            page = await self._read(query, LARGEST_PAGE, token)
            rows, token = rows + page["claims"], page["next_page_token"]
        placed = [Placed(_ends(row, lane), row["order_id"], row) for row in rows]
        return sorted(placed, key=itemgetter(0, 1)), narrow or not token


def _between(lane: Lane, low: datetime | None, high: datetime | None) -> str:
    """The claims of a lane whose clock ends from `low` on and before `high`."""
    ends = [f">= '{instant_text(low)}'"] if low else []
    ends += [f"< '{instant_text(high)}'"] if high else []
    if not ends:
        return lane.condition
    first, answer = (" AND ".join(f"{clock} {end}" for end in ends) for clock in (_CLOCK, _DUE))
    either = f"(({first}) OR ({_CLOCK} IS NULL AND {answer}))"
    return f"{lane.condition} AND {answer if lane.by == 'answer' else either}"


def _ends(row: dict[str, Any], lane: Lane) -> str:
    """When the clock of a lane ends; nothing where it has none."""
    if lane.by == "answer":
        return str(row["response_due"])
    return row["clock"]["due"] if row["clock"] else ""


def _page(
    found: list[Placed], mark: Mark, wanted: int, *, more: bool
) -> tuple[list[dict[str, Any]], Mark]:
    rows = [each.row for each in found[:wanted]]
    if not more and len(found) <= wanted:
        return rows, _next_lane(mark)
    last = found[wanted - 1]
    return rows, Mark(view=mark.view, lane=mark.lane, due=_due_of(last), order=last.order)


def _page_of_few(view: View, rows: list[dict[str, Any]], mark: Mark, limit: int) -> dict[str, Any]:
    """The page after a mark, of claims that are all here."""
    rank, after = partial(_rank, view), (mark.lane, _text(mark.due), mark.order)
    left = sorted((row for row in rows if rank(row) > after), key=rank)
    token = None
    if len(left) > limit:
        lane, due, order = rank(left[limit - 1])
        last = datetime.fromisoformat(due) if due else None
        token = Mark(view=mark.view, lane=lane, due=last, order=order).written
    return {"claims": left[:limit], "next_page_token": token}


def _rank(view: View, row: dict[str, Any]) -> tuple[int, str, str]:
    """Its lane of a view of several, then its place in it."""
    clock = row["clock"]
    urgency = URGENCY.index(row["attention"]) if view == "needs-you" else 0
    return 2 * urgency + (clock is None), clock["due"] if clock else "", row["order_id"]


def _wanted_width(
    found: Sequence[Placed], wanted: int, start: datetime, high: datetime
) -> timedelta:
    """How wide the next slice should be: as dense as what was found, it holds what is missing and more."""
    if not found:
        return (high - start) * STEP
    width = max(high - _due_of(found[0]), NARROWEST)
    return min(width * 2 * (wanted - len(found) + STEP) / len(found), width * STEP)


def _next_high(
    width: timedelta, high: datetime, ceiling: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """Where the next slice ends, and what is still known to hold too much."""
    width = max(width, NARROWEST)
    if ceiling is not None and high < ceiling:
        return high + min(width, max((ceiling - high) / 2, NARROWEST)), ceiling
    return (high + width if width < WIDEST else None), None


def _due_of(placed: Placed) -> datetime:
    return datetime.fromisoformat(placed.due)


def _text(due: datetime | None) -> str:
    return instant_text(due) if due else ""


def _next_lane(mark: Mark) -> Mark:
    return Mark(view=mark.view, lane=mark.lane + 1)


def _read(view: View, token: str | None) -> Mark:
    """Where the page before ended. Raises BadInput for what is no mark, or one of another view."""
    if not token:
        return Mark(view=view)
    mark = Mark.of(token)
    if mark.view != view:
        raise BadInput(PROBLEMS("other_page"))
    return mark
