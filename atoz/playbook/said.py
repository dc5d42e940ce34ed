"""Sentences that know how they were made: a key and the values in it, so that another tongue can say them.

The engine says everything in English, and a sentence is that English text: what prints it, compares it or
sends it as JSON needs nothing more. Who shows it to people in their own language takes its key and its
values instead. A text that comes back from a history or from another process has lost both; `heard` reads
them off its words.
"""

import re
import string
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any, NamedTuple, Self

from atoz.claims.base import span_text


class Said(str):
    """An English text with its key, `why.over_since`, and its values: texts, sentences in turn, or spans."""

    __slots__ = ("key", "values")
    key: str
    values: Mapping[str, Any]

    def __new__(cls, text: str, key: str = "", values: Mapping[str, Any] | None = None) -> Self:
        """The text alone is a text like any other."""
        made = super().__new__(cls, text)
        made.key, made.values = key, values or {}
        return made


def word(kind: str, name: str, english: str | None = None) -> Said:
    """One of a set (`status`, `step` …), which other tongues have a word for."""
    return Said(name if english is None else english, f"{kind}.{name}")


def plain(name: object) -> str:
    """A name of the engine's as English writes it: `granted_seller_funded` without its lines."""
    return str(name).replace("_", " ")


class _Form(NamedTuple):
    """A sentence as it is recognised: its key, its shape, and the names of its values."""

    key: str
    shape: re.Pattern[str]
    names: tuple[str, ...]


class Sentences:
    """The sentences of one part of the program by their keys, in English."""

    def __init__(
        self,
        part: str,
        english: Mapping[Any, str],
        within: Mapping[str, "Sentences"] | None = None,
    ) -> None:
        """`within`: of which part a value is that is a sentence itself, by its name."""
        self.part = part
        self.english = english
        self._within = within or {}

    def __call__(self, key: str, /, **values: Any) -> Said:
        """A sentence, filled. Raises KeyError for a key or a value that is not there."""
        written = {name: _written(value) for name, value in values.items()}
        return Said(self.english[key].format(**written), f"{self.part}.{key}", values)

    def of(self, key: str, *values: str) -> Said:
        """A sentence, filled with its values in the order in which English names them."""
        named = zip(_names(self.english[key]), values, strict=True)
        return self(key, **{name: _one_of(name, value) for name, value in named})

    def listed(self, *parts: str | None) -> str:
        """What there is of the parts, put together by the sentence `and`; "" where there is nothing."""
        found = ""
        for part in filter(None, parts):
            found = self("and", first=found, second=part) if found else part
        return found

    def heard(self, text: str) -> str:
        """The text as the sentence that it is, where it is one of these; else as it came.

        In time that grows as the text does, whoever wrote what is in it.
        """
        return self._alone(text) or self._listed(text) or text

    def _alone(self, text: str) -> Said | None:
        for form in self._forms:
            if found := form.shape.fullmatch(text):
                values = {name: self._read(name, found[name]) for name in form.names}
                return Said(text, f"{self.part}.{form.key}", values)
        return None

    def _listed(self, text: str) -> Said | None:
        """A list of these: a comma may stand within one of them as well as between two."""
        begins = [0, *(comma.end() for comma in _COMMA.finditer(text))]
        if "and" not in self.english or len(begins) > MOST_LISTED:
            return None
        heard: dict[int, Said] = {}
        for begin in reversed(begins):
            # From the end: what follows a comma is known already, and read only once.
            if found := self._alone(text[begin:]) or self._from(text, begin, heard):
                heard[begin] = found
        return heard.get(0)

    def _from(self, text: str, begin: int, heard: Mapping[int, Said]) -> Said | None:
        """The list that begins here, where behind one of its commas there is a list already."""
        for after in sorted(heard):
            if first := self._alone(text[begin:after].removesuffix(", ")):
                both = {"first": first, "second": heard[after]}
                return Said(text[begin:], f"{self.part}.and", both)
        return None

    def _read(self, name: str, text: str) -> str:
        if inner := self._within.get(name):
            return inner.heard(text)
        parts = text.split(", ") if "and" in self.english and name in _SETS else [text]
        return self.listed(*(_one_of(name, part) for part in parts))

    @cached_property
    def _forms(self) -> list[_Form]:
        """The sentence with the most words of its own first: no other is taken for it."""
        own = {key: _own(text) for key, text in self.english.items() if key != "and"}
        return [_form(key, self.english[key]) for key in sorted(own, key=own.__getitem__)[::-1]]


MOST_LISTED = 30
"""A text with more commas is none of these lists, whose parts are few."""

_COMMA = re.compile(", ")
_NAMED = (
    *("status", "step", "skipped", "clock", "field", "reason"),
    *("task", "intent", "run", "then", "role", "how"),
)
_SETS: Mapping[str, str] = {
    **{name: name for name in _NAMED},
    "steps": "step",
    "clocks": "clock",
    "tasks": "task",
    "least": "role",
}
"""Of which set a value is one, or several with commas between them, by its name."""
_COUNTED = frozenset({"task", "clock"})
NUMBERED = "told.numbered"
"""The sentence that names one of several of a kind: `{what}`, `{number}`."""


def _written(value: Any) -> Any:
    return span_text(value) if isinstance(value, timedelta) else value


def _one_of(name: str, text: str) -> str:
    """A value as one of its set; the second task or clock of a kind has its number behind the kind."""
    if name not in _SETS:
        return text
    kind = _SETS[name]
    own, dash, number = text.rpartition("-")
    if dash and number.isdecimal() and kind in _COUNTED:
        return Said(text, NUMBERED, {"what": word(kind, own), "number": number})
    return Said(text, f"{kind}.{text.replace(' ', '_')}")


def _own(text: str) -> int:
    """How many letters of a sentence are its own."""
    return sum(len(literal) for literal, _, _, _ in string.Formatter().parse(text))


def _names(text: str) -> tuple[str, ...]:
    found = (name for _, name, _, _ in string.Formatter().parse(text) if name)
    return tuple(dict.fromkeys(found))


def _begun(literal: str) -> str:
    """The beginning of a sentence: a capital where it stands alone, a small letter within another."""
    first, rest = literal[:1], re.escape(literal[1:])
    return f"[{first.lower()}{first.upper()}]{rest}" if first.isalpha() else re.escape(literal)


def _form(key: str, text: str) -> _Form:
    """A sentence's shape: each value but the last ends where the words behind it stand first, for good.

    So no text makes it try again and again, and nothing is lost: what comes behind those words where they
    stand later comes behind them where they stand first, too. Only of a value that is named twice that
    is no law, and those are ids.
    """
    pieces = [(literal, name) for literal, name, _, _ in string.Formatter().parse(text)]
    values = [name for _, name in pieces if name]
    words = [*(literal for literal, _ in pieces), ""][: len(values) + 1]
    shape, names = _begun(words[0]), _names(text)
    for number, (name, behind) in enumerate(zip(values, words[1:], strict=True), start=1):
        value = f"(?P={name})" if name in values[: number - 1] else f"(?P<{name}>.+?)"
        part = value + re.escape(behind)
        shape += part if number == len(values) else f"(?>{part})"
    return _Form(key, re.compile(shape, re.DOTALL), names)
