"""A packet as it was found against the one that the claim's facts make: every difference, by file. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from atoz.appeal.packet import manifest
from atoz.mail.plain import one_line

MOST = 100
_SHORT = 120


class Difference(NamedTuple):
    """A file of the packet, and what is not as the claim has it."""

    file: str
    what: str


def differences(
    made: Mapping[str, bytes], found: Mapping[str, bytes], *, ordered: bool = False
) -> list[Difference]:
    """Every difference, at most a hundred. `ordered`: the order of the files counts, too, as in a zip."""
    every = list(_all(made, found))
    same_names = [name for name in found if name in made] == [n for n in made if n in found]
    if ordered and not same_names:
        every.append(Difference("the zip", f"its files stand in another order: {', '.join(found)}"))
    return every[:MOST]


def _all(made: Mapping[str, bytes], found: Mapping[str, bytes]) -> Iterator[Difference]:
    for name, content in made.items():
        if name not in found:
            yield Difference(name, "is missing")
        elif found[name] != content:
            yield from _file(name, content, found)
    for name in found:
        if name not in made:
            yield Difference(one_line(name, _SHORT), "does not belong to the packet")


def _file(name: str, content: bytes, found: Mapping[str, bytes]) -> Iterator[Difference]:
    if name == manifest.NAME:
        yield from (Difference(name, what) for what in _manifest(content, found[name]))
    elif name.endswith(".txt"):
        yield Difference(name, _text(content, found[name]))
    else:
        yield Difference(name, f"is another file: {_sum(found[name])} instead of {_sum(content)}")


def _sum(content: bytes) -> str:
    return f"sha256 {hashlib.sha256(content).hexdigest()[:12]}…, {len(content):,} bytes,"


def _text(made: bytes, found: bytes) -> str:
    """The first line that differs."""
    old = made.decode("utf-8", "replace").splitlines()
    new = found.decode("utf-8", "replace").splitlines()
    for number, (right, wrong) in enumerate(zip(old, new, strict=False), start=1):
        if right != wrong:
            return f"line {number} is {_quoted(wrong)} instead of {_quoted(right)}"
    if len(old) != len(new):
        return f"has {len(new)} lines instead of {len(old)}"
    return "differs in its line ends or in signs that are not seen"


def _manifest(made: bytes, found: bytes) -> Iterator[str]:
    try:
        document = json.loads(found)
    except ValueError:
        yield "cannot be read as JSON"
        return
    known = list(_values(json.loads(made), document, ""))
    yield from known or ["says the same in another form"]


def _values(right: Any, wrong: Any, path: str) -> Iterator[str]:
    """Each place at which two documents differ."""
    if isinstance(right, dict) and isinstance(wrong, dict):
        for key in [*right, *(key for key in wrong if key not in right)]:
            yield from _values(
                right.get(key), wrong.get(key), f"{path}.{key}" if path else str(key)
            )
    elif isinstance(right, list) and isinstance(wrong, list) and len(right) == len(wrong):
        if right != wrong and sorted(map(_key, right)) == sorted(map(_key, wrong)):
            yield f"{path} stand in another order"
            return
        for number, (one, other) in enumerate(zip(right, wrong, strict=True), start=1):
            yield from _values(one, other, f"{path}.{number}")
    elif right != wrong or type(right) is not type(wrong):
        yield f"{path} is {_quoted(wrong)} instead of {_quoted(right)}"


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _quoted(value: Any) -> str:
    text = one_line(
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 10_000
    )
    return f"“{text[:_SHORT]}…”" if len(text) > _SHORT else f"“{text}”"
