"""A caller's key belongs to one document: with another one it is a mistake, and is told so.

That a repeat acts once is the claim's own rule. What a key was first used for is kept beside the
claim, under the key's digest, as a digest; it goes when the claim is erased.
"""

import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

import obstore

from atoz.errors import AtozError, BadInput
from atoz.service.archive import keys_folder
from atoz.service.base import Service

T = TypeVar("T")

_LOG = logging.getLogger("atoz.board")


class KeyReused(BadInput):
    """This Idempotency-Key was used with another document: take a fresh key for another act."""


@contextlib.asynccontextmanager
async def once(service: Service, owner: str, key: str, said: bytes) -> AsyncIterator[bool]:
    """While the block runs, and after it, the key belongs to what was `said`. Raises KeyReused.

    Gives whether the same was said with this key before. `owner` is the workflow that the act is for.
    A refusal frees the key again; where nobody knows whether the act was taken, it stays.
    """
    path = f"{keys_folder(owner)}/{hashlib.sha256(key.encode()).hexdigest()[:40]}"
    mark = hashlib.sha256(said).hexdigest().encode()
    # Made where there is none, so that of two requests in one instant the second one is compared.
    fresh = await _answer(service.store.create_document(path, mark))
    if fresh is False and await _answer(service.store.get_document(path)) not in (None, mark):
        raise KeyReused
    try:
        yield fresh is False
    except AtozError as error:
        if fresh and error.permanent:
            await _answer(service.store.remove_document(path))
        raise


async def _answer(asked: Awaitable[T]) -> T | None:
    """The store's answer. In trouble it stops no act: a receipt that stops a clock is worth more."""
    try:
        return await asked
    except (OSError, obstore.exceptions.BaseError):
        _LOG.warning("the store does not answer: a repeated key is not compared", exc_info=True)
        return None
