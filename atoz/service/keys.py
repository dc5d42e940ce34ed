"""The key ring as its owner handles it: made, listed, rotated, retired, made strict. No key is shown."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import Client

from atoz.claims.base import instant_text, span_text
from atoz.errors import BadInput
from atoz.evidence.store import open_objects
from atoz.keeping import converter, make_keys, open_vault
from atoz.service.base import Service
from atoz.service.holding import LOOK
from atoz.service.verifying import verify_server
from atoz.settings import Settings
from atoz.vault.holders import SEEN, Holder, in_words, seen
from atoz.vault.ring import Ring
from atoz.vault.vault import Vault

PAUSE = timedelta(milliseconds=250)
PATIENCE = 3 * LOOK
"""How long a rotation waits for whoever reads the same file to say that it has read it."""


async def new(settings: Settings, now: datetime) -> dict[str, Any]:
    """A ring where there is none: `{file, keys, made}`. Raises BadInput where one was lost."""
    made = not settings.ring_file.exists()
    return {**_document(await make_keys(settings, now)), "made": made}


def listed(settings: Settings) -> dict[str, Any]:
    """The ring's keys: `{file, keys: [{id, made_at, seals}], unsealed, retired}`."""
    return _document(_vault(settings).keys.ring)


async def rotate(settings: Settings, now: datetime) -> dict[str, Any]:
    """A new first key, and every data key wrapped by it: the list with `rewrapped` and `without`.

    The old keys stay in the ring, for backups, until they are retired. `without` are the processes that
    do not have the new key, since their ring is a copy: while there are any, nothing is wrapped by it.
    """
    keys = _vault(settings).keys
    await keys.check()
    new = keys.ring.rotate(now)
    without = await _without(settings, now, lambda holder: holder.lacks(new))
    done = {"rewrapped": 0 if without else await keys.rewrap()}
    return {**_document(keys.ring), **done, "without": [_told(each) for each in without]}


async def retire(
    settings: Settings, key_id: str, now: datetime, *, despite: str | None = None
) -> dict[str, Any]:
    """Wrap what it still wraps by the first key, and drop it: the list with `rewrapped` and `without`.

    Raises BadInput where it is not there or seals, and while a process that was seen lately does not
    have the first key, unless one says `despite` what it may be dropped.
    """
    keys = _vault(settings).keys
    known = [key.id for key in keys.ring.keys]
    if key_id not in known:
        raise BadInput(f"the ring has no key {key_id[:60]!r}; it has {', '.join(known)}")
    if key_id == keys.ring.first:
        raise BadInput(f"{key_id} seals what is new: `atoz keys rotate` first")
    first = keys.ring.first
    without = await _without(settings, now, lambda holder: holder.lacks(first, key_id))
    if without and not (despite or "").strip():
        raise BadInput(
            f"the ring of {in_words(without)} is a copy without {first}: hand the file out and start "
            f"them anew; who is gone counts for {span_text(SEEN)}, or say why not to wait (--despite WHY)"
        )
    done = {"rewrapped": await keys.rewrap()}
    if not await keys.unused(key_id):
        raise BadInput(f"{key_id} wraps keys of claims again: somebody seals by it; try again")
    keys.ring.retire(key_id)
    return {**_document(keys.ring), **done, "without": [_told(each) for each in without]}


async def _without(
    settings: Settings, now: datetime, lacks: Callable[[Holder], bool]
) -> list[Holder]:
    """Who was seen lately and lacks a key. Whoever reads the same file has it within moments."""
    store = open_objects(settings.store)
    found = [each for each in await seen(store, now) if lacks(each)]
    for _ in range(PATIENCE // PAUSE):
        if not found:
            break
        await asyncio.sleep(PAUSE.total_seconds())
        found = [each for each in await seen(store, now) if lacks(each)]
    return found


def _told(holder: Holder) -> dict[str, Any]:
    return holder.model_dump(mode="json")


async def strict(service: Service) -> dict[str, Any]:
    """Refuse from now on what comes from the server and was not sealed: the list with `looked_at`.

    Raises BadInput while an open claim has such a thing in its history: it could not go on.
    """
    ring = _vault(service.settings).keys.ring
    refusing = service.settings.model_copy(update={"unsealed": "refuse"})
    config = service.client.config()
    config["data_converter"] = converter(refusing)
    found = await verify_server(Client(**config), refusing)
    if found.broken:
        named = "\n".join(f"  {each.workflow_id}: {each.why}" for each in found.broken)
        raise BadInput(
            f"{len(found.broken)} open claims could not go on, let them end first:\n{named}"
        )
    ring.refuse_unsealed()
    return {**_document(ring), "looked_at": found.replayed}


def _vault(settings: Settings) -> Vault:
    vault = open_vault(settings)
    if vault is None:
        raise BadInput("ATOZ_ENCRYPTION is off and there are no keys")
    return vault


def _document(ring: Ring) -> dict[str, Any]:
    keys = [
        {"id": key.id, "made_at": instant_text(key.made_at), "seals": key.id == ring.first}
        for key in ring.keys
    ]
    about = {"unsealed": ring.unsealed, "retired": list(ring.retired)}
    return {"file": str(ring.file), "keys": keys, **about}
