"""The verbs of upgrades: whether open claims go on under this code, and which build new ones begin on."""

from pathlib import Path
from typing import Annotated

import typer

from atoz.cli.answer import Answer
from atoz.cli.groups import UPGRADES, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import columns, line
from atoz.keeping import reader
from atoz.service import deploying
from atoz.service.registered import demand_registered
from atoz.service.verifying import verify_folder, verify_server


async def verify(
    call: Call,
    histories: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="exported histories instead of the server's claims"),
    ] = None,
) -> Answer:
    """Replay every open claim against this code: exit 1 with the claims that would break."""
    if histories is not None:
        found = await verify_folder(histories, reader(call.settings))
    else:
        service = await call.service()
        await demand_registered(service.client)
        found = await verify_server(service.client, service.settings)
    if not found.broken:
        return Answer(found.document, [line(f"{found.counted}: all go on under this code")])
    rows = [(each.workflow_id, each.why) for each in found.broken]
    heading = line(f"of {found.counted}, {len(rows)} would break under this code:")
    return Answer(found.document, [heading, columns(["workflow", "why"], rows)], code=1)


async def status(call: Call) -> Answer:
    """Which builds of the workers are there, which is current, which still have claims."""
    document = await deploying.status(await call.service())
    rows = [
        (each["build"], each["state"], each["open_claims"], each["since"])
        for each in document["builds"]
    ]
    table = columns(["build", "state", "open claims", "since"], rows)
    return Answer(document, [line(f"deployment {document['deployment']}"), table])


async def promote(
    call: Call,
    build: Annotated[
        str | None, typer.Argument(metavar="[BUILD]", help="else the build of this code")
    ] = None,
) -> Answer:
    """Let new claims begin on a build; those that run stay on theirs."""
    document = await deploying.promote(await call.service(), build, call.by)
    before = f" (before: {document['previous']})" if document["previous"] else ""
    return Answer(document, [line(f"new claims begin on {document['current']}{before}")])


def add_to(groups: Groups) -> None:
    """Register `verify`, `deploy status` and `deploy promote`."""
    register(groups.root, verify, UPGRADES)
    register(groups["deploy"], status, UPGRADES)
    on = ("build", "deployment", "current", "previous")
    register(groups["deploy"], promote, UPGRADES, acts="deploy promote", on=on)
