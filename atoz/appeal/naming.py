"""The names in a sentence: of people, carriers, firms. What no fact holds must not be said of them.

It exists apart from `values` because languages show a name differently: by its capital, or where every
noun has one by a title or capitals within, in Japanese by what stands behind it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from atoz.appeal.lint_words import LintFile, LintWords
from atoz.appeal.phrases import plain

_TOKEN = re.compile(r"(?<!\w)[^\W\d_](?:[\w'’&-]*\w)?")
_OPENS = re.compile(r"[:“„«\"(\[•–—/][\s“„«\"]*\Z|\A[\s\d.)(•*–-]*\Z")
_POSSESSIVE = re.compile(r"['’]s?\Z")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_TITLED = re.compile(r"([\u4e00-\u9fff\u30a0-\u30ff]{2,8})(?:さん|様|氏(?!名))")
_MOST = 20


def names_in(sentence: str, language: LintFile | None, words: LintWords) -> Iterator[str]:
    """The words of a sentence that name somebody or something, each once, at most twenty."""
    if sentence.rstrip().endswith((":", "：")):
        return
    found = dict.fromkeys(_all(sentence, language, words))
    yield from list(found)[:_MOST]


def _all(sentence: str, language: LintFile | None, words: LintWords) -> Iterator[str]:
    by_capital = language is not None and not language.noun_capitals
    titles = _titles(words)
    before = ""
    for match in _TOKEN.finditer(sentence):
        word = _POSSESSIVE.sub("", match.group())
        titled = before in titles
        before = plain(word)
        if not word[0].isupper() or _is_known(word, words):
            continue
        inner = sum(letter.isupper() for letter in word) > 1
        begins = _OPENS.search(sentence[max(0, match.start() - 12) : match.start()]) is not None
        if titled or (inner and "-" not in word) or (by_capital and not begins):
            yield word
        elif inner:
            yield from (part for part in word.split("-") if part.isupper() and len(part) > 1)
    yield from words.carriers.find(plain(sentence))
    if _JAPANESE.search(sentence):
        yield from (name for name in _TITLED.findall(sentence) if not _is_known(name, words))


def _is_known(word: str, words: LintWords) -> bool:
    flat = plain(word)
    return len(flat) < 2 or flat in words.known or all(p in words.known for p in flat.split("-"))


@lru_cache(maxsize=8)
def _titles(words: LintWords) -> frozenset[str]:
    return frozenset(title for file in words.files if file.spaced for title in file.titles)
