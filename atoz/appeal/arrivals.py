"""Whether a buyer's sentence says that the item is there: for claims that say it never came.

It exists because the reader of replies is made to act on them and passes over `it arrived broken`,
while an appeal may quote exactly that. Words are data: `buyer.has_it` of every phrasebook.
"""

from collections.abc import Mapping

from atoz.appeal.lint_words import LintWords
from atoz.appeal.phrases import Phrases, plain
from atoz.mail import phrases as mail
from atoz.mail.intents import read_intents

_ASKS = ("?", "？")


class Arrivals:
    """Reads single sentences, in whichever of our languages they are."""

    def __init__(
        self, lint: LintWords, has_it: Phrases, readers: Mapping[str, mail.Phrases]
    ) -> None:
        self._lint = lint
        self._has_it = has_it
        self._readers = readers

    def says_received(self, sentence: str, language: str | None) -> bool:
        """Only where nothing in it denies, asks or supposes; the language is guessed where it is None."""
        if sentence.rstrip().endswith(_ASKS):
            return False
        flat = plain(sentence)
        if self._has_it.first(flat) is not None and not self._lint.has("negations", flat):
            return True
        return "says_received" in read_intents(sentence, language=language, phrases=self._readers)
