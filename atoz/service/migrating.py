"""Playbooks that change under running claims: who would move, who stays and why, and moving them.

A list tells which claims there are; each claim itself is asked how it stands, and judges its own move
once more when it is moved. Nothing is moved that would act twice, leave something out, or come late.
The walk of all paths takes up to a second of each claim: so a look ends after some seconds, and goes on
where it ended.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from atoz.claims.base import instant_text, utc
from atoz.errors import BadInput, NoSuchClaim
from atoz.playbook import events as ev
from atoz.playbook.agenda import Item
from atoz.playbook.diff import differences
from atoz.playbook.migrating import Judged
from atoz.playbook.model import Playbook
from atoz.playbook.simulate import World
from atoz.playbook.state import CaseState
from atoz.playbook.walk_on import judge_by_walk
from atoz.service.acting import do
from atoz.service.base import Service
from atoz.service.open_claims import Mark, Some, asked, at_once, by_few
from atoz.service.plans import side_by_side, world_of
from workflows import names

LOOKS = 3
"""So often a claim is looked at that changes under the look."""
FEW = 4
"""Claims that are looked at together."""

Document = dict[str, Any]


class Stretch(NamedTuple):
    """How much of a long list is done at once: from a page on, some claims, for some time."""

    page_token: str | None = None
    claims: int | None = None
    time: timedelta | None = None
    """What is under way when it is over is finished."""


PAGE, PATIENCE = 20, timedelta(seconds=4)
"""Of a preview: what a page shows, and how long it is waited for."""
MOVING = timedelta(seconds=10)
"""How long whoever moves claims in a browser waits for them; then he is told where it goes on."""
A_PAGE, ALL = Stretch(claims=PAGE, time=PATIENCE), Stretch()


class _Move(NamedTuple):
    """One claim, the playbook that it would have, and what it says to that."""

    state: CaseState
    new: Playbook
    judged: Judged


async def preview(
    service: Service,
    new: Playbook,
    order: str | None = None,
    stretch: Stretch = A_PAGE,
) -> Document:
    """Some open claims on the playbook of this name: both plans, whether it is safe to move, why not.

    `{playbook, claims: […], changes: […], looked_at, following, safe, unsafe, next_page_token}`: what was
    counted is counted from the first page on, `changes` tells of each earlier edition what is different
    now. `order` narrows it to one claim, the `stretch` to some.
    Raises NoSuchClaim, NoWorker, BadInput where the one claim follows another playbook.
    """
    mark, world = Mark.read(stretch.page_token), world_of(service)
    rows: list[Document] = []
    editions: dict[str, Playbook] = {}
    enough = _enough(service, stretch)
    async for some in by_few(service, new.name, order, few=FEW, page=mark.page):
        moves = [move for state in some.states if (move := await _move(service, state, new))]
        found = [await asyncio.to_thread(_with_plans, move, world, service) for move in moves]
        rows += found
        editions |= {m.state.playbook_digest: m.state.playbook for m in moves if m.state.playbook}
        safe = sum(row["safe"] for row in found)
        mark = Mark(
            page=some.following,
            looked_at=mark.looked_at + len(some.states),
            following=mark.following + len(some.states) - len(found),
            safe=mark.safe + safe,
            unsafe=mark.unsafe + len(found) - safe,
        )
        if enough(len(rows)):
            break
    return {
        "playbook": _named(new),
        "claims": rows,
        "changes": [_changed(old, new) for old in editions.values()],
        **mark.model_dump(exclude={"page"}),
        "next_page_token": mark.next_page_token,
    }


def _enough(service: Service, stretch: Stretch) -> Callable[[int], bool]:
    """Whether the stretch is done, asked with how many claims it has."""
    ends = None if stretch.time is None else service.now() + stretch.time

    def enough(claims: int) -> bool:
        many = stretch.claims is not None and claims >= stretch.claims
        return many or (ends is not None and service.now() >= ends)

    return enough


def _named(book: Playbook) -> Document:
    return {"name": book.name, "version": book.version, "digest": book.digest}


def _changed(old: Playbook, new: Playbook) -> Document:
    """What `playbook diff` says of an earlier edition, which no file may hold any more."""
    return {"old": _named(old), "changes": [each._asdict() for each in differences(old, new)]}


def _with_plans(move: _Move, world: World, service: Service) -> Document:
    """The row of a claim, with both plans and the texts that differ."""
    row = _row(move)
    old, new, texts = side_by_side(move.state, move.new, utc(service.now()), world)
    return {
        **row,
        "old": {**row["old"], "plan": old},
        "new": {**row["new"], "plan": new},
        "texts": texts,
    }


async def apply(
    service: Service,
    new: Playbook,
    order: str | None = None,
    stretch: Stretch = ALL,
    *,
    by: str,
    key: str,
    why: str,
) -> Document:
    """Move the claims that are safe to move: `{moved: […], stayed: […], looked_at, next_page_token}`.

    The `stretch` narrows it to some of them.
    """
    found = by_few(service, new.name, order, few=FEW, page=Mark.read(stretch.page_token).page)
    act = {"by": by, "key": key, "why": why}
    return await _carry_out(service, lambda _: new, found, act, stretch)


async def revert(
    service: Service,
    name: str,
    order: str | None = None,
    stretch: Stretch = ALL,
    *,
    by: str,
    key: str,
    why: str,
) -> Document:
    """Move claims on the playbook of this name back to the one that each had before its last move.

    As `apply` does.
    """

    def before(state: CaseState) -> Playbook | None:
        return state.former[-1] if state.former else None

    found = by_few(service, name, order, few=FEW, page=Mark.read(stretch.page_token).page)
    act = {"by": by, "key": key, "why": why}
    return await _carry_out(service, before, found, act, stretch)


async def _carry_out(
    service: Service,
    choose: Callable[[CaseState], Playbook | None],
    found: AsyncIterator[Some],
    act: Mapping[str, str],
    stretch: Stretch,
) -> Document:
    """Move every claim for which a playbook is chosen and that judges the move safe."""
    mark, rows = Mark.read(stretch.page_token), list[Document]()
    enough = _enough(service, stretch)
    async for some in found:
        chosen = [(state, choose(state)) for state in some.states]
        moves = [
            move for state, new in chosen if new and (move := await _move(service, state, new))
        ]
        rows += await at_once(_moved(service, move, act) for move in moves)
        mark = Mark(page=some.following, looked_at=mark.looked_at + len(some.states))
        if enough(len(rows)):
            break
    return {
        "moved": [row for row in rows if row["safe"]],
        "stayed": [row for row in rows if not row["safe"]],
        "looked_at": mark.looked_at,
        "next_page_token": mark.next_page_token,
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
    state = await asked(service, row["order_id"]) if looks > 1 else None
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
