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

from atoz.appeal.ledger import Ledger, Said, number_of
from atoz.appeal.news import decision_of, new_facts, taken_back, without_left_out
from atoz.appeal.parts.chronology import chronology
from atoz.appeal.parts.contact import answers, silence
from atoz.appeal.parts.contradictions import contradictions
from atoz.appeal.parts.evidence import evidence
from atoz.appeal.parts.filing import filing
from atoz.appeal.parts.position import position, records
from atoz.appeal.parts.reasons import by_reason
from atoz.appeal.parts.request import request
from atoz.appeal.parts.solution import solution
from atoz.appeal.parts.statement import statement
from atoz.appeal.stage import Stage, decision, in_common, only_new, stage_of
from atoz.appeal.telling import Telling
from atoz.appeal.words import AppealWords
from atoz.claims.facts import Fact
from atoz.playbook.events import Sentence
from atoz.playbook.parts import Section
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
    only what is new since and helps is said, and nothing where nothing is; `stage` says otherwise.
    """
    after = (stage or stage_of(state)) == "post_decision"
    if after:
        told = state.model_copy(update={"facts": without_left_out(state.facts)})
        t = telling(told, now, words, language)
        parts = _after_decision(t, state.facts, facts_only)
    else:
        parts = _answer(telling(state, now, words, language), facts_only)
    return tuple(
        Sentence.vouched(text=text, facts=facts, section=section)
        for section, said in parts
        for text, facts in said
    )


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


Parts = Iterator[tuple[Section, Iterable[Said]]]


def _answer(t: Telling, facts_only: bool) -> Parts:
    yield "position", chain(position(t), records(t))
    yield "chronology", chain(chronology(t), silence(t), answers(t))
    yield "evidence", evidence(t)
    yield "statement", _statements(t, facts_only)
    if not facts_only:
        yield "solution", solution(t)
    yield "request", request(t)


def _statements(t: Telling, facts_only: bool) -> Iterator[Said]:
    """The buyer's words, and beside them what our records say."""
    if not facts_only:
        yield from statement(t)
        yield from contradictions(t)
    yield from by_reason(t)
    yield from filing(t)


def _after_decision(t: Telling, facts: Sequence[Fact], facts_only: bool) -> Parts:
    decided, new = decision_of(facts), new_facts(facts)
    if decided is None or not new:
        return
    but_for = taken_back(facts)
    frame = records(t, (decided.id, *in_common(new)))
    yield "position", chain(decision(t, decided, new, "post_position", but_for), frame)
    since = number_of(decided)
    yield "chronology", only_new(chain(chronology(t), answers(t)), decided, new)
    yield "evidence", only_new(evidence(t, since), decided, new)
    yield "statement", only_new(_statements(t, facts_only), decided, new)
    yield "request", decision(t, decided, new, "post_request", but_for)


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
