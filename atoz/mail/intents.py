"""What a buyer's reply wants: the intents that a playbook reacts to, read from phrase lists.

It exists so that a reply becomes a few fixed words before it reaches a claim, outside the workflow and
without a model that nobody can check. The words are data (`playbooks/phrases/<language>.yaml`); the
rules here are few: clauses, negation, conditions, questions. A statement that a claim was withdrawn,
that a parcel came, or that a buyer wants no more mail is read only where nothing in its sentence
makes it doubtful: a miss is `other` and a person reads it, a false reading moves a claim.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from atoz.mail.patterns import fold
from atoz.mail.phrases import Book, Phrases, Sentence
from atoz.playbook.model import INTENTS, Intent

__all__ = ["Phrases", "read_intents"]

_DONE: frozenset[Intent] = frozenset({"says_withdrawn", "says_received"})
_GUARDED: frozenset[Intent] = _DONE | {"stop_contact"}
_PLAIN: frozenset[Intent] = frozenset({"wants_refund", "hostile"})
_HOW: frozenset[Intent] = frozenset({"asks_how_to_withdraw"})
_LEAST_FIT = 2


def read_intents(
    text: str, *, language: str | None, phrases: Mapping[str, Phrases], photos: int = 0
) -> tuple[Intent, ...]:
    """The intents of one reply in the order of the domain's list, `("other",)` where there is none.

    `text` is the buyer's own words without quotes of ours; any string is read, none raises. `photos`
    counts the images attached: they alone give `photos`, words about photos never do. `language` is a
    code such as `de` or `de-DE`; where it is None or has no list, every list is tried of whose common
    words the text holds at least two different ones and half as many as the best list, and where none
    fits only a question mark is understood: no reading is better than a guessed one.
    """
    folded = fold(text)
    found: set[Intent] = {"photos"} if photos > 0 else set()
    books = _books(folded, language, phrases)
    for book in books:
        found |= _Reading(book, tuple(book.sentences(folded))).intents()
    if not books and "?" in folded:
        found.add("question")
    return tuple(intent for intent in INTENTS if intent in found) or ("other",)


def _books(text: str, language: str | None, phrases: Mapping[str, Phrases]) -> list[Book]:
    code = re.split(r"[-_]", (language or "").strip().casefold())[0]
    if code in phrases:
        return [phrases[code].book]
    fits = [(phrases[known].book.fit(text), phrases[known].book) for known in sorted(phrases)]
    best = max((fit for fit, _ in fits), default=0)
    return [book for fit, book in fits if fit >= _LEAST_FIT and 2 * fit >= best]


@dataclass(frozen=True)
class _Reading:
    """One text against one language's lists."""

    book: Book
    sentences: tuple[Sentence, ...]

    def intents(self) -> set[Intent]:
        """Everything that this language's lists find, less what the text itself blocks."""
        found: set[Intent] = set()
        earlier: Sentence | None = None
        for sentence in self.sentences:
            found |= self._plain(sentence)
            found |= self._guarded(sentence)
            found |= self._questions(sentence, earlier)
            earlier = sentence
        return found - self._blocked

    def _plain(self, sentence: Sentence) -> set[Intent]:
        return {
            intent
            for intent in _PLAIN
            if any(self._says(intent, clause) for clause in sentence.clauses)
        }

    def _guarded(self, sentence: Sentence) -> set[Intent]:
        """Statements that may move a claim: no condition, no hearsay, and not the asking part."""
        if _any(self.book.conditionals, sentence.clauses):
            return set()
        hearsay = _any(self.book.reported, sentence.clauses)
        stated = [clause for clause in self._stated(sentence) if not self._asks_how(clause)]
        return {
            intent
            for intent in (_GUARDED - _DONE if hearsay else _GUARDED)
            if any(self._says(intent, clause) for clause in stated)
        }

    def _stated(self, sentence: Sentence) -> Iterable[str]:
        """The clauses before the one that opens the question; none where that cannot be told."""
        if not sentence.asked:
            return sentence.clauses
        opens = (i for i, clause in enumerate(sentence.clauses) if self.book.openers.search(clause))
        return sentence.clauses[: next(opens, 0)]

    def _questions(self, sentence: Sentence, earlier: Sentence | None) -> set[Intent]:
        """Asking how to withdraw, asking anything else, or both."""
        how = {clause for clause in sentence.clauses if self._asks_how(clause)}
        how |= self._short_how(sentence, earlier)
        rest = [
            clause
            for clause in sentence.clauses
            if clause not in how and not self._says("stop_contact", clause)
        ]
        if not how:
            asks = sentence.asked or _any(self.book.intents["question"], rest)
            return {"question"} if asks else set()
        return self._beside(rest, sentence.asked) | _HOW

    def _beside(self, clauses: list[str], asked: bool) -> set[Intent]:
        """A question beside the one how to withdraw; `could you tell me` belongs to that one."""
        own = [self.book.frames.sub("", clause) for clause in clauses]
        asks = _any(self.book.intents["question"], own) or (asked and _any(self.book.openers, own))
        return {"question"} if asks else set()

    def _asks_how(self, clause: str) -> bool:
        if not _HOW.isdisjoint(self._blocked):
            return False
        return bool(self.book.intents["asks_how_to_withdraw"].search(clause))

    def _short_how(self, sentence: Sentence, earlier: Sentence | None) -> set[str]:
        """`How do I do that?`, where this sentence or the one before speaks of withdrawing."""
        short = {clause for clause in sentence.clauses if self.book.short_how.search(clause)}
        if not short or not _HOW.isdisjoint(self._blocked):
            return set()
        near = sentence.clauses + (earlier.clauses if earlier else ())
        return short if any(self._affirmed(self.book.topic, clause) for clause in near) else set()

    def _says(self, intent: Intent, clause: str) -> bool:
        return self._affirmed(self.book.intents[intent], clause, unreal=intent in _DONE)

    def _affirmed(self, pattern: re.Pattern[str], clause: str, unreal: bool = False) -> bool:
        """A match with no negation around it in its clause, nor anything before it that makes it unreal."""
        if not pattern.search(clause):
            return False
        before = _first(self.book.before, clause)
        if unreal:
            before = min(before, _first(self.book.unreal, clause))
        after = max((found.start() for found in self.book.after.finditer(clause)), default=-1)
        matches = pattern.finditer(clause)
        return any(found.start() <= before and after < found.end() for found in matches)

    @cached_property
    def _blocked(self) -> set[Intent]:
        """Intents that the text holds a blocker of, unless that is itself negated (`not broken`)."""
        clauses = [clause for sentence in self.sentences for clause in sentence.clauses]
        blockers = self.book.blockers.items()
        return {
            intent for intent, found in blockers if any(self._blocks(found, c) for c in clauses)
        }

    def _blocks(self, pattern: re.Pattern[str], clause: str) -> bool:
        found = pattern.search(clause)
        return found is not None and found.start() <= _first(self.book.before, clause)


def _first(pattern: re.Pattern[str], clause: str) -> int:
    found = pattern.search(clause)
    return found.start() if found else len(clause)


def _any(pattern: re.Pattern[str], clauses: Iterable[str]) -> bool:
    return any(pattern.search(clause) for clause in clauses)
