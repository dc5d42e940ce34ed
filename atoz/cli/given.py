"""The kinds of arguments that verbs share: orders, files, instants, a yes or no."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from atoz.errors import BadInput
from atoz.evidence.intake import Given
from atoz.evidence.limits import LARGEST_FILE

YesNo = Literal["yes", "no"]

Order = Annotated[str, typer.Argument(metavar="ORDER", help="like 111-0000102-0000102")]
Task = Annotated[str, typer.Argument(metavar="TASK", help="as `tasks` lists it")]
File = Annotated[Path, typer.Argument(metavar="FILE")]
Case = Annotated[Path, typer.Option("--case", metavar="CASE.json", help="the case to play")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="recorded with the act")]


def instant(text: str) -> datetime:
    """An instant with its zone, as ISO 8601. Refuses one without, since nobody knows which it means."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise typer.BadParameter(
            f"{text[:40]!r} is no instant: write it like 2026-09-08T09:00:00Z"
        ) from error
    if found.tzinfo is None:
        raise typer.BadParameter(
            f"{text[:40]!r} has no time zone: write {found.isoformat()}Z for UTC, or +02:00 and so on"
        )
    return found


Instant = Annotated[datetime, typer.Argument(parser=instant, metavar="T")]


def content(path: Path) -> bytes:
    """A file's bytes; `-` is what comes on standard input. Raises BadInput."""
    try:
        if path == Path("-"):
            return typer.get_binary_stream("stdin").read(LARGEST_FILE + 1)
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from error


def text(path: Path) -> str:
    """A file's text. Raises BadInput where it is not UTF-8."""
    try:
        return content(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 text, save it as UTF-8") from error


def upload(path: Path) -> Given:
    """A file to keep. Raises BadInput where it cannot be read."""
    return Given(path.name, content(path))


def yes(word: YesNo | None) -> bool | None:
    """`yes` and `no` as a truth value; nothing stays unknown."""
    return None if word is None else word == "yes"
