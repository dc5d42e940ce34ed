"""The verb that counts: what is open, how claims ended, and how sure one can be of the rates."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.groups import CLAIMS, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import columns, line, local
from atoz.service.figures import GROUPS, Figures


async def report(
    call: Call,
    since: Annotated[
        datetime | None,
        typer.Option(parser=given.instant, metavar="T", help="decisions from then on; else a year"),
    ] = None,
) -> Answer:
    """Count outcomes by reason, playbook and marketplace, with win rates and their intervals."""
    found = await Figures(await call.service()).report(since)
    return Answer(found, [*_look(found)])


def _look(found: dict[str, Any]) -> Iterator[RenderableType]:
    now, all_of_them = found["open"], found["decided"]
    yield line("open:", now["claims"], "with a missed deadline:", now["missed"])
    yield line("decided since", local(found["since"]) + ":", all_of_them["claims"])
    heads = ("", "decided", "won", "rate", "between", "breaches", "days")
    for name in GROUPS:
        rows = [_cells(row[name] or "unknown", row) for row in found[f"by_{name}"]]
        if rows:
            yield Text("")
            yield columns((name, *heads[1:]), rows)


def _cells(name: str, row: dict[str, Any]) -> tuple[object, ...]:
    between = f"{row['win_rate_low']:.0%} and {row['win_rate_high']:.0%}"
    unknown = f" ({row['breaches_unknown']} unknown)" if row["breaches_unknown"] else ""
    return (
        name.replace("_", " "),
        row["claims"],
        row["won"],
        f"{row['win_rate']:.0%}",
        between,
        f"{row['breaches']}{unknown}",
        "" if row["median_days"] is None else row["median_days"],
    )


def add_to(groups: Groups) -> None:
    """Register this verb."""
    register(groups.root, report, CLAIMS)
