"""What one whole claim costs the pure engine: the fuzzer and every preview live on this.

Each sample case is simulated from its notice to its end, with the appeal composed and checked;
mails are sent but not rendered, since a template is no part of the engine.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from rich.console import Console

from atoz.claims.base import Record
from atoz.claims.case import CaseFile
from atoz.harness.script import script_of
from atoz.library import default_folder, load_library
from atoz.mail.templates_folder import load_templates
from atoz.playbook import acts, simulate
from atoz.playbook import events as ev
from atoz.playbook.simulate import World
from atoz.playbook.state import CaseState, open_claim
from atoz.service import world
from atoz.service.world import SimulatedWorld
from bench.showing import say_how, table
from bench.stopwatch import Stopwatch, Timing, timing, yardstick

CASES = Path(__file__).resolve().parents[1] / "samples" / "cases"
HOW = (
    "each sample case simulated whole on one core, appeal composed and checked, mails not rendered; "
    "the ratio is to a fixed loop of plain Python timed beside it, so that a slow minute shows"
)
WATCHED = ((simulate, "apply"), (simulate, "decide"), (world, "draft"))
"""Where the time goes: folding events, deciding, composing and checking the appeal."""

Play = Callable[[], CaseState]

AIM = 1.0
"""Milliseconds that a full claim may take."""


class Simulation(Record):
    """One case: milliseconds, the ratio of its least time to the yardstick's, and where time goes."""

    case: str
    facts: int
    claim: Timing
    yardstick: Timing
    ratio: float
    shares: dict[str, float]


class EngineReport(Record):
    """Every sample case."""

    how: str
    repeats: int
    cases: tuple[Simulation, ...]


class QuickWorld(SimulatedWorld):
    """The simulated world of one case without what is no engine: the holidays' list, templates."""

    _opened: ev.Event | None = None

    def perform(self, state: CaseState, do: acts.Do, now: datetime) -> ev.Event:
        """Carry out one act: it succeeds."""
        if isinstance(do, acts.Send):
            return _sent(do, now)
        if not isinstance(do, acts.Open):
            return super().perform(state, do, now)
        self._opened = self._opened or super().perform(state, do, now)
        return self._opened


def _sent(do: acts.Send, now: datetime) -> ev.MessageTried:
    return ev.MessageTried.vouched(
        at=now,
        step=do.step,
        template=do.template,
        attempt=do.attempt,
        revision=do.revision,
        outcome="sent",
        message_id=f"<{do.step}.{do.revision}@simulated.invalid>",
        language=do.language,
    )


def measure(repeats: int) -> EngineReport:
    """Time every sample case."""
    library, templates = load_library(), load_templates(default_folder() / "templates")
    simulations = []
    for file in sorted(CASES.glob("*.json")):
        case = CaseFile.model_validate_json(file.read_text("utf-8"))
        quick = QuickWorld(library, templates, "Fernlane Lamps")
        play = _player(case, script_of(case, library.phrases), quick)
        simulations.append(_measured(file.stem, play, repeats))
    return EngineReport(how=HOW, repeats=repeats, cases=tuple(simulations))


def _player(case: CaseFile, script: Sequence[ev.Event], quick: World) -> Play:
    start = open_claim("claim-bench", case.claim_file, case.claim.notified_at)
    return lambda: simulate.simulate(start, script, case.operator, quick).state


def _measured(name: str, play: Play, repeats: int) -> Simulation:
    timing(play, repeats // 10)  # caches fill, once and for all
    claim, stick = timing(play, repeats), timing(yardstick, repeats)
    return Simulation(
        case=name,
        facts=play().facts_recorded,
        claim=claim,
        yardstick=stick,
        ratio=claim.least / stick.least,
        shares=_shares(play, repeats),
    )


def _shares(play: Play, repeats: int) -> dict[str, float]:
    """The shares of one play's time. A watched function's own clock counts as the rest."""
    watch = Stopwatch()
    with ExitStack() as watched:
        for module, name in WATCHED:
            watched.enter_context(watch.watching(module, name))
        whole = timing(play, repeats).mean * repeats / 1000
    shares = {name: spent / whole for name, spent in watch.spent.items()}
    return {**shares, "the rest": 1 - sum(shares.values())}


def show(report: EngineReport, screen: Console) -> None:
    """One line for each case."""
    names = [name for _, name in WATCHED]
    columns = ("case", "facts", "ms, median", "least", "ratio", *names, "the rest")
    shown = table(f"One claim through the pure engine (aim: under {AIM:g} ms)", columns)
    for case in report.cases:
        times = [f"{case.claim.median:.3f}", f"{case.claim.least:.3f}", f"{case.ratio:.2f}"]
        shares = [f"{case.shares.get(name, 0):.0%}" for name in (*names, "the rest")]
        shown.add_row(case.case, str(case.facts), *times, *shares)
    screen.print(shown)
    screen.print()
    say_how(screen, report.how)
