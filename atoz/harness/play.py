"""One case from a file to its timeline: simulated by the engine alone, or rehearsed for real.

Both give the same document as `timeline`. A rehearsal has a server, a worker and a state folder of
its own, which end with it: no message leaves, nobody is told, no claim is touched.
"""

import dataclasses
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from atoz.claims.base import instant_text
from atoz.claims.case import CaseFile, Happenings, Troubles
from atoz.claims.facts import Fact
from atoz.errors import BadInput
from atoz.evidence.store import EvidenceStore
from atoz.harness.photos import Photos
from atoz.harness.rehearse import rehearse
from atoz.harness.script import script_of, scripted
from atoz.harness.server import virtual_time
from atoz.harness.troubled import Troubled
from atoz.harness.world import SimulatedWorld
from atoz.keeping import converter, kept_store
from atoz.library import Library
from atoz.mail.outbox import OutboxMailer
from atoz.playbook import events as ev
from atoz.playbook.acts import Do
from atoz.playbook.chart import Chart, chart
from atoz.playbook.load import load_playbook
from atoz.playbook.model import Playbook
from atoz.playbook.simulate import Simulated, World, outcome, simulate, timeline
from atoz.playbook.state import CaseState, open_claim
from atoz.settings import Settings
from atoz.vault.ring import make_ring
from atoz.wiring import Rules, build_worker, load_rules
from workflows import names


class Played(NamedTuple):
    """A case that was played: its document `{timeline, outcome}`, and its course for a drawing."""

    document: dict[str, Any]
    chart: Chart


def simulated(settings: Settings, case: CaseFile, playbook: str | None = None) -> Played:
    """The case under a virtual clock. Raises BadInput."""
    played = _simulated(settings, case, playbook)
    return _played(played.state, played.state.facts, played.ended_at)


def continued(
    settings: Settings,
    state: CaseState,
    happens: Happenings,
    now: datetime,
    playbook: str | None = None,
) -> Played:
    """What becomes of a running claim from `now` (UTC) on if this happens; the claim is not touched.

    With `playbook` it goes on under that one. Raises BadInput, also for events of the past.
    """
    rules = forced(load_rules(settings), settings, playbook)
    past = [n for n, event in enumerate(happens.events) if event.at < now]
    if past:
        raise BadInput(f"events.{past[0]}.at lies before {instant_text(now)}: what was is known")
    if playbook is not None and state.playbook is not None:
        (only,) = rules.library.playbooks
        pinned = {"playbook": only, "playbook_digest": only.digest, "candidates": (only,)}
        state = state.model_copy(update=pinned)
    script = scripted(happens.events, rules.library.phrases, Photos().make)
    world = _world(rules, settings, happens.world)
    played = simulate(state, script, happens.operator, world, troubles=happens.world, now=now)
    return _played(played.state, played.state.facts, played.ended_at, now)


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
) -> Simulated:
    """The case under a virtual clock, to its end or to an instant; `drafted` stops it at the draft."""
    rules = forced(load_rules(settings), settings, playbook)
    rules.library.policy(case.claim.marketplace)
    state = open_claim(
        names.claim_workflow_id(case.claim.order_id), case.claim_file, case.claim.notified_at
    )
    script = script_of(case, rules.library.phrases, Photos().make)
    world = _world(rules, settings, case.world)
    stop = _Stop(world) if drafted else world
    return simulate(state, script, case.operator, stop, troubles=case.world, last=last)


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


async def rehearsed(settings: Settings, case: CaseFile, playbook: str | None = None) -> Played:
    """The case through the real workflow. Raises BadInput, NoServer."""
    rules = forced(load_rules(settings), settings, playbook)
    rules.library.policy(case.claim.marketplace)
    with TemporaryDirectory(prefix="rehearsal-") as folder:
        alone = secluded(settings, Path(folder))
        store = kept_store(alone)
        mailer = OutboxMailer(alone.outbox_folder, delivers=True)
        async with (
            virtual_time(converter(alone)) as server,
            build_worker(server.client, alone, rules=rules, mailer=mailer),
        ):
            photos = Photos()
            script = script_of(case, rules.library.phrases, photos.make)
            await photos.keep(store)
            played = await rehearse(server, case, script)
        return _played(played.state, await _all_facts(played.state, store), played.ended_at)


def secluded(settings: Settings, folder: Path) -> Settings:
    """The same settings with every way out closed, and everything and its keys kept below `folder`."""
    alone = settings.model_copy(
        update={
            "state": folder,
            "orders": None,
            "outbox": None,
            "store_url": None,
            "encryption": "on",
            "keys_file": None,
            "smtp_host": None,
            "appeal_channel": "operator",
            "notice_emails": (),
            "notice_webhook_url": None,
            "board_host": "127.0.0.1",
            "board_url": None,
            "board_proxies": (),
            "inbound_secret": None,
        }
    )
    make_ring(alone.ring_file, datetime.now(UTC))
    return alone


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


async def _all_facts(state: CaseState, store: EvidenceStore) -> list[Fact]:
    """The facts that the claim carries, and before them those that it moved into the store."""
    older: list[Fact] = []
    for part in state.fact_archives:
        content = await store.get_document(part)
        assert content is not None, "a rehearsal's store outlives its claim"
        older += [Fact.model_validate(fact) for fact in json.loads(content)]
    return sorted([*older, *state.facts], key=lambda fact: int(fact.id[1:]))


def _played(
    state: CaseState, facts: Sequence[Fact], ended_at: datetime, now: datetime | None = None
) -> Played:
    document = {"timeline": timeline(facts), "outcome": outcome(state)}
    return Played(document, chart(state, facts, ended_at, now))
