"""Which of many phrases a text may hold, at the cost of one look at its words.

It exists because almost no text holds any of the words that are looked for, and a pattern of some
hundred phrases is tried at every place of a text: here a phrase is looked for only where one of its
words stands, and that is one look into a table. Pure.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from atoz.words.unseen import as_read

_WORD = re.compile(r"\w+")
_SPACELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_BEGINNING = 4
"""So many letters of a word find the beginnings that it may have."""


class Looked(NamedTuple):
    """A text as its reader takes it, in small letters, with its words and how they begin."""

    small: str
    words: frozenset[str]
    beginnings: frozenset[str]
    spaceless: bool


@lru_cache(maxsize=64)
def looked_at(text: str) -> Looked:
    """What is looked for in a text, found once however many lists are held against it."""
    small = as_read(text).lower().replace("i\u0307", "i")  # what a Turkish capital I becomes
    words = frozenset(_WORD.findall(small))
    beginnings = frozenset([word[:_BEGINNING] for word in words])
    return Looked(small, words, beginnings, _SPACELESS.search(small) is not None)


class Sieve:
    """Phrases by a word without which they do not stand in a text; `word*` takes any ending."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._whole: dict[str, list[str]] = {}
        self._begun: dict[str, list[str]] = {}
        self._anywhere: list[tuple[str, str]] = []
        self._spaceless: list[tuple[str, str]] = []
        for phrase in phrases:
            self._sort_in(phrase)

    def _sort_in(self, phrase: str) -> None:
        small = as_read(phrase.removesuffix("*")).lower()
        words = _WORD.findall(small)
        longest = max(words, key=len, default=small)
        open_end = phrase.endswith("*") and longest == words[-1]
        if _SPACELESS.search(small) or not words:
            self._spaceless.append((max(small.split(), key=len), phrase))
        elif not open_end:
            self._whole.setdefault(longest, []).append(phrase)
        elif len(longest) >= _BEGINNING:
            self._begun.setdefault(longest[:_BEGINNING], []).append(phrase)
        else:
            self._anywhere.append((longest, phrase))

    def may_hold(self, text: str) -> Iterator[str]:
        """The phrases that may stand in a text: all that do, and few that do not."""
        small, words, beginnings, spaceless = looked_at(text)
        for table, seen in ((self._whole, words), (self._begun, beginnings)):
            for word in table.keys() & seen:
                yield from table[word]
        for hint, phrase in (*self._anywhere, *(self._spaceless if spaceless else ())):
            if hint in small:
                yield phrase
