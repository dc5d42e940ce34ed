"""The verbs that play a case without touching a claim: simulated by the engine, rehearsed for real."""

from typing import Annotated, Any

import typer

from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.looks import timeline_look
from atoz.cli.verbs import Call, register
from atoz.service.claim_files import read_case

PANEL = "Playbooks and rehearsals"

Playbook = Annotated[
    str | None, typer.Option(metavar="NAME-or-FILE", help="play it with this playbook")
]


async def rehearse(call: Call, case: given.Case, playbook: Playbook = None) -> Answer:
    """Play a case through the real workflow, in virtual time, on a server of its own."""
    # Imported here: servers and workers take a second that other verbs need not wait for.
    from atoz.harness.play import rehearsed  # noqa: PLC0415

    return _played(await rehearsed(call.settings, read_case(given.content(case)), playbook))


async def simulate(
    call: Call,
    playbook: Annotated[
        str, typer.Argument(metavar="NAME-or-FILE", help="a playbook by name, or a YAML file")
    ],
    case: given.Case,
) -> Answer:
    """Play a case with a playbook under a virtual clock; no server."""
    from atoz.harness.play import simulated  # noqa: PLC0415

    return _played(simulated(call.settings, read_case(given.content(case)), playbook))


def _played(document: dict[str, Any]) -> Answer:
    return Answer(document, timeline_look(document))


def add_to(app: typer.Typer, playbooks: typer.Typer) -> None:
    """Register these verbs; `playbooks` holds those of the form `playbook VERB`."""
    register(app, rehearse, PANEL, server=False)
    register(playbooks, simulate, PANEL, server=False)
