"""The appeal as a list of sentences, each with the ids of the facts that carry it.

Nothing is said that no fact holds, and no language is known here: what is said and why is decided by
`atoz/appeal/parts`, how it is said stands in the phrasebooks. The law: take any one fact away, and
exactly the sentences that cite it change or vanish (`tests/unit/appeal/test_mutation_law.py`).
Order of the text (domain notes): position, chronology, evidence, the buyer's words answered, what was
offered, the exact request.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain

from atoz.appeal.ledger import Ledger, number_of
from atoz.appeal.parts.chronology import chronology
from atoz.appeal.parts.contact import answers, silence
from atoz.appeal.parts.contradictions import contradictions
from atoz.appeal.parts.evidence import evidence
from atoz.appeal.parts.filing import filing
from atoz.appeal.parts.position import position, records
from atoz.appeal.parts.reasons import by_reason
from atoz.appeal.parts.request import alone, request
from atoz.appeal.parts.solution import solution
from atoz.appeal.parts.statement import statement
from atoz.appeal.stage import Stage, decision, decision_of, new_facts, only_new, stage_of
from atoz.appeal.telling import Telling
from atoz.appeal.words import AppealWords
from atoz.playbook.parts import Section, Sentence
from atoz.playbook.state import CaseState


def compose(
    state: CaseState,
    now: datetime,
    words: AppealWords,
    *,
    language: str | None = None,
    facts_only: bool = False,
    stage: Stage | None = None,
) -> tuple[Sentence, ...]:
    """The sentences of the appeal as known at `now` (UTC); dates in the marketplace's zone. Pure.

    In the language that the marketplace's policy names, unless another is given. `facts_only` leaves
    out the buyer's words and our offers: the text that is always ready. Of a claim decided against us
    only what is new since is said, and nothing where nothing is; `stage` says otherwise.
    """
    t = telling(state, now, words, language)
    whole = _after_decision if (stage or stage_of(state)) == "post_decision" else _answer
    return tuple(whole(t, state, facts_only))


def telling(
    state: CaseState, now: datetime, words: AppealWords, language: str | None = None
) -> Telling:
    """What the parts of an appeal are told with. Asked of an opened claim only."""
    assert state.policy is not None, "an appeal is composed for an opened claim"
    return Telling(
        ledger=Ledger(state.facts, state.policy.zone),
        book=words.book(language or state.policy.appeal_language),
        quotes=words.quotes,
        arrivals=words.arrivals,
        policy=state.policy,
        now=now,
        photos=state.photos,
    )


def _answer(t: Telling, _: CaseState, facts_only: bool) -> Iterator[Sentence]:
    yield from _of("position", position(t), records(t))
    yield from _of("chronology", chronology(t), silence(t), answers(t))
    yield from _of("evidence", evidence(t))
    yield from _of("statement", _statements(t, facts_only))
    if not facts_only:
        yield from _of("solution", solution(t))
    yield from _of("request", request(t))


def _of(section: Section, *parts: Iterable[Sentence]) -> Iterator[Sentence]:
    """The sentences of these parts, as of one part of the appeal."""
    for sentence in chain(*parts):
        yield sentence.model_copy(update={"section": section})


def _statements(t: Telling, facts_only: bool) -> Iterator[Sentence]:
    """The buyer's words, and beside them what our records say."""
    if not facts_only:
        yield from statement(t)
        yield from contradictions(t)
    yield from by_reason(t)
    yield from filing(t)


def _after_decision(t: Telling, state: CaseState, facts_only: bool) -> Iterator[Sentence]:
    decided, new = decision_of(state.facts), new_facts(state.facts)
    if decided is None or not new:
        return
    here = (decided.id, *alone(tuple(fact.id for fact in new)))
    yield from _of("position", decision(t, decided, new, "post_position"), records(t, here))
    told = (
        *_of("chronology", chronology(t), answers(t)),
        *_of("evidence", evidence(t, since=number_of(decided))),
        *_of("statement", _statements(t, facts_only)),
    )
    yield from only_new(told, decided, new)
    yield from _of("request", decision(t, decided, new, "post_request"))


def text_of(sentences: Sequence[Sentence]) -> str:
    """The text as it is pasted: one sentence per line."""
    return "\n".join(sentence.text for sentence in sentences)


def digest_of(text: str, attachments: Sequence[str]) -> str:
    """What an approval binds: the sha256 over the text and the sha256 of each attachment."""
    whole = json.dumps([text, *sorted(attachments)])
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def attachments_of(state: CaseState) -> tuple[str, ...]:
    """The files on the claim, by name and digest."""
    return tuple(
        f"{fact.data.get('name')}:{fact.data.get('sha256')}"
        for fact in state.facts
        if fact.kind == "evidence_added"
    )
