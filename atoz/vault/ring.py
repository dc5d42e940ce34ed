"""The key ring: the few keys that seal the data keys, in one file for its owner's eyes only.

The first key seals, all of them open: a new first one is a rotation. The file is read again where a key
is asked for that it did not have before, and before a new data key is wrapped, so that a rotation reaches
whatever runs. Names of keys that were retired stay: a server may still name one.
"""

import base64
import binascii
import contextlib
import fcntl
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr, ValidationError

from atoz.claims.base import Instant, Record, instant_text
from atoz.errors import BadInput
from atoz.vault.sealed import new_key

FILE = Path("keys") / "ring.json"
"""Where it lies in a state folder unless a setting says otherwise."""


class RingKey(Record):
    """One key: a name that is no secret, and when it was made (UTC). The key itself shows in no repr."""

    id: str
    made_at: Instant
    key: SecretStr

    def cipher(self) -> AESGCM:
        """What seals and opens with it. Raises BadInput for what is no key."""
        try:
            return AESGCM(base64.b64decode(self.key.get_secret_value(), validate=True))
        except (ValueError, binascii.Error):
            raise BadInput(f"the key {self.id} of the ring is no key: restore the file") from None


Unsealed = Literal["accept", "refuse"]
"""What becomes of a payload that comes from the server and that nobody sealed."""


class _Written(Record):
    keys: tuple[RingKey, ...]
    unsealed: Unsealed = "accept"
    """A ring from before there was a choice may be older than the claims that it found."""
    retired: tuple[str, ...] = ()
    """The names of keys that were dropped once they wrapped nothing."""


_OTHERS = stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP
"""What nobody may do with the file. A group may read it: so a cluster hands a secret to its process."""


class Ring:
    """The keys of one file, newest first."""

    def __init__(self, file: Path) -> None:
        """Raises BadInput where there is no ring, or others can read it."""
        self.file = file
        self._read()

    def _read(self) -> None:
        seen = _stamp(self.file)
        found = _written_in(self.file)
        self._seen = seen  # only now: what could not be read is read again
        self.keys, self.unsealed, self.retired = found.keys, found.unsealed, found.retired
        self._ciphers = {key.id: key.cipher() for key in self.keys}

    @property
    def first(self) -> str:
        """The id of the key that seals."""
        return self.keys[0].id

    def first_now(self) -> str:
        """The same, as the file has it at this moment. Raises BadInput where it cannot be read."""
        if _stamp(self.file) != self._seen:
            self._read()
        return self.first

    def cipher(self, key_id: str) -> AESGCM | None:
        """The key of this id; None where the ring does not have it, now either."""
        if key_id not in self._ciphers:
            self._read()
        return self._ciphers.get(key_id)

    def knows(self, key_id: str) -> bool:
        """Whether this ring has or had the key: then what a server says of it is said of this ring."""
        return self.cipher(key_id) is not None or key_id in self.retired

    def rotate(self, now: Instant) -> str:
        """Put a new key before the others, and give its id."""
        with self._changing():
            self._keep((_made(now), *self.keys), self.retired)
        return self.first

    def retire(self, key_id: str) -> None:
        """Drop a key. What it still seals can never be opened again: the caller has looked."""
        with self._changing():
            left = tuple(key for key in self.keys if key.id != key_id)
            self._keep(left, (*self.retired, key_id))

    def refuse_unsealed(self) -> None:
        """From now on nothing is taken that was not sealed. The caller has looked for such claims."""
        with self._changing():
            self.unsealed = "refuse"
            self._keep(self.keys, self.retired)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """As the file is now, while nobody else changes it: else one change would undo another."""
        try:
            folder = os.open(self.file.parent, os.O_RDONLY)
        except OSError as fault:
            raise BadInput(
                f"the keys at {self.file} cannot be changed: {fault.strerror}"
            ) from fault
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            self._read()
            yield
        finally:
            os.close(folder)

    def _keep(self, keys: tuple[RingKey, ...], retired: tuple[str, ...]) -> None:
        _write(self.file, keys, self.unsealed, retired)
        self._read()


def make_ring(file: Path, now: Instant, *, unsealed: Unsealed = "refuse") -> Ring:
    """The ring of this file; a new one with one key where there is none yet. Raises BadInput.

    A new one refuses what nobody sealed, unless claims from before it have to go on (`accept`).
    """
    if not file.exists():
        _write(file, (_made(now),), unsealed)
    return Ring(file)


def _made(now: Instant) -> RingKey:
    key = base64.b64encode(new_key()).decode()
    return RingKey(id=os.urandom(4).hex(), made_at=now, key=SecretStr(key))


def _written_in(file: Path) -> _Written:
    try:
        if stat.S_IMODE(file.stat().st_mode) & _OTHERS:
            raise BadInput(f"others can read or write the keys in {file}: chmod 600 it")
        found = _Written.model_validate_json(file.read_bytes())
    except FileNotFoundError as fault:
        raise BadInput(
            f"there are no keys at {file}: restore them from your backup, point ATOZ_KEYS_FILE at them, "
            "or make new ones with `atoz keys new`"
        ) from fault
    except OSError as fault:
        raise BadInput(f"the keys at {file} cannot be read: {fault.strerror}") from fault
    except ValidationError:
        # Without its cause, which quotes the keys.
        raise BadInput(f"{file} is no key ring: restore it from your backup") from None
    if not found.keys:
        raise BadInput(f"the key ring {file} is empty: restore it from your backup")
    return found


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """What changes whenever the file does; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _write(
    file: Path, keys: tuple[RingKey, ...], unsealed: Unsealed, retired: tuple[str, ...] = ()
) -> None:
    """All or nothing, and on the disk when this returns: a lost key is lost data."""
    document = [
        {"id": key.id, "made_at": instant_text(key.made_at), "key": key.key.get_secret_value()}
        for key in keys
    ]
    written = {"keys": document, "unsealed": unsealed, "retired": retired}
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes the file with mode 0600.
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as kept:
            json.dump(written, kept, indent=1)
            kept.flush()
            os.fsync(kept.fileno())
        Path(temporary).replace(file)
    except OSError as fault:
        raise BadInput(f"the keys cannot be written to {file}: {fault.strerror}") from fault
