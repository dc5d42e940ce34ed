"""Random lives of claims under one playbook: what a person would not think of trying.

Each run draws a case and plays it with the loop of the simulation. After it the promises of the
engine are held against what happened. A broken one is made smaller until nothing more can be left
out, and that case is a case file: `simulate` replays it.
"""

import gc
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from typing import Any, NamedTuple

from atoz.claims.base import utc
from atoz.claims.case import CaseFile
from atoz.claims.policy import Policy
from atoz.harness.lives import Lives
from atoz.harness.promises import Acted, Lived, broken
from atoz.harness.script import script_of
from atoz.harness.shrink import shrunk
from atoz.harness.troubled import Troubled
from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.edition import CURRENT
from atoz.playbook.model import Playbook
from atoz.playbook.simulate import Course, World, outcome, timeline
from atoz.playbook.state import CaseState, open_claim

_BROKEN = "broke a promise"
_DIGEST = "0" * 32


@dataclass(frozen=True)
class Violation:
    """A broken promise: its name, in words what broke it, and the case that does."""

    rule: str
    message: str
    case: CaseFile
    state: CaseState

    def document(self) -> dict[str, Any]:
        """The timeline and the outcome, as a simulation prints them."""
        return {"timeline": timeline(self.state.facts), "outcome": outcome(self.state)}


@dataclass(frozen=True)
class Fuzzed:
    """The end of a run of runs."""

    runs: int
    seconds: float
    outcomes: Counter[str]
    violation: Violation | None = None

    @property
    def rate(self) -> float:
        """Claims in a second."""
        return self.runs / self.seconds


def fuzz(
    playbook: Playbook, policies: Mapping[str, Policy], runs: int, seed: int, jobs: int = 1
) -> Fuzzed:
    """Play `runs` random claims; the same seed plays the same ones. Ends at the first violation.

    `jobs` processes share them; each begins with the rules as they stand in the files.
    """
    began = time.perf_counter()
    play = partial(_played, playbook, policies, seed)
    if jobs == 1:
        parts = [play(range(runs))]
    else:
        with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
            parts = list(pool.map(play, [range(first, runs, jobs) for first in range(jobs)]))
    outcomes = sum((part.outcomes for part in parts), Counter[str]())
    first = min((part for part in parts if part.violation), key=_broken_at, default=None)
    seconds = time.perf_counter() - began
    return Fuzzed(sum(outcomes.values()), seconds, outcomes, first.violation if first else None)


class _Part(NamedTuple):
    """What one process played: how its claims ended, and the first that broke a promise."""

    outcomes: Counter[str]
    broken_at: int = 0
    violation: Violation | None = None


def _broken_at(part: _Part) -> int:
    return part.broken_at


def _played(playbook: Playbook, policies: Mapping[str, Policy], seed: int, numbers: range) -> _Part:
    lives, outcomes = Lives(playbook, policies, floods=True), Counter[str]()
    gc.freeze()  # what was loaded stays: the collector need not look through it again and again
    for number in numbers:
        case = lives.drawn(random.Random(f"{seed}/{number}"))  # noqa: S311 - repeatable
        found = check(case, playbook, policies)
        outcomes[_BROKEN if isinstance(found, Violation) else _outcome(found)] += 1
        if isinstance(found, Violation):
            return _Part(outcomes, number, _smallest(found, playbook, policies))
    return _Part(outcomes)


def check(
    case: CaseFile, playbook: Playbook, policies: Mapping[str, Policy]
) -> Violation | CaseState:
    """Play one case: the claim's end, or the first promise that it breaks."""
    opening = ev.Opened(
        at=case.claim.notified_at,
        file=case.claim_file,
        policy=policies[case.claim.marketplace],
        candidates=(playbook,),
        edition=CURRENT,
    )
    world = _Watched(Troubled(_Quick(opening), case.world))
    start = open_claim("claim-fuzz", opening.file, opening.at)
    course = Course(start, script_of(case, {}), case.operator, world, troubles=case.world)
    world.taken = course.taken
    try:
        course.run()
        found = broken(Lived(case, course.state, world.acted, course.taken))
    except Exception as fault:  # noqa: BLE001 - whatever a rule raises is the finding
        found = ("raises", f"{type(fault).__name__}: {fault}")
    return Violation(*found, case, course.state) if found else course.state


def _smallest(found: Violation, playbook: Playbook, policies: Mapping[str, Policy]) -> Violation:
    """The same promise broken by less."""

    def still(case: CaseFile) -> bool:
        tried = check(case, playbook, policies)
        return isinstance(tried, Violation) and tried.rule == found.rule

    again = check(shrunk(found.case, still), playbook, policies)
    assert isinstance(again, Violation), "the smallest case breaks the promise, too"
    return again


class _Quick:
    """A world that answers at once and composes nothing: what a text says is not the engine's."""

    def __init__(self, opening: ev.Opened) -> None:
        self._opening = opening

    def perform(self, state: CaseState, do: acts.Do, now: datetime) -> ev.Event:
        match do:
            case acts.Note():
                return do.event
            case acts.Open():
                return self._opening.model_copy(update={"at": now})
            case acts.Send():
                return ev.MessageTried.vouched(
                    at=utc(now), step=do.step, template=do.template, attempt=do.attempt,
                    revision=do.revision, outcome="sent", language=do.language,
                    message_id=f"<{do.step}.{do.revision}@fuzz.invalid>",
                )  # fmt: skip
            case acts.Draft():
                return ev.AppealDrafted.vouched(
                    at=utc(now), step=do.step, revision=do.revision, text=do.text or "text",
                    digest=_DIGEST, facts_only=do.facts_only, edited_by=do.edited_by,
                    facts_known=state.facts_recorded,
                )  # fmt: skip
            case acts.Submit():
                by_hand = do.channel == "operator"
                return ev.AppealTried.vouched(
                    at=utc(now), step=do.step, attempt=do.attempt, revision=do.revision,
                    channel=do.channel, outcome="handed_over" if by_hand else "sent", told=by_hand,
                )  # fmt: skip
            case acts.Notify():
                return ev.Noticed.vouched(at=utc(now), tasks=do.tasks, warnings=do.warnings)
            case acts.Archive():
                return ev.Archived.vouched(
                    at=utc(now), ref="archive/fuzz", facts_known=state.facts_recorded
                )


class _Watched:
    """Another world, every act of which is remembered with the state that asked for it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.acted: list[Acted] = []
        self.taken: Sequence[ev.Event] = ()

    def perform(self, state: CaseState, do: acts.Do, now: datetime) -> ev.Event:
        heard = len(self.taken)
        event = self._world.perform(state, do, now)
        self.acted.append(Acted(now, heard, do, state, event))
        return event


def _outcome(state: CaseState) -> str:
    clock = state.clock("response")
    if state.submitted_at is not None:
        return "answered"
    if state.refunded_at is not None:
        return "refunded"
    if clock is not None and clock.missed:
        return "missed, and told"
    return "decided before the answer" if state.decided else "open"
