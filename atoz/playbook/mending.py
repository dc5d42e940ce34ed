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
"""Whether a changed playbook is proved."""


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


def smallest_mend(playbook: Playbook, holds: Holds, likely: Holds) -> Mend | None:
    """The span that has to be shortened least, or None where no single one is enough.

    A wait rather than a reserve: people do not get faster because a file says so. `likely` is what
    can be known at once: where it says no, `holds` says no, too.
    """
    for paths in (_waits(playbook), _reserves(playbook)):
        found = (_shortened(playbook, path, old, holds, likely) for path, old in paths)
        mend = min((mend for mend in found if mend), key=lambda m: m.old - m.new, default=None)
        if mend is not None:
            return mend
    return None


def _waits(playbook: Playbook) -> Iterator[tuple[Path, timedelta]]:
    for number, step in enumerate(playbook.steps):
        for key in ("at", "wait"):
            span = getattr(step, key)
            if span:
                yield ("steps", number, key), span


def _reserves(playbook: Playbook) -> Iterator[tuple[Path, timedelta]]:
    for key in _SLACK:
        if span := getattr(playbook, key):
            yield (key,), span


def _shortened(
    playbook: Playbook, path: Path, old: timedelta, holds: Holds, likely: Holds
) -> Mend | None:
    """The longest value of this span, in whole minutes, with which the proof holds."""
    most = _longest(int(old / _MINUTE), lambda n: likely(_with(playbook, path, n * _MINUTE)))
    if most is not None and not holds(_with(playbook, path, most * _MINUTE)):
        most = _longest(most, lambda n: holds(_with(playbook, path, n * _MINUTE)))
    if most is None:
        return None
    name = path[0] if len(path) == 1 else f"{playbook.steps[int(path[1])].id}.{path[2]}"
    return Mend(path, str(name), old, most * _MINUTE)


def _longest(below: int, fits: Callable[[int], bool]) -> int | None:
    """The greatest number below a bound that fits, where all that are smaller fit, too; or None."""
    if below < 1 or not fits(0):
        return None
    low = 0
    while below - low > 1:
        middle = (low + below) // 2
        low, below = (middle, below) if fits(middle) else (low, middle)
    return low


def _with(playbook: Playbook, path: Path, span: timedelta) -> Playbook:
    if len(path) == 1:
        return playbook.model_copy(update={str(path[0]): span})
    number, key = int(path[1]), str(path[2])
    steps = list(playbook.steps)
    steps[number] = steps[number].model_copy(update={key: span})
    return playbook.model_copy(update={"steps": tuple(steps)})
