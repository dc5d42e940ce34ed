"""How the demo looks: progress on stderr while it plays, then tables on stdout.

Everything that outsiders wrote is shown as plain text on one line: it steers no terminal.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from atoz.mail.plain import one_line
from atoz.playbook.told import calendar_date, on_calendar, told

_WIDE = 200
"""Columns where there is no terminal."""
_ROOMY = 110
"""Narrower terminals do without some columns."""
_LONGEST = 240


class Played(NamedTuple):
    """A case that was played: its claim's end, and in words what differs from what it expects."""

    title: str
    order_id: str
    workflow_id: str
    fed_by: str
    zone: str
    timeline: list[dict[str, Any]]
    outcome: dict[str, Any]
    condition: str
    took: timedelta
    differs: list[str]


class Mailed(NamedTuple):
    """How many mails came in over IMAP, and how many went out over SMTP."""

    read: int
    sent: int


def document(played: Sequence[Played]) -> dict[str, Any]:
    """What programs read."""
    return {
        "cases": [
            {
                "title": claim.title,
                "workflow_id": claim.workflow_id,
                "fed_by": claim.fed_by,
                "playbook": claim.outcome["playbook"],
                "outcome": claim.outcome,
                "timeline": claim.timeline,
                "expected": claim.differs or "met",
            }
            for claim in played
        ]
    }


News = Callable[[str, int], None]
"""Takes what just happened, and how many cases are done."""


@contextlib.contextmanager
def progress(count: int) -> Iterator[News]:
    """Shows on stderr how far it is while the block gives it news: a bar, or a line each."""
    if not sys.stderr.isatty():
        yield lambda said, done: _line(f"{done} of {count}: {said}" if done else said)
        return
    columns = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=count)
        yield lambda said, done: bar.update(task, completed=done, description=_plain(said))


def _line(said: str) -> None:
    sys.stderr.write(f"{_plain(said)}\n")
    sys.stderr.flush()


def show(played: Sequence[Played], mails: Mailed, took: timedelta) -> None:
    """All claims as a table, and the longest one from its first fact to its last."""
    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else _WIDE, highlight=False, markup=False, emoji=False)
    longest = max(played, key=lambda claim: len(claim.timeline))
    roomy = console.width >= _ROOMY
    claims, one = _claims(played, roomy=roomy), _one(longest, roomy=roomy)
    for part in (claims, one, _summary(played, mails, took)):
        console.print()
        console.print(part, soft_wrap=not terminal)


def _claims(played: Sequence[Played], *, roomy: bool) -> Table:
    heads = (
        "Order",
        *(["In by"] if roomy else []),
        "Playbook",
        "Outcome",
        *(["State", "Took"] if roomy else []),
        "Expected",
    )
    rows = [
        (
            claim.title,
            claim.order_id,
            *([claim.fed_by] if roomy else []),
            claim.outcome["playbook"],
            _decision(claim.outcome),
            *([claim.condition, f"{claim.took.total_seconds():.1f} s"] if roomy else []),
            _expected(claim),
        )
        for claim in played
    ]
    return _table(("Claim", *heads), rows, folding={"Claim", "Expected"})


def _decision(outcome: Mapping[str, Any]) -> str:
    return str(outcome["status"]).replace("_", " ")


def _expected(claim: Played) -> Text:
    if not claim.differs:
        return Text("met", "green")
    return Text("; ".join(_plain(words) for words in claim.differs), "red")


def _one(claim: Played, *, roomy: bool) -> Table:
    began = datetime.fromisoformat(claim.timeline[0]["at"])
    rows = [
        (
            calendar_date(fact["at"], claim.zone),
            *([_after(datetime.fromisoformat(fact["at"]) - began)] if roomy else []),
            ": ".join(word for word in (fact["kind"].replace("_", " "), fact["step"]) if word),
            told(fact, on_calendar(claim.zone)),
        )
        for fact in claim.timeline
    ]
    heads = (f"When ({claim.zone})", *(["After"] if roomy else []), "What", "")
    return _table(heads, rows, f"{claim.title}: order {claim.order_id}", folding={""})


def _after(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 1440} d {minutes // 60 % 24:02}:{minutes % 60:02}"


def _summary(played: Sequence[Played], mails: Mailed, took: timedelta) -> RenderableType:
    met = sum(not claim.differs for claim in played)
    days = sum((_lasted(claim) for claim in played), timedelta()).days
    return Text(
        f"{met} of {len(played)} claims went as expected: {days} days of claims in "
        f"{took.total_seconds():.1f} s; {mails.read} mails came in over IMAP, {mails.sent} were sent "
        "over SMTP and read back."
    )


def _lasted(claim: Played) -> timedelta:
    first, last = (datetime.fromisoformat(claim.timeline[at]["at"]) for at in (0, -1))
    return last - first


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[object]], title: str = "", *, folding: set[str]
) -> Table:
    """Aligned columns without lines; those named in `folding` give way where it is narrow."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.title, table.title_justify, table.title_style = title or None, "left", "bold"
    for head in heads:
        table.add_column(head, no_wrap=head not in folding, overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(_plain(cell)) for cell in row))
    return table


def _plain(value: object) -> str:
    return one_line("" if value is None else value, _LONGEST)
