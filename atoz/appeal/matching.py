"""A text traced back to facts, sentence by sentence, whoever wrote it.

It exists because a person may rewrite what was composed: what still says the same keeps its facts,
what holds recorded values gets the facts that hold them, and the rest is known to rest on nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from functools import cached_property
from typing import Literal, NamedTuple

from atoz.appeal.compose import compose
from atoz.appeal.held import Held
from atoz.appeal.lint_words import LintFile, bare
from atoz.appeal.naming import names_in
from atoz.appeal.phrases import plain
from atoz.appeal.sentences import quotes, sentences
from atoz.appeal.values import Value, values_in
from atoz.appeal.words import AppealWords
from atoz.playbook.events import Sentence
from atoz.playbook.state import CaseState

How = Literal["composed", "earlier", "similar", "values", "courtesy", "nothing"]

MOST = 300
"""Sentences that are told apart; what follows is one more, so that no text grows the claim's state."""

_MOST_FACTS = 12
_JOINED = 4
"""So many sentences in a row may be one that was composed."""

_ALIKE = 0.7
_PART, _FEWEST = 0.8, 6
"""So much of a sentence of so many words may be a part of a known one, which it shortens."""

_SHARED = 0.5
"""Sentences with fewer words in common are not compared at all."""

_WORDS = 120
_REVISIONS = 5
_TOKEN = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff]+|[\u3040-\u30ff\u3400-\u9fff]")


class Matched(NamedTuple):
    """A sentence of the text, the facts that carry it, and how they were found."""

    text: str
    facts: tuple[str, ...]
    how: How
    unknown: tuple[Value | str, ...] = ()
    """Values and names in it that no fact holds."""


class _Known(NamedTuple):
    """A sentence whose facts are known."""

    sentence: Sentence
    how: How
    words: tuple[str, ...]
    turns: int
    """How many words turn it round."""


class Matcher:
    """Traces the sentences of one text. `now` is in UTC; nothing is computed before it is needed."""

    def __init__(self, text: str, state: CaseState, now: datetime, words: AppealWords) -> None:
        self._text = text
        self._state = state
        self._now = now
        self._words = words
        self._lint = words.lint

    @cached_property
    def matched(self) -> tuple[Matched, ...]:
        """Every sentence of the text in order."""
        return tuple(self._each(_bounded(sentences(self._text, self._lint))))

    @cached_property
    def composed(self) -> tuple[Sentence, ...]:
        """What would be composed now in the text's language; nothing for a claim that was not opened."""
        if self._state.policy is None:
            return ()
        spoken = self.language.language if self.language else None
        return compose(self._state, self._now, self._words, language=spoken)

    @cached_property
    def held(self) -> Held:
        """The values that the facts hold."""
        return Held(self._state, self._now, self._lint, self.composed)

    def _each(self, pieces: Sequence[str]) -> Iterator[Matched]:
        place = 0
        while place < len(pieces):
            equal = self._equal(pieces, place)
            if equal is not None:
                known, width = equal
                same = " ".join(pieces[place : place + width])
                yield self._from(known, same)
                place += width
                continue
            yield self._changed(pieces[place])
            place += 1

    def _equal(self, pieces: Sequence[str], place: int) -> tuple[_Known, int] | None:
        """The known sentence that stands here, the longest first, and how many pieces it takes."""
        for width in range(min(_JOINED, len(pieces) - place), 0, -1):
            known = self._by_text.get(bare("".join(pieces[place : place + width])))
            if known is not None:
                return known, width
        return None

    def _from(self, known: _Known, piece: str) -> Matched:
        """A sentence that was composed now is taken as it is; an earlier one may state old values."""
        if known.how == "composed":
            return Matched(piece, known.sentence.facts, "composed")
        _, unknown = self._values(piece)
        return Matched(piece, known.sentence.facts, known.how, unknown)

    def _changed(self, piece: str) -> Matched:
        if bare(piece) in self._lint.courtesies:
            return Matched(piece, (), "courtesy")
        facts, unknown = self._values(piece)
        known = self._alike(piece) if self._all and not unknown else None
        if known is not None:
            return Matched(piece, known.sentence.facts, "similar")
        if not unknown and not facts and self._asks(piece):
            return Matched(piece, (), "courtesy")
        how: How = "values" if facts and not unknown else "nothing"
        return Matched(piece, facts if how == "values" else (), how, unknown)

    def _asks(self, piece: str) -> bool:
        """Whether it asks something of the marketplace and says no word of the buyer: it states nothing."""
        said = plain(piece)
        return self._lint.has("requests", said) and not self._lint.has("buyer", said)

    # Equal, or nearly -----------------------------------------------------------------------------

    @cached_property
    def _all(self) -> tuple[_Known, ...]:
        """Sentences with their facts: composed now, or of an earlier revision."""
        drafts = [fact for fact in self._state.facts if fact.kind == "appeal_drafted"]
        earlier = (
            Sentence.model_validate(each)
            for fact in drafts[-_REVISIONS:]
            for each in fact.data.get("sentences", ())
        )
        found = [self._known(each, "composed") for each in self.composed]
        return (*found, *(self._known(each, "earlier") for each in earlier if each.facts))

    def _known(self, sentence: Sentence, how: How) -> _Known:
        words = _tokens(sentence.text)
        return _Known(sentence, how, words, self._turns(sentence.text))

    @cached_property
    def _by_text(self) -> dict[str, _Known]:
        return {bare(known.sentence.text): known for known in reversed(self._all)}

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, known in enumerate(self._all):
            for word in set(known.words):
                found.setdefault(word, []).append(number)
        return found

    def _alike(self, piece: str) -> _Known | None:
        """The known sentence that says the same in slightly other words, with no value of its own."""
        words = _tokens(piece)
        if len(words) > _WORDS or not all(map(self.held.facts_of_quote, quotes(piece))):
            return None
        shared = Counter(n for word in set(words) for n in self._by_word.get(word, ()))
        for number, count in shared.most_common(3):
            known = self._all[number]
            if count < _SHARED * len(set(words)) or not self._adds_nothing(piece, known):
                continue
            if _says_the_same(words, known.words[:_WORDS]) and self._turns(piece) == known.turns:
                return known
        return None

    def _adds_nothing(self, piece: str, known: _Known) -> bool:
        own = {key for value in values_in(piece, self._lint) for key in value.keys}
        others = {key for v in values_in(known.sentence.text, self._lint) for key in v.keys}
        return own <= others

    def _turns(self, text: str) -> int:
        return sum(1 for _ in self._lint.list("negations").find(plain(text)))

    # Values ---------------------------------------------------------------------------------------

    def _values(self, piece: str) -> tuple[tuple[str, ...], tuple[Value | str, ...]]:
        """The facts that hold the values of a sentence, and the values and names that none holds."""
        if self._state.policy is None:
            return (), ()
        facts: dict[str, None] = dict.fromkeys(self.held.facts_of_order(piece))
        unknown: list[Value | str] = []
        own, quoted = self._own_words(piece)
        facts.update(dict.fromkeys(quoted))
        for value in values_in(self._without_codes(own), self._lint):
            found = self.held.facts_of(value)
            if found is None:
                unknown.append(value)
            else:
                facts.update(dict.fromkeys(found or self._carrier_of(value)))
        for code in self._codes_in(own):
            facts.update(dict.fromkeys(self.held.facts_of_code(code)))
        for name in names_in(own, self.language, self._lint):
            named = self.held.facts_of_name(name)
            if named is None:
                unknown.append(name)
            else:
                facts.update(dict.fromkeys(named))
        return tuple(facts)[:_MOST_FACTS], tuple(unknown)

    def _carrier_of(self, value: Value) -> tuple[str, ...]:
        """A span alone is carried by nothing: between some two instants almost any has passed."""
        return () if value.kind in ("hours", "days") else self._itself

    @cached_property
    def _itself(self) -> tuple[str, ...]:
        """What carries a value that follows from several facts: that there is this claim."""
        received = (fact.id for fact in self._state.facts if fact.kind == "claim.notified_at")
        return tuple(received)[-1:]

    def _own_words(self, piece: str) -> tuple[str, tuple[str, ...]]:
        """The sentence without quotes that stand in a fact word for word, and those facts."""
        facts: list[str] = []
        for quote in quotes(piece):
            found = self.held.facts_of_quote(quote)
            if found:
                facts += found
                piece = piece.replace(quote, " ")
        return piece, tuple(facts)

    def _codes_in(self, text: str) -> list[str]:
        """The held codes that a text names, also where they are written in groups."""
        flat = "".join(text.lower().split()).replace("-", "")
        return [code for code in self.held.codes if code in flat]

    def _without_codes(self, text: str) -> str:
        for code in self._codes_in(text):
            text = _grouped(code).sub(" ", text)
        return text

    @cached_property
    def language(self) -> LintFile | None:
        """The words of the language in which the text is written."""
        policy = self._state.policy
        return self._lint.language_of(self._text, policy.appeal_language if policy else "en")


def matched(text: str, state: CaseState, now: datetime, words: AppealWords) -> tuple[Sentence, ...]:
    """The sentences of a text, each with the facts that carry it; none where nothing does.

    Pure; `now` is in UTC. What was composed keeps its facts; what says the same keeps them, too;
    else the facts are those whose values the sentence holds.
    """
    found = Matcher(text, state, now, words).matched
    return tuple(Sentence(text=each.text, facts=each.facts) for each in found)


def language_of(text: str, words: AppealWords, likely: str) -> str:
    """The code of the language in which a text is written, `likely` where its words do not show it."""
    found = words.lint.language_of(text, likely)
    return found.language if found else likely


def _bounded(pieces: Sequence[str]) -> Sequence[str]:
    """At most so many sentences: the rest of the text is the last one."""
    return pieces if len(pieces) <= MOST else [*pieces[: MOST - 1], " ".join(pieces[MOST - 1 :])]


def _says_the_same(words: Sequence[str], known: Sequence[str]) -> bool:
    """Whether most words are equal and in order, or nearly all of some are a part of the other's."""
    blocks = SequenceMatcher(None, words, known, autojunk=False).get_matching_blocks()
    equal = sum(block.size for block in blocks)
    alike = 2 * equal / (len(words) + len(known)) >= _ALIKE
    return alike or (len(words) >= _FEWEST and equal / len(words) >= _PART)


def _tokens(text: str) -> tuple[str, ...]:
    """The words of a text without figures; the signs of a script without spaces one by one."""
    return tuple(_TOKEN.findall(plain(text)))


def _grouped(code: str) -> re.Pattern[str]:
    """A code as a person may write it: with spaces or hyphens between its signs."""
    return re.compile(r"[\s-]?".join(map(re.escape, code)), re.IGNORECASE)
