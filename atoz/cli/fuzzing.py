"""The verb that plays random claims with a playbook, and saves what breaks a promise."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from atoz.claims.case import CaseFile
from atoz.cli import books
from atoz.cli.answer import Answer
from atoz.cli.groups import PLAYBOOKS, Groups
from atoz.cli.looks import timeline_look
from atoz.cli.verbs import Call, register
from atoz.errors import BadInput
from atoz.playbook.load import load_playbook


async def fuzz(
    call: Call,
    playbook: books.Named,
    *,
    runs: Annotated[int, typer.Option(min=1, max=10_000_000, help="claims to play")] = 1_000,
    seed: Annotated[int, typer.Option(help="the same seed plays the same claims")] = 1,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="processes that share the runs")] = 1,
    save: Annotated[
        Path | None, typer.Option(metavar="CASE.json", help="where a violation's case is written")
    ] = None,
) -> Answer:
    """Play random claims with a playbook: a promise that breaks is made as short as it can be."""
    from atoz.harness.fuzz import fuzz as played  # noqa: PLC0415 - other verbs need not wait

    path, text = books.read(call, playbook)
    found = played(load_playbook(text, path), call.library.policies, runs, seed, jobs)
    document: dict[str, Any] = {
        "ok": found.violation is None,
        "runs": found.runs,
        "seed": seed,
        "outcomes": dict(sorted(found.outcomes.items())),
        "violation": None,
    }
    rate = f"{found.runs} claims in {found.seconds:.1f} s ({found.rate:.0f} a second), seed {seed}"
    if found.violation is None:
        shown = ", ".join(f"{name}: {count}" for name, count in document["outcomes"].items())
        return Answer(document, [Text(f"every promise was kept: {rate}"), Text(shown)])
    broken = found.violation
    case = as_case(broken.case, f"{broken.rule}: {broken.message}")
    life = broken.document()
    document["violation"] = {
        "rule": broken.rule,
        "message": broken.message,
        "case": case,
        "timeline": life["timeline"],
    }
    shown_case: list[RenderableType] = [Text(_dump(case))]
    if save is not None:
        _write(save, _dump(case) + "\n")
        again = f"atoz playbook simulate {playbook} --case {save}"
        shown_case = [Text(f"the case is in {save}; play it again: {again}")]
    said = f"broken after {rate}: {broken.rule}: {broken.message}"
    return Answer(document, [Text(said), *timeline_look(life), *shown_case], code=1)


def as_case(case: CaseFile, title: str) -> dict[str, Any]:
    """The case as a case file says it, without what is as always."""
    document = case.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"title": title, **document}


def _dump(case: dict[str, Any]) -> str:
    return json.dumps(case, indent=1, ensure_ascii=False)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from error


def add_to(groups: Groups) -> None:
    """Register `playbook fuzz`."""
    register(groups["playbook"], fuzz, PLAYBOOKS, server=False)
