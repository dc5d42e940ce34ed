"""What was done to the installation, and by whom: a line of JSON for each act, added and never changed.

A claim's timeline tells who did what to it; users, tokens, keys, backups and builds have none, and nor
has a login. So each leaves a line here, in the state folder beside the users: what was asked, by whom,
when, about what, and how it ended. It holds names, never a password, a token, a link or a key: who
writes a line names each value that goes in.
"""

import fcntl
import os
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from atoz.claims.base import Instant, Record
from atoz.errors import BadInput
from atoz.mail.plain import one_line

FILE = "journal.jsonl"
SESSION = "session"
"""The act of whoever logs in at the board or the codec server; the others are named like their verbs."""

Outcome = Literal["begun", "done", "refused", "failed"]
"""`refused`: by the policy, or a wrong password. `begun` alone: it was killed, and may be half done."""

_LONGEST = 200


class Entry(Record):
    """An act: what, by whom, on what. `account` is the machine's, that ran the command."""

    id: str
    at: Instant
    act: str
    by: str
    account: str | None = None
    on: dict[str, str] = {}
    outcome: Outcome
    ended_at: Instant | None = None


class Page(NamedTuple):
    """The newest entries first, and how many lines of the whole file cannot be read."""

    entries: tuple[Entry, ...]
    damaged: int


class Journal:
    """The journal of one state folder."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE

    def append(self, entry: Entry) -> None:
        """Add a line, on the disk when this returns. Raises BadInput where it cannot be written.

        A later line of the same id says how the act ended.
        """
        line = entry.model_dump_json(exclude_none=True).encode() + b"\n"
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as fault:
            raise self._unusable("written", fault) from fault
        with os.fdopen(handle, "r+b", buffering=0) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                # A reader sees the line whole, or its torn end, which the next one leaves alone.
                left = memoryview(b"\n" + line if _torn(file.fileno()) else line)
                while left:  # a disk that is nearly full takes a part of it, and refuses the rest
                    left = left[file.write(left) :]
                os.fsync(file)
            except OSError as fault:
                raise self._unusable("written", fault) from fault

    def newest(self, limit: int) -> Page:
        """The newest acts, each as it ended. Raises BadInput where the file cannot be read."""
        found: OrderedDict[str, Entry] = OrderedDict()
        damaged = 0
        try:
            with self.file.open("rb") as lines:
                for line in lines:
                    entry = _entry(line)
                    if entry is None:
                        damaged += bool(line.strip())
                        continue
                    found[entry.id] = entry
                    while len(found) > limit:
                        found.popitem(last=False)
        except FileNotFoundError:
            return Page((), 0)
        except OSError as fault:
            raise self._unusable("read", fault) from fault
        return Page(tuple(reversed(found.values())), damaged)

    def _unusable(self, how: str, fault: OSError) -> BadInput:
        return BadInput(
            f"{self.file} cannot be {how} ({fault.strerror}): see that this account may, and that its disk "
            "has room"
        )


def about(names: Iterable[str], values: Mapping[str, Any]) -> dict[str, str]:
    """Of the values those that are named, as text on one line; what is empty is left out."""
    named = ((name, values.get(name)) for name in names)
    return {name: _text(value) for name, value in named if value or type(value) is int}


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    return one_line("yes" if value is True else value, _LONGEST)


def _entry(line: bytes) -> Entry | None:
    try:
        return Entry.model_validate_json(line)
    except ValidationError:
        return None


def _torn(handle: int) -> bool:
    """Whether the last line has no end: somebody was killed, or the disk was full, in the middle of it."""
    size = os.fstat(handle).st_size
    return size > 0 and os.pread(handle, 1, size - 1) != b"\n"
