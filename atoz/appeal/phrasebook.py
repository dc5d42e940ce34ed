"""The words of one language: how an appeal says what the composer wants said.

It exists so that the composer knows no language, and so that a file in which a key or a placeholder
is missing is refused when it is read, never in the middle of a claim. The files are
`playbooks/appeal/<language>.yaml`; the English one explains each key.
"""

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

from atoz.appeal.patterns import Pattern, Sentences, checked, says
from atoz.claims.base import Strict
from atoz.claims.claim import Reason
from atoz.claims.status import Status

Name = Annotated[str, AfterValidator(checked)]
Mark = Annotated[str, Field(min_length=1, max_length=2)]

_INNER = str.maketrans("“”„‟«»「」", '""""""『』')
"""Marks within a quote, so that its end is never in doubt."""


def inner_marks(text: str) -> str:
    """A text as it may stand between quotation marks of any of our languages."""
    return text.translate(_INNER)


class Marks(Strict):
    """What stands around quoted words; a space within them is a mark's second sign."""

    open: Mark
    close: Mark


class Headings(Strict):
    """The headings of the PDF that goes with the text; the text itself has none."""

    title: Name
    order: Name
    amount: Name
    prepared: Name
    position: Name
    chronology: Name
    evidence: Name
    statement: Name
    solution: Name
    request: Name
    exhibits: Name
    exhibit: Name
    sources: Name
    page: Name


def _all_of(names: dict[str, str], wanted: Iterable[str]) -> None:
    missing = [name for name in wanted if name not in names]
    if missing:
        raise ValueError(f"`{missing[0]}` is missing: add `{missing[0]}: ...`")


def _every_reason(names: dict[str, str]) -> dict[str, str]:
    _all_of(names, Reason.__args__)  # type: ignore[attr-defined] # a Literal knows its values
    return names


def _every_status(names: dict[str, str]) -> dict[str, str]:
    _all_of(names, Status)
    return names


class Letters(Strict):
    """What stands around the facts in the drafts that a person completes; brackets are theirs to fill."""

    beyond: Name
    restore: Annotated[Pattern, says("order")]
    decided: Annotated[Pattern, says("when", "status")]
    happened: Name
    plan: Name
    steps: Annotated[tuple[Name, ...], Field(min_length=1, max_length=9)]


class Buyer(Strict):
    """Words of buyers, as `atoz/appeal/phrases.py` reads them: `word*` any ending, `...` some words."""

    asides: Annotated[tuple[Name, ...], Field(min_length=1)]
    has_it: Annotated[tuple[Name, ...], Field(min_length=1)]


class Phrasebook(Strict):
    """The words of appeals in one language. Raises ValueError for a key or placeholder amiss."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    spaced: bool = True
    marks: Marks
    headings: Headings
    reasons: Annotated[dict[Reason, Name], AfterValidator(_every_reason)]
    statuses: Annotated[dict[Status, Name], AfterValidator(_every_status)]
    sentences: Sentences
    letters: Letters
    buyer: Buyer

    def quoted(self, text: str) -> str:
        """Somebody's words between the marks of this language."""
        return f"{self.marks.open}{inner_marks(text)}{self.marks.close}"
