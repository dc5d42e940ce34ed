"""Figures: what is open, what is due when, how claims ended; each picture with its numbers beside it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from atoz.service.figures import Opened, by_day, opened
from atoz.web.drawn import Bar, Span, bars, intervals
from atoz.web.gate import Who, board_of
from atoz.web.looks import Looks
from atoz.web.pages.render import looks_of, render

router = APIRouter()

KEPT = timedelta(seconds=30)
"""How long open claims count as they were counted."""
REPORT_KEPT = timedelta(minutes=1)
DAYS = 14
"""Days ahead that are drawn one by one."""
PATIENCE = timedelta(seconds=1.5)
"""How long a page waits for the outcomes; it asks again by itself after that."""


@router.get("/figures")
async def figures(request: Request, _: Who) -> Response:
    """Open claims, and outcomes once they are counted."""
    board, looks = board_of(request), looks_of(request)
    found: Opened = await request.app.state.opened.get("open", lambda: opened(board.service))
    report: dict[str, Any] | None = await request.app.state.report.get(
        board.figures.report, PATIENCE
    )
    steps = [
        Bar(looks.words.of("step", name) or looks.words("figures.no_step"), n)
        for name, n in _largest(found.steps)
    ]
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


def _largest(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _days(found: Opened, looks: Looks) -> list[Bar]:
    """Overdue, each of the days ahead in the reader's zone, and later."""
    today = looks.now.astimezone(looks.zone).date()
    late = sum(count for at, count in found.due.items() if at < looks.now)
    ahead = Opened(0, {}, {}, {at: n for at, n in found.due.items() if at >= looks.now})
    counts = by_day(ahead, lambda at: at.astimezone(looks.zone).date())
    each = [today + timedelta(days=number) for number in range(DAYS)]
    later = sum(count for day, count in counts.items() if day > each[-1])
    words = looks.words
    return [
        Bar(words("figures.overdue"), late, strong=True),
        *(Bar(f"{day:%Y-%m-%d}", counts[day]) for day in each),
        Bar(words("figures.later"), later),
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
