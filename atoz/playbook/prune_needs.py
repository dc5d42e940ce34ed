"""Which facts a claim carries on however old they are: those that the engine or an appeal looks at again.

Of what is said again and again the newest counts: of a value, of each kind of a step, of each status, of
each word that a message came back. Where many count at once (replies that a person judged, files,
refunds) the newest of them stay, by number and by weight.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from operator import attrgetter

from atoz.claims.facts import Fact
from atoz.playbook.edition import BOUNDED, JUDGED
from atoz.playbook.files import is_of_the_buyer
from atoz.playbook.state import CaseState
from atoz.playbook.verdicts import verdicts

STAYS = frozenset({"claim_received", "message_sent"})
"""Once a claim, and once a template: all that is known of a message rests on them."""

MOST = 40
"""Of each sort of which many count: more than this is read in no packet."""
HEAVIEST = 60_000
"""Bytes of each such sort."""

_came_at = attrgetter("came_at")
Says = Callable[[Fact], Iterator[Hashable]]


def needed(state: CaseState) -> frozenset[str]:
    """The ids of the facts that stay."""
    if state.edition >= BOUNDED:
        return frozenset(_needed(state))
    facts = state.facts
    if state.edition < JUDGED:
        facts = tuple(fact for fact in facts if fact.kind == "reply_received")
    judged = verdicts(facts).keys()
    files, mails = _of_kind(facts, "evidence_added"), _mails(facts, judged)
    sent_along = (file.id for file in files if file.source in mails)
    return frozenset((*_newest(facts, _before_bounds), *judged, *sent_along))


def _needed(state: CaseState) -> Iterator[str]:
    facts, said = state.facts, verdicts(state.facts)
    judged = _most(fact for fact in facts if fact.id in said)

    def says(fact: Fact) -> Iterator[Hashable]:
        return _says(state, fact, judged)

    yield from judged
    yield from _newest(facts, says)
    yield from _newest(sorted(facts, key=_came_at), says)  # some are told later than they came
    yield from _most(_of_kind(facts, "refund_recorded"))
    yield from _files(facts, _mails(facts, judged))
    known = state.appeal.facts_known if state.appeal else None
    if known is not None:  # a packet is made of what was known when its text was written
        yield from _newest([fact for fact in facts if int(fact.id[1:]) <= known], says)


def _files(facts: Sequence[Fact], judged: Collection[str]) -> Iterator[str]:
    """The shop's own, those of which a person has said something, and the buyer's others."""
    files = _of_kind(facts, "evidence_added")
    own = [file for file in files if not is_of_the_buyer(file)]
    looked_at = [file for file in files if file.source in judged]
    unseen = [file for file in files if is_of_the_buyer(file) and file.source not in judged]
    for sort in (own, looked_at, unseen):
        yield from _most(sort)


def _mails(facts: Iterable[Fact], replies: Collection[str]) -> frozenset[str]:
    return frozenset(fact.source for fact in facts if fact.id in replies)


def _of_kind(facts: Iterable[Fact], kind: str) -> list[Fact]:
    return [fact for fact in facts if fact.kind == kind]


def _most(facts: Iterable[Fact]) -> tuple[str, ...]:
    """The newest of them, as many as are carried."""
    kept: list[str] = []
    weight = 0
    for fact in reversed([*facts][-MOST:]):
        weight += fact.weight
        if weight > HEAVIEST:
            break
        kept.append(fact.id)
    return tuple(kept)


def _newest(facts: Iterable[Fact], says: Says) -> Iterable[str]:
    """The fact that says something last, of everything that is said."""
    said: dict[Hashable, str] = {}
    for fact in facts:
        said.update((each, fact.id) for each in says(fact))
    return said.values()


def _says(state: CaseState, fact: Fact, judged: Collection[str]) -> Iterator[Hashable]:
    data = fact.data
    yield fact.kind, fact.step
    match fact.kind:
        case "reply_received":
            intents = data["intents"]
            yield from ((fact.kind, each) for each in intents if len(intents) == 1)
            if "stop_contact" in intents:
                yield fact.kind, "stops"
        case "message_refused" if data.get("outcome") in _CAME_BACK:
            yield fact.kind, data.get("of"), data["outcome"]
        case "message_unknown" if _is_in_doubt(state, fact):
            yield fact.id  # the retry budget bounds the tries of a message
        case "decision_received":
            yield fact.kind, data["status"]
        case "task_done" if data.get("verdict"):
            yield from ((fact.kind, each) for each in data["about"] if each in judged)


def _is_in_doubt(state: CaseState, fact: Fact) -> bool:
    """Whether it is of the tries that are being made: those before were settled by a person."""
    first = state.run(fact.step or "").first_try_at
    return first is not None and fact.at >= first.replace(microsecond=0)


_CAME_BACK = frozenset({"bounced", "opted_out"})


def _before_bounds(fact: Fact) -> Iterator[Hashable]:
    """What earlier editions look at again."""
    data = fact.data
    match fact.kind:
        case "reply_received":
            yield fact.kind  # without the newest an appeal would speak of silence
        case "message_refused" if data.get("outcome") in _CAME_BACK:
            yield fact.kind, data.get("of"), data["outcome"]
        case "message_refused":
            yield fact.id
        case "decision_received":
            yield fact.kind, data["status"]
        case "claim_closed":
            yield fact.kind
        case "task_done" if data.get("verdict"):
            yield from ((fact.kind, each) for each in data["about"])
