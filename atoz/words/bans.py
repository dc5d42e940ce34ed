"""What may stand in no text of ours: insults, threats, talk of reviews, inducements. Words are data.

One file per language, all of them looked for in every text: an English threat in a German mail is a
threat. Source of the kinds: the marketplaces' rules on messages to buyers, see the domain notes.
"""

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Annotated, Literal

from pydantic import Field

from atoz.claims.base import Strict
from atoz.words.sieve import Sieve
from atoz.words.unseen import as_read

Kind = Literal["insults", "threats", "reviews", "inducements", "promotion", "withdrawal"]
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined] # a Literal knows its values

Phrase = Annotated[str, Field(min_length=2, max_length=80, pattern=r"^\S(.*\S)?$")]
Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1)]

_SPACELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


class WordList(Strict):
    """The words of one language. A `*` at the end of a phrase stands for any ending."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    insults: Phrases
    threats: Phrases
    reviews: Phrases
    inducements: Phrases
    promotion: Phrases
    withdrawal: Phrases


class Bans:
    """All lists as one."""

    def __init__(self, lists: Iterable[WordList] = ()) -> None:
        self._lists = tuple(lists)

    @property
    def languages(self) -> frozenset[str]:
        """The languages that have a list."""
        return frozenset(listed.language for listed in self._lists)

    def find(self, kind: Kind, text: str) -> tuple[str, ...]:
        """The banned words of a kind as a reader of the text sees them, each once, in its order."""
        read = as_read(text)
        # A pattern is tried at every place of a text: only the phrases that may stand there are.
        may_stand = tuple(sorted(self._sieves[kind].may_hold(text)))
        if not may_stand:
            return ()
        return tuple(dict.fromkeys(match.group() for match in _pattern(may_stand).finditer(read)))

    @cached_property
    def _sieves(self) -> dict[Kind, Sieve]:
        return {kind: Sieve(self._phrases(kind)) for kind in KINDS}

    def _phrases(self, kind: Kind) -> list[str]:
        listed = (phrase for each in self._lists for phrase in getattr(each, kind))
        return list(dict.fromkeys(listed))


@lru_cache(maxsize=512)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for some phrases, the longest first."""
    written = sorted(map(_written, phrases), key=len, reverse=True)
    return re.compile("|".join(written), re.IGNORECASE)


def _written(phrase: str) -> str:
    """A phrase as a pattern: whole words, any space between them; Japanese has no spaces."""
    stem, star = as_read(phrase.removesuffix("*")), phrase.endswith("*")
    words = r"\s+".join(re.escape(word) for word in stem.split())
    if _SPACELESS.search(stem):
        return words
    return rf"(?<!\w){words}" + (r"\w*" if star else r"(?!\w)")
