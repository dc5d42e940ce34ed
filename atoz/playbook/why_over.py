"""Why a step that is over ended as it did: sent, skipped, overtaken, refused, asked and done."""

from collections.abc import Iterator
from datetime import datetime

from atoz.claims.base import instant_text
from atoz.claims.facts import Fact
from atoz.playbook.grounds import grounds
from atoz.playbook.model import ConditionName, Step
from atoz.playbook.schedule import natural
from atoz.playbook.state import CaseState
from atoz.playbook.vocabulary import CONDITION_WORDS
from atoz.playbook.why_parts import (
    NOTICED,
    Told,
    cited,
    condition_named,
    condition_words,
    person_of,
    shift_of,
    shift_sentence,
)

_ENDS = {
    "message_sent": "Sent",
    "message_refused": "Refused",
    "message_unknown": "Nobody knows whether it was sent",
    "step_skipped": "Skipped",
    "appeal_submitted": "Handed in",
    "task_done": "Done",
}


def how_it_ended(state: CaseState, step: Step) -> Told:
    """The end of a step, by the facts that say so."""
    own = [fact for fact in state.facts if fact.step == step.id]
    run, skipped = state.run(step.id), _skip_of(own)
    overtaken = skipped is not None and str(skipped.data.get("why")).startswith("overtaken")
    begun, planned = run.first_try_at, natural(state, step)
    sent = step.send is not None and begun is not None and planned is not None
    shift = (
        shift_of(state, _base(state, step, planned), begun) if sent and planned and begun else None
    )
    sentences = [
        *_held_back(own, planned, begun),
        *([shift_sentence(shift)] if shift else []),
        *_ends(state, step, own),
    ]
    if run.done_at is not None:
        counted = (
            "It counts as over at the instant for which it was planned,"
            if skipped
            else "It is over since"
        )
        sentences.append(f"{counted} {instant_text(run.done_at)}.")
    name = _condition(skipped)
    return Told(
        verdict="overtaken" if overtaken else run.state,
        sentences=tuple(sentences),
        facts=tuple(grounds(name, state)) if name else (),
        acts_at=None,
        shift=shift,
    )


def _base(state: CaseState, step: Step, planned: datetime) -> datetime:
    """From where a shift is counted: the plan, or the end of a hold that moved it."""
    ends = [
        datetime.fromisoformat(fact.data["until"])
        for fact in state.facts
        if fact.kind == "step_held" and fact.step == step.id
    ]
    return max([planned, *ends])


def _held_back(own: list[Fact], planned: datetime | None, begun: datetime | None) -> Iterator[str]:
    """The replies that held the step while it waited."""
    for fact in own:
        until = fact.data.get("until")
        if fact.kind != "step_held" or not until:
            continue
        if planned is None or datetime.fromisoformat(until) - planned > NOTICED:
            held = "held" if begun else "was to hold"
            yield f"A reply{cited([str(fact.data['because'])])} {held} it until {until} ({fact.id})."


def _ends(state: CaseState, step: Step, own: list[Fact]) -> Iterator[str]:
    """One sentence for each fact that tells of an end or of an attempt."""
    handed_in = {fact.at for fact in own if fact.kind == "appeal_submitted"}
    written = [fact for fact in own if fact.kind == "appeal_drafted"][-1:]
    for fact in own:
        if fact in written:
            revision = fact.data["revision"]
            yield f"Revision {revision} of the text was written at {instant_text(fact.at)} ({fact.id})."
        elif fact.kind == "step_skipped":
            yield _skipped(state, step, fact)
        elif fact.kind == "task_done" and fact.at in handed_in:
            continue  # it is the same act, told below
        elif fact.kind in _ENDS:
            detail = fact.data.get("detail") or fact.data.get("receipt")
            more = f": {detail}" if detail else ""
            yield f"{_ENDS[fact.kind]} at {instant_text(fact.at)}{person_of(fact)} ({fact.id}){more}."


def _skip_of(own: list[Fact]) -> Fact | None:
    return next((fact for fact in reversed(own) if fact.kind == "step_skipped"), None)


def _skipped(state: CaseState, step: Step, fact: Fact) -> str:
    """Why a step was skipped: by a condition, by time, or by a person."""
    when, why = f"at {instant_text(fact.at)}{person_of(fact)} ({fact.id})", str(fact.data["why"])
    name = _condition(fact)
    if name is not None and why in step.skip_if:
        return f"Skipped {when}: {condition_words(name, state)}, and then the playbook skips it."
    if name is not None and why.startswith("not "):
        return f"Skipped {when}: it is for claims where {CONDITION_WORDS[name]}, and that did not hold."
    if name is not None:
        return f"Skipped {when}: {condition_words(name, state)}."
    if why.startswith("overtaken"):
        return (
            f"Skipped {when}: a later step had acted or was due as well, and two overdue messages "
            "never both go."
        )
    if why == "late":
        return f"Skipped {when}: it was late, and the playbook leaves it out then (if_late: skip)."
    return f"Skipped {when}: {why}."


def _condition(fact: Fact | None) -> ConditionName | None:
    return condition_named(str(fact.data["why"])) if fact else None
