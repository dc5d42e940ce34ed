"""The verb that answers why: of a running claim, of one that is over, or of a case that is only played."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from atoz.claims.base import instant_text, utc
from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.groups import CLAIMS, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import line
from atoz.errors import BadInput, Usage
from atoz.playbook.why import places, why_all, why_of
from atoz.service.claim_files import read_case


async def why(
    call: Call,
    order: Annotated[
        str | None, typer.Argument(metavar="ORDER", help="left out with --case")
    ] = None,
    step: Annotated[
        str | None, typer.Argument(metavar="[STEP]", help="like request-photos; else every step")
    ] = None,
    *,
    case: Annotated[
        Path | None, typer.Option("--case", metavar="CASE.json", help="play this case instead")
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option("--at", parser=given.instant, metavar="T", help="the case as of this instant"),
    ] = None,
    playbook: Annotated[
        str | None, typer.Option(metavar="NAME-or-FILE", help="play the case with this playbook")
    ] = None,
) -> Answer:
    """Why a step acted, waits, was moved or left out, and what would have to happen: rule, facts, clock."""
    if case is not None:
        if order is not None and step is not None:
            raise Usage("with --case a STEP alone is named, no ORDER")
        return _of_case(call, case, step or order, at, playbook)
    if order is None:
        raise Usage("name the ORDER, or play a case with --case CASE.json")
    if at is not None or playbook is not None:
        raise Usage("--at and --playbook belong to --case")
    from atoz.service import looking  # noqa: PLC0415 - with a server only

    service = await call.service()
    if step is None:
        each = await looking.why_each(service, order)
        return Answer(each, _look(each["steps"]))
    one = await looking.why(service, order, step)
    return Answer(one, _look([one]))


def _of_case(
    call: Call, case: Path, step: str | None, at: datetime | None, playbook: str | None
) -> Answer:
    """The same of a case, played by the engine alone until `at` or to its end."""
    from atoz.harness.play import stood  # noqa: PLC0415 - other verbs need not wait for it

    played = read_case(given.content(case))
    if at is not None and utc(at) < played.claim.notified_at:
        raise BadInput(f"--at: the claim arrives later, {instant_text(played.claim.notified_at)}")
    state, now = stood(call.settings, played, at and utc(at), playbook)
    named = {"workflow_id": state.workflow_id, "order_id": state.file.claim.order_id}
    if step is None:
        found = why_all(state, now)
        return Answer({**named, "steps": found}, _look(found))
    one = why_of(state, step, now)
    return Answer({**named, **one}, _look([one]))


def _look(answers: list[dict[str, Any]]) -> list[RenderableType]:
    """Each step with its rule, the sentences, and what would have to happen."""
    rows: list[RenderableType] = []
    for number, answer in enumerate(answers):
        if number:
            rows.append(Text(""))
        rows.append(line(f"{answer['step']}:", answer["verdict"].replace("_", " ")))
        rows.append(Text(f"  {': '.join([*places(answer), answer['rule']])}"))
        rows += [Text(f"  {sentence}") for sentence in answer["sentences"]]
        rows += [Text(f"  needs: {need}") for need in answer["needs"]]
    return rows


def add_to(groups: Groups) -> None:
    """Register this verb."""
    register(groups.root, why, CLAIMS)
