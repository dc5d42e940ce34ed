"""Small values that events, tasks and acts share: references, sentences, findings, warnings,
and what every event is.
"""

from typing import Annotated, Literal

from pydantic import Field

from atoz.claims.base import Instant, Record

Words = Annotated[str, Field(max_length=2_000)]


class Event(Record):
    """Something that happened, at an instant (UTC, whole seconds)."""

    at: Instant


class Attachment(Record):
    """A file kept in the store; the history holds this reference only."""

    name: Annotated[str, Field(max_length=255)]
    type: Annotated[str, Field(max_length=100)]
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None

    @property
    def is_photo(self) -> bool:
        """Whether the file is an image."""
        return self.type.startswith("image/")


class Finding(Record):
    """What a check of a text found: which rule, how grave, where, and the advice."""

    rule: str
    severity: Literal["block", "warn"]
    sentence: int | None = None
    message: str


Section = Literal["position", "chronology", "evidence", "statement", "solution", "request"]
"""The parts of an appeal, in their order."""


class Sentence(Record):
    """A sentence with the ids of the facts that carry it, and of which part of an appeal it is.

    What a person wrote belongs to no part.
    """

    text: str
    facts: tuple[str, ...] = ()
    section: Section | None = None


class WarningGiven(Record):
    """A deadline warning: which clock and how many hours before it runs out."""

    clock: str
    hours: int
