"""Keeping the carried state small whatever comes: old facts leave it for the store.

Facts that the appeal or the engine looks at again stay; of all others the newest ones. What left is read
back by `timeline`, pages and packets. Which facts are looked at again stands in `prune_needs.py`.
"""

from collections.abc import Sequence

from atoz.claims.facts import Fact
from atoz.playbook.edition import BOUNDED, JUDGED
from atoz.playbook.prune_needs import STAYS, needed
from atoz.playbook.state import CaseState

KEPT_FACTS = 500
KEPT_BYTES = 300_000
PART_BYTES = 300_000

BULK = frozenset(
    {
        "claim_closed",
        "decision_received",
        "message_refused",
        "reply_received",
        "evidence_added",
        "input_refused",
        "duplicate_ignored",
        "task_opened",
        "task_done",
        "deadline_warning",
        "claim_amended",
        "overridden",
        "paused",
        "resumed",
        "step_held",
        "appeal_drafted",
        "approval_requested",
        "approved",
        "rejected",
    }
)
"""What may leave a claim of an earlier edition; since then everything may that nothing needs."""
_SINCE_JUDGED = frozenset({"claim_closed", "decision_received", "message_refused"})


def overflow(state: CaseState) -> tuple[Fact, ...]:
    """The oldest facts that one part of the archive takes; empty while the state is small."""
    bulk = _bulk(state)
    if _is_small(bulk):
        return ()
    stay = needed(state)
    bulk = [fact for fact in bulk if fact.id not in stay]
    if _is_small(bulk):
        return ()
    part: list[Fact] = []
    size, left = 0, _size(bulk)
    for number, fact in enumerate(bulk):
        weight = fact.weight
        fits = len(bulk) - number <= KEPT_FACTS and left <= KEPT_BYTES
        if fits or (part and size + weight > PART_BYTES):
            break
        part.append(fact)
        size, left = size + weight, left - weight
    return tuple(part)


def _bulk(state: CaseState) -> list[Fact]:
    if state.edition >= BOUNDED:
        return [fact for fact in state.facts if fact.kind not in STAYS]
    kinds = BULK if state.edition >= JUDGED else BULK - _SINCE_JUDGED
    return [fact for fact in state.facts if fact.kind in kinds]


def _is_small(bulk: Sequence[Fact]) -> bool:
    return len(bulk) <= 2 * KEPT_FACTS and _size(bulk) <= 2 * KEPT_BYTES


def without(state: CaseState, archived: Sequence[Fact], ref: str) -> CaseState:
    """The state without these facts, which `ref` in the store holds now."""
    gone = {fact.id for fact in archived}
    kept = tuple(fact for fact in state.facts if fact.id not in gone)
    return state.model_copy(update={"facts": kept, "fact_archives": (*state.fact_archives, ref)})


def _size(facts: Sequence[Fact]) -> int:
    return sum(fact.weight for fact in facts)
