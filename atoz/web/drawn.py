"""Figures as SVG within a page: bars and intervals, drawn by the server, styled by the stylesheet alone.

A picture repeats a table that stands beside it, so that a screen reader is given its title and no more;
lengths, numbers and words say everything, a colour nothing.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

WIDTH = 560
_LABEL, _ROW, _NUMBER = 170, 26, 56
_LETTERS = 24
_TRACK = WIDTH - _LABEL - _NUMBER


class Bar(NamedTuple):
    """How many there are of something; `strong` is what somebody must look at."""

    label: str
    many: int
    strong: bool = False


class Span(NamedTuple):
    """A rate and the interval in which it lies, from 0 to 1."""

    label: str
    low: float
    rate: float
    high: float


def bars(rows: Sequence[Bar], title: str) -> Markup:
    """Horizontal bars from one scale, each with its number."""
    most = max([row.many for row in rows], default=0) or 1
    return _svg(title, len(rows) * _ROW, _bars(rows, most))


def _bars(rows: Sequence[Bar], most: int) -> Iterator[str]:
    for number, row in enumerate(rows):
        y, width = number * _ROW, row.many / most * _TRACK
        kind = "bar strong" if row.strong and row.many else "bar"
        yield _label(row.label, y)
        box = f'x="{_LABEL}" y="{y + 5}" width="{width:.1f}" height="{_ROW - 10}" rx="2"'
        yield f'<rect class="{kind}" {box}/>'
        yield f'<text class="number" x="{_LABEL + width + 6:.1f}" y="{y + 18}">{row.many:,}</text>'


def intervals(rows: Sequence[Span], title: str) -> Markup:
    """A dot for each rate and a line over its interval, on a scale from 0 to 100 per cent."""
    return _svg(title, len(rows) * _ROW + 22, _intervals(rows))


def _intervals(rows: Sequence[Span]) -> Iterator[str]:
    bottom = len(rows) * _ROW
    for percent in (0, 50, 100):
        x = _at(percent / 100)
        yield f'<path class="grid" d="M{x} 0V{bottom}"/>'
        yield f'<text class="tick" x="{x}" y="{bottom + 16}" text-anchor="middle">{percent} %</text>'
    for number, row in enumerate(rows):
        y = number * _ROW + _ROW // 2
        low, rate, high = _at(row.low), _at(row.rate), _at(row.high)
        yield _label(row.label, number * _ROW)
        yield f'<path class="span" d="M{low} {y}H{high}M{low} {y - 5}v10M{high} {y - 5}v10"/>'
        yield f'<circle class="rate" cx="{rate}" cy="{y}" r="4.5"/>'


def _at(rate: float) -> str:
    return f"{_LABEL + 6 + rate * _TRACK:.1f}"


def _label(label: str, y: int) -> str:
    shown = label if len(label) <= _LETTERS else f"{label[: _LETTERS - 1]}…"
    return f'<text class="label" x="{_LABEL - 8}" y="{y + 18}" text-anchor="end">{escape(shown)}</text>'


def _svg(title: str, height: int, parts: Iterator[str]) -> Markup:
    head = Markup('<svg class="figure" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
        WIDTH, max(height, 1), title
    )
    # Every text among the parts was escaped where it was put in.
    return head + Markup("".join(parts)) + Markup("</svg>")  # noqa: S704 - see above
