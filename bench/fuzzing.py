"""How many random claims the fuzzer plays in a second, each from its notice to its archive.

One process; a claim is drawn, played and held against every promise.
"""

import time
from collections.abc import Mapping

from rich.console import Console

from atoz.claims.base import Record
from atoz.claims.policy import Policy
from atoz.harness.fuzz import fuzz
from atoz.library import load_library
from atoz.playbook.model import Playbook
from bench.showing import say_how, table
from bench.stopwatch import timing, yardstick

RUNS = 100
"""Claims in one measurement."""
AIM = 1_000
HOW = (
    f"best of several runs of {RUNS} claims in one process, drawing and checking included; the ratio is "
    "that of a claim to a fixed loop of plain Python timed beside it, so that a slow minute shows"
)


class Fuzzing(Record):
    """One playbook: claims in a second of the best run, and a claim's ratio to the yardstick."""

    playbook: str
    claims_per_second: float
    ratio: float


class FuzzReport(Record):
    """Every shipped playbook."""

    how: str
    playbooks: tuple[Fuzzing, ...]


def measure(repeats: int) -> FuzzReport:
    """Time the fuzzer on every shipped playbook."""
    library = load_library()
    rounds = max(repeats // 20, 3)
    found = tuple(_measured(book, library.policies, rounds) for book in library.playbooks)
    return FuzzReport(how=HOW, playbooks=found)


def _measured(book: Playbook, policies: Mapping[str, Policy], rounds: int) -> Fuzzing:
    fuzz(book, policies, RUNS, seed=0)  # caches fill, once and for all
    least, stick = float("inf"), float("inf")
    for seed in range(1, rounds + 1):
        began = time.perf_counter()
        fuzz(book, policies, RUNS, seed)
        least = min(least, (time.perf_counter() - began) / RUNS)
        stick = min(stick, timing(yardstick, 20).least / 1000)
    return Fuzzing(playbook=book.name, claims_per_second=1 / least, ratio=least / stick)


def show(report: FuzzReport, screen: Console) -> None:
    """One line for each playbook."""
    shown = table(
        f"Random claims, one core (aim: {AIM:,} a second)", ("playbook", "claims/s", "ratio")
    )
    for line in report.playbooks:
        shown.add_row(line.playbook, f"{line.claims_per_second:,.0f}", f"{line.ratio:.2f}")
    screen.print(shown)
    screen.print()
    say_how(screen, report.how)
