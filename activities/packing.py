"""Packets as the activities make them: facts that left the claim are fetched, then made and written.

A store that is down for a moment is waited for by trying again; one that stays down stops no appeal:
the packet goes without what cannot be read and says so.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import obstore
from pydantic import TypeAdapter
from temporalio import activity

from atoz.appeal.packet.dossier import Dossier, completed
from atoz.appeal.packet.folder import write_packet
from atoz.appeal.packet.make import Kit, Packet, make_packet
from atoz.claims.facts import Fact
from atoz.evidence.store import NotStored

_FACTS = TypeAdapter(list[Fact])
PATIENT_TRIES = 3
_TROUBLE = (OSError, obstore.exceptions.BaseError)


class Kept(Protocol):
    """Where the files and documents of a claim are kept."""

    async def get(self, sha256: str) -> bytes:
        """A file's content. Raises NotStored, StoredFileError."""
        ...

    async def get_document(self, path: str) -> bytes | None:
        """A document, or None."""
        ...


class Store(Protocol):
    """Where they are kept for every claim."""

    def of_order(self, order_id: str) -> Kept:
        """What is kept of the claim of an order."""
        ...


class Written(NamedTuple):
    """A packet on disk, and what a person should know of it."""

    folder: Path
    warnings: tuple[str, ...]


class Packing(NamedTuple):
    """Makes packets from a store and writes them below `root`."""

    store: Store
    kit: Kit
    root: Path

    async def make(self, dossier: Dossier, archives: Sequence[str] = ()) -> Packet:
        """The packet's files. Raises the store's own errors while they may pass."""
        own = self.store.of_order(dossier.order_id)
        kept: Kept = own if _may_pass() else _Tolerant(own)
        if dossier.missing and archives:
            dossier = completed(dossier, await facts_in(kept, archives))
        return await make_packet(dossier, kept, self.kit)

    async def write(self, dossier: Dossier, archives: Sequence[str] = ()) -> Written:
        """Make the packet and write its folder and zip; again changes nothing. Raises as `make`."""
        packet = await self.make(dossier, archives)
        folder = await asyncio.to_thread(write_packet, self.root, dossier, packet.files)
        return Written(folder, packet.warnings)


async def facts_in(store: Kept, archives: Sequence[str]) -> list[Fact]:
    """The facts of a claim that lie in the store."""
    parts = [await store.get_document(path) for path in archives]
    return [fact for part in parts if part is not None for fact in _FACTS.validate_json(part)]


def _may_pass() -> bool:
    """Whether trouble with the store is worth another try: the first few times it is."""
    return activity.info().attempt <= PATIENT_TRIES


class _Tolerant(NamedTuple):
    """A store in lasting trouble: what it does not give is as good as lost."""

    store: Kept

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
