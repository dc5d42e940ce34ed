"""Figures: what is open, what is due when, how claims ended; each picture with its numbers beside it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from atoz.service.figures import DAYS, OTHER, Opened, opened
from atoz.web.drawn import Bar, Span, bars, intervals
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
    steps = [Bar(_step(name, looks), n) for name, n in _largest(found.steps)]
    days = _days(found, looks)
    values = {
        "open": found,
        "steps": steps,
        "steps_drawn": bars(steps, looks.words("figures.by_step")),
        "days": days,
        "days_drawn": bars(days, looks.words("figures.due")),
        "report": report,
        "groups": _groups(report, looks) if report else [],
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


def _days(found: Opened, looks: Looks) -> list[Bar]:
    """Overdue, each of the days ahead in the reader's zone, and later."""
    today = looks.now.astimezone(looks.zone).date()
    days = [f"{today + timedelta(days=number):%Y-%m-%d}" for number in range(DAYS)]
    late, *each, later = found.due
    return [
        Bar(looks.words("figures.overdue"), late, strong=True),
        *(Bar(day, count) for day, count in zip(days, each, strict=True)),
        Bar(looks.words("figures.later"), later),
    ]


def _groups(report: Mapping[str, Any], looks: Looks) -> list[dict[str, Any]]:
    """Outcomes by reason and so on: rows for the table, and their intervals drawn."""
    made = []
    for name in ("reason", "playbook", "marketplace"):
        rows: Sequence[Mapping[str, Any]] = report[f"by_{name}"]
        kind = "reason" if name == "reason" else "none"
        labels = [looks.words.of(kind, row[name]) or "–" for row in rows]
        spans = [
            Span(label, row["win_rate_low"], row["win_rate"], row["win_rate_high"])
            for label, row in zip(labels, rows, strict=True)
        ]
        title = looks.words(f"figures.by_{name}")
        rated = list(zip(labels, rows, strict=True))
        made.append({"name": name, "rows": rated, "drawn": intervals(spans, title)})
    return made
