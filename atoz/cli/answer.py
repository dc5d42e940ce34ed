"""What a verb gives back, and the two ways in which it is printed: for people and for programs."""

import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from atoz.mail.plain import escaped, visible

_WIDE = 220
"""Columns where there is no terminal: a pipe takes whole lines."""


@dataclass(frozen=True)
class Answer:
    """One document with stable keys, what a person sees of it, and how the command ends.

    A plain string among what is shown is printed as it is, however long its lines are.
    """

    document: Mapping[str, Any]
    shown: Sequence[RenderableType] = ()
    code: int = 0


def show(answer: Answer, *, as_json: bool) -> None:
    """Print the answer on stdout."""
    if as_json:
        print_json(answer.document)
        return
    if sys.stdout.isatty():
        _print(answer, Console(no_color=_colourless(), highlight=False, markup=False))
        return
    page = io.StringIO()
    _print(answer, Console(file=page, width=_WIDE, color_system=None, highlight=False))
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in page.getvalue().splitlines())


def _print(answer: Answer, console: Console) -> None:
    """Texts of several lines hold what outsiders wrote: no sign of theirs may steer the terminal."""
    for part in answer.shown:
        if isinstance(part, str):
            console.file.write(visible(part).removesuffix("\n") + "\n")
            continue
        if isinstance(part, Text):
            part.plain = visible(part.plain)
        console.print(part, markup=False, emoji=False)


def _colourless() -> bool | None:
    return True if os.environ.get("NO_COLOR") else None


def print_json(document: Mapping[str, Any]) -> None:
    """One JSON document on stdout: a line of its own in a pipe, indented for a person."""
    indent = 1 if sys.stdout.isatty() else None
    written = json.dumps(document, ensure_ascii=False, indent=indent)
    sys.stdout.write(escaped(written) + "\n")


def print_error(message: str) -> None:
    """What went wrong, on stderr."""
    sys.stderr.write(f"error: {visible(message)}\n")
