"""The phrase lists of one language: what a seller edits, and how a text is cut to be read with them.

It exists so that every word the reader knows is data, checked as a whole when it is loaded: a phrase
that cannot be read is refused then, never in the middle of a mail.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from atoz.claims.base import Strict
from atoz.mail.patterns import NEVER, Patterns, Spelling, bare
from atoz.playbook.model import INTENTS, Intent

Words = tuple[str, ...]

_SENTENCE = re.compile(r"(?<![\d.])\.(?!\.)|[!?。]+|\n\s*\n")
# A single line break ends nothing: mails are wrapped anywhere, `I have not` above `withdrawn it` too.
_CLAUSE = re.compile(r"[,;:()\[\]{}<>|/\"“”„«»–—、・「」『』]|\.\.+|\s-+\s")


class Negations(Strict):
    """Words that turn a phrase round: standing before it, or after it, in the same clause."""

    before: Words = ()
    after: Words = ()


class Phrases(Strict):
    """The phrase lists of one language, as its file in `playbooks/phrases` holds them.

    Each field is explained at the top of those files. Raises ValueError for a phrase that cannot be
    read: an unknown <set>, a bracket left open, a sign that means nothing.
    """

    language: str
    spaced: bool = True
    gap: Annotated[int, Field(ge=0, le=20)] = 4
    common: Words
    letters: dict[str, str] = {}
    words: dict[str, str] = {}
    sets: dict[str, Words] = {}
    binds: Words = ()
    joins: Words = ()
    ignore: Words = ()
    negations: Negations = Negations()
    conditionals: Words = ()
    unreal: Words = ()
    reported: Words = ()
    endings: Words = ()
    openers: Words = ()
    frames: Words = ()
    topic: Words = ()
    short_how: Words = ()
    blockers: dict[Intent, Words] = {}
    intents: dict[Intent, Words]

    @cached_property
    def book(self) -> "Book":
        """The lists compiled, once, when the first text is read: most commands read none."""
        return Book(self)

    @model_validator(mode="after")
    def _every_phrase_reads(self) -> Self:
        patterns = _patterns(self, Spelling(self.letters, self.words))
        for listed in (*self._lists(), *self.blockers.values(), *self.intents.values()):
            patterns.alternatives(listed)
        return self

    def _lists(self) -> Iterator[Words]:
        """Every field that holds phrases, negations apart: those stand in each pattern's gap."""
        for name, value in self:
            if name != "binds" and isinstance(value, tuple):
                yield value


@dataclass(frozen=True)
class Sentence:
    """Its clauses, folded to bare words, and whether it is a question by its mark or its ending."""

    clauses: Words
    asked: bool


class Book:
    """One language's lists as patterns over the clauses that `sentences` makes."""

    def __init__(self, phrases: Phrases) -> None:
        self._spaced = phrases.spaced
        self._spelling = Spelling(phrases.letters, phrases.words)
        self._bind = _binding(phrases.binds, self._spelling)
        one = _patterns(phrases, self._spelling).pattern
        self._common, self._join, self._ignore = (
            one(phrases.common),
            one(phrases.joins),
            one(phrases.ignore),
        )
        self._endings = one(phrases.endings)
        self.before, self.after = one(phrases.negations.before), one(phrases.negations.after)
        self.conditionals, self.unreal = one(phrases.conditionals), one(phrases.unreal)
        self.reported = one(phrases.reported)
        self.openers, self.frames = one(phrases.openers), one(phrases.frames)
        self.topic, self.short_how = one(phrases.topic), one(phrases.short_how)
        self.blockers = {intent: one(phrases.blockers.get(intent, ())) for intent in INTENTS}
        self.intents = {intent: one(phrases.intents.get(intent, ())) for intent in INTENTS}

    def fit(self, folded: str) -> int:
        """How many different common words of this language a folded text holds."""
        return len(set(self._common.findall(bare(self._spelling.unify(folded), self._spaced))))

    def sentences(self, folded: str) -> Iterator[Sentence]:
        """A folded text as sentences of clauses; the first clause of each is marked with `^`."""
        for part, marked in _parts(self._spelling.unify(folded)):
            clauses = tuple(self._clauses(self._bind.sub(" ", part)))
            asked = marked or any(self._endings.search(clause) for clause in clauses[-1:])
            if clauses or asked:
                yield Sentence((*("^" + clause for clause in clauses[:1]), *clauses[1:]), asked)

    def _clauses(self, part: str) -> Iterator[str]:
        for piece in _CLAUSE.split(part):
            kept = self._ignore.sub("", bare(piece, self._spaced))
            for clause in self._join.sub(r"\g<0>|", kept).split("|"):
                if clause.strip():
                    yield clause if not self._spaced or clause.startswith(" ") else f" {clause}"


def _patterns(phrases: Phrases, spelling: Spelling) -> Patterns:
    """The maker of this language's patterns, whose gaps run over none of its negations."""
    common = (spelling, phrases.sets, phrases.spaced, phrases.gap)
    negated = Patterns(*common, "").alternatives(
        (*phrases.negations.before, *phrases.negations.after)
    )
    return Patterns(*common, f"(?!{negated})" if negated else "")


def _binding(binds: Words, spelling: Spelling) -> re.Pattern[str]:
    if not binds:
        return NEVER
    return re.compile(rf",\s*(?=(?:{'|'.join(re.escape(spelling.of(word)) for word in binds)})\b)")


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Sentences with whether a question mark ends them."""
    start = 0
    for end in _SENTENCE.finditer(text):
        yield text[start : end.start()], "?" in end.group()
        start = end.end()
    yield text[start:], False
