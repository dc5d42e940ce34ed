"""The words that stand around the facts in a packet's PDF, in one language.

The headings are those of the phrasebook (`playbooks/appeal`); what stands beside values, and the notes
for the reader, are here: `playbooks/packet/<language>.yaml`, of which the English one explains each key.
"""

from typing import Annotated, get_args

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
    """What a text is called that is no appeal."""

    answer_information: Words
    metric_restoration: Words


class Labels(Strict):
    """What stands beside single values."""

    claim: Words
    marketplace: Words
    revision: Words
    digest: Words
    zone: Words
    sentence: Words
    fact: Words
    recorded: Words
    source: Words
    value: Words
    own_record: Words
    yes: Words


class Notes(Strict):
    """Whole sentences about what the reader looks at."""

    sources: Words
    lost: Words
    not_shown: Words
    pages_left: Counted
    cut: Counted
    unsourced: Words
    facts_only: Words
    no_glyph: Words


def _every(reasons: dict[Reason, str]) -> dict[Reason, str]:
    missing = [reason for reason in get_args(Reason) if reason not in reasons]
    if missing:
        raise ValueError(f"`{missing[0]}` is missing: add `{missing[0]}: ...`")
    return reasons


class PacketWords(Strict):
    """Every word of a PDF that is neither a fact nor a heading. Raises ValueError for what is amiss."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    titles: Titles
    labels: Labels
    notes: Notes
    facts: dict[str, Words]
    """What a fact is about, by its kind; one without a word here is told by the parts of its kind."""
    reasons: Annotated[dict[Reason, Words], AfterValidator(_every)]
