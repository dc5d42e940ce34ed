"""How values look to a person: local time, time left, safe text in aligned columns."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rich.table import Table
from rich.text import Text

from atoz.mail.plain import one_line

_CELL = 300


def plain(value: object) -> str:
    """Any value on one line without control signs: what outsiders wrote must not steer a terminal."""
    return one_line("" if value is None else value, _CELL)


def local(instant: str | datetime | None) -> str:
    """An instant in this machine's zone: `Tue 08 Sep 2026 11:00`."""
    if instant is None:
        return ""
    return _instant(instant).astimezone().strftime("%a %d %b %Y %H:%M")


def left(instant: str | datetime | None, now: datetime) -> str:
    """How far away an instant is: `in 2 d 3 h`, `5 min ago`."""
    if instant is None:
        return ""
    span = _instant(instant) - now
    return f"in {_span(span)}" if span >= timedelta(0) else f"{_span(-span)} ago"


def _instant(value: str | datetime) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def zone() -> str:
    """The name of this machine's zone, for a heading."""
    return datetime.now().astimezone().tzname() or "local time"


def columns(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Aligned columns without lines; the last one takes what is left."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for head in heads:
        table.add_column(head, no_wrap=head is not heads[-1], overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(plain(cell)) for cell in row))
    return table


def pairs(values: Mapping[str, object]) -> Table:
    """Names and values, one pair a line; what has no value is left out."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in values.items():
        if value not in (None, "", [], ()):
            table.add_row(Text(name), value if isinstance(value, Text) else Text(plain(value)))
    return table


def urgency(instant: str | None, now: datetime) -> Text:
    """The time left, red once it is past and yellow within a day."""
    words = left(instant, now)
    if instant is None:
        return Text(words)
    span = _instant(instant) - now
    if span < timedelta(0):
        return Text(words, "red")
    return Text(words, "yellow" if span < timedelta(days=1) else "")


def line(*parts: Any) -> Text:
    """One line of plain text."""
    return Text(" ".join(plain(part) for part in parts if part not in (None, "")))
