"""A small document in a file of its owner's: read when it changed, changed by one process at a time.

It exists so that users, tokens, links and sessions are kept in the same safe way; the command and
the board work on the same files at the same time.
"""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from atoz.errors import BadInput

Document = TypeVar("Document", bound=BaseModel)
_Stamp = tuple[int, int, int]


class Ledger(Generic[Document]):
    """One file that holds one model; an absent file is `empty`."""

    def __init__(self, file: Path, empty: Document) -> None:
        self._file = file
        self._empty = empty
        self._seen: tuple[_Stamp, Document] | None = None

    def read(self) -> Document:
        """What the file holds now. Raises BadInput where it cannot be read."""
        stamp = self._stamp()
        if stamp is None:
            return self._empty
        if self._seen is None or self._seen[0] != stamp:
            self._seen = stamp, self._parsed()
        return self._seen[1]

    def change(self, edit: Callable[[Document], Document]) -> Document:
        """Replace the content by what `edit` makes of it, while nobody else changes it.

        What `edit` raises leaves the file as it was. Raises BadInput where it cannot be written.
        """
        with self._locked():
            changed = edit(self.read())
            self._write(changed.model_dump_json(indent=1).encode())
        return changed

    def _stamp(self) -> _Stamp | None:
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise self._unreadable(fault.strerror) from fault
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _parsed(self) -> Document:
        try:
            return type(self._empty).model_validate_json(self._file.read_bytes())
        except OSError as fault:
            raise self._unreadable(fault.strerror) from fault
        except ValidationError as fault:
            raise self._unreadable("it is not what this program writes") from fault

    def _unreadable(self, why: str | None) -> BadInput:
        return BadInput(f"{self._file} cannot be read ({why}): mend it or put it aside")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as fault:
            raise BadInput(f"{self._file} cannot be written: {fault.strerror}") from fault
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _write(self, content: bytes) -> None:
        """Whole or not at all, and readable for the owner alone from its first byte on."""
        fresh = self._file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._file)
