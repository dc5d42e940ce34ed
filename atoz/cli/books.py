"""A playbook that a person names: by its name in the folder, or as a file."""

from pathlib import Path
from typing import Annotated

import typer

from atoz.cli.verbs import Call
from atoz.errors import BadInput
from atoz.playbook.load import load_playbook
from atoz.playbook.model import Playbook

Named = Annotated[
    str, typer.Argument(metavar="NAME-or-FILE", help="a playbook by name, or a YAML file")
]


def read(call: Call, name: str) -> tuple[str, str]:
    """The path as it shall be named in problems, and the text. Raises BadInput."""
    path = Path(name)
    if path.suffix not in (".yaml", ".yml") and not path.is_file():
        path = call.settings.playbooks / f"{call.library.playbook(name).name}.yaml"
    try:
        return str(path), path.read_bytes().decode("utf-8")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 text, save it as UTF-8") from error


def loaded(call: Call, name: str) -> Playbook:
    """The playbook. Raises BadInput, PlaybookRefused with every problem of its text."""
    path, text = read(call, name)
    return load_playbook(text, path, templates(call) or None)


def templates(call: Call) -> frozenset[str]:
    """The names of the templates that the folder holds."""
    return frozenset(file.stem for file in call.settings.playbooks.glob("templates/*/*.txt"))
