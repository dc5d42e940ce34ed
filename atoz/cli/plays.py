"""The verbs that play a case without touching a claim: simulated by the engine, rehearsed for real."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import RenderableType

from atoz.claims.case import Happenings
from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.groups import PLAYBOOKS, Groups
from atoz.cli.looks import timeline_look
from atoz.cli.verbs import Call, register
from atoz.cli.words import line, local
from atoz.errors import Usage
from atoz.playbook.chart import Chart
from atoz.playbook.chart_mermaid import gantt
from atoz.playbook.chart_svg import svg
from atoz.service.claim_files import read_case, read_happenings

if TYPE_CHECKING:
    from atoz.harness.play import Played


Format = Literal["table", "json", "gantt", "svg"]
Playbook = Annotated[
    str | None, typer.Option(metavar="NAME-or-FILE", help="play it with this playbook")
]
Form = Annotated[
    Format, typer.Option("--format", help="gantt is Mermaid's; svg is a drawing for a browser")
]
Case = Annotated[
    Path | None, typer.Option("--case", metavar="CASE.json", help="a claim file with its events")
]
Events = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="what else happens: a list of events, or a case file"),
]

_DRAWINGS: Mapping[str, Callable[[Chart], str]] = {"gantt": gantt, "svg": svg}


async def rehearse(
    call: Call, case: given.Case, playbook: Playbook = None, format_: Form = "table"
) -> Answer:
    """Play a case through the real workflow, in virtual time, on a server of its own."""
    # Imported here: servers and workers take a second that other verbs need not wait for.
    from atoz.harness.rehearsed import rehearsed  # noqa: PLC0415
    from atoz.telemetry import log_as_configured  # noqa: PLC0415

    log_as_configured()
    played = await rehearsed(call.settings, read_case(given.content(case)), playbook)
    return _shown(played, format_)


async def simulate(
    call: Call,
    playbook: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME-or-FILE]",
            help="a playbook by name, or a YAML file; else the one that the rules choose",
        ),
    ] = None,
    *,
    case: Case = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="ORDER", help="a running claim, as it stands now"),
    ] = None,
    events: Events = None,
    format_: Form = "table",
) -> Answer:
    """Play a case with a playbook under a virtual clock, or what becomes of a running claim.

    Only --from needs a server. Nothing is touched.
    """
    more = read_happenings(given.content(events)) if events else Happenings()
    if from_ is not None:
        return await _what_if(call, from_, _together(case, more), playbook, format_)
    if case is None:
        raise Usage("Missing option '--case' (or '--from ORDER' for a running claim)")
    from atoz.harness.play import simulated  # noqa: PLC0415 - as above

    whole = read_case(given.content(case))
    whole = whole.model_copy(update={"events": (*whole.events, *more.events)})
    return _shown(simulated(call.settings, whole, playbook), format_)


def _shown(played: "Played", format_: Format, *first: RenderableType) -> Answer:
    document = played.document
    if format_ in _DRAWINGS:
        return Answer(document, [_DRAWINGS[format_](played.chart())])
    if format_ == "json":
        return Answer(document, [json.dumps(document, indent=1)])
    return Answer(document, [*first, *timeline_look(played.document)])


def _together(case: Path | None, more: Happenings) -> Happenings:
    """What a case says of people and events, and the further events."""
    if case is None:
        return more
    base = read_happenings(given.content(case))
    return base.model_copy(update={"events": (*base.events, *more.events)})


async def _what_if(
    call: Call, order: str, happens: Happenings, playbook: str | None, format_: Format
) -> Answer:
    """A running claim from now on, if this happens."""
    from atoz.harness.carried_on import carried_on  # noqa: PLC0415 - with a server only

    played = await carried_on(await call.service(), order, happens, playbook)
    at = played.document["simulated_from"]
    head = line(f"What happened until {local(at)}; what follows is simulated.")
    return _shown(played, format_, head)


def add_to(groups: Groups) -> None:
    """Register these verbs; `playbooks` holds those of the form `playbook VERB`."""
    register(groups.root, rehearse, PLAYBOOKS, server=False)
    register(groups["playbook"], simulate, PLAYBOOKS)
