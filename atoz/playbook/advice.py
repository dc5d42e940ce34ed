"""What a refused value should have been, in one sentence: the words of every file error.

The models say what is wrong in the terms of a program. Here it becomes what is wrong in the terms
of the file, and what to write instead.
"""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from atoz.playbook.problems import instead, shown
from atoz.playbook.tree import Leaf, Node, Path, Row

_QUOTED = re.compile(r"'([^']*)'")
_HABITS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_EXAMPLES = {timedelta: "24h", int: "1", bool: "true", date: "2026-01-31", time: "08:00"}


def advise(error: ErrorDetails, model: type[BaseModel], node: Node | None) -> str:
    """One sentence about one error of `model`; `node` is what stands in the file, if anything."""
    advice = _ADVICE.get(error["type"])
    if advice is not None:
        return advice(error, model, node)
    return _lower(str(error["msg"]))


def keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that a table at this path may have."""
    return [field.alias or name for name, field in model_at(model, path).model_fields.items()]


def model_at(model: type[BaseModel], path: Path) -> type[BaseModel]:
    """The model of the table at this path: each field holds at most one kind of table."""
    current = model
    for part in path:
        for name, field in current.model_fields.items():
            if part == (field.alias or name):
                current = next(iter(_models(field.annotation)), current)
                break
    return current


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for inner in get_args(annotation) for found in _models(inner)]


def _unknown_key(error: ErrorDetails, model: type[BaseModel], _: Node | None) -> str:
    *above, key = error["loc"]
    return f"unknown key `{shown(key)}`: {instead(str(key), keys_at(model, tuple(above)))}"


def _missing(error: ErrorDetails, model: type[BaseModel], _: Node | None) -> str:
    *above, key = error["loc"]
    owner = model_at(model, tuple(above))
    fields = {field.alias or name: field for name, field in owner.model_fields.items()}
    example = _example(fields[str(key)].annotation) if str(key) in fields else "..."
    return f"`{key}` is missing: add `{key}: {example}`"


def _example(annotation: object) -> str:
    """A value that the annotation takes, as it would be written."""
    if isinstance(annotation, type) and annotation in _EXAMPLES:
        return _EXAMPLES[annotation]
    if get_origin(annotation) is Literal:
        return str(get_args(annotation)[0])
    return "[...]" if get_origin(annotation) is tuple else "..."


def _unknown_name(error: ErrorDetails, _: type[BaseModel], node: Node | None) -> str:
    """A word that is not in a fixed vocabulary, as a value or as a key."""
    if error.get("ctx", {}).get("expected") == "True":
        return _wants_bool(error, _, node)
    known = _QUOTED.findall(str(error.get("ctx", {}).get("expected", "")))
    names = [part for part in error["loc"] if isinstance(part, str)]
    if names[-1:] == ["[key]"]:
        key, where = names[-2], "".join(f" in `{name}`" for name in names[-3:-2])
        return f"`{shown(key)}` is not known{where}: {instead(key, known)}"
    where = f" in `{shown(names[-1])}`" if names else ""
    word = _text(node)
    if word is None:
        return f"{_said(node)} cannot stand{where}: write one of: {', '.join(known)}"
    return f"`{shown(word)}` is not known{where}: {instead(word, known)}"


def _wants_text(_: ErrorDetails, __: type[BaseModel], node: Node | None) -> str:
    word = _text(node)
    if word is None or word == "":
        return f"{_said(node)} stands where a text belongs: write one text"
    return f'`{shown(word)}` is not read as a text: put it in quotes: "{shown(word)}"'


def _wants_number(_: ErrorDetails, __: type[BaseModel], node: Node | None) -> str:
    word = _text(node) or ""
    if re.fullmatch(r"[-+]?\d+", word):
        return f"write the number {shown(word)} without quotes"
    return f"{_said(node)} is no whole number: write one such as 1"


def _wants_bool(_: ErrorDetails, __: type[BaseModel], node: Node | None) -> str:
    word = (_text(node) or "").casefold()
    if word in _HABITS:
        return f"`{word}` is a text in YAML 1.2: write {_HABITS[word]}"
    return f"{_said(node)} is neither true nor false: write true"


def _wants_list(_: ErrorDetails, __: type[BaseModel], node: Node | None) -> str:
    word = _text(node)
    example = f"[{shown(word)}]" if word else "one item a line, each behind `- `"
    return f"{_said(node)} stands where a list belongs: write {example}"


def _wants_table(error: ErrorDetails, model: type[BaseModel], node: Node | None) -> str:
    keys = ", ".join(keys_at(model, tuple(error["loc"])))
    named = f" ({keys})" if error["type"] == "model_type" else ""
    return f"{_said(node)} stands where keys with values belong: write `key: value` lines{named}"


def _wants_day(_: ErrorDetails, __: type[BaseModel], node: Node | None) -> str:
    return f"{_said(node)} is no day: write one like 2026-01-31"


def _wants_time(_: ErrorDetails, __: type[BaseModel], node: Node | None) -> str:
    word = _text(node) or ""
    short = re.fullmatch(r"(\d{1,2}):?(\d\d)", word)
    fit = f"{int(short[1]):02}:{short[2]}" if short and int(short[1]) < 24 else "08:00"
    return f"{_said(node)} is no time of the day: write hours and minutes like {fit}"


def _pattern(error: ErrorDetails, _: type[BaseModel], node: Node | None) -> str:
    """A word of the wrong spelling: the nearest right one where a small change makes it."""
    pattern = str(error.get("ctx", {}).get("pattern", ""))
    word = _text(node) or ""
    flat = re.sub(r"[\W_]+", "-", word.casefold()).strip("-")
    for fit in (word.upper(), flat, flat.replace("-", "_")):
        if re.fullmatch(pattern, fit):
            return f"{_said(node)} is not spelled as it must be: write `{fit}`"
    return f"{_said(node)} is not spelled as it must be: {_SPELLINGS.get(pattern, pattern)}"


_SPELLINGS = {
    r"^[a-z][a-z0-9-]{0,59}$": "write small letters, digits and hyphens, such as request-photos",
    r"^[a-z][a-z0-9_]{0,59}$": "write small letters, digits and _, such as request_photos",
    r"^[A-Z]{2}$": "write two capital letters, such as DE",
    r"^[A-Z]{3}$": "write three capital letters, such as EUR",
    r"^[a-z]{2}$": "write two small letters, such as de",
}


def _bound(error: ErrorDetails, _: type[BaseModel], node: Node | None) -> str:
    """A number or a span beyond its bounds."""
    sign, limit = next(iter(error.get("ctx", {"": ""}).items()))
    if "timedelta" in str(limit):
        return f"{_said(node)} is too short: write a span longer than 0, such as 1h"
    words = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
    return f"{_said(node)} is out of bounds: write {words.get(sign, sign)} {limit}"


def _count(error: ErrorDetails, _: type[BaseModel], __: Node | None) -> str:
    context = error.get("ctx", {})
    if "max_length" in context:
        return f"{context.get('actual_length')} are too many: write at most {context['max_length']}"
    return f"too few: write at least {context.get('min_length')}"


def _rule(error: ErrorDetails, _: type[BaseModel], node: Node | None) -> str:
    """A rule of our own models; spans get the spelling that was most likely meant."""
    said = str(error.get("ctx", {}).get("error", error["msg"]))
    fit = _span(_text(node) or "") if said.startswith("write a span") else None
    return f"{_said(node)} is no span: {fit}" if fit else said


def _span(word: str) -> str | None:
    """What a person meant who wrote a span in another way, or None."""
    if re.fullmatch(r"-\s*\d.*", word):
        return "no wait is negative; write 0h or more"
    if clock := re.fullmatch(r"(\d+):(\d\d)", word):
        return f"write {int(clock[1])}h{int(clock[2])}m"
    if re.fullmatch(r"\d+(?:\.\d+)?", word):
        return f"write its unit, {word}h or {word}d"
    if long := re.fullmatch(r"(\d+)\s*([dhms])[a-z]*\.?", word.casefold()):
        return f"write {long[1]}{long[2]}"
    return None


def _text(node: Node | None) -> str | None:
    return node.text if isinstance(node, Leaf) else None


def _said(node: Node | None) -> str:
    if isinstance(node, Leaf) and node.value is not None:
        return f"`{shown(node.text)}`"
    if node is None or isinstance(node, Leaf):
        return "nothing"
    return "a list" if isinstance(node, Row) else "a table of keys"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


_Advice = Callable[[ErrorDetails, type[BaseModel], Node | None], str]
_ADVICE: dict[str, _Advice] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "literal_error": _unknown_name,
    "enum": _unknown_name,
    "string_type": _wants_text,
    "int_type": _wants_number,
    "int_from_float": _wants_number,
    "bool_type": _wants_bool,
    "tuple_type": _wants_list,
    "dict_type": _wants_table,
    "model_type": _wants_table,
    "date_type": _wants_day,
    "date_parsing": _wants_day,
    "date_from_datetime_parsing": _wants_day,
    "date_from_datetime_inexact": _wants_day,
    "time_type": _wants_time,
    "time_parsing": _wants_time,
    "string_pattern_mismatch": _pattern,
    "greater_than": _bound,
    "greater_than_equal": _bound,
    "less_than": _bound,
    "less_than_equal": _bound,
    "too_short": _count,
    "too_long": _count,
    "value_error": _rule,
}
