"""Client and keys brought together: a server says which keys its claims are sealed with.

What is sealed with other keys than the worker's would leave a claim hanging, so a worker notes the id
of its newest key (no secret) with the namespace, and whoever connects compares: a ring that has or had
that key is the server's. `up` also notes its
state folder: on this very machine the command finds keys and store there by itself.
"""

import os
from pathlib import Path
from typing import NamedTuple

from temporalio.api.namespace.v1 import UpdateNamespaceInfo
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from atoz.connect import LOOPBACK
from atoz.errors import BadInput
from atoz.keeping import converter, open_vault
from atoz.settings import Settings

_RING = "atoz-ring-key"
_STATE = "atoz-state"


class Joined(NamedTuple):
    """A client that seals, and the settings whose keys and store it works with."""

    client: Client
    settings: Settings


async def joined(client: Client, settings: Settings) -> Joined:
    """The client with the keys of the settings, or of the `up` on this machine where none are named.

    Raises BadInput where there are no keys, or the server's claims are sealed with others.
    """
    noted = await _noted(client)
    found = _at_home(client, settings, noted.get(_STATE))
    config = client.config()
    config["data_converter"] = converter(found)
    _compare(found, noted)
    return Joined(Client(**config), found)


async def note_keys(client: Client, settings: Settings, *, state: Path | None = None) -> None:
    """Note with the namespace which keys are used, and where; a server that does not let us is left."""
    vault = open_vault(settings)
    data = {_STATE: str(state)} if state else {}
    if vault is not None and vault.seals:
        data[_RING] = vault.keys.ring.first
    noted = await _noted(client)
    if all(noted.get(key) == value for key, value in data.items()):
        return
    info = UpdateNamespaceInfo(data=data)
    try:
        await client.workflow_service.update_namespace(
            UpdateNamespaceRequest(namespace=client.namespace, update_info=info)
        )
    except RPCError:
        return  # a cloud's namespace is not ours to change: there nobody is warned


async def _noted(client: Client) -> dict[str, str]:
    try:
        found = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=client.namespace)
        )
    except RPCError:
        return {}  # whatever is wrong there shows at the next call, in its own words
    return dict(found.namespace_info.data)


def _at_home(client: Client, settings: Settings, state: str | None) -> Settings:
    """The settings with the state folder of the `up` that runs here, unless a setting names another."""
    host = client.service_client.config.target_host.rpartition(":")[0].strip("[]")
    if state is None or "state" in settings.model_fields_set or host not in LOOPBACK:
        return settings
    folder = Path(state)
    try:
        ours = folder.is_absolute() and folder.stat().st_uid == os.getuid()
    except OSError:
        ours = False
    # Whoever can reach the server may have noted it: only a folder of this very user is taken.
    return settings.model_copy(update={"state": folder}) if ours else settings


def _compare(settings: Settings, noted: dict[str, str]) -> None:
    vault, wanted = open_vault(settings), noted.get(_RING)
    if vault is None or wanted is None or vault.keys.ring.knows(wanted):
        return
    where = f" (set ATOZ_STATE={noted[_STATE]})" if _STATE in noted else ""
    raise BadInput(
        f"the claims of this server are sealed with the key {wanted}, which {settings.ring_file} does "
        f"not have: use the server's own keys{where}"
    )
