"""Reads the folder of message templates, `<language>/<name>.txt`; reports every fault at once."""

import re
from pathlib import Path

from atoz.mail.render import BadTemplate, Template, Templates
from atoz.playbook.problems import Problem

_LANGUAGE = re.compile(r"[a-z]{2}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_LARGEST = 100_000


def load_templates(folder: Path) -> Templates:
    """All templates below `folder`; hidden files, and files beside the languages, are left alone.

    Raises BadTemplate with one line, `folder/language/file:line: …`, for each faulty file.
    """
    if not folder.is_dir():
        raise BadTemplate(f"{folder} is no folder; it should hold templates as en/name.txt")
    found: dict[tuple[str, str], Template] = {}
    faults: list[Problem] = []
    for path in sorted(_candidates(folder)):
        try:
            found[path.parent.name, path.stem] = _read(path)
        except BadTemplate as fault:
            faults += fault.problems
    if faults:
        raise BadTemplate.of(faults)
    return Templates(found)


def _candidates(folder: Path) -> list[Path]:
    languages = [place for place in folder.iterdir() if place.is_dir() and _visible(place)]
    return [path for place in languages for path in place.iterdir() if _visible(path)]


def _visible(path: Path) -> bool:
    return not path.name.startswith(".")


def _read(path: Path) -> Template:
    file = "/".join(path.parts[-3:])
    if not _LANGUAGE.fullmatch(path.parent.name):
        raise _fault(file, 1, "name the folder by a language code like de")
    if path.suffix != ".txt" or not _NAME.fullmatch(path.stem):
        raise _fault(file, 1, "name a template like ask_again.txt")
    try:
        if path.stat().st_size > _LARGEST:
            raise _fault(file, 1, "too large for a message")
        return Template.parse(path.read_text("utf-8-sig"), file)
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        raise _fault(file, line, "not UTF-8; save the file as UTF-8") from None
    except OSError as fault:
        raise _fault(file, 1, f"cannot be read: {fault.strerror}") from None


def _fault(file: str, line: int, message: str) -> BadTemplate:
    return BadTemplate.of([Problem(file, line, 1, message)])
