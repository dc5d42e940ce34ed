"""Data keys: one for each claim and one for the shop, wrapped by the ring and kept in the store.

A claim's key lies beside its files and outside its history, at `keys/<owner>/<id>`, so that it can be
destroyed. A worker keeps what it unwrapped for a minute only: then a destroyed key is gone there, too.
"""

import base64
import contextlib
import json
import os
import time
from collections import OrderedDict
from typing import NamedTuple

import obstore
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from obstore.store import ObjectStore

from atoz.errors import AtozError
from atoz.vault.ring import Ring
from atoz.vault.sealed import new_key

SHOP = "shop"
"""The owner of what belongs to no claim: the desk, the mailbox, what was quarantined without an order."""

FOLDER = "keys"
RING = "ring"
"""Below it, which keys of the ring were ever used here: a ring that lacks one is not this store's."""

KEPT_SECONDS = 60.0
"""How long an unwrapped key is kept: so long may a worker still open what was erased elsewhere."""
MOST_KEPT = 2_000
"""More would cost a worker its memory that sees tens of thousands of claims."""

_NONCE = 12
_FRESH = ".new"
"""Behind the name of a key that nothing was sealed with yet: it may still be under a key of the ring that
is retired meanwhile. It is let go of before the key is used, so what bears it is worth nothing."""
_GONE = ".gone"
"""Behind the name of a key that was destroyed, and put there first: whoever was wrapping the key anew in
that very moment and puts it back finds the mark, and destroys it again."""


class RingLacks(AtozError):  # noqa: N818 - named for what happened
    """The key ring lacks a key of this store."""


class _Held(NamedTuple):
    name: str
    key: AESGCM
    until: float


class DataKeys:
    """The data keys of one store. Failures of the store are raised as they are, to be retried."""

    def __init__(self, store: ObjectStore, ring: Ring) -> None:
        self._store = store
        self.ring = ring
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._first: dict[str, str] = {}

    async def find(self, name: str) -> AESGCM | None:
        """The key of this name, or None where it was destroyed. Raises RingLacks."""
        held = self._held.get(name)
        if held is None or held.until < _seconds():
            self._held.pop(name, None)
            held = await self._unwrapped(name)
        return held.key if held else None

    async def sealing(self, owner: str) -> tuple[str, AESGCM]:
        """The key that seals for this owner, and its name; made where there is none."""
        name = self._first.get(owner)
        key = await self.find(name) if name else None
        if name and key:
            return name, key
        listed = await self._listed(owner)
        name = next(iter(_living(listed)), None)
        if name is None:
            name = await self._make(owner)
        elif name + _FRESH in listed:
            await self._take_over(name)
        key = await self.find(name)
        if key is None:  # destroyed in this very moment, or worth nothing
            return await self.sealing(owner)
        self._first[owner] = name
        return name, key

    async def names(self, owner: str = "") -> list[str]:
        """The names of an owner's data keys, or of all, sorted."""
        return _living(await self._listed(owner))

    async def _listed(self, owner: str = "") -> list[str]:
        """The same, and the marks of those that nothing was sealed with yet, or that were destroyed."""
        below = f"{FOLDER}/{owner}" if owner else FOLDER
        batches = obstore.list(self._store, prefix=below)
        paths = [meta["path"] async for batch in batches for meta in batch]
        names = (path.removeprefix(f"{FOLDER}/") for path in paths)
        return sorted(name for name in names if not name.startswith(f"{RING}/"))

    async def destroy(self, owner: str) -> int:
        """Destroy the keys of an owner: how many. What they sealed is gone for good."""
        names = _keys(await self._listed(owner))
        for name in names:
            await obstore.put_async(self._store, _path(name + _GONE), b"destroyed\n")
            await self._destroy(name)
        self._first.pop(owner, None)
        return len(names)

    async def _destroy(self, name: str) -> None:
        # Some file systems keep what is deleted, few keep what is written over.
        await obstore.put_async(self._store, _path(name), b"destroyed\n")
        await self._remove(name)
        await self._remove(name + _FRESH)
        self._held.pop(name, None)

    # The ring --------------------------------------------------------------------------------------

    async def check(self) -> None:
        """Raise RingLacks where the ring is not, or no more, the one of this store."""
        used = await keys_used(self._store)
        lacking = sorted(used - {key.id for key in self.ring.keys})
        # Of a key that was retired here a crash may have left the record behind, and nothing else.
        lacking = [
            key for key in lacking if key not in self.ring.retired or not await self.unused(key)
        ]
        if lacking:
            raise RingLacks(
                f"the key ring {self.ring.file} lacks {', '.join(lacking)}, with which claims of this "
                "store are sealed: restore the ring from your backup"
            )

    async def rewrap(self) -> int:
        """Wrap every data key by the ring's first key: how many were wrapped by another.

        What ends in the middle is done again from where it ended: each key is whole at any time.
        """
        changed = 0
        listed = await self._listed()
        for name in _keys(listed):
            if name + _GONE in listed:  # put back by who was killed before they saw the mark
                await self._destroy(name)
                continue
            content = await self._read(name)
            if content and _wrapped_by(content) != self.ring.first:
                plain = self._unwrap(name, content)
                changed += await self._keep_existing(name, content, plain)
        return changed

    async def _keep_existing(self, name: str, before: bytes, plain: bytes) -> bool:
        """Replace a wrapped key, unless it was destroyed meanwhile."""
        if await self._read(name) != before:
            return False
        return await self._wrap_again(name, plain)

    async def _wrap_again(self, name: str, plain: bytes) -> bool:
        """Replace the wrapping of a key; False where it was destroyed meanwhile, and stays so."""
        await self._wrap(name, plain)
        if await self._read(name + _GONE) is None:
            return True
        await self._destroy(name)
        return False

    async def unused(self, key_id: str) -> bool:
        """Forget that a key of the ring was used here; False where it still wraps something.

        What a crash left under a key that is no more is let go of where nothing was sealed with it.
        """
        listed = await self._listed()
        for name in _keys(listed):
            content = await self._read(name)
            if content is None or _wrapped_by(content) != key_id:
                continue
            if name + _FRESH not in listed or self.ring.cipher(key_id) is not None:
                return False
            await self._destroy(name)
        if key_id in await keys_used(self._store):
            await obstore.delete_async(self._store, f"{FOLDER}/{RING}/{key_id}")
        return True

    # One key ---------------------------------------------------------------------------------------

    async def _make(self, owner: str) -> str:
        name = f"{owner}/{os.urandom(8).hex()}"
        await obstore.put_async(self._store, _path(name + _FRESH), b"not used yet\n")
        await self._wrap(name, new_key())
        await self._remove(name + _FRESH)
        return name

    async def _take_over(self, name: str) -> None:
        """End what another process has begun, or began and died: its key is wrapped for good, or is none."""
        content = await self._read(name)
        if content is not None and self.ring.cipher(_wrapped_by(content)) is None:
            await self._destroy(name)
        elif content is not None:
            await self._wrap_again(name, self._unwrap(name, content))
        await self._remove(name + _FRESH)

    async def _wrap(self, name: str, plain: bytes) -> None:
        """Wrap by the first key that the ring's file has before and after.

        Whoever rotates wraps anew what is there after the ring has its new first key. So what was put
        while that key was still the first is found by them, and what came later is wrapped again here:
        by a key that is retired meanwhile, nothing stays wrapped.
        """
        by = self.ring.first_now()
        await self._wrap_by(by, name, plain)
        while (now := self.ring.first_now()) != by:
            await self._wrap_by(now, name, plain)
            if self.ring.cipher(by) is None:
                await self.unused(by)
            by = now

    async def _wrap_by(self, ring_id: str, name: str, plain: bytes) -> None:
        wrapping = self.ring.cipher(ring_id)
        if wrapping is None:  # retired in this very moment: the caller looks again
            return
        nonce = os.urandom(_NONCE)
        wrapped = nonce + wrapping.encrypt(nonce, plain, _bound(ring_id, name))
        document = {"ring": ring_id, "wrapped": base64.b64encode(wrapped).decode()}
        # The ring's key is on record before anything depends on it.
        await obstore.put_async(self._store, f"{FOLDER}/{RING}/{ring_id}", b"in use\n")
        await obstore.put_async(self._store, _path(name), json.dumps(document).encode())

    async def _unwrapped(self, name: str) -> _Held | None:
        content = await self._read(name)
        if content is None:
            return None
        held = _Held(name, AESGCM(self._unwrap(name, content)), _seconds() + KEPT_SECONDS)
        self._held[name] = held
        while len(self._held) > MOST_KEPT:
            oldest, _ = self._held.popitem(last=False)
            self._first.pop(oldest.partition("/")[0], None)
        return held

    def _unwrap(self, name: str, content: bytes) -> bytes:
        try:
            document = json.loads(content)
            ring_id, wrapped = document["ring"], base64.b64decode(document["wrapped"])
            wrapping = self.ring.cipher(ring_id)
            if wrapping is None:
                raise RingLacks(f"the key ring {self.ring.file} lacks {ring_id}: restore it")
            return wrapping.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bound(ring_id, name))
        except (ValueError, KeyError, TypeError, InvalidTag) as fault:
            raise AtozError(f"the data key {name} is damaged: restore it from a backup") from fault

    async def _remove(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self._store, _path(name))

    async def _read(self, name: str) -> bytes | None:
        try:
            result = await obstore.get_async(self._store, _path(name))
        except FileNotFoundError:
            return None
        return bytes(await result.bytes_async())


async def keys_used(store: ObjectStore) -> set[str]:
    """The ids of the ring's keys that wrap data keys in a store."""
    batches = obstore.list(store, prefix=f"{FOLDER}/{RING}")
    return {meta["path"].rpartition("/")[2] async for batch in batches for meta in batch}


def _keys(listed: list[str]) -> list[str]:
    """Of what lies below an owner the keys, without marks."""
    return [name for name in listed if not name.endswith((_FRESH, _GONE))]


def _living(listed: list[str]) -> list[str]:
    """The keys that nobody destroyed."""
    return [name for name in _keys(listed) if name + _GONE not in listed]


def _path(name: str) -> str:
    return f"{FOLDER}/{name}"


def _wrapped_by(content: bytes) -> str:
    """Which key of the ring wraps it; "" where it is damaged, which whoever opens it says."""
    try:
        return str(json.loads(content)["ring"])
    except (ValueError, KeyError, TypeError):
        return ""


def _bound(ring_id: str, name: str) -> bytes:
    """What a wrapped key is bound to: it cannot take another's place."""
    return f"{ring_id}\0{name}".encode("ascii")


def _seconds() -> float:
    return time.monotonic()
