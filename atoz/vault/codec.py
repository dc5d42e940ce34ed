"""The payload codec: everything that a workflow is told, does and answers is sealed before it leaves us.

The SDK tells which workflow a payload belongs to: a claim's payloads are sealed with the claim's own
key, all others with the shop's. Nothing here raises for a payload that it cannot open: it comes back
marked, and whoever reads it records that it was refused.
"""

from collections.abc import Sequence
from typing import Self

from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from atoz.vault.data_keys import SHOP
from atoz.vault.sealed import Sealed, Unsealable, taken_apart
from atoz.vault.vault import Erased, Vault, owner_of

ENCODING = b"binary/sealed"
UNREADABLE = "unreadable"
"""Where a payload that could not be opened says why."""

_FOREIGN = "it was sealed for another claim"


class SealingCodec(PayloadCodec, WithSerializationContext):
    """Seals payloads for the owner of their workflow; opens them for that owner, or any if none is told."""

    def __init__(self, vault: Vault, owner: str | None = None) -> None:
        self._vault = vault
        self._owner = owner

    def with_context(self, context: SerializationContext) -> Self:
        """The same for one workflow's payloads."""
        if not isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            return self
        return type(self)(self._vault, owner_of(context.workflow_id))

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Each payload sealed whole, its type with it."""
        if not self._vault.seals:
            return list(payloads)
        owner = self._owner or SHOP
        return [
            Payload(
                metadata={"encoding": ENCODING},
                data=await self._vault.seal(owner, payload.SerializeToString()),
            )
            for payload in payloads
        ]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Each payload opened; what is not sealed as it is; what cannot be opened marked."""
        return [await self._decoded(payload) for payload in payloads]

    async def _decoded(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        sealed = taken_apart(payload.data)
        if sealed is None:
            return _marked(payload, "it is not what was sealed")
        if self._owner is not None and not self._is_own(sealed):
            return _marked(payload, _FOREIGN)
        try:
            return Payload.FromString(await self._vault.open_sealed(sealed))
        except Erased:
            return _marked(payload, "its key was destroyed or is not here")
        except (Unsealable, DecodeError):
            return _marked(payload, "it was altered on its way")

    def _is_own(self, sealed: Sealed) -> bool:
        # Whoever seals by the codec server does not know for whom: that is under the shop's key.
        return sealed.name.partition("/")[0] in (self._owner, SHOP)


def _marked(payload: Payload, why: str) -> Payload:
    return Payload(metadata={**payload.metadata, UNREADABLE: why.encode()}, data=payload.data)
