"""A claim's course as an SVG: lanes on a calendar, readable without a colour.

It stands alone (no script, no font, no address to fetch), in light and in dark. Every text is escaped; each
bar and mark says its whole story as a tooltip and to a screen reader.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from atoz.playbook import ink
from atoz.playbook.chart import Bar, Chart, Lane, Mark, Row
from atoz.playbook.pictured import SAY, Say, day, instant

WIDTH = 1240
_LEFT, _RIGHT, _TOP, _BOTTOM = 226, 24, 96, 44
_TRACK, _PAD, _LANE_HEAD = 20, 6, 26
_SIZE = 12
"""Pixels of the words; those beside bars and marks are as large."""
_DAY_LABEL = 82
_NIGHTS_FIT = timedelta(days=16)
"""On a longer course the nights would be a grey blur."""
_STEPS_OF_DAYS = (1, 2, 7, 14, 28, 56, 112)
_SHAPES = (
    ".h{font-size:18px;font-weight:600}.l{font-weight:600;letter-spacing:.06em;font-size:11px}"
    ".t{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}path{fill:none}.w{stroke-width:2}"
)


class _Placed(NamedTuple):
    """What is drawn of a bar or a mark, the stretch that it needs, and its line within the row."""

    item: Bar | Mark
    left: float
    track: int = 0
    under: bool = False
    """Its label found no room beside it and stands on the next line."""


class _Stretch(NamedTuple):
    """From where to where something reaches with its label, and where the label begins."""

    left: float
    right: float
    label: float
    under: bool = False


def svg(chart: Chart, say: Say = str) -> str:
    """The drawing, a document of its own; `say` puts it into words."""
    return _Canvas(chart, say).drawn()


class _Canvas:
    """One drawing: where an instant lies, and what is drawn from the top down."""

    def __init__(self, chart: Chart, say: Say) -> None:
        self._chart, self._say, self._zone = chart, say, ZoneInfo(chart.zone)
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
        parts = [*self._head(), *self._calendar(y), *self._now(y), *body, *self._legend(y)]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + _BOTTOM:.0f}" '
            f'width="{WIDTH}" height="{y + _BOTTOM:.0f}" role="img" aria-labelledby="title desc">\n'
            + "\n".join(parts)
            + "\n</svg>\n"
        )

    # Around the lanes ---------------------------------------------------------------------

    def _head(self) -> Iterator[str]:
        chart = self._chart
        first, last = self._instant(chart.begins), self._instant(chart.ends)
        told = self._text(
            SAY("spread", summary=chart.summary, first=first, last=last, zone=chart.zone)
        )
        title = self._text(chart.title)
        yield f'<title id="title">{title}</title>'
        yield f'<desc id="desc">{told}. {self._story()}</desc>'
        yield ink.style(_SIZE, _SHAPES)
        yield '<rect class="ground" width="100%" height="100%"/>'
        yield f'<text class="h" x="20" y="34">{title}</text>'
        yield f'<text class="quiet" x="20" y="56">{told}</text>'

    def _story(self) -> str:
        """What happened, in order, for who cannot see it."""
        marks = [m for lane in self._chart.lanes for row in lane.rows for m in row.marks]
        told = (f"{self._day(m.at)} {self._hour(m.at)} {self._say(m.label)}" for m in sorted(marks))
        return ink.text("; ".join(told))

    def _calendar(self, bottom: float) -> Iterator[str]:
        """Nights of the sending hours, midnights of the marketplace's zone, and their dates."""
        yield from self._nights(bottom)
        days = self._midnights()
        apart = (days[1] - days[0]).total_seconds() * self._scale if len(days) > 1 else WIDTH
        every = next((n for n in _STEPS_OF_DAYS if n * apart >= _DAY_LABEL), _STEPS_OF_DAYS[-1])
        for number, midnight in enumerate(days):
            named = number % every == 0
            if not named and apart < 8:
                continue
            x, kind = self._x(midnight), "line" if named else "faint"
            yield f'<path class="{kind}" d="M{x} {_TOP - 6}V{bottom:.0f}"/>'
            if named and x < WIDTH - _DAY_LABEL:
                said = ink.text(self._day(midnight))
                yield f'<text class="quiet" x="{x + 4}" y="{_TOP - 10}">{said}</text>'

    def _midnights(self) -> list[datetime]:
        first = self._begins.astimezone(self._zone).date() + timedelta(days=1)
        last = self._ends.astimezone(self._zone).date()
        spread = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [datetime(each.year, each.month, each.day, tzinfo=self._zone) for each in spread]

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
                box = f'x="{x}" y="{_TOP}" width="{width:.1f}" height="{bottom - _TOP:.0f}"'
                yield f'<rect class="night" {box}/>'
            dark = max(dark, closes)

    def _now(self, bottom: float) -> Iterator[str]:
        if self._chart.now is not None:
            x = self._x(self._chart.now)
            yield f'<path class="next w" d="M{x} {_TOP - 6}V{bottom:.0f}"/>'
            said = self._say(SAY("from_now"))
            place = min(x + 5, WIDTH - _RIGHT - ink.width(said, _SIZE))
            yield f'<text class="next-ink" x="{place:.1f}" y="{bottom + 16:.0f}">{ink.text(said)}</text>'

    def _legend(self, bottom: float) -> Iterator[str]:
        said = self._text(SAY("legend"))
        yield f'<text class="quiet" x="20" y="{bottom + 34:.0f}">{said}</text>'

    # Lanes --------------------------------------------------------------------------------

    def _lane(self, lane: Lane, top: float) -> tuple[float, list[str]]:
        title = ink.text(self._say(lane.title).upper())
        parts = [
            f'<path class="line" d="M20 {top + 4:.0f}H{WIDTH - _RIGHT}"/>',
            f'<text class="l quiet" x="20" y="{top + 20:.0f}">{title}</text>',
        ]
        y = top + _LANE_HEAD
        for row in lane.rows:
            height, drawn = self._row(row, y)
            parts += drawn
            y += height
        return y - top + _PAD, parts

    def _row(self, row: Row, top: float) -> tuple[float, list[str]]:
        placed = self._packed(row)
        names = list(ink.lines(self._say(row.name), _LEFT - 36, _SIZE))
        tracks = max([len(names), *(1 + each.track + each.under for each in placed)])
        parts = [
            f'<text x="28" y="{top + 14 + number * 16:.0f}">{ink.text(name)}</text>'
            for number, name in enumerate(names)
        ]
        for each in placed:
            y = top + each.track * _TRACK
            shape = (
                self._bar(each.item, y) if isinstance(each.item, Bar) else self._mark(each.item, y)
            )
            label = self._written(each, y + _TRACK * each.under)
            parts.append(f"<g><title>{self._told(each.item)}</title>{shape}{label}</g>")
        return tracks * _TRACK + _PAD, parts

    def _packed(self, row: Row) -> list[_Placed]:
        """Each thing on the first line of the row on which neither it nor its label meets another."""
        ends: list[float] = []
        placed = []
        items: tuple[Bar | Mark, ...] = (*row.bars, *row.marks)
        for item in sorted(items, key=_begin):
            left, right, label, under = self._stretch(item)
            track = next((n for n, end in enumerate(ends) if end < left and not under), len(ends))
            ends[track : track + 1] = [right, WIDTH] if under else [right]
            placed.append(_Placed(item, label, track, under))
        return placed

    def _stretch(self, item: Bar | Mark) -> _Stretch:
        """A label stands behind; before, where it would leave the drawing; beneath, where neither fits."""
        label = ink.width(self._label(item), _SIZE)
        begins = self._x(_begin(item))
        ends = self._x(item.due or item.ends) if isinstance(item, Bar) else begins
        if ends + 10 + label < WIDTH - 4:
            return _Stretch(begins - 6, ends + 16 + label, ends + 10)
        before = begins - 10 - label
        if before > _LEFT:
            return _Stretch(before - 6, ends + 6, before)
        return _Stretch(begins - 6, ends + 6, max(begins, _LEFT), under=True)

    def _bar(self, bar: Bar, y: float) -> str:
        x, width = self._x(bar.begins), max(self._x(bar.ends) - self._x(bar.begins), 3)
        ticks = "".join(
            f'<path class="{bar.tone} w" d="M{self._x(tick)} {y + 2:.0f}v14"/>'
            for tick in bar.ticks
        )
        rest = ""
        if bar.due is not None and bar.due > bar.ends:
            # What would have run on beyond the calendar runs into its edge, without an end.
            due, edge = self._x(bar.due), WIDTH - _RIGHT
            path = f"M{self._x(bar.ends)} {y + 9:.0f}H{min(due, edge)}" + "m0 -5v10" * (due <= edge)
            rest = f'<path class="{bar.tone}" d="{path}" stroke-dasharray="3 3"/>'
        box = f'x="{x}" y="{y + 4:.0f}" width="{width:.1f}" height="10" rx="3"'
        return f'{rest}<rect class="{bar.tone} {bar.tone}-fill" {box}/>{ticks}'

    def _mark(self, mark: Mark, y: float) -> str:
        return f'<circle class="{mark.tone}-ink" cx="{self._x(mark.at)}" cy="{y + 9:.0f}" r="5"/>'

    def _label(self, item: Bar | Mark) -> str:
        """What stands beside it: a mark says at what hour, a bar has its ends on the calendar."""
        said = self._say(item.label)
        return said if isinstance(item, Bar) else f"{said} {self._hour(item.at)}"

    def _written(self, placed: _Placed, y: float) -> str:
        said = ink.text(self._label(placed.item))
        return f'<text class="t halo" x="{placed.left:.1f}" y="{y + 13:.0f}">{said}</text>'

    def _told(self, item: Bar | Mark) -> str:
        """The whole story, at the instant on this calendar and in UTC."""
        at = _begin(item)
        both = SAY("in_utc", at=self._instant(at), utc=f"{at.astimezone(UTC):%Y-%m-%d %H:%M}")
        return self._text(SAY("what", what=both, how=item.words))

    def _text(self, said: str) -> str:
        return ink.text(self._say(said))

    def _instant(self, at: datetime) -> str:
        return instant(at.astimezone(self._zone))

    def _day(self, at: datetime) -> str:
        return self._say(day(at.astimezone(self._zone)))

    def _hour(self, instant: datetime) -> str:
        return f"{instant.astimezone(self._zone):%H:%M}"


def _begin(item: Bar | Mark) -> datetime:
    return item.begins if isinstance(item, Bar) else item.at
