"""Lists of words that a check looks for, compiled so that a text without them costs next to nothing.

It exists because a person may write an appeal in any of our languages: the lists of all of them are
looked for at once, and almost no text holds any of their words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from atoz.words.unseen import as_read

_SPACE = re.compile(r"\s\s+|[^\S ]")
"""Only where there is something to change: one space alone is left as it is."""

_ENDING, _GAP, _FIGURE = "*", "...", "#"


def plain(text: str) -> str:
    """A text as phrases are compared with it: small letters, no hidden sign, single spaces."""
    folded = as_read(text).replace("`", "'").replace("…", _GAP).lower()
    return _SPACE.sub(" ", folded)


class Phrase(NamedTuple):
    """A phrase: the piece that a text must hold before the pattern is tried at all."""

    hint: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Phrases:
    """The phrases of one list, in every language that has it."""

    phrases: tuple[Phrase, ...]

    def find(self, text: str) -> Iterator[str]:
        """What stands in a text that went through `plain`, phrase by phrase."""
        for hint, pattern in self.phrases:
            if hint in text:
                yield from (match.group() for match in pattern.finditer(text))

    def first(self, text: str) -> str | None:
        """Any phrase that stands in the plain text, or None."""
        return next(self.find(text), None)

    def without(self, text: str) -> str:
        """The plain text with every phrase of the list taken out."""
        for hint, pattern in self.phrases:
            if hint in text:
                text = pattern.sub(" ", text)
        return text


def compiled(lists: Iterable[tuple[Iterable[str], bool]]) -> Phrases:
    """One list out of several: each with its phrases, and whether its script has spaces."""
    return Phrases(
        tuple(_phrase(plain(each), spaced) for listed, spaced in lists for each in listed)
    )


def _phrase(written: str, spaced: bool) -> Phrase:
    """`word*` takes any ending, `...` some words (without spaces: characters) in between."""
    pieces = [piece.strip() for piece in written.split(_GAP)]
    hint = max(_plain_pieces(pieces, spaced), key=len)
    if not spaced:
        return Phrase(hint, re.compile("[^。！？]{0,12}?".join(map(re.escape, pieces))))
    between = r"(?: [^ ]{1,40}){0,3}? "
    body = between.join(" ".join(map(_word, piece.split())) for piece in pieces)
    return Phrase(hint, re.compile(body))


def _plain_pieces(pieces: Iterable[str], spaced: bool) -> Iterator[str]:
    """What a text must hold letter by letter."""
    for piece in pieces:
        words = piece.split() if spaced else [piece]
        yield from (word.strip(_ENDING).replace(_FIGURE, "") for word in words)


def _word(word: str) -> str:
    if word == _FIGURE:
        return r"\d[\d.:/-]*"
    before = r"\w{0,20}" if word.startswith(_ENDING) else r"(?<!\w)"
    behind = r"\w*" if word.endswith(_ENDING) else r"(?!\w)"
    return before + re.escape(word.strip(_ENDING)) + behind
