"""Which of somebody's sentences an appeal quotes: whole, verbatim, and none that a check would block.

A sentence with an insult, a threat, shouting, doubled exclamation marks, a link or another order's
number is left out whole, never shortened or softened; so is one that is nothing but a greeting. Where
one between two is left out, or one behind them for the limit, `[…]` says so.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import zip_longest

from atoz.appeal.phrases import Phrases, plain
from atoz.appeal.wording import LINK, banned_words, shouts
from atoz.claims.claim import ORDER_ID
from atoz.words.bans import Bans, Kind
from atoz.words.tone import hole_in
from atoz.words.unseen import without_unseen

LONGEST = 400
"""Signs of one quote."""

_READ = 20_000
"""Signs of a text that are read: the rest is no argument."""

# A full stop within a number or a name ends no sentence.
_BOUNDARY = re.compile(r"((?<=[.!?…])\s+|(?<=[。！？])(?![.!?。！？])\s*|\n+)")
_MAIL = re.compile(r"\w@\w")
_BANNED: tuple[Kind, ...] = ("insults", "threats")
_LETTER = re.compile(r"\w")


class Quotes:
    """Chooses sentences by what may stand in no text of ours, and by what says nothing."""

    def __init__(self, bans: Bans, asides: Phrases) -> None:
        self._bans = bans
        self._asides = asides
        # The same words are quoted in every revision, and in every play of a case.
        self._remembered = lru_cache(maxsize=512)(self._chosen)

    def of(self, text: str, order_id: str = "") -> str:
        """The sentences of a text that may be quoted, joined, up to a limit; empty where none may."""
        return "".join(self._remembered(text[:_READ], order_id))

    def sentences(self, text: str, order_id: str = "") -> tuple[str, ...]:
        """The same one by one, without what joins them."""
        return tuple(s for s in self._remembered(text[:_READ], order_id) if _LETTER.search(s))

    def _chosen(self, text: str, order_id: str) -> tuple[str, ...]:
        """Sentences and what joins them, in turn."""
        parts = _BOUNDARY.split(without_unseen(text))
        pairs = [
            (sentence.strip(), gap)
            for sentence, gap in zip_longest(parts[::2], parts[1::2])
            if sentence.strip()
        ]
        matter = [pair for pair in pairs if self._matters(pair[0])] or pairs
        kept = frozenset(s for s, _ in matter if self._fits(s, order_id))
        return tuple(_joined(pairs, kept))

    def _matters(self, sentence: str) -> bool:
        """Whether anything is left of it once greetings, thanks and cries for help are taken out."""
        flat = plain(sentence)
        left = self._asides.without(flat)
        return _LETTER.search(flat if left == flat else left) is not None

    def _fits(self, sentence: str, order_id: str) -> bool:
        """Whether it has words, and no check would block it or warn of it."""
        if not _LETTER.search(sentence) or banned_words(sentence) or shouts(sentence):
            return False
        if LINK.search(sentence) or _MAIL.search(sentence):
            return False
        if hole_in(sentence) or any(self._bans.find(kind, sentence) for kind in _BANNED):
            return False
        return all(found == order_id for found in ORDER_ID.findall(sentence))


def _joined(pairs: Iterable[tuple[str, str | None]], kept: frozenset[str]) -> Iterator[str]:
    joint, length, cut = "", 0, False
    for sentence, gap in pairs:
        cut = sentence in kept and length + len(sentence) > LONGEST
        if cut or sentence not in kept:
            joint = _LEFT_OUT
            continue
        if length:
            yield joint
        yield sentence
        length += len(sentence)
        joint = " " if gap else ""
    if cut and length:
        yield _LEFT_OUT.rstrip()


_LEFT_OUT = " […] "
