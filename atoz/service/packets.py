"""Packets checked against their claims: the running claim answers, or the archive of one that is over."""

from typing import Any

import obstore

from atoz.appeal.packet.compare import Difference
from atoz.appeal.packet.folder import Found
from atoz.appeal.packet.fonts import Fonts
from atoz.appeal.packet.make import Kit
from atoz.appeal.packet.verify import Claimed, verified
from atoz.errors import AtozError
from atoz.service.base import Service
from atoz.service.looking import whole_case


async def verify(service: Service, found: Found, says: Claimed) -> list[Difference]:
    """Every difference between a packet and what its claim makes. Raises NoSuchClaim, NoWorker."""
    state = await whole_case(service, says.order_id)
    kit = Kit(service.library.appeal_words, Fonts(service.settings.fonts))
    try:
        return await verified(found, says, state, service.store.of_order(says.order_id), kit)
    except (OSError, obstore.exceptions.BaseError) as fault:
        raise AtozError(f"the store does not answer, try again: {fault}") from fault


def verdict(says: Claimed | None, found: list[Difference]) -> dict[str, Any]:
    """The document of `appeal verify`: `{ok, order_id, digest, differences: [{file, what}]}`."""
    return {
        "ok": not found,
        "order_id": says.order_id if says else None,
        "digest": says.digest if says else None,
        "differences": [each._asdict() for each in found],
    }
