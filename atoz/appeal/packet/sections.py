"""The text of an appeal under headings, as the PDF shows it; the pasted text has none. Pure.

What a sentence is for shows in its form and in the facts that carry it: it opens with a date, it
numbers an exhibit, it rests on the buyer's words. A person's own text keeps its own order and gets no
headings.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from atoz.appeal.packet.dossier import Dossier
from atoz.playbook.parts import Sentence

Heading = Literal["position", "chronology", "evidence", "statement", "solution", "request", ""]

_DATED = re.compile(r"(\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?)\s*[:：、,]?\s*(?=\S)")
_BUYER = frozenset({"claim.buyer_comment", "reply_received"})


class Line(NamedTuple):
    """One sentence: its number in the text, the date that it opens with, and the rest."""

    number: int
    day: str
    text: str


class Section(NamedTuple):
    """Sentences that stand together."""

    heading: Heading
    lines: tuple[Line, ...]


def sections_of(dossier: Dossier) -> tuple[Section, ...]:
    """All sentences in their order, grouped."""
    lines = [_line(number, each) for number, each in enumerate(dossier.sentences, start=1)]
    if dossier.edited_by or dossier.kind != "appeal":
        return (Section("", tuple(lines)),) if lines else ()
    headings = _headings(dossier)
    grouped = groupby(zip(headings, lines, strict=True), key=lambda pair: pair[0])
    return tuple(Section(heading, tuple(line for _, line in pairs)) for heading, pairs in grouped)


def _line(number: int, sentence: Sentence) -> Line:
    dated = _DATED.match(sentence.text)
    if dated is None:
        return Line(number, "", sentence.text)
    return Line(number, dated[1], sentence.text[dated.end() :])


_ORDER: Sequence[Heading] = (
    "position",
    "chronology",
    "evidence",
    "statement",
    "solution",
    "request",
)


def _headings(dossier: Dossier) -> list[Heading]:
    """The heading of each sentence; none stands before the one of the sentence above it."""
    kinds = {fact.id: fact.kind for fact in dossier.facts}
    captions = {exhibit.caption for exhibit in dossier.exhibits if exhibit.caption}
    found: list[Heading] = []
    reached = 0
    last = len(dossier.sentences) - 1
    for number, sentence in enumerate(dossier.sentences):
        meant = _meant(sentence, captions, {kinds.get(each, "") for each in sentence.facts})
        wanted = _ORDER.index("request" if number == last else meant)
        reached = max(reached, wanted)
        found.append(_ORDER[reached])
    return found


def _meant(sentence: Sentence, captions: Iterable[str], kinds: set[str]) -> Heading:
    if _DATED.match(sentence.text):
        return "chronology"
    if any(sentence.text.endswith(caption) for caption in captions):
        return "evidence"
    if kinds & _BUYER or any(kind.startswith("messages.") for kind in kinds):
        return "statement"
    return "solution" if kinds == {"message_sent"} and len(sentence.facts) == 1 else "position"
