"""The words that an appeal is made of and checked with, in every language: one frozen value.

It exists so that composing and checking take one argument, whatever lists there are.
"""

from dataclasses import dataclass, field

from atoz.appeal.lint_words import LintWords
from atoz.words.bans import Bans


@dataclass(frozen=True)
class AppealWords:
    """What may stand in no text of ours, and what the check of an appeal looks for."""

    bans: Bans = field(default_factory=Bans)
    lint: LintWords = field(default_factory=LintWords)
