"""Figures as SVG within a page: one bar or interval for each row of a table, beside the row's numbers.

The numbers are the table's, so a screen reader is given those and no picture; lengths and words say
everything, a colour nothing. The stylesheet alone dresses them.
"""

from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup

WIDTH, HEIGHT = 200, 14
"""Of the picture of one row, in its own units."""
_EDGE = 5
"""Room for a dot at either end of the scale."""


class Bar(NamedTuple):
    """How many there are of something, and their picture; `strong` is what somebody must look at."""

    label: str
    many: int
    strong: bool = False
    drawn: Markup = Markup("")


def bars(rows: Iterable[Bar]) -> list[Bar]:
    """The rows with their bars, all from one scale."""
    found = list(rows)
    most = max([row.many for row in found], default=0) or 1
    return [row._replace(drawn=_bar(row, most)) for row in found]


def _bar(row: Bar, most: int) -> Markup:
    kind = "bar strong" if row.strong else "bar"
    rect = Markup('<rect class="{}" y="1" width="{:.1f}" height="{}" rx="2"/>')
    return _svg(rect.format(kind, row.many / most * WIDTH, HEIGHT - 2))


def interval(low: float, rate: float, high: float) -> Markup:
    """A dot for a rate and a line over the interval in which it lies, on a scale from 0 to 1."""
    middle = HEIGHT // 2
    left, right = _at(low), _at(high)
    grid = "".join(f"M{_at(part)} 0V{HEIGHT}" for part in (0, 0.5, 1))
    span = f"M{left} {middle}H{right}M{left} {middle - 4}v8M{right} {middle - 4}v8"
    parts = Markup(
        '<path class="grid" d="{}"/><path class="span" d="{}"/><circle class="rate" cx="{}" cy="{}" r="4"/>'
    )
    return _svg(parts.format(grid, span, _at(rate), middle))


def _at(rate: float) -> str:
    return f"{_EDGE + rate * (WIDTH - 2 * _EDGE):.1f}"


def _svg(parts: Markup) -> Markup:
    head = Markup('<svg class="figure" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">')
    return head.format(WIDTH, HEIGHT) + parts + Markup("</svg>")
