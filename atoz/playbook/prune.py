"""Keeping the carried state small whatever comes: old bulk facts leave it for the store.

Facts that the appeal or the engine looks at again stay; replies, refused inputs, duplicates,
files and closed tasks beyond the newest ones are written to the store and read back by
`timeline`.
"""

from collections.abc import Sequence

from atoz.claims.facts import Fact
from atoz.playbook.state import CaseState

KEPT_FACTS = 500
KEPT_BYTES = 300_000
PART_BYTES = 300_000

BULK = frozenset(
    {
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


def overflow(state: CaseState) -> tuple[Fact, ...]:
    """The oldest bulk facts that one part of the archive takes; empty while the state is small."""
    reply = next((f for f in reversed(state.facts) if f.kind == "reply_received"), None)
    # The newest reply stays, however old: without it an appeal would speak of silence.
    bulk = [fact for fact in state.facts if fact.kind in BULK and fact is not reply]
    if len(bulk) <= 2 * KEPT_FACTS and _size(bulk) <= 2 * KEPT_BYTES:
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


def without(state: CaseState, archived: Sequence[Fact], ref: str) -> CaseState:
    """The state without these facts, which `ref` in the store holds now."""
    gone = {fact.id for fact in archived}
    kept = tuple(fact for fact in state.facts if fact.id not in gone)
    return state.model_copy(update={"facts": kept, "fact_archives": (*state.fact_archives, ref)})


def _size(facts: Sequence[Fact]) -> int:
    return sum(fact.weight for fact in facts)
