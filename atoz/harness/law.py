"""The law of the design: a simulated and a real timeline are equal but for ids and the seconds of real work.

Each instant may lie within a minute of the other, also one that is written in a text; all else is the
same, entry by entry.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

SLACK = timedelta(seconds=60)

MADE_UP = frozenset({"message_id", "sha256", "packet", "digest"})
"""What each play makes up for itself: ids, and names that are made from them."""

Document = Mapping[str, Any]

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_UNITS = "hours?|minutes?|Stunden?|Minuten?|heures?|horas?|minutos?|or[ae]|minut[oi]|時間|分"
_WRITTEN_TIME = re.compile(rf"\d\d:\d\d|\d+(?=\s?(?:{_UNITS}))")
"""A second more may turn a written minute, or the hours that have passed: in the languages of appeals."""


def differences(real: Document, simulated: Document) -> Iterator[str]:
    """What breaks the law between two documents `{timeline, outcome}`, in words."""
    pairs = zip_longest(real["timeline"], simulated["timeline"])
    for number, (one, other) in enumerate(pairs):
        if one is None or other is None or not _alike(_shape(one), _shape(other)):
            yield f"entry {number}: really {_said(one)}; simulated {_said(other)}"
            return  # what follows one that differs says nothing more
    for key in sorted(real["outcome"].keys() | simulated["outcome"].keys()):
        mine, theirs = real["outcome"].get(key), simulated["outcome"].get(key)
        if not _alike(mine, theirs):
            yield f"{key}: really {mine}; simulated {theirs}"


def _shape(entry: Document) -> Any:
    """An entry without its id, as JSON has it (no tuples)."""
    kept = {key: entry[key] for key in ("at", "kind", "step", "source", "data")}
    return json.loads(json.dumps(kept))


def _alike(one: Any, other: Any) -> bool:
    match one, other:
        case dict(), dict():
            keys = one.keys() - MADE_UP
            return keys == other.keys() - MADE_UP and all(_alike(one[k], other[k]) for k in keys)
        case list(), list():
            return len(one) == len(other) and all(map(_alike, one, other))
        case str(), str() if _INSTANT.fullmatch(one) and _INSTANT.fullmatch(other):
            return abs(datetime.fromisoformat(one) - datetime.fromisoformat(other)) <= SLACK
        case str(), str():
            return _WRITTEN_TIME.sub("", one) == _WRITTEN_TIME.sub("", other)
    return bool(one == other)


def _said(entry: Document | None) -> str:
    return "nothing" if entry is None else json.dumps(_shape(entry))
