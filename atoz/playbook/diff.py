"""What changed from one playbook to another, by meaning: one sentence for each change.

Comments, key order and the spelling of a span change nothing, so they are not told. Steps are told
apart by their id, as running claims do it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel

from atoz.claims.base import span_text
from atoz.playbook.model import Applies, Effect, Playbook, Step
from atoz.playbook.said import Sentences, plain, word

SAY = Sentences(
    "diff",
    {
        "field": "{what}: {old} before, {new} now.",
        "of_applies": "Whom it applies to: {what}",
        "of_step": "Step `{step}`, {what}",
        "gone": "Step `{step}` is gone ({when}: {act}).",
        "added": "Step `{step}` is new: {when}, {act}.",
        "when": "Step `{step}` acts {new} instead of {old}.",
        "act": "Step `{step}` does something else: {new} instead of {old}.",
        "order": "The steps stand in another order: {new}; before {old}.",
        "reply": "A reply that is read as {intent}: {new} instead of {old}.",
        "decision": "A decision {status} opens {new} instead of {old}.",
        "nothing": "nothing",
        "any": "any",
        "at": "at {wait}",
        "after": "after {step}",
        "later": "{wait} after {step}",
        # What a value of the playbook is called.
        "name": "Its name",
        "version": "The version",
        "rank": "The rank",
        "limit": "The limit",
        "margin": "The margin",
        "operator_lead": "The operator's lead",
        "approval_allowance": "The time to approve",
        "retry_budget": "The retry budget",
        "late_after": "The time after which a step is late",
        "aftercare": "The aftercare",
        # Of whom it applies to.
        "reasons": "the reasons",
        "shipment": "the states of the shipment",
        "marketplaces": "the marketplaces",
        "any_of": "the conditions of which one must hold",
        # Of a step.
        "or_when": "what ends the wait early",
        "skip_if": "what skips it",
        "only_if": "what it needs",
        "approval": "when it needs approval",
        "if_unapproved": "what follows without approval",
        "if_late": "what follows when it is late",
        "if_unknown": "what follows an unknown send",
    },
)
"""How a change is told. Values stand in it as a playbook's file writes them."""

_FIELDS = (
    *("name", "version", "rank", "limit", "margin", "operator_lead", "approval_allowance"),
    *("retry_budget", "late_after", "aftercare"),
)
_APPLIES = ("reasons", "shipment", "marketplaces", "any_of")
_STEP = ("or_when", "skip_if", "only_if", "approval", "if_unapproved", "if_late", "if_unknown")
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
        *_fields(old.applies, new.applies, _APPLIES, "applies.", _of_applies),
        *_steps(old, new),
        *_order(old, new),
        *_reactions(old, new),
        *_decisions(old, new),
    ]


def _of_applies(what: str) -> str:
    return SAY("of_applies", what=what)


def shown(value: object) -> str:
    """A value of a playbook in a sentence."""
    if value is None or value == ():
        return SAY("nothing")
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
        return SAY("at", wait=step.at)
    after = _named(step.after or "")
    return SAY("later", wait=step.wait, step=after) if step.wait else SAY("after", step=after)


def _named(step: str) -> str:
    return word("step", step)


def _fields(
    old: BaseModel,
    new: BaseModel,
    names: Sequence[str],
    path: str = "",
    of: Callable[[str], str] = lambda what: what,
) -> Iterator[Change]:
    """The single values that differ, each in the same words; `of` says whose they are."""
    for key in names:
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            shown_both = {"old": _any(old, before), "new": _any(new, after)}
            said = SAY("field", what=of(SAY(key)), **shown_both)
            yield _change(f"{path}{key}", before, after, said)


def _any(owner: BaseModel, value: object) -> str:
    """Where a rule says nothing about whom it is for, it is for all."""
    return SAY("any") if isinstance(owner, Applies) and value is None else shown(value)


def _steps(old: Playbook, new: Playbook) -> Iterator[Change]:
    for step in old.steps:
        kept = new.step(step.id)
        if kept is None:
            yield _change(f"steps.{step.id}", step, None, _whole("gone", step))
        else:
            yield from _step(step, kept)
    for step in new.steps:
        if old.step(step.id) is None:
            yield _change(f"steps.{step.id}", None, step, _whole("added", step))


def _whole(key: str, step: Step) -> str:
    return SAY(key, step=_named(step.id), when=when_text(step), act=act_text(step))


def _step(old: Step, new: Step) -> Iterator[Change]:
    path, named = f"steps.{old.id}", _named(old.id)
    if any(getattr(old, key) != getattr(new, key) for key in _WHEN):
        before, after = when_text(old), when_text(new)
        yield Change(f"{path}.when", before, after, SAY("when", step=named, old=before, new=after))
    if act_text(old) != act_text(new):
        before, after = act_text(old), act_text(new)
        yield Change(f"{path}.act", before, after, SAY("act", step=named, old=before, new=after))

    def of_step(what: str) -> str:
        return SAY("of_step", step=named, what=what)

    yield from _fields(old, new, _STEP, f"{path}.", of_step)


def _order(old: Playbook, new: Playbook) -> Iterator[Change]:
    """The order of steps decides which of two that are due at once goes first."""
    before = [step.id for step in old.steps if new.step(step.id)]
    after = [step.id for step in new.steps if old.step(step.id)]
    if before != after:
        said = SAY("order", new=", ".join(after), old=", ".join(before))
        yield Change("steps", before, after, said)


def _reactions(old: Playbook, new: Playbook) -> Iterator[Change]:
    for intent in old.on_reply:
        before, after = old.on_reply[intent], new.on_reply[intent]
        if before != after:
            read = word("intent", intent, plain(intent))
            said = SAY("reply", intent=read, new=shown(after), old=shown(before))
            yield _change(f"on_reply.{intent}", before, after, said)


def _decisions(old: Playbook, new: Playbook) -> Iterator[Change]:
    for status in dict.fromkeys([*old.on_decision, *new.on_decision]):
        before, after = old.on_decision.get(status, ()), new.on_decision.get(status, ())
        if before != after:
            decided = word("status", status.value, plain(status.value))
            said = SAY("decision", status=decided, new=shown(after), old=shown(before))
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
