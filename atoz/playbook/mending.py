"""The smallest change of one span that makes a playbook fit: what a refused proof proposes.

Each span of the file is tried alone, shortened to the longest value with which the proof holds.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

from atoz.claims.base import span_text
from atoz.playbook.model import Playbook
from atoz.playbook.tree import Path

_MINUTE = timedelta(minutes=1)
_SLACK = ("operator_lead", "approval_allowance", "retry_budget", "margin")

Holds = Callable[[Playbook], bool]


class Mend(NamedTuple):
    """One span to change: where it stands, what it is and what to write instead."""

    path: Path
    name: str
    old: timedelta
    new: timedelta

    @property
    def advice(self) -> str:
        """In words, for the end of a problem."""
        return f"write `{self.name}: {span_text(self.new)}` instead of {span_text(self.old)}"


def smallest_mend(playbook: Playbook, holds: Holds) -> Mend | None:
    """The span that has to be shortened least, or None where no single one is enough."""
    found = (_shortened(playbook, path, old, holds) for path, old in _spans(playbook))
    return min((mend for mend in found if mend), key=lambda m: m.old - m.new, default=None)


def _spans(playbook: Playbook) -> Iterator[tuple[Path, timedelta]]:
    """The spans of the file that can be shorter: waits first, then what is kept in reserve."""
    for number, step in enumerate(playbook.steps):
        for key in ("at", "wait"):
            span = getattr(step, key)
            if span:
                yield ("steps", number, key), span
    for key in _SLACK:
        if span := getattr(playbook, key):
            yield (key,), span


def _shortened(playbook: Playbook, path: Path, old: timedelta, holds: Holds) -> Mend | None:
    """The longest value of this span, in whole minutes, with which the proof holds."""
    low, high = 0, int(old / _MINUTE)
    if not holds(_with(playbook, path, timedelta(0))):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if holds(_with(playbook, path, middle * _MINUTE)):
            low = middle
        else:
            high = middle
    name = path[0] if len(path) == 1 else f"{playbook.steps[int(path[1])].id}.{path[2]}"
    return Mend(path, str(name), old, low * _MINUTE)


def _with(playbook: Playbook, path: Path, span: timedelta) -> Playbook:
    if len(path) == 1:
        return playbook.model_copy(update={str(path[0]): span})
    number, key = int(path[1]), str(path[2])
    steps = list(playbook.steps)
    steps[number] = steps[number].model_copy(update={key: span})
    return playbook.model_copy(update={"steps": tuple(steps)})
