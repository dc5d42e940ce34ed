"""A claim's course as a Mermaid gantt, on the marketplace's calendar."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from atoz.playbook.chart import Bar, Chart, Mark, Row, Tone

_TAGS: dict[Tone, str] = {
    "done": "done, ",
    "plain": "",
    "open": "active, ",
    "bad": "crit, ",
    "held": "",
}


def gantt(chart: Chart) -> str:
    """The text of a Mermaid gantt; local times of the chart's zone."""
    return "\n".join(_lines(chart)) + "\n"


def _lines(chart: Chart) -> Iterator[str]:
    yield "gantt"
    yield f"  title {_text(chart.title)} - {_text(chart.summary)} ({chart.zone})"
    yield "  dateFormat YYYY-MM-DDTHH:mm:ss"
    yield "  axisFormat %a %d %b"
    for lane in chart.lanes:
        yield f"  section {_text(lane.title)}"
        for row in lane.rows:
            yield from (f"  {entry}" for entry in _entries(row, chart.zone))


def _entries(row: Row, zone: str) -> Iterator[str]:
    for bar in row.bars:
        yield _bar(row.name, bar, zone)
    for mark in row.marks:
        yield _mark(row.name, mark, zone)


def _bar(name: str, bar: Bar, zone: str) -> str:
    span = f"{_local(bar.begins, zone)}, {_local(bar.ends, zone)}"
    return f"{_text(name)} {_text(bar.label)} :{_TAGS[bar.tone]}{span}"


def _mark(name: str, mark: Mark, zone: str) -> str:
    at = _local(mark.at, zone)
    return f"{_text(name)} {_text(mark.label)} :{_TAGS[mark.tone]}milestone, {at}, 0d"


def _local(instant: datetime, zone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:%S}"


def _text(text: str) -> str:
    """Words without the signs that mean something to Mermaid."""
    return " ".join(
        "".join(" " if sign in ":;,#%" else sign for sign in text if sign.isprintable()).split()
    )
