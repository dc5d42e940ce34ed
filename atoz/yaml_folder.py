"""A folder of YAML files as models: each sound file with its text, each fault with its place.

It exists so that every part of the playbooks folder is read, and refused, in the same way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from atoz.playbook.load import problem_at
from atoz.playbook.problems import PlaybookRefused, Problem
from atoz.playbook.tree import Path as Keys

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class File(Generic[T]):
    """A file that is sound by itself."""

    path: Path
    text: str
    value: T

    def problem(self, keys: Keys, message: str) -> Problem:
        """A problem that shows only beside other files, at its place in this one."""
        return problem_at(self.text, str(self.path), keys, message)


@dataclass(frozen=True)
class Loaded(Generic[T]):
    """The sound files of one folder, and the problems of the others."""

    files: tuple[File[T], ...]
    problems: tuple[Problem, ...]


def read_folder(folder: Path, load: Callable[[str, str], T]) -> Loaded[T]:
    """The `*.yaml` files directly in a folder, hidden ones left out; a missing folder holds none."""
    files: list[File[T]] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("[!.]*.yaml")):
        try:
            text = path.read_bytes().decode("utf-8")
            files.append(File(path, text, load(text, str(path))))
        except UnicodeDecodeError as error:
            problems.append(_not_utf8(path, error))
        except OSError as error:
            said = f"cannot be read ({error.strerror}): check the file"
            problems.append(Problem(str(path), 1, 1, said))
        except PlaybookRefused as refused:
            problems += refused.problems
    return Loaded(tuple(files), tuple(problems))


def _not_utf8(path: Path, error: UnicodeDecodeError) -> Problem:
    before = error.object[: error.start].decode("utf-8", "replace")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Problem(str(path), line, column, "not UTF-8 text: save the file as UTF-8")
