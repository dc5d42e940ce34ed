"""The payload codec: everything that a workflow is told, does and answers is sealed before it leaves us.

The SDK tells which workflow a payload belongs to: a claim's payloads are sealed with the claim's own
key, all others with the shop's. Nothing here raises for a payload that it cannot open: it comes back
marked, and whoever reads it records that it was refused. Where everything is sealed, what is not was
written by somebody else: it is marked just so.
"""

from collections.abc import Sequence
from typing import Any, Self

from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from atoz.errors import AtozError
from atoz.vault.data_keys import SHOP
from atoz.vault.sealed import Sealed, Unsealable, taken_apart
from atoz.vault.vault import Erased, Vault, owner_of

ENCODING = b"binary/sealed"
UNREADABLE = "unreadable"
"""Where a payload that could not be opened says why."""

_FOREIGN = "it was sealed for another claim"
_UNSEALED = "it came unsealed, and whatever is ours is sealed"
_REFUSED_ENCODING = b"binary/unsealed"
"""No converter knows it: what is refused is not read by mistake."""


class SealingCodec(PayloadCodec, WithSerializationContext):
    """Seals payloads for the owner of their workflow; opens them for that owner, or any if none is told."""

    def __init__(self, vault: Vault, owner: str | None = None, *, strict: bool = False) -> None:
        """`strict`: what was not sealed is not taken."""
        self._vault = vault
        self._owner = owner
        self._strict = strict

    def with_context(self, context: SerializationContext) -> Self:
        """The same for one workflow's payloads."""
        if not isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            return self
        return type(self)(self._vault, owner_of(context.workflow_id), strict=self._strict)

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
        """Each payload opened; what is not sealed as it is, or marked; what cannot be opened marked."""
        return [await self._decoded(payload) for payload in payloads]

    async def _decoded(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return _refused(payload) if self._strict else payload
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


def _refused(payload: Payload) -> Payload:
    marked = _marked(payload, _UNSEALED)
    marked.metadata["encoding"] = _REFUSED_ENCODING
    return marked


class Unopened(AtozError):  # noqa: N818 - named for what is true of it
    """A payload from the server cannot be opened."""


class OpenedConverter(PydanticPayloadConverter):
    """As Temporal's own for pydantic; a payload that could not be opened is told with the reason."""

    def from_payloads(
        self, payloads: Sequence[Payload], type_hints: list[type] | None = None
    ) -> list[Any]:
        """The values. Raises Unopened, unless the raw value is asked for."""
        hints = type_hints or []
        for number, payload in enumerate(payloads):
            raw = number < len(hints) and hints[number] is RawValue
            if UNREADABLE in payload.metadata and not raw:
                raise Unopened(
                    f"what the server gave cannot be opened: {payload.metadata[UNREADABLE].decode()} "
                    "(docs/keys-and-erasure.md)"
                )
        return super().from_payloads(payloads, type_hints)
