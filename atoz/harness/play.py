"""One case from a file to its timeline, simulated by the engine alone: the document of `timeline`.

Nothing here knows Temporal, so that a simulation need not wait for it (`rehearsed.py` does).
"""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from atoz.claims.base import instant_text
from atoz.claims.case import CaseFile, Happenings, Troubles
from atoz.claims.claim import claim_id_of
from atoz.claims.facts import Fact
from atoz.errors import BadInput
from atoz.harness.bounds import Bounds, Hurried, sober, within
from atoz.harness.photos import Photos
from atoz.harness.script import script_of, scripted
from atoz.harness.troubled import Troubled
from atoz.library import Library
from atoz.playbook import events as ev
from atoz.playbook.acts import Do
from atoz.playbook.chart import Chart, chart
from atoz.playbook.load import load_playbook
from atoz.playbook.model import Playbook
from atoz.playbook.simulate import Simulated, World, outcome, simulate, timeline
from atoz.playbook.state import CaseState, open_claim
from atoz.rules import Rules, load_rules
from atoz.service.problems import PROBLEMS
from atoz.service.world import SimulatedWorld
from atoz.settings import Settings


class Played(NamedTuple):
    """A case that was played: its document `{timeline, outcome}`, and what its drawing is made from."""

    document: dict[str, Any]
    state: CaseState
    facts: Sequence[Fact]
    ended_at: datetime
    now: datetime | None = None
    """Where the rest of it is yet to come (UTC)."""

    def chart(self, zone: str | None = None) -> Chart:
        """Its course, on the calendar of a zone; else of the marketplace's."""
        return chart(self.state, self.facts, self.ended_at, self.now, zone)


def simulated(
    settings: Settings,
    case: CaseFile,
    playbook: str | None = None,
    *,
    bounds: Bounds | None = None,
) -> Played:
    """The case under a virtual clock. Raises BadInput, also where it leaves its bounds."""
    if bounds:
        within(case, case.claim.notified_at)
    played = sober(lambda: _simulated(settings, case, playbook, bounds=bounds))
    return played_as(played.state, played.state.facts, played.ended_at)


def continued(
    settings: Settings,
    state: CaseState,
    happens: Happenings,
    now: datetime,
    playbook: str | None = None,
    *,
    bounds: Bounds | None = None,
) -> Played:
    """What becomes of a running claim from `now` (UTC) on if this happens; the claim is not touched.

    With `playbook` it goes on under that one. Raises BadInput, also for events of the past, and where
    it leaves its bounds.
    """
    if bounds:
        within(happens, now)
    rules = forced(load_rules(settings), settings, playbook)
    past = [n for n, event in enumerate(happens.events) if event.at < now]
    if past:
        raise BadInput(PROBLEMS("play_past", path=f"events.{past[0]}.at", at=instant_text(now)))
    if playbook is not None and state.playbook is not None:
        (only,) = rules.library.playbooks
        pinned = {"playbook": only, "playbook_digest": only.digest, "candidates": (only,)}
        state = state.model_copy(update=pinned)
    script = scripted(happens.events, rules.library.phrases, Photos().make)
    world, most = _bounded(_world(rules, settings, happens.world), bounds)
    played = sober(
        lambda: simulate(
            state, script, happens.operator, world, troubles=happens.world, now=now, most=most
        )
    )
    return played_as(played.state, played.state.facts, played.ended_at, now)


def stood(
    settings: Settings, case: CaseFile, at: datetime | None = None, playbook: str | None = None
) -> tuple[CaseState, datetime]:
    """The simulated claim at an instant (UTC), else at its end, and that instant. Raises BadInput."""
    return _simulated(settings, case, playbook, last=at)


def at_the_draft(
    settings: Settings, case: CaseFile, playbook: str | None = None
) -> tuple[CaseState, datetime]:
    """The simulated claim right after its appeal was first drafted, else at its end. Raises BadInput."""
    try:
        return _simulated(settings, case, playbook, drafted=True)
    except _Reached as reached:
        return reached.state, reached.at


def _simulated(
    settings: Settings,
    case: CaseFile,
    playbook: str | None,
    *,
    last: datetime | None = None,
    drafted: bool = False,
    bounds: Bounds | None = None,
) -> Simulated:
    """The case under a virtual clock, to its end or to an instant; `drafted` stops it at the draft."""
    rules = forced(load_rules(settings), settings, playbook)
    rules.library.policy(case.claim.marketplace)
    state = open_claim(claim_id_of(case.claim.order_id), case.claim_file, case.claim.notified_at)
    script = script_of(case, rules.library.phrases, Photos().make)
    world = _world(rules, settings, case.world)
    stop, most = _bounded(_Stop(world) if drafted else world, bounds)
    return simulate(state, script, case.operator, stop, troubles=case.world, last=last, most=most)


def _bounded(world: World, bounds: Bounds | None) -> tuple[World, int | None]:
    """The world within its bounds, and how many steps a play in it may take."""
    return (Hurried(world, bounds.seconds), bounds.steps) if bounds else (world, None)


def _world(rules: Rules, settings: Settings, troubles: Troubles) -> World:
    """The simulated world with these troubles."""
    quiet = SimulatedWorld(rules.library, rules.templates, settings.seller_name)
    return Troubled(quiet, troubles)


class _Reached(Exception):  # noqa: N818 - named for what happened
    """The draft that was asked for."""

    def __init__(self, state: CaseState, at: datetime) -> None:
        super().__init__()
        self.state = state
        self.at = at


class _Stop:
    """A world that ends when the act after the first draft is due."""

    def __init__(self, world: World) -> None:
        self._world = world

    def perform(self, state: CaseState, do: Do, now: datetime) -> ev.Event:
        """Carry the act out, unless the draft is reached before it."""
        if state.appeal is not None:
            raise _Reached(state, now)
        return self._world.perform(state, do, now)


def forced(rules: Rules, settings: Settings, playbook: str | None) -> Rules:
    """The rules with this playbook, by name or file, as the only one to choose. Raises BadInput."""
    if playbook is None:
        return rules
    only = _playbook(rules.library, settings, playbook)
    library = dataclasses.replace(rules.library, playbooks=(only,))
    return rules._replace(library=library)


def _playbook(library: Library, settings: Settings, name: str) -> Playbook:
    path = Path(name)
    if path.suffix not in (".yaml", ".yml") and not path.is_file():
        return library.playbook(name)
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 text, save it as UTF-8") from error
    templates = frozenset(file.stem for file in settings.playbooks.glob("templates/*/*.txt"))
    return load_playbook(text, name, templates)


def played_as(
    state: CaseState, facts: Sequence[Fact], ended_at: datetime, now: datetime | None = None
) -> Played:
    """What a played claim is shown as; `now` (UTC) where the rest of it is yet to come."""
    document = {"timeline": timeline(facts), "outcome": outcome(state)}
    return Played(document, state, facts, ended_at, now)
