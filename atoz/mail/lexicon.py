"""The words of one language compiled: patterns over the sentences of a notice.

It exists so that the data stays plain words and the reader asks plain questions: does this sentence
say that the claim was withdrawn, is it only a condition, which day does it state.
"""

import re
from collections.abc import Iterable, Iterator

from atoz.mail.dating import Dates
from atoz.mail.notice_words import NoticeWords, Words, maker
from atoz.mail.patterns import NEVER, bare, fold

# A full stop behind a day (`11. September`) or before one (`Sept. 11`) ends nothing.
_SENTENCE = re.compile(r"(?<!\s[0-9])(?<!\s[0-9][0-9])\.(?![ \t]*[0-9])(?=\s|$)|[!?。]|\n")


def sentences(folded: str) -> Iterator[str]:
    """The sentences of a folded text; a line break ends one (wrapped lines are joined before)."""
    return (part for part in _SENTENCE.split(folded) if part.strip())


class Sentences:
    """The sentences of a folded text, each made bare once for all languages that write alike."""

    def __init__(self, folded: Iterable[str]) -> None:
        self._folded = tuple(folded)
        self._bared: dict[bool, tuple[str, ...]] = {}

    def bared(self, spaced: bool) -> Iterator[tuple[str, str]]:
        """Each sentence as it stands, and bare."""
        if spaced not in self._bared:
            self._bared[spaced] = tuple(bare(sentence, spaced) for sentence in self._folded)
        return zip(self._folded, self._bared[spaced], strict=True)


def label(written: str) -> str:
    """The words of a marked line as they are compared."""
    return " ".join(fold(written).strip(" :").split())


class Lexicon:
    """One language's words as patterns over what `bare` makes of a sentence."""

    def __init__(self, words: NoticeWords) -> None:
        self.language = words.language
        self._spaced = words.spaced
        one = maker(words).pattern
        dated = words.deadlines
        self.subjects = {kind: one(listed) for kind, listed in words.subjects.items()}
        self.bodies = {kind: one(listed) for kind, listed in words.bodies.items()}
        self.rulings = {ruling: one(listed) for ruling, listed in words.rulings.items()}
        self.unrelated = one(words.unrelated)
        self.failed, self.delayed = one(words.failed), one(words.delayed)
        self.amounts = one(words.amounts)
        self.counts, self.does_not_count = one(words.odr.counts), one(words.odr.does_not_count)
        self.appeals, self.duties = one(dated.appeals), one(dated.duties)
        self._conditions, self._consequences = one(dated.conditions), one(dated.consequences)
        self.requests = words.requests
        self._prefix = _prefix(words.prefixes)
        self.quotes = words.quotes
        self.begins = frozenset(label(word) for word in words.message.begins)
        self.ends = frozenset(label(word) for word in words.message.ends)
        self.dates = Dates(dated, spaced=words.spaced)

    def bare(self, folded: str) -> str:
        """A folded sentence as the patterns read it."""
        return bare(folded, self._spaced)

    def each(self, sentences: Sentences) -> Iterator[tuple[str, str]]:
        """Each sentence as it stands, and as the patterns read it."""
        return sentences.bared(self._spaced)

    def without_prefixes(self, folded: str) -> str:
        """A folded subject without `re:`, `fwd:` and the like before it."""
        return self._prefix.sub("", folded, count=1)

    def states(self, bared: str) -> bool:
        """Whether a sentence states something now, not only for a case that may come.

        `If you do not answer` names what follows, not when something is asked.
        """
        return not self._conditions.search(bared) or bool(self._consequences.search(bared))


def _prefix(prefixes: Words) -> re.Pattern[str]:
    """`Re:`, `AW[2]:` and the like before a folded subject."""
    if not prefixes:
        return NEVER
    listed = "|".join(re.escape(fold(prefix)) for prefix in prefixes)
    return re.compile(rf"\A(?:\s*(?:{listed})(?:\[[0-9]{{1,2}}\])?\s*:){{1,5}}\s*")
