"""YAML text as a tree of places and values.

A small subset of YAML 1.2 is read, on purpose: one document of mappings, lists and plain values.
Anchors, aliases, tags and directives are refused, so that what a person reads is what the program
reads, and no text can grow in memory.
"""

import math
import re
from collections.abc import Iterator
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml import events as ev
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from atoz.playbook.problems import Problem, shown
from atoz.playbook.tree import Leaf, Node, Place, Plain, Row, Table

MAX_BYTES = 200_000
MAX_DEPTH = 20
MAX_VALUES = 20_000

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


_KEPT = 128
"""Texts whose trees are kept, some 50 kB each: more than the folder has, which is read several times."""


def read_tree(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """The tree of a text and what is wrong with its form; no tree where it cannot be read at all.

    Raises nothing, whatever the text is. Whoever asks for the same text gets the same tree: nobody
    changes it.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        said = f"{size:,} bytes are too many: at most {MAX_BYTES:,} are read"
        return None, [Problem(file, *Place(), said)]
    root, problems = _read(text)
    return root, [Problem(file, *place, said) for place, said in problems]


@lru_cache(maxsize=_KEPT)
def _read(text: str) -> tuple[Node | None, tuple[tuple[Place, str], ...]]:
    """The same without the file's name, which a copy of the text need not share."""
    reader = _Reader(text)
    root: Node | None = None
    try:
        root = reader.document()
    except _Stop as stop:
        reader.problem(stop.place, stop.message)
    except MarkedYAMLError as error:
        reader.problem(*_syntax(error))
    except ReaderError as error:
        before = text[: error.position]
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        reader.problem(place, f"the control character U+{error.character:04X}: take it out")
    except Exception as error:  # noqa: BLE001 - the parser answers some hostile texts with its own bugs
        reader.problem(reader.place, f"this is not YAML ({shown(error)}): write it more plainly")
    return root, tuple(reader.problems)


class _Stop(Exception):  # noqa: N818 - it ends a reading, it is no error of its own
    """Reading on would only confuse."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


class _Reader:
    """One pass over the parser's events, by recursive descent with a bound on the depth."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[tuple[Place, str]] = []
        self.place = Place()
        self.values = 0
        self.events: Iterator[ev.Event] = iter(())

    def problem(self, place: Place, message: str) -> None:
        """Note one problem."""
        self.problems.append((place, message))

    def document(self) -> Node:
        """The one document of the text."""
        self.events = YAML(typ="safe", pure=True).parse(self.text)
        self._next()
        start = self._next()
        if not isinstance(start, ev.DocumentStartEvent):
            raise _Stop(Place(), "the file is empty")
        if start.version or start.tags:
            raise _Stop(Place(), "leave the % line out: these files are YAML 1.2 without more")
        root = self._node(self._next(), 0, None)
        self._next()
        if not isinstance(self._next(), ev.StreamEndEvent):
            raise _Stop(self.place, "a second document begins: one file holds one document")
        if isinstance(root, Leaf) and root.value is None:
            raise _Stop(Place(), "the file is empty")
        return root

    def _next(self) -> ev.Event:
        event = next(self.events)
        if event.start_mark is not None:
            self.place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
        return event

    def _node(self, event: ev.Event, depth: int, key: Place | None) -> Node:
        self._check(event)
        self.values += 1
        if depth > MAX_DEPTH or self.values > MAX_VALUES:
            raise _Stop(self.place, "too many values, or one inside the other too deeply")
        if isinstance(event, ev.MappingStartEvent):
            return self._table(Table(self.place, key), depth)
        if isinstance(event, ev.SequenceStartEvent):
            return self._row(Row(self.place, key), depth)
        if not isinstance(event, ev.ScalarEvent):
            raise _Stop(self.place, "a value is missing here")
        text = event.value
        return Leaf(self.place, key, _resolve(text) if event.implicit[0] else text, text)

    def _row(self, row: Row, depth: int) -> Row:
        while not isinstance(event := self._next(), ev.SequenceEndEvent):
            row.items.append(self._node(event, depth + 1, None))
        return row

    def _table(self, table: Table, depth: int) -> Table:
        while not isinstance(event := self._next(), ev.MappingEndEvent):
            self._check(event)
            place = self.place
            if not isinstance(event, ev.ScalarEvent):
                raise _Stop(
                    place, "a key is one word: put a text that begins with { or [ in quotes"
                )
            name = event.value
            node = self._node(self._next(), depth + 1, place)
            if name in table.entries:
                first = (table.entries[name].key or place).line
                self.problem(place, f"`{shown(name)}` stands here and in line {first}: keep one")
            table.entries.setdefault(name, node)
        return table

    def _check(self, event: ev.Event) -> None:
        """Refuse what the subset leaves out."""
        if isinstance(event, ev.AliasEvent):
            raise _Stop(self.place, f"`*{shown(event.anchor)}` repeats another place: write it out")
        if isinstance(event, ev.NodeEvent) and event.anchor is not None:
            raise _Stop(self.place, f"`&{shown(event.anchor)}` names a place: leave it out")
        if isinstance(event, ev.ScalarEvent | ev.CollectionStartEvent) and event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise _Stop(self.place, f"`{shown(tag)}` is a tag: leave it out")
        if isinstance(event, ev.ScalarEvent) and _SURROGATE.search(event.value):
            raise _Stop(self.place, "an escape that is no character: write the character itself")


def _resolve(text: str) -> Plain:
    """A value without quotes by the core schema of YAML 1.2: `no`, `on` and `12:30` are texts."""
    if text in _NULLS:
        return None
    if text in _BOOLS:
        return _BOOLS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


_SYNTAX = {
    "found character '\\t'": "a tab cannot indent: write spaces",
    "mapping values are not allowed": "this `:` is not expected: put a text that holds `: ` in "
    "quotes, or give the line the indentation of its neighbours",
    "expected <block end>": "this line does not fit those above it: give it the indentation of its "
    "neighbours",
    "expected ',' or ']'": "the list that `[` opens is not closed: write `]`, or `,` between items",
    "expected ',' or '}'": "what `{` opens is not closed: write `}`, or `,` between keys",
    "could not find expected ':'": "a key without `:`: write `key: value`",
    "expected '<document start>'": "this is neither a key nor a value: write `key: value`",
    "expected the node content": "a value is missing before this sign: write one, or put the sign "
    "in quotes",
    "entries are not allowed here": "`- ` begins a list item: give it a line of its own",
    "expected a comment or a line break": "behind `|` or `>` a text begins on the next line",
    "expected chomping": "behind `|` or `>` a text begins on the next line",
    "unexpected end of stream": "a quote is opened here and never closed: close it",
    "that cannot start any token": "a text cannot begin with this sign: put the text in quotes",
    "expected alphabetic or numeric character": "a text cannot begin with this sign: put the text "
    "in quotes",
}


def _syntax(error: MarkedYAMLError) -> tuple[Place, str]:
    """Where the parser gave up, and what to write instead."""
    said = f"{error.problem or error.context}"
    opened = "unexpected end of stream" in said or "expected ',' or" in said
    mark = (error.context_mark if opened else None) or error.problem_mark or error.context_mark
    place = Place(mark.line + 1, mark.column + 1) if mark is not None else Place()
    advice = next((advice for sign, advice in _SYNTAX.items() if sign in said), None)
    return place, advice or f"this is not YAML ({shown(said)}): write it more plainly"
