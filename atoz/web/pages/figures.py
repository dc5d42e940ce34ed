"""Figures: what is open, what is due when, how claims ended; each picture with its numbers beside it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from atoz.service.figures import DAYS, OTHER, Opened, opened
from atoz.web.drawn import Bar, bars, interval
from atoz.web.gate import Who, board_of
from atoz.web.looks import Looks
from atoz.web.pages.render import looks_of, render

router = APIRouter()

KEPT = timedelta(seconds=30)
"""How long open claims count as they were counted."""
REPORT_KEPT = timedelta(minutes=1)
PATIENCE = timedelta(seconds=0.3)
"""How long a page waits for the outcomes; it asks again by itself after that."""


@router.get("/figures")
async def figures(request: Request, _: Who) -> Response:
    """Open claims, and outcomes once they are counted."""
    board, looks = board_of(request), looks_of(request)
    day = looks.now.astimezone(looks.zone).date()
    found: Opened = await request.app.state.opened.get(
        f"{looks.zone.key} {day}", lambda: opened(board.service, _edges(looks))
    )
    report: dict[str, Any] | None = await request.app.state.report.get(
        board.figures.report, PATIENCE
    )
    values = {
        "open": found,
        "steps": bars(Bar(_step(name, looks), n) for name, n in _largest(found.steps)),
        "days": bars(_days(found, looks)),
        "report": report,
        "statuses": bars(_statuses(report, looks)) if report else [],
        "groups": list(_groups(report, looks)) if report else [],
    }
    return render(request, "figures.html", values)


def _step(name: str, looks: Looks) -> str:
    if name == OTHER:
        return looks.words("figures.other_step")
    return looks.words.of("step", name) or looks.words("figures.no_step")


def _largest(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _edges(looks: Looks) -> list[datetime]:
    """Now, and the midnights to come in the reader's zone (UTC)."""
    today = looks.now.astimezone(looks.zone).date()
    midnights = [
        datetime.combine(today + timedelta(days=number), time(0), looks.zone).astimezone(UTC)
        for number in range(1, DAYS + 1)
    ]
    return [looks.now, *midnights]


def _days(found: Opened, looks: Looks) -> Iterator[Bar]:
    """Overdue, the days ahead in the reader's zone, and later; days on which nothing is due as one."""
    today = looks.now.astimezone(looks.zone).date()
    late, *each, later = found.due
    if late:
        yield Bar(looks.words("figures.overdue"), late, strong=True)
    dated = ((today + timedelta(days=number), count) for number, count in enumerate(each))
    for free, days in groupby(dated, key=lambda pair: not pair[1]):
        if free:
            empty = [looks.day(day) for day, _ in days]
            yield Bar(" – ".join(dict.fromkeys((empty[0], empty[-1]))), 0)
        else:
            yield from (Bar(looks.day(day), count) for day, count in days)
    if later:
        yield Bar(looks.words("figures.later"), later)


def _statuses(report: Mapping[str, Any], looks: Looks) -> Iterator[Bar]:
    for status, count in report["decided"]["statuses"].items():
        yield Bar(looks.words.of("status", status), count)


def _label(group: str, name: str | None, looks: Looks) -> str:
    """A playbook and a marketplace are called here as everywhere: by their name."""
    return (looks.words.of("reason", name) if group == "reason" else name) or "–"


def _groups(report: Mapping[str, Any], looks: Looks) -> Iterator[dict[str, Any]]:
    """Outcomes by reason and so on: each row with its words and its interval drawn."""
    for name in ("reason", "playbook", "marketplace"):
        rows = [
            {
                **row,
                "label": _label(name, row[name], looks),
                "drawn": interval(row["win_rate_low"], row["win_rate"], row["win_rate_high"]),
            }
            for row in report[f"by_{name}"]
        ]
        yield {"name": name, "rows": rows}
