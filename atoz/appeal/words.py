"""The words that an appeal is made of and checked with, in every language: one frozen value.

It exists so that composing and checking take one argument, whatever lists there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from atoz.appeal.lint_words import LintWords
from atoz.appeal.phrasebook import Phrasebook
from atoz.words.bans import Bans

REFERENCE = "en"
"""The language that every other phrasebook is held to, and that speaks where there is no other."""


@dataclass(frozen=True)
class AppealWords:
    """What an appeal says, what may stand in no text of ours, and what its check looks for."""

    bans: Bans = field(default_factory=Bans)
    lint: LintWords = field(default_factory=LintWords)
    books: Mapping[str, Phrasebook] = field(default_factory=dict)

    def book(self, language: str) -> Phrasebook:
        """The phrasebook of a language, else the English one."""
        return self.books.get(language) or self.books[REFERENCE]
