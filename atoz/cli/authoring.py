"""The verbs of whoever writes a playbook: begin one, draw it, compare two, and the reference."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from atoz.cli import books
from atoz.cli.answer import Answer
from atoz.cli.groups import PLAYBOOKS, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import line
from atoz.errors import BadInput
from atoz.playbook.diagram import mermaid
from atoz.playbook.diagram_svg import svg
from atoz.playbook.diff import differences
from atoz.playbook.reference import reference as reference_page
from atoz.playbook.schema import playbook_schema
from atoz.playbook.starting import free_rank, starting_file

Write = Annotated[
    Path | None, typer.Option(metavar="FILE", help="write it there instead of printing it")
]


async def new(
    call: Call,
    name: Annotated[str, typer.Argument(metavar="NAME", help="like my-shop")],
    from_: Annotated[
        str, typer.Option("--from", metavar="NAME-or-FILE", help="the playbook to begin with")
    ] = "documented",
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="else NAME.yaml in the folder")
    ] = None,
) -> Answer:
    """Begin a playbook: a commented file that does what another one does, and passes `check`."""
    known = call.library.playbooks
    if any(book.name == name for book in known):
        raise BadInput(f"a playbook is called {name} already: choose another name")
    path = to or call.settings.playbooks / f"{name}.yaml"
    if path.exists():
        raise BadInput(f"{path} is there already: choose another name, or --to FILE")
    base = books.loaded(call, from_)
    rank = free_rank(base, {book.rank for book in known})
    if rank is None:
        raise BadInput(f"no rank is free behind {base.name} ({base.rank}): spread the ranks first")
    text = starting_file(base, name, rank)
    _refuse_unproved(call, text, str(path))
    _write(path, text)
    document = {"file": str(path), "name": name, "from": base.name, "rank": rank}
    return Answer(document, [line("wrote", path, "- next:"), line("atoz playbook check", path)])


def _refuse_unproved(call: Call, text: str, path: str) -> None:
    """A bad name, or a playbook that would not pass, is refused before anything is written."""
    checked = books.checked_text(call, text, path)
    if not checked.ok:
        raise BadInput("\n".join(str(problem) for problem in checked.problems))


async def diff(
    call: Call,
    old: Annotated[str, typer.Argument(metavar="OLD", help="a playbook by name, or a YAML file")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="as OLD")],
) -> Answer:
    """Say what changed from one playbook to another, by meaning; comments and order of keys are none."""
    before, after = books.loaded(call, old), books.loaded(call, new)
    changes = differences(before, after)
    document = {
        "same": before.digest == after.digest,
        "old": {"name": before.name, "version": before.version, "digest": before.digest},
        "new": {"name": after.name, "version": after.version, "digest": after.digest},
        "changes": [change._asdict() for change in changes],
    }
    said = [line(change.sentence) for change in changes]
    return Answer(document, said or [line(f"no change of meaning: both are {after.digest}")])


async def diagram(
    call: Call,
    playbook: books.Named,
    format_: Annotated[
        Literal["mermaid", "svg"], typer.Option("--format", help="svg is a drawing of its own")
    ] = "mermaid",
) -> Answer:
    """Draw a playbook as the engine follows it: a Mermaid flowchart, or an SVG."""
    drawn = (svg if format_ == "svg" else mermaid)(books.loaded(call, playbook))
    return Answer({format_: drawn}, [drawn])


async def schema(call: Call, write: Write = None) -> Answer:
    """The JSON Schema of playbook files, by which editors complete and check them."""
    document = playbook_schema(books.templates(call))
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return _written(write, text + "\n") or Answer(document, [text])


async def reference(call: Call, write: Write = None) -> Answer:
    """Every key and name that a playbook may hold, as a page in Markdown."""
    text = reference_page(books.templates(call))
    return _written(write, text) or Answer({"markdown": text}, [text])


def _written(path: Path | None, text: str) -> Answer | None:
    if path is None:
        return None
    _write(path, text)
    return Answer({"file": str(path)}, [line("wrote", path)])


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from error


def add_to(groups: Groups) -> None:
    """Register these verbs, all of the form `playbook VERB`."""
    for verb in (new, diff, diagram, schema, reference):
        register(groups["playbook"], verb, PLAYBOOKS, server=False)
