"""What is wrong with a playbook as a whole, whatever the clock says.

Each rule is one function over the model and yields the path of the value to change. A path on which
nobody answers, a step that never acts and a message that could go twice are refused here, before a
claim meets them.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain

from atoz.playbook.model import Applies, ConditionName, Playbook, Step
from atoz.playbook.prove import answers
from atoz.playbook.tree import Path

Flaw = tuple[Path, str]


def flaws(playbook: Playbook) -> Iterator[Flaw]:
    """Every flaw, rule by rule."""
    return chain.from_iterable(rule(playbook) for rule in _RULES)


def _unanswered(playbook: Playbook) -> Iterator[Flaw]:
    """On every path some step answers the claim or hands it to a person."""
    answering = [step for step in playbook.steps if answers(step)]
    if not answering:
        said = "no step answers the claim: add one with `submit: appeal`, or `ask: handle-claim`"
        yield ("steps",), said
    elif not any(_always_acts(step, playbook.applies) for step in answering):
        number = playbook.steps.index(answering[-1])
        key = "skip_if" if answering[-1].skip_if else "only_if"
        said = (
            f"`{answering[-1].id}` may be left out, and then nobody answers the claim: take the "
            "condition away, or add a step `ask: handle-claim` without one"
        )
        yield ("steps", number, key), said


def _always_acts(step: Step, applies: Applies) -> bool:
    """Whether the step acts on every path of every claim that the playbook applies to."""
    never = {name for name in step.skip_if if _always(name, applies) is not False}
    missing = {name for name in step.only_if if _always(name, applies) is not True}
    return not never and not missing


def _unreachable(playbook: Playbook) -> Iterator[Flaw]:
    """A step that no claim of this playbook can reach."""
    for number, step in enumerate(playbook.steps):
        both = [name for name in step.skip_if if name in step.only_if]
        always = [n for n in step.skip_if if _always(n, playbook.applies) is True]
        never = [n for n in step.only_if if _always(n, playbook.applies) is False]
        if both:
            said = f"`{step.id}` never acts: `{both[0]}` stands in skip_if and in only_if"
            yield ("steps", number, "only_if"), said
        elif always:
            said = f"`{step.id}` never acts: `{always[0]}` holds for every claim of this playbook"
            yield ("steps", number, "skip_if"), said
        elif never:
            said = f"`{step.id}` never acts: `{never[0]}` holds for no claim of this playbook"
            yield ("steps", number, "only_if"), said


def _always(name: ConditionName, applies: Applies) -> bool | None:
    """Whether a condition holds for every claim that the playbook applies to (True), or for none."""
    if applies.any_of == (name,) and name in _LASTING:
        return True
    if name == "reason_not_received" and applies.reasons is not None:
        return _all_or_none(applies.reasons, "not_received")
    if name in ("delivered", "never_shipped") and applies.shipment is not None:
        return _all_or_none(applies.shipment, name)
    return None


_LASTING: frozenset[ConditionName] = frozenset(
    {
        "buy_shipping",
        "delivered",
        "delivery_photo_on_file",
        "never_shipped",
        "reason_not_received",
        "signature_on_file",
    }
)
"""Conditions that hold from a claim's arrival on, unless a person amends it."""


def _all_or_none(known: tuple[str, ...], wanted: str) -> bool | None:
    return True if set(known) == {wanted} else False if wanted not in known else None


def _twice(playbook: Playbook) -> Iterator[Flaw]:
    """A message that could reach the buyer twice: by two steps, or by a step and a reaction."""
    sent = Counter(step.send for step in playbook.steps if step.send)
    first: set[str] = set()
    for number, step in enumerate(playbook.steps):
        if step.send and sent[step.send] > 1 and step.send in first:
            said = f"`{step.send}` could go twice: an earlier step sends it, too; write another"
            yield ("steps", number, "send"), said
        first.add(step.send or "")
    for intent, effects in playbook.on_reply.items():
        for number, effect in enumerate(effects):
            if effect.send in sent:
                said = f"`{effect.send}` could go twice: a step sends it, too; write another"
                yield ("on_reply", intent, number, "send"), said


def _answers_twice(playbook: Playbook) -> Iterator[Flaw]:
    """The claim has one answer."""
    submits = [number for number, step in enumerate(playbook.steps) if step.submit]
    for number in submits[1:]:
        said = "the claim is answered by an earlier step already: an answer goes once"
        yield ("steps", number, "submit"), said


def _too_late_to_matter(playbook: Playbook) -> Iterator[Flaw]:
    """An answer that lateness may leave out, or that waits for a person's word without an end."""
    for number, step in enumerate(playbook.steps):
        if answers(step) and step.if_late != "send":
            said = (
                f"`{step.id}` answers the claim: late is better than never, so leave `if_late` out"
            )
            yield ("steps", number, "if_late"), said


_RULES: tuple[Callable[[Playbook], Iterator[Flaw]], ...] = (
    _unanswered,
    _unreachable,
    _twice,
    _answers_twice,
    _too_late_to_matter,
)
