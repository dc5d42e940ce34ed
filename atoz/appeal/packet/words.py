"""The words that stand around the facts in a packet's PDF, in one language.

The files are `playbooks/packet/<language>.yaml`; the English one explains each key.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from atoz.claims.base import Strict
from atoz.claims.claim import Reason

_LONGEST = 200


def _line(text: str) -> str:
    if not text.strip() or text != " ".join(text.split()) or len(text) > _LONGEST:
        raise ValueError(f"write one line of at most {_LONGEST} signs, without spaces around it")
    return text


Words = Annotated[str, AfterValidator(_line)]


def _counts(text: str) -> str:
    if text.count("{n}") != 1 or text.count("{") != 1 or text.count("}") != 1:
        raise ValueError("write {n} once, where the number stands, and no other braces")
    return text


Counted = Annotated[Words, AfterValidator(_counts)]


class Titles(Strict):
    """What the document is called, by the kind of its text."""

    appeal: Words
    answer_information: Words
    metric_restoration: Words
    plan_of_action: Words


class Headings(Strict):
    """What stands above each part of the text."""

    position: Words
    chronology: Words
    evidence: Words
    statement: Words
    solution: Words
    request: Words
    exhibits: Words
    sources: Words


class Labels(Strict):
    """What stands beside single values."""

    order: Words
    claim: Words
    amount: Words
    marketplace: Words
    prepared: Words
    revision: Words
    digest: Words
    zone: Words
    exhibit: Words
    file: Words
    size: Words
    page: Words
    sentence: Words
    fact: Words
    recorded: Words
    source: Words
    value: Words


class Notes(Strict):
    """Whole sentences about what the reader looks at."""

    sources: Words
    attached: Words
    lost: Words
    not_shown: Words
    pages_left: Counted
    cut: Counted
    unsourced: Words
    facts_only: Words
    no_glyph: Words


class PacketWords(Strict):
    """Every word of a PDF that is not a fact. Raises ValueError for a key that is missing."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    titles: Titles
    headings: Headings
    labels: Labels
    notes: Notes
    reasons: dict[Reason, Words]


Packets = Mapping[str, PacketWords]
"""By language; there is always English."""


def words_of(packets: Packets, language: str) -> PacketWords:
    """The words in this language, else in English."""
    return packets.get(language) or packets["en"]
