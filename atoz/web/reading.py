"""A text as a person reads it: each sentence with what carries it, and what an edit changed. Pure."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from atoz.playbook.parts import Sentence

MOST_WORDS = 3_000
"""Words of one changed passage that are compared one by one; a longer one is shown as replaced whole."""

# A word with the spaces after it; of scripts that write no spaces, each sign. A new line is no part of the
# word before it: what is written below a text does not change its last word.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+[ \t]*|\s+")
_PASSAGE = re.compile(r"[^\n.!?。！？]*[.!?。！？]+[ \t]*|\n+|[^\n.!?。！？]+")


class Piece(NamedTuple):
    """A stretch of the text: a sentence by its number with its facts, or what stands between two."""

    text: str
    number: int | None = None
    facts: tuple[str, ...] = ()


def pieces(text: str, sentences: Sequence[Sentence]) -> list[Piece]:
    """The whole text in pieces, in order and to the letter; a sentence that is not in it is left out."""
    found: list[Piece] = []
    at = 0
    for number, sentence in enumerate(sentences):
        begins = text.find(sentence.text, at) if sentence.text else -1
        if begins < 0:
            continue
        if begins > at:
            found.append(Piece(text[at:begins]))
        at = begins + len(sentence.text)
        found.append(Piece(sentence.text, number, sentence.facts))
    return [*found, Piece(text[at:])] if at < len(text) else found


class Change(NamedTuple):
    """A stretch that stayed, came or went."""

    kind: Literal["same", "new", "gone"]
    text: str


def changes(old: str, new: str) -> list[Change]:
    """What became of a text, passage by passage and within them word by word."""
    before, after = _PASSAGE.findall(old), _PASSAGE.findall(new)
    return _joined(_changes(before, after, deeper=True))


def _changes(before: list[str], after: list[str], *, deeper: bool) -> Iterator[Change]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        gone, came = "".join(before[a:b]), "".join(after[c:d])
        if kind == "equal":
            yield Change("same", gone)
        elif kind == "replace" and deeper and (words := _words(gone, came)):
            yield from _changes(*words, deeper=False)
        else:
            yield Change("gone", gone)
            yield Change("new", came)


def _words(gone: str, came: str) -> tuple[list[str], list[str]] | None:
    before, after = _WORD.findall(gone), _WORD.findall(came)
    return (before, after) if max(len(before), len(after)) <= MOST_WORDS else None


def _joined(found: Iterator[Change]) -> list[Change]:
    """Neighbours of one kind as one, empty ones left out."""
    joined: list[Change] = []
    for change in found:
        if joined and joined[-1].kind == change.kind:
            joined[-1] = Change(change.kind, joined[-1].text + change.text)
        elif change.text:
            joined.append(change)
    return joined
