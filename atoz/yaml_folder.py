"""A folder of YAML files as models: each sound file with its text, each fault with its place.

It exists so that every part of the playbooks folder is read, and refused, in the same way.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from atoz.playbook.load import problem_at
from atoz.playbook.problems import PlaybookRefused, Problem
from atoz.playbook.tree import Path as Keys

T = TypeVar("T", bound=BaseModel)

_MOST_READ = 20_000_000
"""Bytes: no file of the folder is a hundredth of it; a file without an end is not read to its end."""


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
            text = read_text(path)
            files.append(File(path, text, load(text, str(path))))
        except PlaybookRefused as refused:
            problems += refused.problems
    return Loaded(tuple(files), tuple(problems))


def fingerprint(folder: Path) -> str:
    """A digest of the names and texts below a folder, as deep as the playbooks folder goes.

    What was made of the folder is good for as long as this stays the same.
    """
    digest = hashlib.sha256()
    for pattern in ("*.yaml", "*/*.yaml", "*/*/*.yaml", "templates/*/*"):
        for path in sorted(folder.glob(pattern)):
            digest.update(f"{path}\0{_content(path)}\0".encode())
    return digest.hexdigest()


def _content(path: Path) -> str:
    """A digest of one file; what cannot be read is told by whoever reads it."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return hashlib.sha256(file.read(_MOST_READ)).hexdigest()
    except OSError as error:
        return str(error)


def read_text(path: Path) -> str:
    """The text of one file, as far as a reader needs it to refuse what is too long.

    Raises PlaybookRefused where it is no readable file of UTF-8 text.
    """
    try:
        if path.exists() and not path.is_file():
            raise _refused(path, "cannot be read (it is no file): name a YAML file")
        with path.open("rb") as file:
            return file.read(_MOST_READ).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PlaybookRefused([_not_utf8(path, error)]) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise _refused(path, f"cannot be read ({why}): check the file") from error


def _refused(path: Path, said: str) -> PlaybookRefused:
    return PlaybookRefused([Problem(str(path), 1, 1, said)])


def _not_utf8(path: Path, error: UnicodeDecodeError) -> Problem:
    before = error.object[: error.start].decode("utf-8", "replace")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Problem(str(path), line, column, "not UTF-8 text: save the file as UTF-8")
