"""The text of an appeal under headings, as the PDF shows it; the pasted text has none. Pure.

A person's own text keeps its own order and gets no headings.
"""

import re
from itertools import groupby
from typing import NamedTuple

from atoz.appeal.packet.dossier import Dossier
from atoz.playbook.parts import Section as Heading
from atoz.playbook.parts import Sentence

_DATED = re.compile(r"(\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?)\s*[:：]\s*(?=\S)")


class Line(NamedTuple):
    """One sentence: its number in the text, the date that it opens with, and the rest."""

    number: int
    day: str
    text: str


class Section(NamedTuple):
    """Sentences that stand together."""

    heading: Heading | None
    lines: tuple[Line, ...]


def sections_of(dossier: Dossier) -> tuple[Section, ...]:
    """All sentences in their order, grouped."""
    lines = [_line(number, each) for number, each in enumerate(dossier.sentences, start=1)]
    headings = [each.section for each in dossier.sentences]
    grouped = groupby(zip(headings, lines, strict=True), key=lambda pair: pair[0])
    return tuple(Section(heading, tuple(line for _, line in pairs)) for heading, pairs in grouped)


def _line(number: int, sentence: Sentence) -> Line:
    dated = _DATED.match(sentence.text)
    if dated is None or sentence.section != "chronology":
        return Line(number, "", sentence.text)
    return Line(number, dated[1], sentence.text[dated.end() :])
