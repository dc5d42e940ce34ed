"""The pieces that every answer of `why` is made of: plan, shift, hold, pause, and facts in brackets."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from atoz.claims.base import instant_text
from atoz.playbook.conditions import holds
from atoz.playbook.grounds import grounds, newest
from atoz.playbook.model import ConditionName, Step
from atoz.playbook.said import Said, plain, word
from atoz.playbook.state import CaseState
from atoz.playbook.vocabulary import CONDITION_WORDS, condition
from atoz.playbook.why_words import SAY, cited, detail, step_named, who

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


def condition_words(name: ConditionName, state: CaseState) -> str:
    """A condition that holds, in words, with its facts: `photos of the buyer are on file (f28)`."""
    return SAY("grounds", condition=condition(name), facts=cited(grounds(name, state)))


def condition_named(why: str) -> ConditionName | None:
    """The condition that a reason to skip names, be it that it holds or that it does not; else None."""
    named = why.removeprefix("not ")
    return next((name for name in CONDITION_WORDS if name == named), None)


def planned_sentence(state: CaseState, step: Step) -> Said:
    """What the playbook plans for the step, and from what it counts."""
    if step.at is None:
        return _planned_after(state, step)
    arrived = state.file.claim.notified_at
    if not step.at:
        return SAY("planned_on_arrival", arrived=instant_text(arrived))
    at = instant_text(arrived + step.at)
    return SAY("planned_after_arrival", wait=step.at, arrived=instant_text(arrived), at=at)


def _planned_after(state: CaseState, step: Step) -> Said:
    over, before = state.run(step.after or "").done_at, step_named(step.after)
    early = step.or_when is not None and holds(step.or_when, state, step)
    if over is None:
        alone = SAY("alone", condition=condition(step.or_when)) if step.or_when else ""
        key = "planned_after_open" if step.wait else "planned_right_after_open"
        return SAY(key, wait=step.wait, step=before, alone=alone)
    since = {"wait": step.wait, "step": before, "over": instant_text(over)}
    if early and step.or_when is not None:
        return SAY("planned_early", **since, reason=condition_words(step.or_when, state))
    return SAY("planned_after", **since, at=instant_text(over + step.wait))


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


def shift_sentence(shift: dict[str, Any]) -> Said:
    """A shift in words."""
    opens, _, closes = shift["hours"].partition("-")
    moved = {"before": shift["from"], "after": shift["to"]}
    return SAY("shift", opens=opens, closes=closes, zone=shift["zone"], **moved)


def hold_of(state: CaseState, planned: datetime | None) -> dict[str, Any] | None:
    """The hold that a reply put on the claim and that reaches beyond the plan, or None."""
    until = state.held_until
    if until is None or planned is None or until <= planned:
        return None
    return {"until": instant_text(until), "fact": state.held_why, "because": _read_as(state)}


def hold_sentence(hold: dict[str, Any]) -> Said:
    """A hold in words."""
    read = SAY("read", intents=hold["because"]) if hold["because"] else ""
    known = cited([hold["fact"]] if hold["fact"] else [])
    return SAY("hold", facts=known, read=read, until=hold["until"])


def _read_as(state: CaseState) -> str | None:
    reply = next((fact for fact in state.facts if fact.id == state.held_why), None)
    intents = reply.data.get("intents", ()) if reply else ()
    return SAY.listed(*(word("intent", each, plain(each)) for each in intents)) or None


def pause_of(state: CaseState) -> dict[str, Any] | None:
    """Since when a person holds the claim, who and why; None where nobody does."""
    if not state.paused:
        return None
    fact = newest(state, "paused")
    return {
        "since": instant_text(fact.at) if fact else None,
        "by": who(fact),
        "why": (fact.data.get("why") or None) if fact else None,
        "fact": fact.id if fact else None,
    }


def pause_sentence(pause: dict[str, Any]) -> Said:
    """A pause in words."""
    return SAY(
        "paused",
        since=SAY("since", at=pause["since"]) if pause["since"] else "",
        by=SAY("by", name=pause["by"]) if pause["by"] else "",
        facts=cited([pause["fact"]] if pause["fact"] else []),
        reason=detail(pause["why"]),
    )
