"""Time spent in one function while a program runs, and a yardstick for the machine of this minute.

The yardstick is a fixed loop of plain Python: where it is slow, the machine was, and a ratio to
it can be compared between runs that a number of milliseconds cannot.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from atoz.claims.base import Record

YARDSTICK_TURNS = 4_000


class Timing(Record):
    """Milliseconds of many runs."""

    median: float
    mean: float
    least: float


class Stopwatch:
    """Seconds spent in the watched functions, by their names."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    @contextmanager
    def watching(self, module: ModuleType, name: str) -> Iterator[None]:
        """Time what `module` calls by this name; a clock costs two tenths of a microsecond."""
        original: Callable[..., Any] = getattr(module, name)

        def timed(*args: Any, **more: Any) -> Any:
            began = time.perf_counter()
            try:
                return original(*args, **more)
            finally:
                self.spent[name] = self.spent.get(name, 0) + time.perf_counter() - began

        setattr(module, name, timed)
        try:
            yield
        finally:
            setattr(module, name, original)


def timing(run: Callable[[], object], repeats: int) -> Timing:
    """The time of one run, from many."""
    taken = [_once(run) for _ in range(repeats)]
    return Timing(
        median=statistics.median(taken) * 1000,
        mean=statistics.mean(taken) * 1000,
        least=min(taken) * 1000,
    )


def _once(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def yardstick() -> dict[int, int]:
    """About a third of a millisecond of attribute-free Python: arithmetic, strings, a dictionary."""
    counts: dict[int, int] = {}
    for turn in range(YARDSTICK_TURNS):
        counts[turn % 97] = counts.get(turn % 97, 0) + len(str(turn))
    return counts
