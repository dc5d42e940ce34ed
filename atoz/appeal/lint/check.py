"""All rules over one text, in the order in which a person reads what they found."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from atoz.appeal.lint import buyers, claim, grammar, sources, tone, truth, whole
from atoz.appeal.lint.sentences import FOUND
from atoz.appeal.lint.subject import Rule, Subject, block
from atoz.appeal.words import AppealWords
from atoz.playbook.events import Finding, Sentence
from atoz.playbook.state import CaseState

_RULES: tuple[Rule, ...] = (
    *claim.RULES,
    *buyers.RULES,
    *whole.RULES,
    *tone.RULES,
    *truth.RULES,
    *sources.RULES,
    *grammar.RULES,
)
_MOST_OF_A_RULE = 40
_MOST = 120
"""No text, however long, makes more: findings travel with the claim."""


def lint(
    text: str,
    state: CaseState,
    now: datetime,
    words: AppealWords,
    *,
    sentences: Sequence[Sentence] = (),
) -> tuple[Finding, ...]:
    """Every finding on this text for this claim as known at `now` (UTC), rule by rule. Pure.

    `sentences`: what `compose` gave for exactly this text, where it was composed a moment ago; then
    the rules that trace a person's words to facts have nothing to do. Never raises, whatever the text.
    """
    subject = Subject(text, state, now, words, composed=tuple(sentences))
    found = list(islice(_each(subject), _MOST + 1))
    return tuple(found[:_MOST])


def lint_letter(text: str, state: CaseState, now: datetime, words: AppealWords) -> list[Finding]:
    """What a person should know of the buyer's words and files before a draft is used; `now` in UTC.

    Of an empty draft, too: then this says why it is empty.
    """
    subject = Subject(text, state, now, words)
    return [finding for rule in buyers.RULES for finding in _some(rule(subject))]


def _each(subject: Subject) -> Iterator[Finding]:
    for rule in _RULES:
        yield from _some(rule(subject))


def _some(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first findings of one rule; of more, that there are more."""
    iterator = iter(findings)
    yield from islice(iterator, _MOST_OF_A_RULE)
    further = next(iterator, None)
    if further is not None:
        yield block(further.rule, FOUND("more")).model_copy(update={"severity": further.severity})
