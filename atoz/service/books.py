"""A playbook that a person names, by its name in the folder or as a file: read, checked, proved."""

from datetime import datetime, timedelta
from pathlib import Path

from atoz.errors import BadInput
from atoz.library import load_policies, load_writing, proved_hours
from atoz.mail.render import BadTemplate
from atoz.mail.template_checks import template_problems
from atoz.playbook.checking import Checked, check_playbook
from atoz.playbook.load import load_playbook
from atoz.playbook.model import Playbook
from atoz.playbook.problems import PlaybookRefused, Problem, instead
from atoz.yaml_folder import read_text


def read(folder: Path, name: str) -> tuple[str, str]:
    """The path as it shall be named in problems, and the text. Raises BadInput.

    The folder itself is not loaded: a file in it can be looked at while it is broken.
    """
    path = _path(folder, name)
    return str(path), read_text(path)


def _path(folder: Path, name: str) -> Path:
    """The file that is named, else the playbook of this name in the folder."""
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or "/" in name or path.is_file():
        return path
    named = folder / f"{path.name}.yaml"
    if not named.is_file():
        raise BadInput(f"no playbook is called {name}: {instead(name, names(folder))}")
    return named


def names(folder: Path) -> list[str]:
    """The playbooks of the folder."""
    return sorted(file.stem for file in folder.glob("[!.]*.yaml"))


def loaded(folder: Path, name: str) -> Playbook:
    """The playbook. Raises BadInput, PlaybookRefused with every problem of its text."""
    path, text = read(folder, name)
    return load_playbook(text, path, templates(folder) or None)


def checked_text(
    folder: Path, text: str, path: str, now: datetime, limit: timedelta | None = None
) -> Checked:
    """What `check` finds in a text: every problem, and the proof for the year after `now` (UTC)."""
    today = now.date()
    hours = proved_hours(load_policies(folder), today)
    known = templates(folder) or None
    return check_playbook(text, path, hours, today, templates=known, limit=limit)


def proved(folder: Path, name: str, now: datetime) -> Playbook:
    """The playbook, where it passes `check`. Raises BadInput with every problem."""
    path, text = read(folder, name)
    checked = checked_text(folder, text, path, now)
    if not checked.ok or checked.playbook is None:
        raise BadInput("\n".join(str(problem) for problem in checked.problems))
    return checked.playbook


def of_messages(folder: Path) -> list[Problem]:
    """What would stop a message of this folder: a playbook that may send it cannot be used."""
    try:
        writing, spoken = load_writing(folder)
        found = template_problems(writing, spoken)
    except BadTemplate as fault:
        found = list(fault.problems) or [Problem("templates", 1, 1, str(fault))]
    except PlaybookRefused as refused:
        return list(refused.problems)
    return [each._replace(file=str(folder / each.file)) for each in found]


def templates(folder: Path) -> frozenset[str]:
    """The names of the templates that the folder holds."""
    return frozenset(file.stem for file in folder.glob("templates/*/*.txt"))
