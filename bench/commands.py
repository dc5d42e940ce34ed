"""What a command that needs no server costs as a process of its own: its start, its files, its work.

A person who edits a playbook waits for the whole of it. It is told as CPU time, user and system, of
the child process, so that other work on the machine counts for less, and beside two yardsticks of the
same minute: an interpreter that does nothing, and one that imports Temporal's client.
"""

import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from atoz.claims.base import Record
from atoz.errors import BadInput
from atoz.library import default_folder
from bench.showing import say_how, table

ROOT = Path(__file__).resolve().parent.parent
CASE = "samples/cases/buyer-silent.json"
AIM = 2.0
"""Seconds of one core that `playbook check` of a shipped playbook may take, as a whole command."""

NOTHING = ("-c", "pass")
CLIENT = ("-c", "import temporalio.client")
OTHERS = {
    "playbook simulate": ("playbook", "simulate", "documented", "--case", CASE),
    "why --case": ("why", "--case", CASE),
    "appeal draft": ("appeal", "draft", "--case", CASE),
    "mail read": ("mail", "read", "samples/mail/01_claim_opened_us.eml"),
    "--help": ("--help",),
}

HOW = (
    "whole commands as child processes, in seconds of CPU (user and system), medians; the ratio is to "
    "`python -c 'import temporalio.client'` of the same rounds"
)


class Command(Record):
    """One command: seconds of CPU, and how many imports of Temporal's client that is."""

    name: str
    median: float
    least: float
    ratio: float


class CommandReport(Record):
    """`playbook check` of every shipped playbook, other commands, and the yardsticks."""

    how: str
    rounds: int
    nothing: float
    client: float
    commands: tuple[Command, ...]


def measure(repeats: int) -> CommandReport:
    """Run each command so many times, at most seven, one after the other in every round."""
    rounds = max(1, min(repeats, 7))
    books = sorted(path.stem for path in default_folder().glob("[!.]*.yaml"))
    checks = {f"playbook check {book}": ("playbook", "check", book) for book in books}
    started = {name: ("starter.py", *line) for name, line in (checks | OTHERS).items()}
    lines = {"nothing": NOTHING, "client": CLIENT, **started}
    taken = [{name: _seconds(line) for name, line in lines.items()} for _ in range(rounds)]
    spent = {name: [each[name] for each in taken] for name in lines}
    medians = {name: statistics.median(seconds) for name, seconds in spent.items()}
    return CommandReport(
        how=HOW,
        rounds=rounds,
        nothing=medians["nothing"],
        client=medians["client"],
        commands=tuple(
            Command(
                name=name,
                median=medians[name],
                least=min(spent[name]),
                ratio=medians[name] / medians["client"],
            )
            for name in started
        ),
    )


def _seconds(line: Sequence[str]) -> float:
    """The CPU time of one run. Raises BadInput where it does not end well."""
    before = _of_children()
    done = subprocess.run(  # noqa: S603 - lines of this file
        [sys.executable, *line], cwd=ROOT, capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[-300:]
        raise BadInput(f"{' '.join(line)} ends with {done.returncode}: {said}")
    return _of_children() - before


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def show(report: CommandReport, screen: Console) -> None:
    """One line for each command."""
    columns = ("command", "s, median", "least", "times the client's import")
    shown = table(f"Whole commands (aim of `playbook check`: under {AIM:g} s)", columns)
    for each in report.commands:
        shown.add_row(each.name, f"{each.median:.2f}", f"{each.least:.2f}", f"{each.ratio:.1f}")
    shown.add_row("python -c pass", f"{report.nothing:.2f}", "", "")
    shown.add_row("python -c 'import temporalio.client'", f"{report.client:.2f}", "", "1.0")
    screen.print(shown)
    screen.print()
    say_how(screen, report.how)
