"""What concerns several values of one file at once, told at the value that has to change.

The models hold these rules too, for what does not come from a file; but a model sees them only when
every single value is right, and has no place for them.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from atoz.playbook.model import INTENTS
from atoz.playbook.problems import instead, nearest, shown
from atoz.playbook.tree import Leaf, Node, Place, Row, Table, find, walk


class Finding(NamedTuple):
    """One problem before it has a file."""

    place: Place
    message: str


def in_playbook(root: Node, templates: frozenset[str] | None) -> Iterator[Finding]:
    """Step names, waits, reactions, and templates where the known ones are given."""
    yield from _steps(root)
    yield from _reactions(root)
    if templates is not None:
        yield from _templates(root, templates)


def _steps(root: Node) -> Iterator[Finding]:
    """Steps of the same name, and steps that wait for none that stands above them."""
    steps = find(root, ("steps",))
    rows = steps.items if isinstance(steps, Row) else []
    ids = [_word(find(step, ("id",))) for step in rows]
    waited = {own: _word(find(step, ("after",))) for own, step in zip(ids, rows, strict=True)}
    for number, step in enumerate(rows):
        name, after = find(step, ("id",)), find(step, ("after",))
        if name is not None and ids[number] in (above := ids[:number]) and ids[number]:
            line = rows[above.index(ids[number])].place.line
            said = f"`{shown(ids[number])}` is the name of the step in line {line}: write another"
            yield Finding(name.place, said)
        if after is not None and (waits_for := _word(after)) and waits_for not in ids[:number]:
            yield Finding(after.place, _waits(waits_for, number, ids, waited))


def _waits(waits_for: str, number: int, ids: list[str], waited: dict[str, str]) -> str:
    """Why a step cannot wait for this name; `waited` is what each step waits for."""
    if waits_for == ids[number]:
        return f"`{shown(waits_for)}` waits for itself: name a step above it, or write `at`"
    if circle := _circle(ids[number], waited):
        return f"{circle}, so none of them ever acts: write `at` for one of them"
    if waits_for in ids:
        return (
            f"`{shown(waits_for)}` stands below: a step waits only for one above it, so move it up"
        )
    known = [name for name in ids[:number] if name]
    if not known:
        return f"no step above is called `{shown(waits_for)}`: the first step has `at`"
    return f"no step above is called `{shown(waits_for)}`: {instead(waits_for, known)}"


def _circle(step: str, waited: dict[str, str]) -> str | None:
    """The circle of steps that wait for each other and lead back to this one, in words, or None."""
    path = [step]
    while (following := waited.get(path[-1])) and following not in path:
        path.append(following)
    if following != step:
        return None
    return ", and ".join(
        f"`{shown(one)}` waits for `{shown(other)}`"
        for one, other in zip(path, [*path[1:], step], strict=True)
    )


def _reactions(root: Node) -> Iterator[Finding]:
    """Intents without a reaction; a misspelled one is told by its key alone."""
    reactions = find(root, ("on_reply",))
    if isinstance(reactions, Table):
        meant = {nearest(key, INTENTS) for key in reactions.entries if key not in INTENTS}
        left = [i for i in INTENTS if i not in reactions.entries and i not in meant]
        for intent in left:
            said = f"no reaction to `{intent}`: add `{intent}: [{{task: read-reply}}]`"
            yield Finding(reactions.key or reactions.place, said)


def _templates(root: Node, templates: frozenset[str]) -> Iterator[Finding]:
    for path, node in walk(root):
        name = _word(node) if path[-1:] == ("send",) else ""
        if name and name not in templates:
            said = f"no template `{shown(name)}`: {instead(name, sorted(templates))}"
            yield Finding(node.place, said)


def in_policy(root: Node) -> Iterator[Finding]:
    """What the model cannot know of a policy: whether its zone exists, and that hours are local."""
    zone = find(root, ("zone",))
    if isinstance(zone, Leaf) and zone.text and not _is_zone(zone.text):
        close = nearest(zone.text, available_timezones()) or "Europe/Berlin"
        said = f"`{shown(zone.text)}` is no time zone: write one such as `{close}`"
        yield Finding(zone.place, said)
    for key in ("from", "to"):
        hour = find(root, ("sending", key))
        if isinstance(hour, Leaf) and re.search(r"\d\s*[Zz+-]", hour.text):
            said = "sending hours are local: write them like 08:00, without a zone"
            yield Finding(hour.place, said)
    days = find(root, ("sending", "weekdays"))
    if isinstance(days, Row) and not days.items:
        yield Finding(days.place, "no weekday is open: write at least one, 0 is Monday")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _word(node: Node | None) -> str:
    return node.text if isinstance(node, Leaf) else ""
