"""A playbook that a person names: by its name in the folder, or as a file."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from atoz.cli.verbs import Call
from atoz.errors import BadInput
from atoz.library import load_policies, load_writing, proved_hours
from atoz.mail.render import BadTemplate
from atoz.mail.template_checks import template_problems
from atoz.playbook.checking import Checked, check_playbook
from atoz.playbook.load import load_playbook
from atoz.playbook.model import Playbook
from atoz.playbook.problems import PlaybookRefused, Problem, instead
from atoz.yaml_folder import read_text

Named = Annotated[
    str, typer.Argument(metavar="NAME-or-FILE", help="a playbook by name, or a YAML file")
]


def read(call: Call, name: str) -> tuple[str, str]:
    """The path as it shall be named in problems, and the text. Raises BadInput.

    The folder itself is not loaded: a file in it can be looked at while it is broken.
    """
    path = _path(call.settings.playbooks, name)
    return str(path), read_text(path)


def _path(folder: Path, name: str) -> Path:
    """The file that is named, else the playbook of this name in the folder."""
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or "/" in name or path.is_file():
        return path
    named = folder / f"{path.name}.yaml"
    if not named.is_file():
        known = sorted(file.stem for file in folder.glob("[!.]*.yaml"))
        raise BadInput(f"no playbook is called {name}: {instead(name, known)}")
    return named


def loaded(call: Call, name: str) -> Playbook:
    """The playbook. Raises BadInput, PlaybookRefused with every problem of its text."""
    path, text = read(call, name)
    return load_playbook(text, path, templates(call) or None)


def checked(call: Call, name: str, limit: timedelta | None = None) -> tuple[str, Checked]:
    """The path, and what `check` finds: every problem, and the proof. Raises BadInput for no file."""
    path, text = read(call, name)
    return path, checked_text(call, text, path, limit)


def checked_text(call: Call, text: str, path: str, limit: timedelta | None = None) -> Checked:
    """The same of a text that need not lie in a file yet."""
    today = call.now.date()
    hours = proved_hours(load_policies(call.settings.playbooks), today)
    known = templates(call) or None
    return check_playbook(text, path, hours, today, templates=known, limit=limit)


def of_messages(call: Call) -> list[Problem]:
    """What would stop a message of this folder: a playbook that may send it cannot be used."""
    folder = call.settings.playbooks
    try:
        writing, spoken = load_writing(folder)
        found = template_problems(writing, spoken)
    except BadTemplate as fault:
        found = list(fault.problems) or [Problem("templates", 1, 1, str(fault))]
    except PlaybookRefused as refused:
        return list(refused.problems)
    return [each._replace(file=str(folder / each.file)) for each in found]


def templates(call: Call) -> frozenset[str]:
    """The names of the templates that the folder holds."""
    return frozenset(file.stem for file in call.settings.playbooks.glob("templates/*/*.txt"))
