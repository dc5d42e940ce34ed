"""The law of the design: a simulated and a real timeline are equal but for ids and the seconds of real work.

Each instant may lie within a minute of the other; all else is the same, entry by entry.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

SLACK = timedelta(seconds=60)

MADE_UP = frozenset({"message_id", "sha256", "packet"})
"""What each play makes up for itself: ids, and names that are made from them."""

Document = Mapping[str, Any]


def differences(real: Document, simulated: Document) -> Iterator[str]:
    """What breaks the law between two documents `{timeline, outcome}`, in words."""
    pairs = zip_longest(real["timeline"], simulated["timeline"])
    for number, (one, other) in enumerate(pairs):
        if one is None or other is None or _shape(one) != _shape(other):
            yield f"entry {number}: really {_said(one)}; simulated {_said(other)}"
            return  # what follows one that differs says nothing more
        if _apart(one["at"], other["at"]) > SLACK:
            yield f"entry {number}, {one['kind']}: really {one['at']}; simulated {other['at']}"
    yield from _ends(real["outcome"], simulated["outcome"])


def _ends(real: Document, simulated: Document) -> Iterator[str]:
    for key in sorted(real.keys() | simulated.keys()):
        if key != "clocks" and real.get(key) != simulated.get(key):
            yield f"{key}: really {real.get(key)}; simulated {simulated.get(key)}"
    mine, theirs = real["clocks"], simulated["clocks"]
    for name in sorted(mine.keys() | theirs.keys()):
        if name not in mine or name not in theirs or _apart(mine[name], theirs[name]) > SLACK:
            yield f"clock {name}: really {mine.get(name)}; simulated {theirs.get(name)}"


def _shape(entry: Document) -> Any:
    """An entry without ids and instants, as JSON has it (no tuples)."""
    kept = {key: value for key, value in entry["data"].items() if key not in MADE_UP}
    shape = {"kind": entry["kind"], "step": entry["step"], "source": entry["source"], "data": kept}
    return json.loads(json.dumps(shape))


def _apart(one: str, other: str) -> timedelta:
    return abs(datetime.fromisoformat(one) - datetime.fromisoformat(other))


def _said(entry: Document | None) -> str:
    return "nothing" if entry is None else f"{entry['at']} {json.dumps(_shape(entry))}"
