"""How long a playbook takes to be checked: read, summed over a year, walked through the engine."""

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console

from atoz.claims.base import Record
from atoz.claims.calendar import SendingHours
from atoz.library import default_folder, load_policies, proved_hours
from atoz.playbook.checking import Checked, check_playbook
from bench.showing import say_how, table

AIM = 2.0
"""Seconds that `playbook check` of a shipped playbook may take on one core."""

HOW = (
    "each shipped playbook checked as `playbook check` does it, the exhaustive walk included, in "
    "seconds of one core; the whole command, its start included, is the part `commands`"
)


class Check(Record):
    """One playbook: seconds, arrivals of the year, kinds of them, and moves of the walk."""

    playbook: str
    ok: bool
    least: float
    median: float
    arrivals: int
    cases: int
    moves: int


class ProvingReport(Record):
    """Every shipped playbook."""

    how: str
    repeats: int
    checks: tuple[Check, ...]


def measure(repeats: int) -> ProvingReport:
    """Check every shipped playbook so many times, at most five."""
    repeats = max(1, min(repeats, 5))
    folder, today = default_folder(), datetime.now(UTC).date()
    hours = proved_hours(load_policies(folder), today)
    checks = tuple(_measured(path, hours, today, repeats) for path in sorted(folder.glob("*.yaml")))
    return ProvingReport(how=HOW, repeats=repeats, checks=checks)


def _measured(path: Path, hours: Mapping[str, SendingHours], today: date, repeats: int) -> Check:
    text = path.read_text("utf-8")

    def once() -> tuple[float, Checked]:
        began = time.process_time()
        checked = check_playbook(text, str(path), hours, today)
        return time.process_time() - began, checked

    runs = [once() for _ in range(repeats)]
    spent, checked = sorted(seconds for seconds, _ in runs), runs[0][1]
    assert checked.proof is not None, "a shipped playbook is proved"
    assert checked.year is not None, "a shipped playbook is walked"
    return Check(
        playbook=path.stem,
        ok=checked.ok,
        least=spent[0],
        median=spent[repeats // 2],
        arrivals=checked.proof.arrivals,
        cases=checked.proof.cases,
        moves=checked.year.walked.moves,
    )


def show(report: ProvingReport, screen: Console) -> None:
    """One line for each playbook."""
    columns = ("playbook", "ok", "s, median", "least", "arrivals", "cases", "moves walked")
    shown = table(f"One playbook checked and proved (aim: under {AIM:g} s)", columns)
    for each in report.checks:
        times = [f"{each.median:.2f}", f"{each.least:.2f}"]
        counts = [f"{n:,}" for n in (each.arrivals, each.cases, each.moves)]
        shown.add_row(each.playbook, "yes" if each.ok else "no", *times, *counts)
    screen.print(shown)
    screen.print()
    say_how(screen, report.how)
