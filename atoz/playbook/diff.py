"""What changed from one playbook to another, by meaning: one sentence for each change.

Comments, key order and the spelling of a span change nothing, so they are not told. Steps are told
apart by their id, as running claims do it.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel

from atoz.claims.base import span_text
from atoz.playbook.model import Applies, Effect, Playbook, Step

_FIELDS = {
    "name": "its name",
    "version": "the version",
    "rank": "the rank",
    "limit": "the limit",
    "margin": "the margin",
    "operator_lead": "the operator's lead",
    "approval_allowance": "the time to approve",
    "retry_budget": "the retry budget",
    "late_after": "the time after which a step is late",
    "aftercare": "the aftercare",
}
_APPLIES = {
    "reasons": "the reasons",
    "shipment": "the states of the shipment",
    "marketplaces": "the marketplaces",
    "any_of": "the conditions of which one must hold",
}
_STEP = {
    "or_when": "what ends the wait early",
    "skip_if": "what skips it",
    "only_if": "what it needs",
    "approval": "when it needs approval",
    "if_unapproved": "what follows without approval",
    "if_late": "what follows when it is late",
    "if_unknown": "what follows an unknown send",
}
_WHEN, _ACT = ("at", "after", "wait"), ("send", "submit", "ask", "draft")


class Change(NamedTuple):
    """One change: the value's path, how it was and is (None where there is none), in a sentence."""

    path: str
    old: Any
    new: Any
    sentence: str


def differences(old: Playbook, new: Playbook) -> list[Change]:
    """Every change of meaning from `old` to `new`; none where the digests are equal."""
    return [
        *_fields(old, new, _FIELDS),
        *_fields(old.applies, new.applies, _APPLIES, "applies.", "whom it applies to: "),
        *_steps(old, new),
        *_order(old, new),
        *_reactions(old, new),
        *_decisions(old, new),
    ]


def shown(value: object) -> str:
    """A value of a playbook in a sentence."""
    if value is None or value == ():
        return "nothing"
    if isinstance(value, timedelta):
        return span_text(value)
    if isinstance(value, Effect):
        return effect_text(value)
    if isinstance(value, tuple):
        return ", ".join(shown(item) for item in value)
    return str(value)


def effect_text(effect: Effect) -> str:
    """An effect of a reply: `hold 48h`, `task read-reply`, `send withdraw_help`, `stop messages`."""
    (name,) = effect.model_fields_set
    value = getattr(effect, name)
    return name.replace("_", " ") if value is True else f"{name} {shown(value)}"


def act_text(step: Step) -> str:
    """What a step does: `send deescalate`, `submit appeal`, `ask handle-claim`."""
    return next(f"{key} {value}" for key in _ACT if (value := getattr(step, key)) is not None)


def when_text(step: Step) -> str:
    """When a step is planned: `at 1d`, `24h after request-photos`."""
    if step.at is not None:
        return f"at {span_text(step.at)}"
    return f"{span_text(step.wait)} after {step.after}" if step.wait else f"after {step.after}"


def _fields(
    old: BaseModel, new: BaseModel, names: dict[str, str], path: str = "", of: str = ""
) -> Iterator[Change]:
    """The single values that differ, each in the same words."""
    for key, name in names.items():
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            words = f"{of}{name}: {_any(old, before)} before, {_any(new, after)} now."
            yield _change(f"{path}{key}", before, after, words[:1].upper() + words[1:])


def _any(owner: BaseModel, value: object) -> str:
    """Where a rule says nothing about whom it is for, it is for all."""
    return "any" if isinstance(owner, Applies) and value is None else shown(value)


def _steps(old: Playbook, new: Playbook) -> Iterator[Change]:
    for step in old.steps:
        kept = new.step(step.id)
        if kept is None:
            said = f"Step `{step.id}` is gone ({when_text(step)}: {act_text(step)})."
            yield _change(f"steps.{step.id}", step, None, said)
        else:
            yield from _step(step, kept)
    for step in new.steps:
        if old.step(step.id) is None:
            said = f"Step `{step.id}` is new: {when_text(step)}, {act_text(step)}."
            yield _change(f"steps.{step.id}", None, step, said)


def _step(old: Step, new: Step) -> Iterator[Change]:
    path, name = f"steps.{old.id}", f"Step `{old.id}`"
    if any(getattr(old, key) != getattr(new, key) for key in _WHEN):
        before, after = when_text(old), when_text(new)
        yield Change(f"{path}.when", before, after, f"{name} acts {after} instead of {before}.")
    if act_text(old) != act_text(new):
        before, after = act_text(old), act_text(new)
        said = f"{name} does something else: {after} instead of {before}."
        yield Change(f"{path}.act", before, after, said)
    yield from _fields(old, new, _STEP, f"{path}.", f"{name}, ")


def _order(old: Playbook, new: Playbook) -> Iterator[Change]:
    """The order of steps decides which of two that are due at once goes first."""
    before = [step.id for step in old.steps if new.step(step.id)]
    after = [step.id for step in new.steps if old.step(step.id)]
    if before != after:
        said = f"The steps stand in another order: {', '.join(after)}; before {', '.join(before)}."
        yield Change("steps", before, after, said)


def _reactions(old: Playbook, new: Playbook) -> Iterator[Change]:
    for intent in old.on_reply:
        before, after = old.on_reply[intent], new.on_reply[intent]
        if before != after:
            said = (
                f"A reply that is read as {intent.replace('_', ' ')}: {shown(after)} instead of "
                f"{shown(before)}."
            )
            yield _change(f"on_reply.{intent}", before, after, said)


def _decisions(old: Playbook, new: Playbook) -> Iterator[Change]:
    for status in dict.fromkeys([*old.on_decision, *new.on_decision]):
        before, after = old.on_decision.get(status, ()), new.on_decision.get(status, ())
        if before != after:
            said = (
                f"A decision {status.value.replace('_', ' ')} opens {shown(after)} instead of "
                f"{shown(before)}."
            )
            yield _change(f"on_decision.{status.value}", before, after, said)


def _change(path: str, old: object, new: object, sentence: str) -> Change:
    return Change(path, _plain(old), _plain(new), sentence)


def _plain(value: object) -> object:
    """A value as JSON has it, in the words of a playbook file."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, timedelta):
        return span_text(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
