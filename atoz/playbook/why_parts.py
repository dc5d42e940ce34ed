"""The pieces that every answer of `why` is made of: plan, shift, hold, pause, and facts in brackets."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from atoz.claims.base import instant_text, span_text
from atoz.claims.facts import Fact
from atoz.playbook.conditions import holds
from atoz.playbook.grounds import grounds, newest
from atoz.playbook.model import ConditionName, Step
from atoz.playbook.state import CaseState
from atoz.playbook.vocabulary import CONDITION_WORDS

NOTICED = timedelta(minutes=1)
"""A shift that is shorter is the grain of the clock."""


class Told(NamedTuple):
    """What one answer says beyond the plan: the verdict in a word, the sentences, what they rest on."""

    verdict: str
    sentences: tuple[str, ...]
    facts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    acts_at: datetime | None = None
    shift: dict[str, Any] | None = None
    hold: dict[str, Any] | None = None
    pause: dict[str, Any] | None = None


def cited(facts: Iterable[str]) -> str:
    """Fact ids in brackets, with a space before: ` (f12, f14)`; nothing where there are none."""
    known = ", ".join(facts)
    return f" ({known})" if known else ""


def condition_words(name: ConditionName, state: CaseState) -> str:
    """A condition that holds, in words, with its facts: `photos of the buyer are on file (f28)`."""
    return f"{CONDITION_WORDS[name]}{cited(grounds(name, state))}"


def condition_named(why: str) -> ConditionName | None:
    """The condition that a reason to skip names, be it that it holds or that it does not; else None."""
    word = why.removeprefix("not ")
    return next((name for name in CONDITION_WORDS if name == word), None)


def planned_sentences(state: CaseState, step: Step) -> Iterator[str]:
    """What the playbook plans for the step, and from what it counts."""
    if step.at is not None:
        arrived = state.file.claim.notified_at
        after = (
            f"{span_text(step.at)} after the claim arrived" if step.at else "when the claim arrives"
        )
        at = instant_text(arrived + step.at)
        yield f"The playbook plans it {after} ({instant_text(arrived)}){f': {at}' if step.at else ''}."
        return
    over = state.run(step.after or "").done_at
    early = step.or_when is not None and holds(step.or_when, state, step)
    if over is None:
        alone = f"; without that wait when {CONDITION_WORDS[step.or_when]}" if step.or_when else ""
        wait = f"{span_text(step.wait)} after" if step.wait else "right after"
        yield f"The playbook plans it {wait} `{step.after}`, which is not over{alone}."
    elif early and step.or_when is not None:
        yield (
            f"The playbook plans it {span_text(step.wait)} after `{step.after}` ({instant_text(over)}), "
            f"but its wait is over: {condition_words(step.or_when, state)}."
        )
    else:
        yield (
            f"The playbook plans it {span_text(step.wait)} after `{step.after}` "
            f"({instant_text(over)}): {instant_text(over + step.wait)}."
        )


def shift_of(state: CaseState, planned: datetime, acts: datetime) -> dict[str, Any] | None:
    """How the sending hours move a message from one instant to another, or None."""
    if state.policy is None or acts - planned <= NOTICED:
        return None
    hours = state.policy.sending_hours
    if hours.is_open(planned):
        return None
    return {
        "from": instant_text(planned),
        "to": instant_text(acts),
        "hours": f"{hours.opens:%H:%M}-{hours.closes:%H:%M}",
        "zone": hours.zone,
    }


def shift_sentence(shift: dict[str, Any]) -> str:
    """A shift in words."""
    return (
        f"Messages go {shift['hours'].replace('-', ' to ')} in {shift['zone']}: "
        f"it moved from {shift['from']} to {shift['to']}."
    )


def hold_of(state: CaseState, planned: datetime | None) -> dict[str, Any] | None:
    """The hold that a reply put on the claim and that reaches beyond the plan, or None."""
    until = state.held_until
    if until is None or planned is None or until <= planned:
        return None
    return {"until": instant_text(until), "fact": state.held_why, "because": _read_as(state)}


def hold_sentence(hold: dict[str, Any]) -> str:
    """A hold in words."""
    said = f", read as {hold['because']}," if hold["because"] else ""
    known = cited([hold["fact"]] if hold["fact"] else [])
    return f"A reply{known}{said} holds it until {hold['until']}."


def _read_as(state: CaseState) -> str | None:
    reply = next((fact for fact in state.facts if fact.id == state.held_why), None)
    return ", ".join(reply.data.get("intents", ())).replace("_", " ") or None if reply else None


def pause_of(state: CaseState) -> dict[str, Any] | None:
    """Since when a person holds the claim, who and why; None where nobody does."""
    if not state.paused:
        return None
    fact = newest(state, "paused")
    who = _who(fact)
    return {
        "since": instant_text(fact.at) if fact else None,
        "by": who,
        "why": (fact.data.get("why") or None) if fact else None,
        "fact": fact.id if fact else None,
    }


def pause_sentence(pause: dict[str, Any]) -> str:
    """A pause in words."""
    by = f" by {pause['by']}" if pause["by"] else ""
    since = f" since {pause['since']}" if pause["since"] else ""
    reason = f": {pause['why']}" if pause["why"] else ""
    known = cited([pause["fact"]] if pause["fact"] else [])
    return f"The claim is paused{since}{by}{known}{reason}."


def _who(fact: Fact | None) -> str | None:
    """The person behind a fact, where one is."""
    return (
        fact.source.removeprefix("operator:")
        if fact and fact.source.startswith("operator:")
        else None
    )


def person_of(fact: Fact) -> str:
    """` by` and who it was, or nothing where the playbook itself did it."""
    who = _who(fact)
    return f" by {who}" if who else ""
