"""The one place where settings become keys, a store and a converter: for client, worker, replay, tests.

Everything that leaves the process for Temporal or for the store is sealed here or nowhere.
"""

import dataclasses
import logging
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes

from atoz.errors import BadInput
from atoz.evidence.store import EvidenceStore, open_objects, open_store
from atoz.settings import Settings
from atoz.vault.codec import OpenedConverter, SealingCodec
from atoz.vault.data_keys import DataKeys, keys_used
from atoz.vault.ring import Ring, Unsealed, make_ring
from atoz.vault.vault import Vault

_LOG = logging.getLogger("atoz")


class _Place(NamedTuple):
    store: str
    ring: Path
    seals: bool


def open_vault(settings: Settings) -> Vault | None:
    """The vault of these settings; None where sealing is switched off and there are no keys.

    One for each place in a process. Raises BadInput where there are no keys, or others can read them.
    """
    seals = settings.encryption == "on"
    if not seals and not settings.ring_file.exists():
        return None
    return _vault(_Place(settings.store, settings.ring_file.absolute(), seals))


async def make_keys(settings: Settings, now: datetime, *, unsealed: Unsealed = "refuse") -> Ring:
    """A new key ring, or the one that is there. Raises BadInput where the store knows another one."""
    if not settings.ring_file.exists():
        used = await keys_used(open_objects(settings.store))
        if used:
            raise BadInput(
                f"the store at {settings.store} is sealed with keys ({', '.join(sorted(used))}) that are "
                f"not at {settings.ring_file}: restore them from your backup"
            )
    return make_ring(settings.ring_file, now, unsealed=unsealed)


@lru_cache(maxsize=64)
def _vault(place: _Place) -> Vault:
    return Vault(DataKeys(open_objects(place.store), Ring(place.ring)), seals=place.seals)


def kept_store(settings: Settings) -> EvidenceStore:
    """The store of these settings, sealed unless that is switched off. Raises BadInput."""
    return open_store(settings.store, open_vault(settings))


def converter(settings: Settings) -> DataConverter:
    """How values become payloads: pydantic, then sealed. Raises BadInput where there are no keys."""
    vault = open_vault(settings)
    if vault is None:
        return pydantic_data_converter
    return converter_of(vault, strict=unsealed(settings) == "refuse")


def unsealed(settings: Settings) -> Unsealed:
    """What becomes of payloads that nobody sealed: as the settings say, else as the ring does."""
    vault = open_vault(settings)
    if vault is None or not vault.seals:
        return "accept"
    return settings.unsealed or vault.keys.ring.unsealed


def converter_of(vault: Vault, *, strict: bool = False) -> DataConverter:
    """The converter that seals with the keys of a vault; `strict`: it takes nothing unsealed."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_converter_class=OpenedConverter,
        payload_codec=SealingCodec(vault, strict=strict),
        # What went wrong quotes what was said: messages and stack traces are sealed, too.
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def reader(settings: Settings) -> DataConverter:
    """The converter for what may never have been sealed: without keys, what is sealed stays closed."""
    vault = open_vault(settings) if settings.ring_file.exists() else None
    return pydantic_data_converter if vault is None else converter_of(vault)


async def check_keys(settings: Settings) -> None:
    """What a process does before it works: the keys are there, and it is said where nothing is sealed.

    Raises BadInput where there are no keys, RingLacks where they are not the ones of this store.
    """
    vault = open_vault(settings)
    if vault is not None:
        await vault.keys.check()
    if settings.encryption == "off":
        _LOG.warning(
            "ATOZ_ENCRYPTION IS OFF: buyers' words lie readable in Temporal, in the store and in every "
            "backup, and cannot be erased; use this for development only"
        )
    elif unsealed(settings) == "accept":
        _LOG.warning(
            "what comes from the server unsealed is taken, for claims from before there were keys: "
            "`atoz keys strict` ends that once none of them is open"
        )
