"""Why a step that is over ended as it did: sent, skipped, overtaken, refused, asked and done."""

from collections.abc import Iterator
from datetime import datetime

from atoz.claims.base import instant_text
from atoz.claims.facts import Fact
from atoz.playbook.grounds import grounds
from atoz.playbook.model import ConditionName, Step
from atoz.playbook.said import Said, word
from atoz.playbook.schedule import natural
from atoz.playbook.state import CaseState
from atoz.playbook.vocabulary import condition
from atoz.playbook.why_parts import (
    NOTICED,
    Told,
    condition_named,
    condition_words,
    shift_of,
    shift_sentence,
)
from atoz.playbook.why_words import SAY, cited, detail, person_of

_ENDS = frozenset(
    {"message_sent", "message_refused", "message_unknown", "appeal_submitted", "task_done"}
)


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
        key = "counts_as_over" if skipped else "over_since"
        sentences.append(SAY(key, at=instant_text(run.done_at)))
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


def _held_back(own: list[Fact], planned: datetime | None, begun: datetime | None) -> Iterator[Said]:
    """The replies that held the step while it waited."""
    for fact in own:
        until = fact.data.get("until")
        if fact.kind != "step_held" or not until:
            continue
        if planned is None or datetime.fromisoformat(until) - planned > NOTICED:
            because = cited([str(fact.data["because"])])
            yield SAY("held" if begun else "was_to_hold", facts=because, until=until, fact=fact.id)


def _ends(state: CaseState, step: Step, own: list[Fact]) -> Iterator[Said]:
    """One sentence for each fact that tells of an end or of an attempt."""
    handed_in = {fact.at for fact in own if fact.kind == "appeal_submitted"}
    written = [fact for fact in own if fact.kind == "appeal_drafted"][-1:]
    for fact in own:
        if fact in written:
            at = instant_text(fact.at)
            yield SAY("written", revision=fact.data["revision"], at=at, fact=fact.id)
        elif fact.kind == "step_skipped":
            yield _skipped(state, step, fact)
        elif fact.kind == "task_done" and fact.at in handed_in:
            continue  # it is the same act, told below
        elif fact.kind in _ENDS:
            more = detail(fact.data.get("detail") or fact.data.get("receipt"))
            yield SAY(fact.kind, **_act(fact), detail=more)


def _skip_of(own: list[Fact]) -> Fact | None:
    return next((fact for fact in reversed(own) if fact.kind == "step_skipped"), None)


def _act(fact: Fact) -> dict[str, str]:
    """When something was done, by whom, and where that is recorded."""
    return {"at": instant_text(fact.at), "by": person_of(fact), "fact": fact.id}


def _skipped(state: CaseState, step: Step, fact: Fact) -> Said:
    """Why a step was skipped: by a condition, by time, or by a person."""
    act, why, name = _act(fact), str(fact.data["why"]), _condition(fact)
    if name is not None and why.startswith("not "):
        return SAY("skipped_for_others", **act, condition=condition(name))
    if name is not None:
        key = "skipped_by_rule" if why in step.skip_if else "skipped"
        return SAY(key, **act, reason=condition_words(name, state))
    if why.startswith("overtaken"):
        return SAY("skipped_overtaken", **act)
    if why == "late":
        return SAY("skipped_late", **act)
    return SAY("skipped", **act, reason=word("skipped", why))


def _condition(fact: Fact | None) -> ConditionName | None:
    return condition_named(str(fact.data["why"])) if fact else None
