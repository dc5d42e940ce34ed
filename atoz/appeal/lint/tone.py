"""Rules on tone: no insult, no threat, no shouting, no judgement of the buyer, no endless sentence.

The bans hold inside quotes, too: a buyer's sentence with an insult is left out, not repeated.
"""

import re
from collections.abc import Iterator

from atoz.appeal.lint.sentences import FOUND
from atoz.appeal.lint.subject import Rule, Subject, block, cut, warn
from atoz.appeal.sentences import without_quotes
from atoz.appeal.wording import banned_words, shouts
from atoz.playbook.events import Finding
from atoz.words.bans import Kind
from atoz.words.unseen import mixed_alphabets, unseen_in

MOST_WORDS = 35
"""Words of a sentence. Source: the lint table of the domain notes."""

_SIGNS_OF_A_WORD = 2.5
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def _insults(subject: Subject) -> Iterator[Finding]:
    known = banned_words(subject.text)
    if known or subject.words.bans.find("insults", subject.text):
        for number, each in enumerate(subject.sentences):
            words = [*subject.words.bans.find("insults", each.text), *banned_words(each.text)]
            for word in dict.fromkeys(map(str.lower, words)):
                yield block("insult", FOUND("insult", word=cut(word)), number)


def _threats(subject: Subject) -> Iterator[Finding]:
    yield from _banned(subject, "threats", "threat")


def _banned(subject: Subject, kind: Kind, rule: str) -> Iterator[Finding]:
    find = subject.words.bans.find
    if not find(kind, subject.text):
        return
    for number, each in enumerate(subject.sentences):
        for word in find(kind, each.text):
            yield block(rule, FOUND(rule, word=cut(word)), number)


def _shouting(subject: Subject) -> Iterator[Finding]:
    if not shouts(subject.text):
        return
    places: list[int | None] = [n for n, each in enumerate(subject.sentences) if shouts(each.text)]
    for number in places or [None]:
        yield block("shouting", FOUND("shouting"), number)


def _disguised(subject: Subject) -> Iterator[Finding]:
    """A sign that nobody sees, or letters of two alphabets in one word: not what is read."""
    if unseen_in(subject.text) is None and mixed_alphabets(subject.text) is None:
        return
    for number, each in enumerate(subject.sentences):
        if sign := unseen_in(each.text):
            yield block("control", FOUND("invisible", code=f"{ord(sign):04X}"), number)
        if word := mixed_alphabets(each.text):
            yield block("lookalike", FOUND("lookalike", word=cut(word)), number)


def _opinions(subject: Subject) -> Iterator[Finding]:
    """A buyer's own words may hold one; ours may not."""
    for each in subject.theirs:
        word = subject.lint.list("opinions").first(each.said)
        if word:
            yield warn("opinion", FOUND("opinion", word=cut(word)), each.number)


def _long_sentences(subject: Subject) -> Iterator[Finding]:
    """Quotes do not count: they cannot be shortened."""
    for number, each in enumerate(subject.sentences):
        # So many words have as many spaces, unless the script has none.
        if each.text.count(" ") >= MOST_WORDS or _WIDE.search(each.text):
            words = _count(each.text)
            if words > MOST_WORDS:
                yield warn("long-sentence", FOUND("long_sentence", words=words), number)


def _count(text: str) -> int:
    """Words; where a script has no spaces, two to three signs are one."""
    own = without_quotes(text)
    signs = len(_WIDE.findall(own))
    spaced = _WIDE.sub(" ", own) if signs else own
    words = sum(1 for word in spaced.split() if any(map(str.isalnum, word)))
    return words + int(signs / _SIGNS_OF_A_WORD)


RULES: tuple[Rule, ...] = (
    _insults,
    _threats,
    _shouting,
    _disguised,
    _opinions,
    _long_sentences,
)
