"""The key ring as its owner handles it: made, listed, rotated, retired, made strict. No key is shown."""

from datetime import datetime
from typing import Any

from temporalio.client import Client

from atoz.claims.base import instant_text
from atoz.errors import BadInput
from atoz.keeping import converter, make_keys, open_vault
from atoz.service.base import Service
from atoz.service.verifying import verify_server
from atoz.settings import Settings
from atoz.vault.ring import Ring
from atoz.vault.vault import Vault


async def new(settings: Settings, now: datetime) -> dict[str, Any]:
    """A ring where there is none: `{file, keys, made}`. Raises BadInput where one was lost."""
    made = not settings.ring_file.exists()
    return {**_document(await make_keys(settings, now)), "made": made}


def listed(settings: Settings) -> dict[str, Any]:
    """The ring's keys: `{file, keys: [{id, made_at, seals}], unsealed, retired}`."""
    return _document(_vault(settings).keys.ring)


async def rotate(settings: Settings, now: datetime) -> dict[str, Any]:
    """A new first key, and every data key wrapped by it: the list with `rewrapped`.

    The old keys stay in the ring, for backups, until they are retired.
    """
    keys = _vault(settings).keys
    await keys.check()
    keys.ring.rotate(now)
    return {**_document(keys.ring), "rewrapped": await keys.rewrap()}


async def retire(settings: Settings, key_id: str) -> dict[str, Any]:
    """Drop a key that wraps nothing any more. Raises BadInput where it does, or is not there."""
    keys = _vault(settings).keys
    known = [key.id for key in keys.ring.keys]
    if key_id not in known:
        raise BadInput(f"the ring has no key {key_id[:60]!r}; it has {', '.join(known)}")
    if key_id == keys.ring.first:
        raise BadInput(f"{key_id} seals what is new: `atoz keys rotate` first")
    if not await keys.unused(key_id):
        raise BadInput(f"{key_id} still wraps keys of claims: `atoz keys rotate` wraps them anew")
    keys.ring.retire(key_id)
    return _document(keys.ring)


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
