"""What is wrong with a file that a person wrote, and where: the one form in which it is said.

Every reader of playbooks, policies and phrase lists reports through these two types, so that an
editor, the command and a test see the same `file:line:column: message`.
"""

import difflib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from atoz.errors import BadInput

_SHOWN = 60


class Problem(NamedTuple):
    """One thing that is wrong; `line` and `column` count characters from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class PlaybookRefused(BadInput):
    """Files that a person wrote cannot be used; `problems` says where, why, and what to write."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[type["PlaybookRefused"], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


def shown(text: object, most: int = _SHOWN) -> str:
    """A piece of a file as a message may show it: one line, no control characters, cut."""
    piece = str(text)[: most + 1]
    plain = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in piece)
    return plain if len(plain) <= most else plain[:most] + "..."


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that `word` was most likely meant to be, or None."""
    if len(word) > _SHOWN:
        return None
    folded = {_fold(name): name for name in known}
    close = difflib.get_close_matches(_fold(word), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def instead(word: str, known: Iterable[str]) -> str:
    """What to write in place of an unknown word: the nearest known one, else all of them."""
    names = list(dict.fromkeys(known))
    close = nearest(word, names)
    if close is not None:
        return f"did you mean `{close}`?"
    if len(names) > 1:
        return f"write one of: {', '.join(names)}"
    return f"write `{names[0]}`" if names else "there is none yet"


def _fold(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")
