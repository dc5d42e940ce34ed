"""The words of one language in which a marketplace writes its notices: data that a seller may edit.

It exists so that `playbooks/notices/words/<language>.yaml` is checked when it is loaded, phrase by
phrase, before the first mail is read with it.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from atoz.claims.base import Strict
from atoz.claims.status import Status
from atoz.mail.patterns import Patterns, Spelling
from atoz.mail.reading import Kind

Words = tuple[str, ...]
Ruling = Literal["granted", "closed"] | Status
"""What one sentence of a decision says: a status, or only that a claim was granted or closed."""


class Markers(Strict):
    """What stands between dashes before and behind a buyer's own words."""

    begins: Words = ()
    ends: Words = ()


class Quote(Strict):
    """A line above a quoted mail: how it begins and what it holds; it ends with a colon."""

    begins: Annotated[str, Field(min_length=1)]
    holds: Annotated[str, Field(min_length=1)]


class Deadlines(Strict):
    """How a period or a day is stated. Plain words but for the last four, which are phrases."""

    before: Words = ()
    behind: Words = ()
    days: Words = ()
    hours: Words = ()
    numbers: dict[str, Annotated[int, Field(ge=1, le=99)]] = {}
    until: Words = ()
    until_behind: Words = ()
    months: dict[str, Annotated[int, Field(ge=1, le=12)]] = {}
    duties: Words = ()
    conditions: Words = ()
    consequences: Words = ()
    appeals: Words = ()


class Odr(Strict):
    """Whether a sentence says that the order defect rate counts the claim."""

    counts: Words = ()
    does_not_count: Words = ()


class NoticeWords(Strict):
    """The words of one language, as its file holds them; each field is explained in `en.yaml`.

    Raises ValueError for a phrase that cannot be read.
    """

    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    spaced: bool = True
    gap: Annotated[int, Field(ge=0, le=20)] = 4
    negations: Words = ()
    sets: dict[str, Words] = {}
    prefixes: Words = ()
    requests: Words = ()
    unrelated: Words = ()
    subjects: dict[Kind, Words] = {}
    bodies: dict[Kind, Words] = {}
    failed: Words = ()
    delayed: Words = ()
    amounts: Words = ()
    rulings: dict[Ruling, Words] = {}
    odr: Odr = Odr()
    deadlines: Deadlines = Deadlines()
    message: Markers = Markers()
    quotes: tuple[Quote, ...] = ()

    @model_validator(mode="after")
    def _every_phrase_reads(self) -> Self:
        phrases = maker(self)
        for listed in self._phrases():
            phrases.alternatives(listed)
        return self

    def _phrases(self) -> Iterator[Words]:
        dated = self.deadlines
        yield from (self.unrelated, self.failed, self.delayed, self.amounts, self.odr.counts)
        yield from (self.odr.does_not_count, dated.duties, dated.conditions)
        yield from (dated.consequences, dated.appeals)
        yield from (*self.subjects.values(), *self.bodies.values(), *self.rulings.values())


def maker(words: NoticeWords) -> Patterns:
    """What turns this language's phrases into patterns; a gap runs over no negation."""
    spelling = Spelling({}, {})
    common = (spelling, words.sets, words.spaced, words.gap)
    negated = Patterns(*common, "").alternatives(words.negations)
    return Patterns(*common, f"(?!{negated})" if negated else "")
