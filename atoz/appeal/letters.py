"""Drafts for a person: the answer to an information request, the appeal after a decision, the letter
that asks for the metric.

Composed from the recorded facts whenever somebody looks, kept nowhere and never sent by us; what
only the person can know is left open in brackets.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from atoz.appeal.compose import compose, telling, text_of
from atoz.appeal.news import decision_of
from atoz.appeal.words import AppealWords
from atoz.playbook.events import Sentence
from atoz.playbook.state import CaseState

_Letter = Callable[[CaseState, datetime, AppealWords], Iterator[Sentence]]


def draft_for(kind: str, state: CaseState, now: datetime, words: AppealWords) -> str | None:
    """The draft that belongs to a task of this kind, or None. Pure; `now` is in UTC."""
    sentences = letter_for(kind, state, now, words)
    return text_of(sentences) if sentences else None


def letter_for(
    kind: str, state: CaseState, now: datetime, words: AppealWords
) -> tuple[Sentence, ...]:
    """The same line by line, each with the facts that carry it; what a person adds has none."""
    rule = _DRAFTS.get(kind)
    return tuple(rule(state, now, words)) if rule and state.policy is not None else ()


def _facts(state: CaseState, now: datetime, words: AppealWords) -> tuple[Sentence, ...]:
    """What the records say of the claim, whatever was decided since."""
    return compose(state, now, words, facts_only=True, stage="response")


def _information(state: CaseState, now: datetime, words: AppealWords) -> Iterator[Sentence]:
    """The facts of the claim, for the marketplace's question."""
    yield from _facts(state, now, words)
    yield Sentence(text=telling(state, now, words).book.letters.beyond)


def _after_decision(state: CaseState, now: datetime, words: AppealWords) -> Iterator[Sentence]:
    """What is new since the decision; nothing to write where nothing is."""
    yield from compose(state, now, words, stage="post_decision")


def _restoration(state: CaseState, now: datetime, words: AppealWords) -> Iterator[Sentence]:
    """The facts, what was done, a numbered plan. Source: the domain notes on metric restoration."""
    t = telling(state, now, words)
    letter, decided = t.book.letters, state.decided_at or now
    yield Sentence(
        text=letter.restore.filled({"order": t.order_id}), facts=t.order.facts if t.order else ()
    )
    said = {"when": t.ledger.minute(decided), "status": t.book.statuses[state.status]}
    decision = decision_of(state.facts)
    yield Sentence(text=letter.decided.filled(said), facts=(decision.id,) if decision else ())
    yield Sentence(text=letter.happened)
    yield from _facts(state, now, words)[2:-1]
    yield Sentence(text=letter.plan)
    steps = enumerate(letter.steps, start=1)
    yield from (Sentence(text=f"{number}. {step}") for number, step in steps)


_DRAFTS: Mapping[str, _Letter] = {
    "answer-information": _information,
    "metric-restoration": _restoration,
    "post-decision-appeal": _after_decision,
}
LETTERS = frozenset(_DRAFTS)
"""The kinds of tasks that ask for a letter."""
