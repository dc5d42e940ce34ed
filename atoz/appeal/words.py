"""The words that an appeal is made of and checked with, in every language: one frozen value.

It exists so that composing and checking take one argument, whatever lists there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from atoz.appeal.arrivals import Arrivals
from atoz.appeal.lint_words import LintWords
from atoz.appeal.packet.words import PacketWords
from atoz.appeal.phrasebook import Phrasebook
from atoz.appeal.phrases import compiled
from atoz.appeal.quoting import Quotes
from atoz.mail.phrases import Phrases
from atoz.words.bans import Bans

REFERENCE = "en"
"""The language that every other phrasebook is held to, and that speaks where there is no other."""


@dataclass(frozen=True)
class AppealWords:
    """What an appeal says, what may stand in no text of ours, and what its check looks for."""

    bans: Bans = field(default_factory=Bans)
    lint: LintWords = field(default_factory=LintWords)
    books: Mapping[str, Phrasebook] = field(default_factory=dict)
    readers: Mapping[str, Phrases] = field(default_factory=dict)

    packets: Mapping[str, PacketWords] = field(default_factory=dict)

    def book(self, language: str) -> Phrasebook:
        """The phrasebook of a language, else the English one."""
        return self.books.get(language) or self.books[REFERENCE]

    @cached_property
    def quotes(self) -> Quotes:
        """Which of a buyer's sentences may be quoted, whatever language they are in."""
        # The longest first: a part of a phrase that is taken out would leave the rest standing.
        asides = (
            (sorted(b.buyer.asides, key=len, reverse=True), b.spaced) for b in self.books.values()
        )
        return Quotes(self.bans, compiled(asides))

    @cached_property
    def arrivals(self) -> Arrivals:
        """Which of them say that the item is there."""
        books = self.books.values()
        has_it = compiled((book.buyer.has_it, book.spaced) for book in books)
        return Arrivals(self.lint, has_it, self.readers)

    def packet(self, language: str) -> PacketWords:
        """The words of a packet in a language, else the English ones."""
        return self.packets.get(language) or self.packets[REFERENCE]
