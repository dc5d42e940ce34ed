"""The board's own words: one YAML file per language, all with the same keys and placeholders.

Words are looked up by key and filled by `str.format`; what is filled in is never a format itself. The
engine's own sentences are keys like any other: their English stands in the engine, and here only where
the board says it otherwise.
"""

import re
import string
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from atoz.appeal.lint import sentences
from atoz.claims.base import span_text
from atoz.mail.sentences import ABOUT, DESK, DESK_DONE, KINDS, UNTRUSTED
from atoz.playbook import (
    diff,
    migrating,
    pictured,
    reasons,
    refusals,
    stored,
    tasks,
    told,
    vocabulary,
    walk_words,
    why_words,
)
from atoz.playbook.said import Said, Sentences
from atoz.service import problems
from atoz.web.words import shipped, values

LANGUAGES = {"en": "English", "zh": "简体中文"}
"""What can be chosen, in its own words; the first is what an unknown browser gets."""

ENGINE: tuple[Sentences, ...] = (
    ABOUT,
    DESK,
    DESK_DONE,
    KINDS,
    UNTRUSTED,
    diff.SAY,
    migrating.SAY,
    pictured.SAY,
    problems.PROBLEMS,
    reasons.REASONS,
    refusals.CLOSED,
    refusals.REFUSED,
    shipped.TITLES,
    sentences.FOUND,
    sentences.CAME,
    sentences.LACKS,
    stored.FILES,
    stored.NAMED_FILES,
    stored.NOTES,
    stored.POLICIES,
    stored.RESULTS,
    stored.SOURCES,
    tasks.ASKS,
    told.SAY,
    told.THERE,
    values.VALUES,
    vocabulary.DRAWN,
    vocabulary.condition,
    walk_words.BROKEN,
    walk_words.PATH,
    why_words.SAY,
)
"""What the engine says; a board in English says it in the same words, unless it has its own."""

_TAGS = {"zh": "zh-Hans"}
_MISSING, _OF_OURS = "Field required", "Value error, "
"""How pydantic says that a value is not there, and how it begins what a rule of ours says."""
_OF_VALUES = ("value", "problem", "file_told")
"""Parts that say what is wrong with a value."""
_OF_SERVICE = f"{problems.PROBLEMS.part}."
_FOLDER = Path(__file__).parent
_RANGE = re.compile(r"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{1,3})?))?\s*")


class Words:
    """The words of one language: `words("queue.title")`."""

    def __init__(self, language: str, words: Mapping[str, str]) -> None:
        self.language = language
        self._words = words

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key, filled. Raises KeyError for a key that no catalogue has."""
        return self._words[key].format(**values)

    def of(self, kind: str, name: str | None) -> str:
        """The word for one of a set (`status`, `step` …); one that is not there is shown as it is."""
        if not name:
            return ""
        return self._words.get(f"{kind}.{name}") or name.replace("_", " ").replace("-", " ")

    def numbered(self, kind: str, name: str) -> str:
        """A clock or a task by its id: `information_request-2` is the second of them."""
        own, _, number = name.rpartition("-")
        if number.isdecimal() and f"{kind}.{own}" in self._words:
            return self("told.numbered", what=self.of(kind, own), number=number)
        return self.of(kind, name)

    def word(self, kind: str, name: str, otherwise: str) -> str:
        """The word for one of a set, or what else to say."""
        return self._words.get(f"{kind}.{name}", otherwise)

    def say(self, said: object, span: Callable[[str], str]) -> str:
        """What the engine said, in this language; `span` writes a span. Other texts as they are."""
        if isinstance(said, timedelta):
            return span(span_text(said))
        if not isinstance(said, Said) or said.key not in self._words:
            return str(said)
        return self(said.key, **{name: self.say(each, span) for name, each in said.values.items()})

    def heard(self, text: str, *parts: str) -> str:
        """A text of the engine's that was kept, as the sentence of one of these parts that it is."""
        found = (sentences.heard(text) for sentences in ENGINE if sentences.part in parts)
        return next((each for each in found if isinstance(each, Said)), text)

    def wrong(self, path: str, said: str) -> str:
        """How a value is written that was written otherwise; what else is amiss, as it was said."""
        missing = said == _MISSING and self._words["wrong.missing"]
        heard = self.heard(said.removeprefix(_OF_OURS), *_OF_VALUES)
        if isinstance(heard, Said) and heard.key.startswith(_OF_SERVICE):
            return heard  # it knows more than how such a value is written: that it cannot be
        return missing or self.word("wrong", path, heard)

    def of_value(self, path: str) -> str:
        """The word for a value of a claim file by its path: `messages.2` is the second of them."""
        parts = path.split(".")
        named = ".".join(part for part in parts if not part.isdecimal())
        numbers = [part for part in parts if part.isdecimal()]
        return " ".join([self.of("field", named), *numbers])

    def options(self, kind: str, names: Iterable[str]) -> list[tuple[str, str]]:
        """Each of a set with its word, for a choice."""
        return [(str(name), self.of(kind, name)) for name in names]

    @property
    def html_language(self) -> str:
        """The language as pages declare it."""
        return _TAGS.get(self.language, self.language)

    @property
    def keys(self) -> frozenset[str]:
        """Every key of this language."""
        return frozenset(self._words)

    def placeholders(self, key: str) -> frozenset[str]:
        """The values that a key is filled with."""
        return frozenset(
            name for _, name, _, _ in string.Formatter().parse(self._words[key]) if name
        )


@cache
def words_of(language: str) -> Words:
    """The words of a shipped language."""
    found = YAML(typ="safe").load((_FOLDER / f"{language}.yaml").read_text("utf-8"))
    if language == "en":
        for part in ENGINE:
            found[part.part] = {**part.english, **found.get(part.part, {})}
    return Words(language, {f"{part}.{key}": str(text) for part, key, text in _flat(found)})


def _flat(found: Mapping[str, Mapping[str, object]]) -> Iterable[tuple[str, str, object]]:
    return ((part, key, text) for part, own in found.items() for key, text in own.items())


def preferred(chosen: str | None, accepted: str) -> str:
    """The language that somebody chose, else the best one of what a browser accepts."""
    if chosen in LANGUAGES:
        return str(chosen)
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted.split(",")[:20]):
        found = _RANGE.fullmatch(part)
        if found and found[1].lower() in LANGUAGES:
            wanted.append((-float(found[2] or 1), place, found[1].lower()))
    return min(wanted)[2] if wanted else next(iter(LANGUAGES))
