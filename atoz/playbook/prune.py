"""Keeping the carried state small whatever comes: old bulk facts leave it for the store.

Facts that the appeal or the engine looks at again stay; replies, refused inputs, duplicates,
files and closed tasks beyond the newest ones are written to the store and read back by
`timeline`. So are bounces and decisions, but for those that still say something: of each message one
word of each kind that it came back, of the decisions the newest of each status.
"""

from collections.abc import Hashable, Iterator, Sequence

from atoz.claims.facts import Fact
from atoz.playbook.edition import JUDGED
from atoz.playbook.state import CaseState
from atoz.playbook.verdicts import verdicts

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
_SINCE_JUDGED = frozenset({"claim_closed", "decision_received", "message_refused"})


def overflow(state: CaseState) -> tuple[Fact, ...]:
    """The oldest bulk facts that one part of the archive takes; empty while the state is small."""
    kinds = BULK if state.edition >= JUDGED else BULK - _SINCE_JUDGED
    bulk = [fact for fact in state.facts if fact.kind in kinds]
    if _is_small(bulk):
        return ()
    needed = _needed(state)
    bulk = [fact for fact in bulk if fact.id not in needed]
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


def _is_small(bulk: Sequence[Fact]) -> bool:
    return len(bulk) <= 2 * KEPT_FACTS and _size(bulk) <= 2 * KEPT_BYTES


def _needed(state: CaseState) -> frozenset[str]:
    """Those that rules look at again, however old: the newest that says what it says, and no other."""
    facts = state.facts
    if state.edition < JUDGED:
        facts = tuple(fact for fact in facts if fact.kind == "reply_received")
    said: dict[Hashable, str] = {}
    for fact in facts:
        said.update((says, fact.id) for says in _says(fact))
    return frozenset((*said.values(), *_judged(facts)))


def _judged(facts: Sequence[Fact]) -> Iterator[str]:
    """The replies of which a person said what they are worth, and their files."""
    judged = verdicts(facts)
    mails = {fact.source for fact in facts if fact.id in judged}
    yield from judged
    yield from (f.id for f in facts if f.kind == "evidence_added" and f.source in mails)


def _says(fact: Fact) -> Iterator[Hashable]:
    data = fact.data
    match fact.kind:
        case "reply_received":
            yield fact.kind  # without the newest an appeal would speak of silence
        case "message_refused" if data.get("outcome") in _CAME_BACK:
            yield fact.kind, data.get("of"), data["outcome"]
        case "message_refused":
            yield fact.id  # an attempt of ours: the retry budget bounds them
        case "decision_received":
            yield fact.kind, data["status"]
        case "claim_closed":
            yield fact.kind
        case "task_done" if data.get("verdict"):
            yield from ((fact.kind, each) for each in data["about"])


_CAME_BACK = frozenset({"bounced", "opted_out"})


def without(state: CaseState, archived: Sequence[Fact], ref: str) -> CaseState:
    """The state without these facts, which `ref` in the store holds now."""
    gone = {fact.id for fact in archived}
    kept = tuple(fact for fact in state.facts if fact.id not in gone)
    return state.model_copy(update={"facts": kept, "fact_archives": (*state.fact_archives, ref)})


def _size(facts: Sequence[Fact]) -> int:
    return sum(fact.weight for fact in facts)
