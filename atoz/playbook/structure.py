"""What is wrong with a playbook as a whole, whatever the clock says.

Each rule is one function over the model and yields the path of the value to change. A path on which
nobody answers, a step that never acts, a message that could go twice are refused here, before a
claim meets them; who is told of what is looked at in `owners.py`.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import chain, product

from atoz.claims.base import span_text
from atoz.playbook.model import Applies, ConditionName, Playbook, Step
from atoz.playbook.owners import OWNERS
from atoz.playbook.tasks import answers
from atoz.playbook.tree import Path

Flaw = tuple[Path, str]


def flaws(playbook: Playbook) -> Iterator[Flaw]:
    """Every flaw, rule by rule."""
    return chain.from_iterable(rule(playbook) for rule in (*_RULES, *OWNERS))


def _unanswered(playbook: Playbook) -> Iterator[Flaw]:
    """On every path some step answers the claim or hands it to a person."""
    answering = [step for step in playbook.steps if answers(step)]
    if not answering:
        said = "no step answers the claim: add one with `submit: appeal`, or `ask: handle-claim`"
        yield ("steps",), said
        return
    path = next((p for p in _paths(playbook) if not any(_acts(s, p) for s in answering)), None)
    if path is None:
        return
    last = answering[-1]
    key = "skip_if" if last.skip_if else "only_if"
    named = dict.fromkeys(name for step in answering for name in (*step.skip_if, *step.only_if))
    case = ", ".join(name if path[last.id, name] else f"not {name}" for name in named)
    said = (
        f"`{last.id}` may be left out ({case}), and then nobody answers the claim: take the "
        "condition away, or add a step `ask: handle-claim` for this case"
    )
    yield ("steps", playbook.steps.index(last), key), said


_Holding = dict[tuple[str, ConditionName], bool]
"""Which condition holds when a step looks at it."""


def _paths(playbook: Playbook) -> Iterator[_Holding]:
    """All ways in which the conditions of the answering steps can hold, step after step.

    What is so from the arrival on stays so; what can happen meanwhile may begin to hold between two
    steps, and whether the buyer has answered is asked anew by each step.
    """
    steps = [step.id for step in playbook.steps if answers(step)]
    asked = dict.fromkeys(
        name for step in playbook.steps if answers(step) for name in (*step.skip_if, *step.only_if)
    )
    courses = [list(_courses(name, playbook.applies, len(steps))) for name in asked]
    for taken in product(*courses):
        yield {
            (step, name): course[number]
            for name, course in zip(asked, taken, strict=True)
            for number, step in enumerate(steps)
        }


def _courses(name: ConditionName, applies: Applies, steps: int) -> Iterator[tuple[bool, ...]]:
    """How a condition can hold as one step after the other looks at it."""
    known = _always(name, applies)
    if name == "refunded":  # a refund answers the claim: then no step is needed
        yield (False,) * steps
    elif known is not None:
        yield (known,) * steps
    elif name in _LASTING:
        yield from ((True,) * steps, (False,) * steps)
    elif name == "buyer_answered":
        yield from product((True, False), repeat=steps)
    else:
        yield from ((False,) * n + (True,) * (steps - n) for n in range(steps + 1))


def _acts(step: Step, holding: _Holding) -> bool:
    skipped = any(holding[step.id, name] for name in step.skip_if)
    return not skipped and all(holding[step.id, name] for name in step.only_if)


def _unreachable(playbook: Playbook) -> Iterator[Flaw]:
    """A step that no claim of this playbook can reach."""
    for number, step in enumerate(playbook.steps):
        both = [name for name in step.skip_if if name in step.only_if]
        always = [n for n in step.skip_if if _always(n, playbook.applies) is True]
        never = [n for n in step.only_if if _always(n, playbook.applies) is False]
        if step.send and "messages_stopped" in step.only_if:
            said = f"`{step.id}` never acts: nothing is sent where messages are stopped"
            yield ("steps", number, "only_if"), said
        elif both:
            said = f"`{step.id}` never acts: `{both[0]}` stands in skip_if and in only_if"
            yield ("steps", number, "only_if"), said
        elif always:
            said = f"`{step.id}` never acts: `{always[0]}` holds for every claim of this playbook"
            yield ("steps", number, "skip_if"), said
        elif never:
            said = f"`{step.id}` never acts: `{never[0]}` holds for no claim of this playbook"
            yield ("steps", number, "only_if"), said
        elif "refunded" in step.only_if:
            said = f"`{step.id}` never acts: after a refund no step does; leave the condition out"
            yield ("steps", number, "only_if"), said
    if "under_review" in playbook.on_decision:
        said = "`under_review` is no decision, so nothing here is ever done: leave it out"
        yield ("on_decision", "under_review"), said


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
    """A message that could reach the buyer twice: by two steps, or by a step and a reaction.

    `if_unknown: resend` is the author's own word for one step, and stays allowed.
    """
    sent = Counter(step.send for step in playbook.steps if step.send)
    first: set[str] = set()
    for number, step in enumerate(playbook.steps):
        if step.send and sent[step.send] > 1 and step.send in first:
            said = f"`{step.send}` could go twice: an earlier step sends it, too; write another"
            yield ("steps", number, "send"), said
        first.add(step.send or "")
    steps = {step.id for step in playbook.steps}
    for intent, effects in playbook.on_reply.items():
        for number, effect in enumerate(effects):
            if effect.send in sent:
                said = f"`{effect.send}` could go twice: a step sends it, too; write another"
                yield ("on_reply", intent, number, "send"), said
            elif effect.send and (name := effect.send.replace("_", "-")) in steps:
                said = f"`{effect.send}` goes under the name `{name}`, which a step has: rename it"
                yield ("on_reply", intent, number, "send"), said


def _resent(playbook: Playbook) -> Iterator[Flaw]:
    """Only a message to the buyer may be sent again unasked: of an appeal a person always finds out."""
    for number, step in enumerate(playbook.steps):
        if step.if_unknown == "resend" and not step.send:
            what = "an appeal is never" if step.submit else "nothing is sent here, so nothing is"
            said = f"{what} sent again unasked: leave `if_unknown` out of `{step.id}`"
            yield ("steps", number, "if_unknown"), said


def _answers_twice(playbook: Playbook) -> Iterator[Flaw]:
    """The claim has one answer."""
    submits = [number for number, step in enumerate(playbook.steps) if step.submit]
    for number in submits[1:]:
        said = "the claim is answered by an earlier step already: an answer goes once"
        yield ("steps", number, "submit"), said


def _may_be_dropped(playbook: Playbook) -> Iterator[Flaw]:
    """An answer that lateness may leave out. One that waits for a person's word is with that person."""
    for number, step in enumerate(playbook.steps):
        if answers(step) and step.if_late != "send":
            said = (
                f"`{step.id}` answers the claim: late is better than never, so leave `if_late` out"
            )
            yield ("steps", number, "if_late"), said


def _endless(playbook: Playbook) -> Iterator[Flaw]:
    """The proof looks two years ahead, and no marketplace waits for one."""
    if playbook.limit > _LONGEST:
        said = f"no claim waits so long: write at most {span_text(_LONGEST)}"
        yield ("limit",), said


_LONGEST = timedelta(days=366)

_RULES: tuple[Callable[[Playbook], Iterator[Flaw]], ...] = (
    _unanswered,
    _unreachable,
    _twice,
    _resent,
    _answers_twice,
    _may_be_dropped,
    _endless,
)
