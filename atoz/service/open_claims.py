"""The open claims on a playbook, a few at a time: where each stands, asked of the claim itself.

Fifty thousand claims are neither asked at once nor kept in memory together: whoever looks at them goes on
where he ended, by a mark that also tells what was found by then.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable
from typing import NamedTuple, Self, TypeVar

from atoz.errors import BadInput
from atoz.playbook.state import CaseState
from atoz.service import listing
from atoz.service.base import Service, claim_id, no_such_claim
from atoz.service.calls import NotOpen
from atoz.service.page_marks import PageMark

T = TypeVar("T")


class Mark(PageMark):
    """Where a look at the open claims ended, and what it had found by then."""

    page: str | None = None
    looked_at: int = 0
    following: int = 0
    safe: int = 0
    unsafe: int = 0

    @classmethod
    def read(cls, token: str | None) -> Self:
        """The mark of a page token; the beginning without one. Raises BadInput."""
        return cls.of(token) if token else cls()

    @property
    def next_page_token(self) -> str | None:
        """None where nothing is left to look at."""
        return None if self.page is None else self.written


class Some(NamedTuple):
    """Claims that were looked at together, and where the list goes on."""

    states: list[CaseState]
    following: str | None


async def open_claims(
    service: Service, name: str | None = None, order: str | None = None
) -> AsyncIterator[CaseState]:
    """The states of the open claims whose pinned playbook has this name, or of one claim.

    One whose playbook is not chosen yet is left out. Raises NoSuchClaim, NoWorker, and BadInput where
    the one claim follows another playbook.
    """
    async for some in by_few(service, name, order, few=listing.LARGEST_PAGE):
        for state in some.states:
            yield state


async def by_few(
    service: Service,
    name: str | None,
    order: str | None = None,
    *,
    few: int,
    page: str | None = None,
) -> AsyncIterator[Some]:
    """The same, so many at a time, from a page of the list on."""
    if order is not None:
        yield Some([await _only(service, name, order)], None)
        return
    wanted = listing.Wanted(playbook=name)
    while True:
        listed = await listing.claims(service, wanted, limit=few, page_token=page)
        found = await at_once(asked(service, claim["order_id"]) for claim in listed["claims"])
        states = [state for state in found if state and _follows(state, name)]
        page = listed["next_page_token"]
        yield Some(states, page)
        if not page:
            return


def _follows(state: CaseState, name: str | None) -> bool:
    return state.playbook is not None and name in (None, state.playbook.name)


async def _only(service: Service, name: str | None, order: str) -> CaseState:
    state = await asked(service, order)
    if state is None:
        raise no_such_claim(claim_id(order))
    if not _follows(state, name):
        book = state.playbook.name if state.playbook else "none yet"
        raise BadInput(f"the claim of order {order} follows {book}, not {name}")
    return state


async def at_once(works: Iterable[Awaitable[T]]) -> list[T]:
    """The results of many calls, some at the same time, in their order."""
    gate = asyncio.Semaphore(listing.AT_ONCE)

    async def gated(work: Awaitable[T]) -> T:
        async with gate:
            return await work

    return list(await asyncio.gather(*(gated(work) for work in works)))


async def asked(service: Service, order: str) -> CaseState | None:
    """A claim's whole state, or None where it runs no more."""
    try:
        return CaseState.model_validate(await service.calls.query(claim_id(order), "case"))
    except NotOpen:
        return None
