"""Figures over many claims: what is open and when it is due, and how claims ended.

What is open is counted by the server, what was decided is read from its lists. Only when a claim arrived
and whether a deadline was missed is not in them: an archive tells it of a claim that is over, the claim
itself until then.
"""

import asyncio
import math
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from atoz.claims.base import instant_text
from atoz.claims.status import MEANINGS, Status
from atoz.errors import AtozError, NoWorker
from atoz.service.archive import ErasedClaim, archived
from atoz.service.base import Service
from atoz.service.calls import SERVER_PATIENCE, server_errors
from atoz.service.listing import AT_ONCE, LARGEST_PAGE, WAITING, page_of
from workflows import names

SINCE = timedelta(days=365)
"""How far back decisions are counted where nobody says it."""
DAYS = 14
"""Days ahead whose deadlines are counted one by one."""
OTHER = "other"
"""Instead of a step that no playbook of now has."""
SURE = 1.96
"""Standard deviations of an interval that holds the true rate 95 times in 100."""

_CLAIMS = f"WorkflowType = '{names.CLAIM_WORKFLOW}'"
_OPEN = (
    f"{_CLAIMS} AND ExecutionStatus = 'Running' AND {names.STATUS.name} = '{Status.UNDER_REVIEW}'"
)
GROUPS = ("reason", "playbook", "marketplace")


class Interval(NamedTuple):
    """Between which rates the true one lies, 95 times in 100."""

    low: float
    high: float


def wilson(won: int, of: int) -> Interval:
    """The interval of a rate that was seen as `won` of `of`, at least one.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of
    the American Statistical Association 22 (1927). Unlike the usual one it is right for few claims, too.
    """
    rate, square = won / of, SURE**2 / of
    middle = rate + square / 2
    half = SURE * math.sqrt(rate * (1 - rate) / of + square / (4 * of))
    return Interval(
        max(0.0, (middle - half) / (1 + square)), min(1.0, (middle + half) / (1 + square))
    )


class Opened(NamedTuple):
    """The open claims by what a list shows of them."""

    claims: int
    steps: Mapping[str, int]
    """By the last step; "" for those without one, `OTHER` for steps of playbooks of before."""
    attention: Mapping[str, int]
    due: tuple[int, ...]
    """How many answers are due before the first of the edges, between each and the next, and later."""


async def opened(service: Service, edges: Sequence[datetime]) -> Opened:
    """Count the open claims; `edges` (UTC) cut the deadlines. Raises NoServer, BadInput.

    It asks for numbers, never for rows: a server counts twenty thousand sooner than it lists a hundred.
    """
    steps = sorted(_steps(service))
    asked = [
        _OPEN,
        f"{_OPEN} AND {names.STEP.name} IS NULL",
        *(f"{_OPEN} AND {names.STEP.name} = '{step}'" for step in steps),
        *(f"{_OPEN} AND {names.ATTENTION.name} = '{word}'" for word in WAITING),
        *_between(edges),
    ]
    counts = await _counts(service, asked)
    total, bare, rest = counts[0], counts[1], counts[2:]
    by_step = {"": bare, **dict(zip(steps, rest, strict=False))}
    other = max(total - sum(by_step.values()), 0)
    waiting: dict[str, int] = dict(zip(WAITING, rest[len(steps) :], strict=False))
    return Opened(
        total,
        {step: count for step, count in {**by_step, OTHER: other}.items() if count},
        {**waiting, "none": max(total - sum(waiting.values()), 0)},
        tuple(rest[len(steps) + len(WAITING) :]),
    )


def _steps(service: Service) -> set[str]:
    """Every step that a claim may have come to, by the playbooks of now."""
    found: set[str] = set()
    for book in service.library.playbooks:
        found |= {step.id for step in book.steps}
        sent = (effect.send for effects in book.on_reply.values() for effect in effects)
        found |= {send.replace("_", "-") for send in sent if send}
    return found


def _between(edges: Sequence[datetime]) -> list[str]:
    due, first, last = names.RESPONSE_DUE.name, instant_text(edges[0]), instant_text(edges[-1])
    inside = [
        f"{_OPEN} AND {due} >= '{instant_text(low)}' AND {due} < '{instant_text(high)}'"
        for low, high in pairwise(edges)
    ]
    return [f"{_OPEN} AND {due} < '{first}'", *inside, f"{_OPEN} AND {due} >= '{last}'"]


async def _counts(service: Service, queries: Sequence[str]) -> list[int]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(query: str) -> int:
        async with gate:
            found = await service.client.count_workflows(query, rpc_timeout=SERVER_PATIENCE)
            return found.count

    with server_errors():
        return list(await asyncio.gather(*map(one, queries)))


class Looked(NamedTuple):
    """What no list shows of a decided claim; None where nothing tells it."""

    missed: bool | None = None
    """Whether a deadline was missed."""
    received_at: datetime | None = None
    """When the marketplace told of it (UTC)."""


class Decided(NamedTuple):
    """A claim that the marketplace decided."""

    row: Mapping[str, Any]
    looked: Looked

    @property
    def missed(self) -> bool | None:
        """Whether a deadline was missed; None where nothing tells it."""
        return True if self.row["attention"] == "missed" else self.looked.missed

    @property
    def began_at(self) -> datetime:
        """The notice; where nothing tells it, when the claim was started."""
        return self.looked.received_at or datetime.fromisoformat(self.row["started_at"])


class Figures:
    """Figures over a service. What no list shows of a decided claim is asked once."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._looked: dict[tuple[object, ...], Looked] = {}

    async def report(self, since: datetime | None = None) -> dict[str, Any]:
        """The document of `report`: `{at, since, open, decided, by_reason, by_playbook, by_marketplace}`.

        `since` (UTC) else a year ago: decisions before it are not counted. Raises NoServer.
        """
        now = self._service.now()
        since = since or now - SINCE
        today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        days = [today + timedelta(days=number) for number in range(DAYS + 1)]
        found = await opened(self._service, [now, *days[1:]])
        ended = await self._decided(since)
        groups = {f"by_{name}": _groups(name, ended) for name in GROUPS}
        return {
            "at": instant_text(now),
            "since": instant_text(since),
            "open": {
                "claims": found.claims,
                "missed": found.attention.get("missed", 0),
                "by_step": found.steps,
                "by_attention": found.attention,
                "overdue": found.due[0],
                "due_by_day": {
                    day.date().isoformat(): count
                    for day, count in zip(days, found.due[1:], strict=False)
                },
                "due_later": found.due[-1],
            },
            "decided": _figures(ended),
            **groups,
        }

    async def _decided(self, since: datetime) -> list[Decided]:
        query = f"{_CLAIMS} AND {names.DECIDED_AT.name} >= '{instant_text(since)}'"
        rows = [row async for row in _rows(self._service, query)]
        rows = [row for row in rows if row["status"] != Status.UNDER_REVIEW]
        gate, asking = asyncio.Semaphore(AT_ONCE), asyncio.Event()
        asking.set()

        async def one(row: Mapping[str, Any]) -> Decided:
            async with gate:
                return Decided(row, await self._look(row, asking))

        return list(await asyncio.gather(*map(one, rows)))

    async def _look(self, row: Mapping[str, Any], asking: asyncio.Event) -> Looked:
        """As it is known, else asked as long as `asking` is set: without a worker nobody waits twice."""
        key = (row["workflow_id"], row["running"], row["decided_at"], row["attention"])
        if key not in self._looked and (asking.is_set() or not row["running"]):
            try:
                self._looked[key] = await _looked(self._service, row)
            except NoWorker:
                asking.clear()
            except AtozError:
                pass  # asked again next time
        return self._looked.get(key, Looked())


async def _looked(service: Service, row: Mapping[str, Any]) -> Looked:
    """How a decided claim says that it stands; of an erased one nothing is known. Raises NoWorker."""
    workflow_id = row["workflow_id"]
    if row["running"]:
        return _of_status(await service.calls.query(workflow_id, "status"))
    try:
        document = await archived(service, workflow_id)
    except ErasedClaim:
        return Looked()
    return Looked() if document is None else _of_status(document["status"])


def _of_status(status: Mapping[str, Any]) -> Looked:
    missed = any(clock.get("missed") for clock in status["clocks"])
    received = status.get("received_at")  # claims of earlier versions do not tell it
    return Looked(missed, datetime.fromisoformat(received) if received else None)


async def _rows(service: Service, query: str) -> AsyncIterator[dict[str, Any]]:
    token: str | None = None
    while True:
        page = await page_of(service, query, LARGEST_PAGE, token)
        for row in page["claims"]:
            yield row
        token = page["next_page_token"]
        if not token:
            return


def _groups(name: str, ended: Sequence[Decided]) -> list[dict[str, Any]]:
    """The figures of each group, the largest first."""
    groups: defaultdict[str, list[Decided]] = defaultdict(list)
    for each in ended:
        groups[each.row[name] or ""].append(each)
    ranked = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return [{name: group or None, **_figures(of)} for group, of in ranked]


def _figures(ended: Sequence[Decided]) -> dict[str, Any]:
    """Counts, the rate of claims that cost the seller nothing with its interval, breaches, days."""
    won = sum(not _seller_pays(each) for each in ended)
    interval = wilson(won, len(ended)) if ended else None
    spans = list(_spans(ended))
    return {
        "claims": len(ended),
        "statuses": dict(sorted(Counter(each.row["status"] or "" for each in ended).items())),
        "won": won,
        "win_rate": round(won / len(ended), 4) if ended else None,
        "win_rate_low": round(interval.low, 4) if interval else None,
        "win_rate_high": round(interval.high, 4) if interval else None,
        "breaches": sum(each.missed is True for each in ended),
        "breaches_unknown": sum(each.missed is None for each in ended),
        "median_days": round(median(spans), 2) if spans else None,
    }


def _seller_pays(each: Decided) -> bool:
    """By the status table: what a notice said otherwise is in the claim, not in lists."""
    return MEANINGS[Status(each.row["status"])].funded_by == "seller"


def _spans(ended: Iterable[Decided]) -> Iterable[float]:
    """Days from the notice of each claim to its decision.

    A claim that was archived before it told when it arrived counts from when it was started.
    """
    for each in ended:
        if each.row["decided_at"]:
            span = datetime.fromisoformat(each.row["decided_at"]) - each.began_at
            if span >= timedelta(0):
                yield span / timedelta(days=1)
