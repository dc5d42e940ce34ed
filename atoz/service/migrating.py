"""Playbooks that change under running claims: who would move, who stays and why, and moving them.

A list tells which claims there are; each claim itself is asked how it stands, and judges its own move
once more when it is moved. Nothing is moved that would act twice, leave something out, or come late.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from atoz.claims.base import instant_text, utc
from atoz.errors import BadInput, NoSuchClaim
from atoz.playbook import events as ev
from atoz.playbook.agenda import Item
from atoz.playbook.migrating import Judged
from atoz.playbook.model import Playbook
from atoz.playbook.state import CaseState
from atoz.playbook.walk_on import judge_by_walk
from atoz.service import listing
from atoz.service.acting import do
from atoz.service.base import Service, claim_id, no_such_claim
from atoz.service.calls import NotOpen
from workflows import names

LOOKS = 3
"""So often a claim is looked at that changes under the look."""

T = TypeVar("T")
Document = dict[str, Any]


class _Move(NamedTuple):
    """One claim, the playbook that it would have, and what it says to that."""

    state: CaseState
    new: Playbook
    judged: Judged


async def preview(service: Service, new: Playbook, order: str | None = None) -> Document:
    """Each open claim on the playbook of this name: old and new next step, whether it is safe, why not.

    `{playbook, claims: […], following, safe, unsafe}`; `order` narrows it to one claim. Raises
    NoSuchClaim, NoWorker, BadInput where the one claim follows another playbook.
    """
    states = [state async for state in open_claims(service, new.name, order)]
    moves = [move for state in states if (move := await _move(service, state, new))]
    rows = [_row(move) for move in moves]
    return {
        "playbook": {"name": new.name, "version": new.version, "digest": new.digest},
        "claims": rows,
        "following": len(states) - len(moves),
        "safe": sum(row["safe"] for row in rows),
        "unsafe": sum(not row["safe"] for row in rows),
    }


async def apply(
    service: Service, new: Playbook, order: str | None = None, *, by: str, key: str, why: str
) -> Document:
    """Move the claims that are safe to move: `{moved: […], stayed: […]}`, each with its order."""
    return await _carry_out(
        service, lambda _: new, new.name, order, {"by": by, "key": key, "why": why}
    )


async def revert(
    service: Service, name: str, order: str | None = None, *, by: str, key: str, why: str
) -> Document:
    """Move claims on the playbook of this name back to the one that each had before its last move."""
    act = {"by": by, "key": key, "why": why}
    return await _carry_out(service, lambda s: s.former[-1] if s.former else None, name, order, act)


async def open_claims(
    service: Service, name: str | None = None, order: str | None = None
) -> AsyncIterator[CaseState]:
    """The states of the open claims whose pinned playbook has this name, or of one claim.

    One whose playbook is not chosen yet is left out. Raises as `preview`.
    """
    if order is not None:
        state = await _asked(service, order)
        if state is None:
            raise no_such_claim(claim_id(order))
        book = state.playbook.name if state.playbook else "none yet"
        if name not in (None, book):
            raise BadInput(f"the claim of order {order} follows {book}, not {name}")
        yield state
        return
    wanted, token = listing.Wanted(playbook=name), None
    while True:
        page = await listing.claims(service, wanted, limit=listing.LARGEST_PAGE, page_token=token)
        orders = [claim["order_id"] for claim in page["claims"]]
        for state in await at_once(_asked(service, each) for each in orders):
            if state and state.playbook and name in (None, state.playbook.name):
                yield state
        token = page["next_page_token"]
        if not token:
            return


async def at_once(works: Iterable[Awaitable[T]]) -> list[T]:
    """The results of many calls, some at the same time, in their order."""
    gate = asyncio.Semaphore(listing.AT_ONCE)

    async def gated(work: Awaitable[T]) -> T:
        async with gate:
            return await work

    return list(await asyncio.gather(*(gated(work) for work in works)))


async def _asked(service: Service, order: str) -> CaseState | None:
    """A claim's whole state, or None where it runs no more."""
    try:
        return CaseState.model_validate(await service.calls.query(claim_id(order), "case"))
    except NotOpen:
        return None


async def _carry_out(
    service: Service,
    choose: Callable[[CaseState], Playbook | None],
    name: str,
    order: str | None,
    act: Mapping[str, str],
) -> Document:
    """Move every claim for which a playbook is chosen and that judges the move safe."""
    states = [state async for state in open_claims(service, name, order)]
    chosen = [(state, choose(state)) for state in states]
    moves = [move for state, new in chosen if new and (move := await _move(service, state, new))]
    rows = await at_once(_moved(service, move, act) for move in moves)
    return {
        "moved": [row for row in rows if row["safe"]],
        "stayed": [row for row in rows if not row["safe"]],
    }


async def _move(service: Service, state: CaseState, new: Playbook) -> _Move | None:
    """The move of a claim, or None where it follows this very playbook."""
    if state.playbook_digest == new.digest:
        return None
    # A walk takes some 100 ms of which the board's other users should notice nothing.
    judged = await asyncio.to_thread(judge_by_walk, state, new, utc(service.now()))
    return _Move(state, new, judged)


async def _moved(
    service: Service, move: _Move, act: Mapping[str, str], looks: int = LOOKS
) -> Document:
    """The row of a claim after it was asked to move; what it refuses stays, with its own words.

    Where something came in between look and act, it is looked at anew.
    """
    row = _row(move)
    if not row["safe"]:
        return row
    try:
        await do(service, row["order_id"], ev.Migrated, **_plan(move), **act)
    except (BadInput, NoSuchClaim) as error:
        refused = {**row, "safe": False, "reasons": [str(error)]}
    else:
        return row
    state = await _asked(service, row["order_id"]) if looks > 1 else None
    if state is None or state.facts_recorded == move.state.facts_recorded:
        return refused
    anew = await _move(service, state, move.new)
    return await _moved(service, anew, act, looks - 1) if anew else row


def _plan(move: _Move) -> Document:
    """The move, for the claim as it was looked at and no other."""
    return {
        "digest": move.new.digest,
        "expects": move.state.playbook_digest,
        "facts_known": move.state.facts_recorded,
        "playbook": move.new.model_dump(mode="json", exclude_none=True),
    }


def _row(move: _Move) -> Document:
    state, judged = move.state, move.judged
    return {
        "order_id": names.order_of(state.workflow_id),
        "workflow_id": state.workflow_id,
        "marketplace": state.file.claim.marketplace,
        "old": _side(state.playbook, judged.old_next),
        "new": _side(move.new, judged.new_next),
        "proved": judged.proved,
        "finishes_at": instant_text(judged.worst.finishes_at) if judged.worst else None,
        "must_finish_by": instant_text(judged.worst.must_finish_by) if judged.worst else None,
        "safe": judged.safe,
        "reasons": list(judged.reasons),
    }


def _side(book: Playbook | None, planned: Item | None) -> Document:
    return {
        "version": book.version if book else None,
        "digest": book.digest if book else None,
        "next_step": planned.step if planned else None,
        "next_at": instant_text(planned.at) if planned else None,
    }
