"""Drafts for a person: the answer to an information request, the appeal after a decision, the letter
that asks for the metric.

Composed from the recorded facts whenever somebody looks, kept nowhere and never sent by us; what
only the person can know is left open in brackets.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from atoz.appeal.compose import compose, telling, text_of
from atoz.appeal.words import AppealWords
from atoz.playbook.events import Sentence
from atoz.playbook.state import CaseState

_Letter = Callable[[CaseState, datetime, AppealWords], Iterator[str]]


def draft_for(kind: str, state: CaseState, now: datetime, words: AppealWords) -> str | None:
    """The draft that belongs to a task of this kind, or None. Pure; `now` is in UTC."""
    rule = _DRAFTS.get(kind)
    if rule is None or state.policy is None:
        return None
    return "\n".join(rule(state, now, words)) or None


def _facts(state: CaseState, now: datetime, words: AppealWords) -> tuple[Sentence, ...]:
    """What the records say of the claim, whatever was decided since."""
    return compose(state, now, words, facts_only=True, stage="response")


def _information(state: CaseState, now: datetime, words: AppealWords) -> Iterator[str]:
    """The facts of the claim, for the marketplace's question."""
    yield text_of(_facts(state, now, words))
    yield telling(state, now, words).book.letters.beyond


def _after_decision(state: CaseState, now: datetime, words: AppealWords) -> Iterator[str]:
    """What is new since the decision; nothing to write where nothing is."""
    new = compose(state, now, words, stage="post_decision")
    yield from (sentence.text for sentence in new)


def _restoration(state: CaseState, now: datetime, words: AppealWords) -> Iterator[str]:
    """The facts, what was done, a numbered plan. Source: the domain notes on metric restoration."""
    t = telling(state, now, words)
    letter, decided = t.book.letters, state.decided_at or now
    yield letter.restore.filled({"order": t.order_id})
    said = {"when": t.ledger.minute(decided), "status": t.book.statuses[state.status]}
    yield letter.decided.filled(said)
    yield letter.happened
    yield text_of(_facts(state, now, words)[2:-1])
    yield letter.plan
    yield from (f"{number}. {step}" for number, step in enumerate(letter.steps, start=1))


_DRAFTS: Mapping[str, _Letter] = {
    "answer-information": _information,
    "metric-restoration": _restoration,
    "post-decision-appeal": _after_decision,
}
LETTERS = frozenset(_DRAFTS)
"""The kinds of tasks that ask for a letter."""
