"""What the check of an appeal looks for, as data: one file per language, all of them read as one.

It exists so that no rule has a word of any language in it: a seller edits `playbooks/lint/*.yaml`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from typing import Annotated, Self

from pydantic import Field, model_validator

from atoz.appeal.phrases import Phrases, compiled, plain
from atoz.claims.base import Strict

Words = Annotated[tuple[str, ...], Field(min_length=1)]

PATHS = frozenset(
    {
        "claim.order_date",
        "claim.filed_at",
        "claim.notified_at",
        "shipment.shipped_at",
        "shipment.first_scan_at",
        "shipment.delivered_at",
        "return.received_at",
    }
)
"""The values of a claim file that hold the date of an event."""

_ENOUGH = 5_000
"""Signs of a text that show its language."""

STORIES = frozenset(
    {"not_received", "damaged", "defective", "not_as_described", "wrong_item", "missing_parts"}
)
"""The reasons of which a buyer tells a story of his own."""


class Story(Strict):
    """How a buyer says what is wrong, and the words with which it is answered."""

    told: Words
    answered: Words


class LintFile(Strict):
    """The words of one language; each field is explained at the top of `playbooks/lint/en.yaml`.

    Raises ValueError for an event or a story that no claim has.
    """

    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    spaced: bool = True
    noun_capitals: bool = False
    common: Words
    abbreviations: tuple[str, ...] = ()
    before_numbers: tuple[str, ...] = ()
    months: Annotated[tuple[Words, ...], Field(min_length=12, max_length=12)]
    currencies: dict[str, Words]
    hours: Words
    days: Words
    weeks: Words
    numbers: dict[str, int]
    ordinals: dict[str, int] = {}
    counted: Words
    measures: Words
    labels: Words
    titles: Words
    known: Words
    courtesies: Words
    negations: Words
    buyer: Words
    opinions: Words
    silence: Words
    inability: Words
    not_silence: Words
    as_of: Words
    no_photo: Words
    requests: Words
    sent: Words
    attached: Words
    refunds: Words
    decisions: Words
    events: dict[str, Words]
    stories: dict[str, Story]

    @model_validator(mode="after")
    def _known_keys(self) -> Self:
        for found, known in ((self.events, PATHS), (self.stories, STORIES)):
            strange = sorted(set(found) - known)
            if strange:
                raise ValueError(f"`{strange[0]}` is none of {', '.join(sorted(known))}")
        return self


class Carrier(Strict):
    """A carrier by its names, and where the pages of its tracking are."""

    names: Words
    hosts: Words


class Carriers(Strict):
    """The carriers whose tracking pages an appeal may link to."""

    carriers: Annotated[tuple[Carrier, ...], Field(min_length=1)]


class LintWords:
    """The lists of every language as one. Immutable; compiled when first needed."""

    def __init__(self, files: Iterable[LintFile] = (), carriers: Iterable[Carrier] = ()) -> None:
        self.files = tuple(files)
        self._hosts = {plain(name): each.hosts for each in carriers for name in each.names}
        self._lists: dict[str, Phrases] = {}

    def hosts(self, carrier: str) -> tuple[str, ...]:
        """The addresses of a carrier's tracking pages; none for one that is not known."""
        return self._hosts.get(plain(carrier), ())

    @cached_property
    def carriers(self) -> Phrases:
        """The names of all carriers: one may be written small."""
        names = sorted(set(self._hosts) - self.known)
        spaced = [name for name in names if name.isascii()]
        return compiled([(spaced, True), (sorted(set(names) - set(spaced)), False)])

    def list(self, name: str) -> Phrases:
        """One list by its field's name, in all languages."""
        if name not in self._lists:
            self._lists[name] = compiled((getattr(f, name), f.spaced) for f in self.files)
        return self._lists[name]

    def has(self, name: str, text: str) -> bool:
        """Whether a text that went through `plain` holds a phrase of the list."""
        return self.list(name).first(text) is not None

    @cached_property
    def events(self) -> Mapping[str, Phrases]:
        """How an event is told, by the value that holds its date."""
        return {path: self._of(partial(_event, path)) for path in sorted(PATHS)}

    @cached_property
    def told(self) -> Mapping[str, Phrases]:
        """How a buyer tells a story, by its reason."""
        return {name: self._of(partial(_told, name)) for name in sorted(STORIES)}

    @cached_property
    def answered(self) -> Mapping[str, Phrases]:
        """What answers a story, by its reason; telling it again touches it, too."""
        return {name: self._of(partial(_touched, name)) for name in sorted(STORIES)}

    @cached_property
    def known(self) -> frozenset[str]:
        """Words with a capital that are nobody's name."""
        months = {name for f in self.files for month in f.months for name in month}
        return frozenset(plain(word) for f in self.files for word in f.known) | months

    @cached_property
    def courtesies(self) -> frozenset[str]:
        """Whole sentences that state nothing, without their signs."""
        return frozenset(bare(each) for f in self.files for each in f.courtesies)

    @cached_property
    def abbreviations(self) -> frozenset[str]:
        """Words behind which a full stop ends no sentence."""
        return frozenset(word.lower() for f in self.files for word in f.abbreviations)

    @cached_property
    def before_numbers(self) -> frozenset[str]:
        """The same, where a figure follows."""
        return frozenset(word.lower() for f in self.files for word in f.before_numbers)

    @cached_property
    def months(self) -> Mapping[str, int]:
        """The number of a month by each of its names."""
        return {
            name: number
            for f in self.files
            for number, names in enumerate(f.months, start=1)
            for name in names
        }

    @cached_property
    def currencies(self) -> Mapping[str, frozenset[str]]:
        """What a sign or word for money can mean."""
        return {
            plain(sign): frozenset(means)
            for f in self.files
            for sign, means in f.currencies.items()
        }

    def language_of(self, text: str, likely: str) -> LintFile | None:
        """The file of the language in which a text is written, by its common words."""
        begin = plain(text[:_ENOUGH])
        words = re.findall(r"\w+", begin)
        scores = {f.language: _score(f, begin, words) for f in self.files}
        best = max(scores, key=lambda name: (scores[name], name == likely), default=likely)
        return next((f for f in self.files if f.language == best), None)

    def _of(self, choose: Callable[[LintFile], Iterable[str]]) -> Phrases:
        return compiled((choose(f), f.spaced) for f in self.files)


def bare(text: str) -> str:
    """A plain text without signs and spaces: what is left says whether two sentences are the same."""
    return _SIGNS.sub("", plain(text))


_SIGNS = re.compile(r"[\W_]+")


def _event(path: str, file: LintFile) -> Iterable[str]:
    return file.events.get(path, ())


def _told(name: str, file: LintFile) -> Iterable[str]:
    story = file.stories.get(name)
    return story.told if story else ()


def _touched(name: str, file: LintFile) -> Iterable[str]:
    story = file.stories.get(name)
    return (*story.told, *story.answered) if story else ()


def _score(file: LintFile, text: str, words: list[str]) -> int:
    """How many common words a text has; the signs of a script without spaces count a third."""
    if not file.spaced:
        return sum(text.count(sign) for sign in file.common) // 3
    common = frozenset(file.common)
    return sum(word in common for word in words)
