"""Before a worker takes up the claims of a server: would each of them go on under this code?

It exists because a single process cannot keep old code for old claims: after an upgrade they run on
the new code or not at all. The build that worked here last is remembered in the state folder, so
that a mere restart verifies nothing.
"""

import json
import logging
import sys
from importlib.metadata import version
from pathlib import Path

from temporalio.client import Client

from atoz.errors import BadInput
from atoz.keeping import unsealed
from atoz.service.verifying import Verified, verify_server
from atoz.settings import Settings
from atoz.wiring import own_build

MARK = "worked-last.json"
SHOWN = 5

_LOG = logging.getLogger("atoz.worker")


async def admit(client: Client, settings: Settings) -> None:
    """Let this code work on the server's claims, and remember that it did.

    Raises BadInput naming the claims that would break, unless ATOZ_VERIFY is `warn`; NoServer. A
    versioned worker is let through: the claims of other builds are not given to it.
    """
    if settings.deployment is not None:
        return
    mark, own = settings.state / MARK, _signature(client, settings)
    if _remembered(mark) == own:
        return
    found = await verify_server(client, settings)
    if found.broken and settings.verify == "refuse":
        raise BadInput(_refusal(found))
    for each in found.broken:
        _LOG.error(
            "%s will not go on under this code: %s",
            each.workflow_id,
            each.why,
            extra={"workflow_id": each.workflow_id},
        )
    if found.replayed:
        _LOG.info("%d open workflows were replayed on this code", found.replayed)
    mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.write_text(json.dumps(own), "utf-8")


def _signature(client: Client, settings: Settings) -> dict[str, str]:
    """What a replay depends on: our code, the SDK and Python, whose claims they are, what is read."""
    return {
        "build": own_build(settings),
        "temporalio": version("temporalio"),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "server": client.service_client.config.target_host,
        "namespace": client.namespace,
        "task_queue": settings.task_queue,
        "unsealed": unsealed(settings),
    }


def _remembered(mark: Path) -> object:
    try:
        return json.loads(mark.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _refusal(found: Verified) -> str:
    rest = len(found.broken) - SHOWN
    return "\n".join(
        [
            f"{len(found.broken)} of {found.replayed} open claims would break under this code:",
            *(f"  {each.workflow_id}: {each.why}" for each in found.broken[:SHOWN]),
            *([f"  and {rest} more: `atoz verify` lists them all"] if rest > 0 else []),
            "Go back to the code that they run on, or set ATOZ_VERIFY=warn to run without them.",
        ]
    )
