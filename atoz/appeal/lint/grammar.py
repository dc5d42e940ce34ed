"""Spelling and grammar of English, by Harper where it is installed (`pip install "atoz[grammar]"`).

It exists apart because the package is optional: without it the rule is silent. Only what a person
wrote is looked at, and nothing in it that is no English: quotes, names, codes and amounts are masked.
"""

import logging
from collections.abc import Iterator
from functools import cache
from threading import Lock
from typing import NamedTuple, Protocol

from atoz.appeal.lint.sentences import FOUND
from atoz.appeal.lint.subject import Rule, Subject, Theirs, cut, warn
from atoz.appeal.sentences import replaced_quotes
from atoz.appeal.values import values_in
from atoz.playbook.events import Finding
from atoz.playbook.said import Said

_LOG = logging.getLogger("atoz")

_COUNTED = frozenset(
    {
        "Agreement",
        "BoundaryError",
        "Eggcorn",
        "Grammar",
        "Malapropism",
        "Miscellaneous",
        "Nonstandard",
        "Repetition",
        "Spelling",
        "Typo",
        "WordChoice",
    }
)
"""Kinds of findings that are mistakes. The others are matters of style, and often wrong here."""

_MOST = 20
_LONGEST = 1_000


class Mistake(NamedTuple):
    """A word or two that are wrong, and what to write instead, where that is known."""

    text: str
    instead: str


class Checker(Protocol):
    """Finds mistakes in an English sentence."""

    def mistakes(self, sentence: str) -> list[Mistake]:
        """Every mistake, in the order of the sentence."""
        ...


class _Harper:
    """Harper twice: a mistake is what is one in American and in British English."""

    def __init__(self) -> None:
        from harper import Dialect, Linter  # noqa: PLC0415 - the package is optional

        self._linters = Linter(Dialect.BRITISH), Linter(Dialect.AMERICAN)
        self._one_at_a_time = Lock()

    def mistakes(self, sentence: str) -> list[Mistake]:
        """Every mistake, in the order of the sentence."""
        with self._one_at_a_time:
            british, american = (
                each.lint(sentence, language="plaintext") for each in self._linters
            )
        both = {(found.span.start, found.span.end) for found in american}
        return [
            Mistake(each.problem_text, next((s.replacement_text for s in each.suggestions), ""))
            for each in british
            if each.lint_kind in _COUNTED and (each.span.start, each.span.end) in both
        ]


@cache
def english() -> Checker | None:
    """The checker of English, built once in a second or two, or None where none is installed."""
    try:
        return _Harper()
    except ImportError:
        _LOG.debug('spelling is not checked: pip install "atoz[grammar]"')
        return None


def _spelling(subject: Subject) -> Iterator[Finding]:
    """Mistakes of spelling and grammar in a person's English; at most twenty."""
    theirs = [each for each in subject.theirs if len(each.text) <= _LONGEST]
    if not theirs or subject.language != "en":
        return
    checker = english()
    found = 0
    for each in theirs if checker else ():
        for mistake in checker.mistakes(masked(subject, each)) if checker else ():
            if found < _MOST and not _is_name(subject, mistake.text):
                found += 1
                yield warn("spelling", _advice(mistake), each.number)


def masked(subject: Subject, each: Theirs) -> str:
    """The sentence with whatever is no English replaced by plain words."""
    text = replaced_quotes(each.text, "“this”")
    for value in values_in(text, subject.lint):
        if value.kind in ("code", "amount"):
            text = text.replace(value.text, "10")
    return text


def _is_name(subject: Subject, text: str) -> bool:
    """Whether a word is one that facts or our own lists know."""
    flat = text.lower()
    return flat in subject.lint.known or (
        subject.state.policy is not None and subject.held.facts_of_name(flat) is not None
    )


def _advice(mistake: Mistake) -> Said:
    word = cut(mistake.text)
    if mistake.instead:
        return FOUND("spelling_instead", word=word, instead=repr(mistake.instead))
    return FOUND("spelling", word=word)


RULES: tuple[Rule, ...] = (_spelling,)
