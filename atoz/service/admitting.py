"""Before a worker takes up the claims of a server: would each of them go on under this code?

It exists because a single process cannot keep old code for old claims: after an upgrade they run on
the new code or not at all. The code under which every claim went on is remembered in the state folder,
so that a mere restart verifies nothing. Code that was let through with a warning is not: it is verified
at each start.
"""

import asyncio
import json
import logging
import sys
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from temporalio.client import Client

from atoz import wiring
from atoz.errors import BadInput
from atoz.keeping import unsealed
from atoz.service.verifying import Verified, verify_server
from atoz.settings import Settings

MARK = "worked-last.json"
SHOWN = 5
SAY_EVERY = timedelta(seconds=10)
VERIFYING = "replaying before the work begins"
"""How a line of progress begins."""

_LOG = logging.getLogger("atoz.worker")


async def admit(client: Client, settings: Settings) -> None:
    """Let this code work on the server's claims, and remember that all of them go on under it.

    Raises BadInput naming the claims that would break, unless ATOZ_VERIFY is `warn`; NoServer. A
    versioned worker is let through: the claims of other builds are not given to it.
    """
    if settings.deployment is not None:
        return
    mark, own = settings.state / MARK, _signature(client, settings)
    if _remembered(mark) == own:
        return
    found = await verify_server(client, settings, told=_Progress())
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
        _LOG.info("replayed on this code: %s", found.counted)
    if found.broken:
        return
    mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.write_text(json.dumps(own), "utf-8")


class _Progress:
    """Says now and then how far it is: whoever waits for the worker sees that it lives."""

    def __init__(self) -> None:
        self._said_at = asyncio.get_running_loop().time()

    def __call__(self, done: int, every: int) -> None:
        if asyncio.get_running_loop().time() - self._said_at >= SAY_EVERY.total_seconds():
            self._said_at = asyncio.get_running_loop().time()
            _LOG.info("%s: %d of %d open workflows so far", VERIFYING, done, every)


def _signature(client: Client, settings: Settings) -> dict[str, str]:
    """What a replay depends on: our code, the SDK and Python, whose claims they are, what is read.

    The code by its own digest: what an image calls its build says nothing of what is in it.
    """
    return {
        "code": wiring.build_id(),
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
            f"of {found.counted}, {len(found.broken)} would break under this code:",
            *(f"  {each.workflow_id}: {each.why}" for each in found.broken[:SHOWN]),
            *([f"  and {rest} more: `atoz verify` lists them all"] if rest > 0 else []),
            "Go back to the code that they run on, or set ATOZ_VERIFY=warn to run without them.",
        ]
    )
