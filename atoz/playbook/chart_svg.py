"""A claim's course as an SVG: lanes on the marketplace's calendar, readable without a colour.

It stands alone (no script, no font, no address to fetch). Every text is escaped; each bar and mark
says its whole story as a tooltip and to a screen reader.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from typing import NamedTuple
from zoneinfo import ZoneInfo

from atoz.playbook.chart import Bar, Chart, Lane, Mark, Row, Tone

WIDTH = 1240
_LEFT, _RIGHT, _TOP, _BOTTOM = 170, 24, 96, 40
_TRACK, _PAD, _LANE_HEAD = 20, 6, 26
_LETTER = 6.3
"""Pixels of a letter at the labels' size, on the wide side."""
_DAY_LABEL = 74
_NIGHTS_FIT = timedelta(days=16)
"""On a longer course the nights would be a grey blur."""
_STEPS_OF_DAYS = (1, 2, 7, 14, 28, 56, 112)

_TONES: dict[Tone, tuple[str, str]] = {
    "done": ("#1a7f4b", "#d7f0e2"),
    "plain": ("#4a5568", "#e6e9ee"),
    "open": ("#9a6700", "#fdefc8"),
    "bad": ("#b42318", "#fbdcd8"),
    "held": ("#6941c6", "#e9e0fb"),
}
"""Stroke and fill: the strokes stand out from white by 4.5 to 1 or more."""

_STYLE = (
    "text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:#1f2733}"
    ".n{fill:#1d4ed8}.h{font-size:18px;font-weight:600}.s,.d{fill:#525c6b}.l{font-weight:600;fill:#525c6b;"
    "letter-spacing:.06em;font-size:11px}.t{font-size:11.5px;paint-order:stroke;stroke:#fff;"
    "stroke-width:3px;stroke-linejoin:round}"
)


class _Placed(NamedTuple):
    """What is drawn of a bar or a mark, the stretch that it needs, and its line within the row."""

    item: Bar | Mark
    left: float
    track: int = 0


def svg(chart: Chart) -> str:
    """The drawing, a document of its own."""
    return _Canvas(chart).drawn()


class _Canvas:
    """One drawing: where an instant lies, and what is drawn from the top down."""

    def __init__(self, chart: Chart) -> None:
        self._chart, self._zone = chart, ZoneInfo(chart.zone)
        span = max(chart.ends - chart.begins, timedelta(hours=12))
        self._begins, self._ends = chart.begins - span * 0.01, chart.begins + span * 1.03
        self._scale = (WIDTH - _LEFT - _RIGHT) / (self._ends - self._begins).total_seconds()

    def _x(self, instant: datetime) -> float:
        return round(_LEFT + (instant - self._begins).total_seconds() * self._scale, 1)

    def drawn(self) -> str:
        """All of it."""
        y, body = float(_TOP), []
        for lane in self._chart.lanes:
            height, parts = self._lane(lane, y)
            body += parts
            y += height
        parts = [*self._head(), *self._calendar(y), *body, *self._now(y), *self._legend(y)]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + _BOTTOM:.0f}" '
            f'width="{WIDTH}" height="{y + _BOTTOM:.0f}" role="img" aria-labelledby="title desc">\n'
            + "\n".join(parts)
            + "\n</svg>\n"
        )

    # Around the lanes ---------------------------------------------------------------------

    def _head(self) -> Iterator[str]:
        chart = self._chart
        first, last = (self._date(each, "%a %d %b %Y %H:%M") for each in (chart.begins, chart.ends))
        said = f"{chart.summary}; {first} to {last}, {chart.zone}"
        yield f'<title id="title">{_text(chart.title)}</title>'
        yield f'<desc id="desc">{_text(said)}. {_text(self._story())}</desc>'
        yield f"<style>{_STYLE}</style>"
        yield '<rect width="100%" height="100%" fill="#fff"/>'
        yield f'<text class="h" x="20" y="34">{_text(chart.title)}</text>'
        yield f'<text class="s" x="20" y="56">{_text(said)}</text>'

    def _story(self) -> str:
        """What happened, in order, for who cannot see it."""
        marks = [m for lane in self._chart.lanes for row in lane.rows for m in row.marks]
        told = (f"{self._date(m.at, '%d %b %H:%M')} {m.label}" for m in sorted(marks))
        return "; ".join(told)

    def _calendar(self, bottom: float) -> Iterator[str]:
        """Nights of the sending hours, midnights of the marketplace's zone, and their dates."""
        yield from self._nights(bottom)
        days = self._midnights()
        apart = (days[1] - days[0]).total_seconds() * self._scale if len(days) > 1 else WIDTH
        every = next((n for n in _STEPS_OF_DAYS if n * apart >= _DAY_LABEL), _STEPS_OF_DAYS[-1])
        for number, day in enumerate(days):
            named = number % every == 0
            if not named and apart < 8:
                continue
            x, stroke = self._x(day), "#c3cad5" if named else "#e7eaef"
            yield f'<path d="M{x} {_TOP - 6}V{bottom:.0f}" stroke="{stroke}"/>'
            if named and x < WIDTH - _DAY_LABEL:
                yield f'<text class="d" x="{x + 4}" y="{_TOP - 10}">{self._date(day, "%a %d %b")}</text>'

    def _midnights(self) -> list[datetime]:
        first = self._begins.astimezone(self._zone).date() + timedelta(days=1)
        last = self._ends.astimezone(self._zone).date()
        spread = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [datetime(day.year, day.month, day.day, tzinfo=self._zone) for day in spread]

    def _nights(self, bottom: float) -> Iterator[str]:
        """Where no message goes."""
        if self._ends - self._begins > _NIGHTS_FIT:
            return
        dark = self._begins
        for opens, closes in (
            *self._chart.hours.windows(self._begins, self._ends),
            (self._ends,) * 2,
        ):
            if opens > dark:
                x, width = self._x(dark), (opens - dark).total_seconds() * self._scale
                yield (
                    f'<rect x="{x}" y="{_TOP}" width="{width:.1f}" height="{bottom - _TOP:.0f}" '
                    'fill="#f4f6f9"/>'
                )
            dark = max(dark, closes)

    def _now(self, bottom: float) -> Iterator[str]:
        if self._chart.now is not None:
            x = self._x(self._chart.now)
            yield f'<path d="M{x} {_TOP - 6}V{bottom:.0f}" stroke="#1d4ed8" stroke-width="2"/>'
            said = "now; what follows is simulated"
            yield f'<text class="n" x="{x + 5}" y="{bottom + 14:.0f}">{said}</text>'

    def _legend(self, bottom: float) -> Iterator[str]:
        said = "Grey: outside the sending hours. ● happened, ▬ lasted, ┄ would have run on, | a warning"
        yield f'<text class="s" x="20" y="{bottom + 30:.0f}">{said}</text>'

    # Lanes --------------------------------------------------------------------------------

    def _lane(self, lane: Lane, top: float) -> tuple[float, list[str]]:
        parts = [
            f'<path d="M20 {top + 4:.0f}H{WIDTH - _RIGHT}" stroke="#dfe3e9"/>',
            f'<text class="l" x="20" y="{top + 20:.0f}">{_text(lane.title.upper())}</text>',
        ]
        y = top + _LANE_HEAD
        for row in lane.rows:
            height, drawn = self._row(row, y)
            parts += drawn
            y += height
        return y - top + _PAD, parts

    def _row(self, row: Row, top: float) -> tuple[float, list[str]]:
        placed = self._packed(row)
        tracks = 1 + max((each.track for each in placed), default=0)
        parts = [f'<text x="28" y="{top + 14:.0f}">{_text(row.name)}</text>']
        for each in placed:
            y = top + each.track * _TRACK
            drawn = self._bar if isinstance(each.item, Bar) else self._mark
            parts.append(drawn(each.item, each.left, y))  # type: ignore[arg-type] # chosen by its kind
        return tracks * _TRACK + _PAD, parts

    def _packed(self, row: Row) -> list[_Placed]:
        """Each thing on the first line of the row on which neither it nor its label meets another."""
        ends: list[float] = []
        placed = []
        items: tuple[Bar | Mark, ...] = (*row.bars, *row.marks)
        for item in sorted(items, key=_begin):
            left, right, label = self._stretch(item)
            track = next((n for n, end in enumerate(ends) if end < left), len(ends))
            ends[track : track + 1] = [right]
            placed.append(_Placed(item, label, track))
        return placed

    def _stretch(self, item: Bar | Mark) -> tuple[float, float, float]:
        """From where to where it reaches with its label, and where the label begins.

        A label stands behind; before, where it would leave the drawing.
        """
        label = len(self._label(item)) * _LETTER
        begins = self._x(_begin(item))
        ends = self._x(item.due or item.ends) if isinstance(item, Bar) else begins
        if ends + 10 + label < WIDTH - 4:
            return begins - 6, ends + 16 + label, ends + 10
        before = begins - 10 - label
        if before > _LEFT:
            return before - 6, ends + 6, before
        return begins - 6, ends + 6, max(ends - label - 8, begins + 6)

    def _bar(self, bar: Bar, label: float, y: float) -> str:
        stroke, fill = _TONES[bar.tone]
        x, width = self._x(bar.begins), max(self._x(bar.ends) - self._x(bar.begins), 3)
        ticks = "".join(
            f'<path d="M{self._x(tick)} {y + 2:.0f}v14" stroke="{stroke}" stroke-width="2"/>'
            for tick in bar.ticks
        )
        rest = ""
        if bar.due is not None and bar.due > bar.ends:
            path = f"M{self._x(bar.ends)} {y + 9:.0f}H{self._x(bar.due)}m0 -5v10"
            rest = f'<path d="{path}" stroke="{stroke}" stroke-dasharray="3 3" fill="none"/>'
        return (
            f"<g><title>{self._told(bar)}</title>{rest}"
            f'<rect x="{x}" y="{y + 4:.0f}" width="{width:.1f}" height="10" rx="3" fill="{fill}" '
            f'stroke="{stroke}"/>{ticks}{self._written(bar, label, y)}</g>'
        )

    def _mark(self, mark: Mark, label: float, y: float) -> str:
        stroke, _ = _TONES[mark.tone]
        return (
            f"<g><title>{self._told(mark)}</title>"
            f'<circle cx="{self._x(mark.at)}" cy="{y + 9:.0f}" r="5" fill="{stroke}"/>'
            f"{self._written(mark, label, y)}</g>"
        )

    def _label(self, item: Bar | Mark) -> str:
        """What stands beside it: a mark says at what hour, a bar has its ends on the calendar."""
        return (
            item.label if isinstance(item, Bar) else f"{item.label} {self._date(item.at, '%H:%M')}"
        )

    def _written(self, item: Bar | Mark, x: float, y: float) -> str:
        return f'<text class="t" x="{x:.1f}" y="{y + 13:.0f}">{_text(self._label(item))}</text>'

    def _told(self, item: Bar | Mark) -> str:
        return _text(f"{self._date(_begin(item), '%a %d %b %Y %H:%M')}: {item.words}")

    def _date(self, instant: datetime, form: str) -> str:
        return f"{instant.astimezone(self._zone):{form}}"


def _begin(item: Bar | Mark) -> datetime:
    return item.begins if isinstance(item, Bar) else item.at


def _text(text: str) -> str:
    """Text that stays text, whoever wrote it: escaped, without signs that XML does not take."""
    return escape(" ".join("".join(c if c.isprintable() else " " for c in text).split()))
