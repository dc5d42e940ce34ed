"""What a claim would do under its playbook and under another one, side by side: steps, instants, words.

Both are played to their end with nobody saying or doing anything, by the engine and with the words that
would really be sent. Nothing is touched.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from atoz.claims.base import instant_text
from atoz.claims.case import Persona
from atoz.errors import BadInput
from atoz.mail.templates_folder import load_templates
from atoz.playbook.model import Playbook
from atoz.playbook.moving import pinned
from atoz.playbook.simulate import World, simulate
from atoz.playbook.state import CaseState
from atoz.service.base import Service
from atoz.service.world import SimulatedWorld

MOST = 3_000
"""Acts and waits of one play; a claim in silence takes some dozens."""
_TEXTS = ("message_sent", "appeal_drafted")


class Step(NamedTuple):
    """A step that begins: when, as what the timeline will first show it, and why it is skipped."""

    at: datetime
    kind: str
    why: str | None


class Plan(NamedTuple):
    """The steps to come by their ids, and the texts that go with them."""

    steps: Mapping[str, Step]
    texts: Mapping[str, str]


def world_of(service: Service) -> World:
    """The world in which plans are played: its words are those of the folder now. Raises BadInput."""
    own = service.settings
    templates = load_templates(own.playbooks / "templates")
    return SimulatedWorld(service.library, templates, own.seller_name)


def side_by_side(
    state: CaseState, new: Playbook, now: datetime, world: World
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """The plan as it is, the plan under `new` from `now` (UTC) on, and the texts that differ."""
    old, then = plan(state, now, world), plan(pinned(state, new), now, world)
    texts = [
        {"step": step, "old": old.texts.get(step), "new": then.texts.get(step)}
        for step in dict.fromkeys((*old.texts, *then.texts))
        if old.texts.get(step) != then.texts.get(step)
    ]
    return _document(old, then), _document(then, old), texts


def plan(state: CaseState, now: datetime, world: World) -> Plan:
    """What the claim does from `now` (UTC) on if nobody says or does anything."""
    known, steps, texts = {fact.id for fact in state.facts}, dict[str, Step](), dict[str, str]()
    try:
        played = simulate(state, (), Persona(), world, now=now, most=MOST)
    except BadInput:
        return Plan({}, {})  # too long to be shown: whether it may move says the proof
    for fact in played.state.facts:
        if fact.id in known or fact.step is None:
            continue
        steps.setdefault(fact.step, Step(fact.at, fact.kind, fact.data.get("why")))
        if fact.kind in _TEXTS:
            texts.setdefault(fact.step, fact.data["text"])
    return Plan(steps, texts)


def _document(own: Plan, other: Plan) -> list[dict[str, Any]]:
    """Each step, and whether the other plan has it otherwise."""
    return [
        {
            "step": name,
            "at": instant_text(step.at),
            "kind": step.kind,
            "why": step.why,
            "differs": other.steps.get(name) != step,
        }
        for name, step in own.steps.items()
    ]
