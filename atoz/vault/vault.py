"""The vault: seals bytes for an owner, and opens what was sealed for anyone whose key still exists."""

import asyncio
import re

from atoz.claims.claim import ORDER_ID
from atoz.errors import BadInput
from atoz.vault.data_keys import SHOP, DataKeys
from atoz.vault.sealed import Sealed, Unsealable, opened, seal, taken_apart

_CLAIM = re.compile(rf"claim-(?:{ORDER_ID.pattern})")
_NAME = re.compile(r"[A-Za-z0-9-]{1,60}/[0-9a-f]{1,32}")
_LONG = 256_000
"""Bytes from which the cipher is left to a thread: AES takes about a millisecond for two megabytes."""


class Erased(BadInput):
    """The key of this was destroyed: it was erased, for good."""


def owner_of(workflow_id: str | None) -> str:
    """Whose key seals what belongs to a workflow: a claim's own; else the shop's."""
    return workflow_id if workflow_id and _CLAIM.fullmatch(workflow_id) else SHOP


class Vault:
    """Seals and opens. Failures of the store are raised as they are, to be retried.

    With `seals` False it opens only, and what is given to be sealed stays as it is (development).
    """

    def __init__(self, keys: DataKeys, *, seals: bool = True) -> None:
        self.keys = keys
        self.seals = seals

    async def seal(self, owner: str, plain: bytes) -> bytes:
        """Seal for this owner, whose key is made where there is none."""
        if not self.seals:
            return plain
        name, key = await self.keys.sealing(owner)
        if len(plain) > _LONG:
            return await asyncio.to_thread(seal, key, name, plain)
        return seal(key, name, plain)

    async def open(self, content: bytes) -> bytes:
        """The content; what never was sealed as it is. Raises Erased, Unsealable, RingLacks."""
        sealed = taken_apart(content)
        return content if sealed is None else await self.open_sealed(sealed)

    async def open_sealed(self, sealed: Sealed) -> bytes:
        """The content. Raises Erased, Unsealable, RingLacks."""
        # The name comes from outside: it must not become a path of its own making.
        if not _NAME.fullmatch(sealed.name):
            raise Unsealable
        key = await self.keys.find(sealed.name)
        if key is None:
            raise Erased
        if len(sealed.body) > _LONG:
            return await asyncio.to_thread(opened, key, sealed)
        return opened(key, sealed)
