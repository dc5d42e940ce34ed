"""Who holds which ring: every process that seals or opens says so in the store, by the names of its keys.

A ring may be handed out as copies (a secret of an orchestrator). A process whose copy lacks the new key
opens nothing that is wrapped by it; one that still seals by an old key would seal for ever what nobody
opens once that key is gone. So whoever rotates and retires looks who was here lately, and with what.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import obstore
from obstore.store import ObjectStore
from pydantic import ValidationError

from atoz.claims.base import Instant, Record

FOLDER = "holders"
SEEN = timedelta(minutes=15)
"""A process says it every few minutes; one that has not said it for so long is gone."""
FORGOTTEN = timedelta(days=1)

_UNFIT = re.compile(r"[^A-Za-z0-9.-]+")


class Holder(Record):
    """One process: what it is, where it runs, its ring's keys by name, newest first, and when it said so."""

    what: str
    host: str
    process: int
    keys: tuple[str, ...]
    seen_at: Instant

    @property
    def path(self) -> str:
        """Where it says so: a name of its own."""
        return f"{FOLDER}/{_UNFIT.sub('-', f'{self.what}.{self.host}.{self.process}')[:200]}.json"

    def lacks(self, first: str, old: str | None = None) -> bool:
        """Whether it cannot open what the key `first` wraps, or still seals by the key `old`."""
        return first not in self.keys or self.keys[:1] == (old,)


async def say(store: ObjectStore, holder: Holder) -> None:
    """Write it down. Failures of the store are raised as they are."""
    await obstore.put_async(store, holder.path, holder.model_dump_json().encode())


async def forget(store: ObjectStore, path: str) -> None:
    """It has ended, and holds nothing any more."""
    try:
        await obstore.delete_async(store, path)
    except FileNotFoundError:
        return


async def seen(store: ObjectStore, now: datetime) -> tuple[Holder, ...]:
    """Who was seen lately (`now` in UTC), by name. What was not seen for a day is let go of."""
    batches = obstore.list(store, prefix=FOLDER)
    paths = sorted([meta["path"] async for batch in batches for meta in batch])
    found = []
    for path in paths:
        holder = await _read(store, path)
        if holder is None or holder.seen_at < now - FORGOTTEN:
            await forget(store, path)
        elif holder.seen_at >= now - SEEN:
            found.append(holder)
    return tuple(found)


async def _read(store: ObjectStore, path: str) -> Holder | None:
    try:
        result = await obstore.get_async(store, path)
        return Holder.model_validate_json(bytes(await result.bytes_async()))
    except (FileNotFoundError, ValidationError):
        return None


def in_words(holders: Iterable[Holder]) -> str:
    """They in words, a few of them."""
    each = [f"{one.what} on {one.host} (process {one.process})" for one in holders]
    more = f" and {len(each) - _TOLD} more" if len(each) > _TOLD else ""
    return ", ".join(each[:_TOLD]) + more


_TOLD = 5
