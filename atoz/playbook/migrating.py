"""Whether a running claim may be moved to another edition of its playbook.

A claim keeps the playbook that was pinned for it. It may be moved where nothing that has acted acts
again, nothing is left out because its time has gone by, and the new playbook is still proved for the
claim's own limit. The claim itself judges it, so that nothing can come between look and act.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from atoz.claims.base import instant_text
from atoz.playbook import events as ev
from atoz.playbook.agenda import Item, next_planned
from atoz.playbook.conditions import applies
from atoz.playbook.diff import act_text
from atoz.playbook.foresee import coming
from atoz.playbook.model import Playbook
from atoz.playbook.moving import pinned, target
from atoz.playbook.prove import WorstCase
from atoz.playbook.remaining import worst_from
from atoz.playbook.said import Said, Sentences, word
from atoz.playbook.schedule import due_at, playbook_of
from atoz.playbook.state import CaseState

SAY = Sentences(
    "stay",
    {
        "arrived": "the claim has just arrived: its playbook is not chosen yet",
        "follows": "it follows this playbook already",
        "decided": "the marketplace has decided: no step acts any more",
        "refunded": "the order was refunded: nothing is left to answer",
        "handed_over": "a person handles the claim: no step acts any more",
        "applies": "the new playbook does not apply to this claim",
        "lost": "`{step}` has acted, and the new playbook has no step of this id",
        "other": "`{step}` has acted ({act}); in the new playbook it is to {new}",
        "name": "`{step}` is the name of something that acted already: call the step otherwise",
        "twice": "`{step}` would {act} a second time: `{before}` did",
        "left_out": "`{step}` would be skipped: {skipped}",
        "unproved": (
            "not proved for this claim's limit: the answer would be in at {at} at the latest, and must "
            "be at {due}"
        ),
        "broken": "not proved for this claim's limit: {broken}: {path}",
        "as_it_stands": "as it stands",
        "many": "not proved for this claim's limit: too many paths to prove",
        "no_book": "{digest} is no playbook that this claim knows; earlier ones: {digests}",
        "moved": "the claim follows {digest} now, not {other}: look again",
        "changed": (
            "the claim has {facts} facts now, and had {before} when it was looked at: look again"
        ),
        "stays": "this claim stays with its playbook: {reasons}",
    },
)
"""Why a claim stays with its playbook."""


class Judged(NamedTuple):
    """What a move would change, and why it must not be: no reason, and it is safe."""

    reasons: tuple[str, ...]
    old_next: Item | None
    new_next: Item | None
    worst: WorstCase | None
    """The new playbook at its slowest from here; None where nothing is left to answer."""
    kept: bool = True
    """Whether the walk, where there was one, found every promise kept."""

    @property
    def safe(self) -> bool:
        """Whether the claim may be moved."""
        return not self.reasons

    @property
    def proved(self) -> bool | None:
        """Whether the answer will be in time; None where nothing is left to answer."""
        return None if self.worst is None else self.worst.fits and self.kept


def judge(state: CaseState, new: Playbook, now: datetime) -> Judged:
    """Whether the claim may follow `new` from `now` (UTC) on. Pure: it asks the engine both ways."""
    over = _over(state, new)
    if over is not None:
        planned = next_planned(state, now) if state.policy else None
        return Judged((over,), planned, None, None)
    moved = pinned(state, new)
    worst = _worst(moved, now)
    reasons = [
        *_does_not_apply(state, new),
        *_lost(state, new),
        *_twice(state, new),
        *_left_out(state, moved, now),
        *_unproved(worst),
    ]
    return Judged(tuple(reasons), next_planned(state, now), next_planned(moved, now), worst)


def acted(state: CaseState, step_id: str) -> bool:
    """Whether anything of the step has happened: what comes after must know it by its id."""
    run = state.run(step_id)
    drafted = state.appeal is not None and state.appeal.step == step_id
    return drafted or run.state != "waiting" or bool(run.attempts)


def _over(state: CaseState, new: Playbook) -> str | None:
    """Why no step of the claim acts any more, whatever its playbook is."""
    if state.policy is None:
        return SAY("arrived")
    rules = (
        (state.playbook_digest == new.digest, SAY("follows")),
        (state.decided, SAY("decided")),
        (state.refunded_at is not None, SAY("refunded")),
        (state.handed_over, SAY("handed_over")),
    )
    return next((why for holds, why in rules if holds), None)


def _does_not_apply(state: CaseState, new: Playbook) -> Iterator[str]:
    if not applies(new.applies, state):
        yield SAY("applies")


def _lost(state: CaseState, new: Playbook) -> Iterator[str]:
    """Steps that have acted and that the new playbook does not know as what they were."""
    for step in playbook_of(state).steps:
        if not acted(state, step.id):
            continue
        kept = new.step(step.id)
        if kept is None:
            yield SAY("lost", step=word("step", step.id))
        elif act_text(kept) != act_text(step):
            named = word("step", step.id)
            yield SAY("other", step=named, act=act_text(step), new=act_text(kept))


def _twice(state: CaseState, new: Playbook) -> Iterator[str]:
    """Steps to come that would do again what was done under another id."""
    done = {act_text(step): step.id for step in playbook_of(state).steps if acted(state, step.id)}
    done |= {f"send {queued.template}": queued.id for queued in state.queue}
    for step in new.steps:
        if playbook_of(state).step(step.id) is None and acted(state, step.id):
            yield SAY("name", step=word("step", step.id))
        before = done.get(act_text(step))
        if before is not None and not acted(state, step.id):
            named = {"step": word("step", step.id), "before": word("step", before)}
            yield SAY("twice", act=act_text(step), **named)


def _left_out(state: CaseState, moved: CaseState, now: datetime) -> Iterator[str]:
    """Steps that would be skipped because their time has gone by, and would not be as it is."""
    before = _too_late(state, now)
    for step, why in _too_late(moved, now).items():
        if before.get(step) != why:
            yield SAY("left_out", step=word("step", step), skipped=word("skipped", why))


def _too_late(state: CaseState, now: datetime) -> dict[str, str]:
    """The steps that time alone, and no condition, will leave out if nothing happens."""
    return {each.step: each.why for each in coming(state, now) if each.why in _TIME_IS_OVER}


_TIME_IS_OVER = ("late", "overtaken by a later step")


def _worst(moved: CaseState, now: datetime) -> WorstCase | None:
    clock = moved.clock("response")
    if clock is None or not clock.running or moved.policy is None:
        return None
    return worst_from(moved, playbook_of(moved), now, due_at(moved), moved.policy.sending_hours)


def _unproved(worst: WorstCase | None) -> Iterator[str]:
    if worst is not None and not worst.fits:
        at, due = instant_text(worst.finishes_at), instant_text(worst.must_finish_by)
        yield SAY("unproved", at=at, due=due)


def refusal(state: CaseState, event: ev.Migrated) -> Said | None:
    """Why the claim must not be moved, or None."""
    new = target(state, event)
    if new is None:
        known = ", ".join(book.digest for book in state.former) or "none"
        return SAY("no_book", digest=event.digest, digests=known)
    if event.expects and event.expects != state.playbook_digest:
        return SAY("moved", digest=state.playbook_digest, other=event.expects)
    if event.facts_known not in (None, state.facts_recorded):
        return SAY("changed", facts=state.facts_recorded, before=event.facts_known)
    reasons = judge(state, new, event.at).reasons
    return SAY("stays", reasons="; ".join(reasons)) if reasons else None
