"""Saying in the store which ring a process holds, from its start to its end: worker, board, codec server."""

import asyncio
import contextlib
import logging
import os
import platform
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

import obstore
from obstore.store import ObjectStore

from atoz.claims.base import utc
from atoz.errors import BadInput
from atoz.evidence.store import open_objects
from atoz.keeping import open_vault
from atoz.settings import Settings
from atoz.vault import holders
from atoz.vault.holders import Holder
from atoz.vault.ring import Ring

LOOK = timedelta(seconds=2)
"""How soon a ring that was changed in its file is told of: whoever retires a key waits a little longer."""
AGAIN = timedelta(minutes=5)
AFTER_TROUBLE = timedelta(minutes=1)
PATIENCE = timedelta(seconds=5)
"""How long the store may take: nobody starts or ends later because it does not answer."""

Now = Callable[[], datetime]

_LOG = logging.getLogger("atoz")


@contextlib.asynccontextmanager
async def holding(settings: Settings, what: str, now: Now) -> AsyncIterator[None]:
    """Tell of the ring of these settings until the block ends. A store that is away is tried again.

    Raises BadInput where there are no keys, or others can read them.
    """
    vault = open_vault(settings)
    if vault is None:
        yield
        return
    store, ring = open_objects(settings.store), vault.keys.ring
    own = _holder(ring, what, now())
    said = own if await _say(store, own) else None
    telling = asyncio.create_task(_tell(store, ring, what, now, said))
    try:
        yield
    finally:
        telling.cancel()
        with contextlib.suppress(*_AWAY):
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await holders.forget(store, own.path)


async def _tell(store: ObjectStore, ring: Ring, what: str, now: Now, said: Holder | None) -> None:
    """Tell of what changes, and that it still runs. `said`: what the store took last, None for nothing."""
    pause = LOOK if said else AFTER_TROUBLE
    while True:
        await asyncio.sleep(pause.total_seconds())
        # What is wrong with the ring's file is told by whoever needs it.
        with contextlib.suppress(BadInput):
            ring.first_now()
        holder = _holder(ring, what, now())
        if said and holder.keys == said.keys and holder.seen_at - said.seen_at < AGAIN:
            continue
        taken = await _say(store, holder)
        said, pause = (holder, LOOK) if taken else (said, AFTER_TROUBLE)


async def _say(store: ObjectStore, holder: Holder) -> bool:
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            await holders.say(store, holder)
    except _AWAY:
        _LOG.warning("the store does not take which key ring is held here; trying again")
        return False
    return True


def _holder(ring: Ring, what: str, now: datetime) -> Holder:
    return Holder(
        what=what,
        host=platform.node() or "unknown",
        process=os.getpid(),
        keys=tuple(key.id for key in ring.keys),
        seen_at=utc(now),
    )


_AWAY = (OSError, obstore.exceptions.BaseError)
