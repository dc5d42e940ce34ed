"""Packets as the activities make them: facts that left the claim are fetched, then made and kept.

They are kept in the store, sealed with the claim's key, as one zip each. A store that is down for a
moment is waited for by trying again; one that stays down stops no appeal: the packet goes without what
cannot be read, or is not kept, and says so.
"""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import obstore
from pydantic import TypeAdapter
from temporalio import activity

from atoz.appeal.packet.dossier import Dossier, completed
from atoz.appeal.packet.folder import packet_name, zipped
from atoz.appeal.packet.make import Kit, Packet, make_packet
from atoz.claims.facts import Fact
from atoz.evidence.store import NotStored
from atoz.mail.plain import one_line

_FACTS = TypeAdapter(list[Fact])
PACKETS = "packets"
"""Where all packets lie in the store."""
PATIENT_TRIES = 3
_LONGEST_FAULT = 200
_TROUBLE = (OSError, obstore.exceptions.BaseError)


class Reads(Protocol):
    """Where the files and documents of a claim are read."""

    async def get(self, sha256: str) -> bytes:
        """A file's content. Raises NotStored, StoredFileError."""
        ...

    async def get_document(self, path: str) -> bytes | None:
        """A document, or None."""
        ...


class Kept(Reads, Protocol):
    """Where they are kept."""

    async def put_document(self, path: str, content: bytes) -> None:
        """Keep a document, whole or not at all."""
        ...


class Store(Protocol):
    """Where they are kept for every claim."""

    def of_order(self, order_id: str) -> Kept:
        """What is kept of the claim of an order."""
        ...


def packets_folder(workflow_id: str) -> str:
    """Where a claim's packets lie in the store."""
    return f"{PACKETS}/{workflow_id}"


def packet_path(dossier: Dossier) -> str:
    """Where this packet lies in the store."""
    return f"{packets_folder(dossier.workflow_id)}/{packet_name(dossier)}.zip"


class Written(NamedTuple):
    """Where a packet is kept, None where it could not be, and what a person should know of it."""

    path: str | None
    warnings: tuple[str, ...]


class Packing(NamedTuple):
    """Makes packets from a store and keeps them there."""

    store: Store
    kit: Kit

    async def make(self, dossier: Dossier, archives: Sequence[str] = ()) -> Packet:
        """The packet's files. Raises the store's own errors while they may pass."""
        own = self.store.of_order(dossier.order_id)
        kept: Reads = own if _may_pass() else _Tolerant(own)
        if dossier.missing and archives:
            dossier = completed(dossier, await facts_in(kept, archives))
        return await make_packet(dossier, kept, self.kit)

    async def write(self, dossier: Dossier, archives: Sequence[str] = ()) -> Written:
        """Make the packet and keep it; again changes nothing. Raises as `make`."""
        packet, path = await self.make(dossier, archives), packet_path(dossier)
        content = await asyncio.to_thread(zipped, packet.files)
        try:
            await self.store.of_order(dossier.order_id).put_document(path, content)
        except _TROUBLE as fault:
            if _may_pass():
                raise
            lost = f"it is not kept, the store does not answer: {one_line(fault, _LONGEST_FAULT)}"
            return Written(None, (*packet.warnings, lost))
        return Written(path, packet.warnings)


async def facts_in(store: Reads, archives: Sequence[str]) -> list[Fact]:
    """The facts of a claim that lie in the store."""
    parts = [await store.get_document(path) for path in archives]
    return [fact for part in parts if part is not None for fact in _FACTS.validate_json(part)]


def _may_pass() -> bool:
    """Whether trouble with the store is worth another try: the first few times it is."""
    return activity.info().attempt <= PATIENT_TRIES


class _Tolerant(NamedTuple):
    """A store in lasting trouble: what it does not give is as good as lost."""

    store: Reads

    async def get(self, sha256: str) -> bytes:
        try:
            return await self.store.get(sha256)
        except _TROUBLE as fault:
            raise NotStored(f"the store does not answer: {fault}") from fault

    async def get_document(self, path: str) -> bytes | None:
        try:
            return await self.store.get_document(path)
        except _TROUBLE:
            return None
