"""A playbook that a person names on the command line: by its name in the folder, or as a file."""

from datetime import timedelta
from typing import Annotated

import typer

from atoz.cli.verbs import Call
from atoz.playbook.checking import Checked
from atoz.playbook.model import Playbook
from atoz.playbook.problems import Problem
from atoz.service import books

Named = Annotated[
    str, typer.Argument(metavar="NAME-or-FILE", help="a playbook by name, or a YAML file")
]


def read(call: Call, name: str) -> tuple[str, str]:
    """The path as it shall be named in problems, and the text. Raises BadInput."""
    return books.read(call.settings.playbooks, name)


def loaded(call: Call, name: str) -> Playbook:
    """The playbook. Raises BadInput, PlaybookRefused with every problem of its text."""
    return books.loaded(call.settings.playbooks, name)


def checked(call: Call, name: str, limit: timedelta | None = None) -> tuple[str, Checked]:
    """The path, and what `check` finds: every problem, and the proof. Raises BadInput for no file."""
    path, text = read(call, name)
    return path, checked_text(call, text, path, limit)


def checked_text(call: Call, text: str, path: str, limit: timedelta | None = None) -> Checked:
    """The same of a text that need not lie in a file yet."""
    return books.checked_text(call.settings.playbooks, text, path, call.now, limit)


def of_messages(call: Call) -> list[Problem]:
    """What would stop a message of this folder: a playbook that may send it cannot be used."""
    return books.of_messages(call.settings.playbooks)


def templates(call: Call) -> frozenset[str]:
    """The names of the templates that the folder holds."""
    return books.templates(call.settings.playbooks)
