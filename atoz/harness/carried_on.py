"""What becomes of a running claim if this happens: for the command and the API the same document."""

import asyncio
from datetime import datetime
from typing import Any

from atoz.claims.base import instant_text
from atoz.claims.case import Happenings
from atoz.harness.bounds import Bounds
from atoz.harness.play import Played, continued
from atoz.service.base import Service
from atoz.service.looking import from_now


async def carried_on(
    service: Service,
    order_id: str,
    happens: Happenings,
    playbook: str | None = None,
    *,
    bounds: Bounds | None = None,
) -> Played:
    """The claim as it stands, then what is simulated: `{timeline, outcome, simulated_from}`.

    The claim is not touched. Raises NoSuchClaim, NoWorker, and BadInput as `continued` does.
    """
    state, older, now = await from_now(service, order_id)
    played = await asyncio.to_thread(
        continued, service.settings, state, happens, now, playbook, bounds=bounds
    )
    return played._replace(document=_told(played, older, now))


def _told(played: Played, older: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    timeline = [*older, *played.document["timeline"]]
    return {**played.document, "timeline": timeline, "simulated_from": instant_text(now)}
