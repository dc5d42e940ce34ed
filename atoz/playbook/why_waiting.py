"""Why a step that is not over has not acted yet, and what would have to happen before it does."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from atoz.claims.base import instant_text, span_text
from atoz.playbook.agenda import agenda
from atoz.playbook.approving import blocking, needs_approval
from atoz.playbook.foresee import Coming
from atoz.playbook.grounds import grounds, newest
from atoz.playbook.model import Step
from atoz.playbook.schedule import act_at, approval_ends, latest_start, natural
from atoz.playbook.state import Appeal, CaseState, Task
from atoz.playbook.tasks import TASKS
from atoz.playbook.vocabulary import CONDITION_WORDS
from atoz.playbook.why_parts import (
    Told,
    cited,
    condition_named,
    condition_words,
    hold_of,
    hold_sentence,
    pause_of,
    pause_sentence,
    person_of,
    shift_of,
    shift_sentence,
)

_UNAPPROVED = {
    "submit_facts_only": "the facts alone go",
    "hand_over": "a person has the claim",
    "hold": "it goes on waiting",
}


def how_it_stands(state: CaseState, step: Step, now: datetime, ahead: Mapping[str, Coming]) -> Told:
    """The first thing that stops the step, else when it comes. `ahead` is the claim's quiet future."""
    stops = (rule(state, step) for rule in _STOPS)
    told = next((told for told in stops if told is not None), None)
    return told or _comes(state, step, now, ahead)


def _order(state: CaseState) -> str:
    return state.file.claim.order_id


def _decided(state: CaseState, step: Step) -> Told | None:
    if not state.decided:
        return None
    fact = newest(state, "decision_received")
    known = [fact.id] if fact else []
    status = state.status.value.replace("_", " ")
    said = f"The marketplace has decided{cited(known)}: {status}. No step acts after a decision."
    return Told("after_decision", (*_asked(state, step), said), tuple(known), (_NEVER,))


def _refunded(state: CaseState, step: Step) -> Told | None:
    if state.refunded_at is None:
        return None
    fact = newest(state, "refund_recorded")
    known = [fact.id] if fact else []
    since = instant_text(state.refunded_at)
    said = f"The order was refunded in full at {since}{cited(known)}: nothing is left to answer."
    return Told("refunded", (*_asked(state, step), said), tuple(known), (_NEVER,))


_NEVER = "Nothing makes it act any more: a claim that is reopened is answered by a person."


def _asked(state: CaseState, step: Step) -> Iterator[str]:
    """What a person was asked about the step before the claim ended, and what came of it."""
    for fact in state.facts:
        if fact.step == step.id and fact.kind == "task_opened":
            yield f"A person was asked at {instant_text(fact.at)} ({fact.id}): {_ended(fact.data['title'])}"
        elif fact.step == step.id and fact.kind == "task_done":
            ended = f"at {instant_text(fact.at)}{person_of(fact)} ({fact.id})"
            yield f"That task ended {ended}: {fact.data['result']}."


def _handed_over(state: CaseState, _: Step) -> Told | None:
    if not state.handed_over:
        return None
    task = state.open_task("handle-claim")
    done = f"`atoz done {_order(state)} {task.id} --receipt R`" if task else "the answer by hand"
    return Told(
        "handed_over",
        ("A person handles the claim: no step of the playbook acts any more.",),
        needs=(f"A person answers the claim: {done}.",),
    )


def _paused(state: CaseState, step: Step) -> Told | None:
    pause = pause_of(state)
    if pause is None or state.run(step.id).state != "waiting":
        return None
    return Told(
        "paused",
        (pause_sentence(pause), "Clocks and warnings go on meanwhile."),
        (pause["fact"],) if pause["fact"] else (),
        (f"Somebody lets it go on: `atoz resume {_order(state)}`.",),
        pause=pause,
    )


def _incomplete(state: CaseState, step: Step) -> Told | None:
    if not state.file.missing or step.ask:
        return None
    missing = ", ".join(state.file.missing)
    return Told(
        "incomplete",
        (
            f"The claim is incomplete ({missing}): nothing is sent or handed in before it is complete.",
        ),
        needs=(f"Somebody adds what is missing: `atoz amend {_order(state)} FILE.json`.",),
    )


def _with_a_person(state: CaseState, step: Step) -> Told | None:
    """A task is open about the step: handed in, asked, refused, or of unknown fate."""
    run = state.run(step.id)
    if run.state == "waiting":
        return None
    task = next((t for t in state.tasks if t.open and t.step == step.id), None)
    if task is None:
        return Told(run.state, (f"It waits for a person ({run.state.replace('_', ' ')}).",))
    due = f" by {instant_text(task.due)}" if task.due else ""
    opened = newest(state, "task_opened", step=step.id)
    return Told(
        "with_a_person",
        (
            f"A person has the task `{task.id}` since {instant_text(task.opened_at)}: {_ended(task.title)}",
        ),
        (opened.id,) if opened else (),
        (f"Somebody does it{due}: `{_verb(state, task)}`.",),
    )


def _ended(title: str) -> str:
    return title if title.endswith("?") else f"{title}."


def _verb(state: CaseState, task: Task) -> str:
    """The command that does a task of a step."""
    if task.kind == "refund-buyer":
        return f"atoz refunded {_order(state)} --amount A"
    word = " --receipt send|skip" if task.kind == "late-step" else ""
    receipt = " --receipt R" if TASKS[task.kind].receipt else word
    return f"atoz done {_order(state)} {task.id}{receipt}"


def _awaits_approval(state: CaseState, step: Step) -> Told | None:
    """The text lies ready, and a person's yes is missing."""
    appeal = state.appeal
    if appeal is None or appeal.step != step.id or appeal.approved_by or appeal.facts_only:
        return None
    if appeal.approval_asked_at is None or not needs_approval(state, step, appeal):
        return None
    if appeal.rejected:
        return _rejected(state, step, appeal)
    task = state.open_task("approve-appeal")
    asked = newest(state, "approval_requested", step=step.id)
    found = f"; the checks found: {_found(state)}" if appeal.findings else ""
    said = (
        f"Revision {appeal.revision} of the appeal waits for a person's approval since "
        f"{instant_text(appeal.approval_asked_at)}{cited([asked.id] if asked else [])}{found}."
    )
    return Told(
        "awaits_approval",
        (said, *_without_approval(state, step)),
        (asked.id,) if asked else (),
        (_approve(state, task.id if task else "approve-appeal"),),
    )


def _rejected(state: CaseState, step: Step, appeal: Appeal) -> Told:
    fact = newest(state, "rejected", step=step.id)
    by = (
        f"{person_of(fact)} at {instant_text(fact.at)} ({fact.id}): {fact.data['why']}"
        if fact
        else ""
    )
    return Told(
        "awaits_approval",
        (
            f"Revision {appeal.revision} of the appeal was rejected{by}.",
            *_without_approval(state, step),
        ),
        (fact.id,) if fact else (),
        (f"Somebody writes it anew: `atoz edit {_order(state)} rewrite-appeal --text-file F`.",),
    )


def _found(state: CaseState) -> str:
    """The rules that found something in the text, those that block it first."""
    findings = state.appeal.findings if state.appeal else ()
    blocks = blocking(state.appeal) if state.appeal else []
    others = dict.fromkeys(each.rule for each in findings if each.rule not in blocks)
    return ", ".join([*(f"{rule} (blocks)" for rule in blocks), *others])


def _approve(state: CaseState, task: str) -> str:
    digest = state.appeal.digest if state.appeal else ""
    despite = " --despite WHY" if state.appeal and blocking(state.appeal) else ""
    return f"Somebody approves that text: `atoz approve {_order(state)} {task} --digest {digest}{despite}`."


def _without_approval(state: CaseState, step: Step) -> Iterator[str]:
    appeal = state.appeal
    if appeal is not None and appeal.unapproved_at is None:
        then = _UNAPPROVED[step.if_unapproved]
        ends = instant_text(approval_ends(state))
        yield f"Without it {then} at {ends} (if_unapproved: {step.if_unapproved})."
    elif appeal is not None and appeal.unapproved_at is not None:
        ended = instant_text(appeal.unapproved_at)
        yield f"The time to approve ended at {ended}: {_UNAPPROVED[step.if_unapproved]}."


_STOPS: tuple[Callable[[CaseState, Step], Told | None], ...] = (
    _decided,
    _refunded,
    _handed_over,
    _with_a_person,
    _paused,
    _incomplete,
    _awaits_approval,
)
"""What can stop a step, the most final first."""


def _comes(state: CaseState, step: Step, now: datetime, ahead: Mapping[str, Coming]) -> Told:
    """Nothing stops the step: it waits for its time, or for the step before it."""
    planned, acts = natural(state, step), act_at(state, step, now)
    foreseen = ahead.get(step.id)
    if planned is None:
        return _after(state, step, foreseen)
    hold = hold_of(state, planned)
    base = max(planned, state.held_until) if hold and state.held_until else planned
    shift = shift_of(state, base, acts) if step.send and acts else None
    at = max(foreseen.at if foreseen else acts or planned, now)
    sentences = [
        *([hold_sentence(hold)] if hold else []),
        *([shift_sentence(shift)] if shift else []),
        *_hurried(state, step, base, acts),
        *_tried(state, step),
        _next(state, step, now, foreseen, at),
    ]
    facts = [hold["fact"]] if hold and hold["fact"] else []
    return Told(
        _skips(foreseen) or ("held" if hold else "shifted" if shift else "waiting"),
        tuple(sentences),
        (*facts, *_skip_grounds(state, foreseen)),
        (_needs(state, step, foreseen, at),),
        at,
        shift,
        hold,
    )


def _needs(state: CaseState, step: Step, foreseen: Coming | None, at: datetime) -> str:
    if _skips(foreseen):
        return "It acts only if that is no longer so by then."
    leaves_out = f"`atoz skip {_order(state)} {step.id}` leaves it out"
    return f"Time passes until {instant_text(at)}; {leaves_out}."


def _tried(state: CaseState, step: Step) -> Iterator[str]:
    """The last attempt of a send that is tried again."""
    fact = newest(state, "message_refused", "message_unknown", step=step.id)
    if state.run(step.id).retry_at is not None and fact is not None:
        detail = f": {fact.data['detail']}" if fact.data.get("detail") else ""
        yield f"It was tried at {instant_text(fact.at)} and goes again ({fact.id}){detail}."


def _skips(foreseen: Coming | None) -> str | None:
    return "will_be_skipped" if foreseen is not None and foreseen.kind == "step_skipped" else None


def _hurried(
    state: CaseState, step: Step, planned: datetime, acts: datetime | None
) -> Iterator[str]:
    """The appeal begins before its plan where it would come too late, whatever else is open."""
    if step.submit and acts is not None and acts < planned and acts == latest_start(state):
        yield (
            f"It begins at {instant_text(acts)} at the latest, so that the answer is in before the margin."
        )


def _next(
    state: CaseState, step: Step, now: datetime, foreseen: Coming | None, at: datetime
) -> str:
    if foreseen is not None and _skips(foreseen):
        return _will_be_skipped(state, foreseen)
    item = next((item for item in agenda(state, now) if item.step == step.id), None)
    said = item.why if item is not None else f"{step.id} is due"
    return f"Next: {said}, at {instant_text(at)}."


def _will_be_skipped(state: CaseState, foreseen: Coming) -> str:
    """A skip to come, with its reason as people read it."""
    why = str(foreseen.why)
    name = condition_named(why)
    if name is None:
        said = why
    elif why.startswith("not "):
        said = f"it is for claims where {CONDITION_WORDS[name]}"
    else:
        said = condition_words(name, state)
    return f"As it stands it will be skipped at {instant_text(foreseen.at)}: {said}."


def _skip_grounds(state: CaseState, foreseen: Coming | None) -> list[str]:
    name = condition_named(str(foreseen.why)) if foreseen and _skips(foreseen) else None
    return grounds(name, state) if name else []


def _after(state: CaseState, step: Step, foreseen: Coming | None) -> Told:
    """Its predecessor is not over: what has to happen first, and when that may be."""
    wait = f" {span_text(step.wait)} pass after it" if step.wait else ""
    early = f"; sooner when {CONDITION_WORDS[step.or_when]}" if step.or_when else ""
    then = f", then{wait}{early}" if wait else early
    needs = f"`{step.after}` has to be over first{then}."
    if foreseen is None:
        said = "As it stands it is not reached: ask `why` of the step before it."
    elif _skips(foreseen):
        said = _will_be_skipped(state, foreseen)
    else:
        said = f"If nothing comes in between, it acts at {instant_text(foreseen.at)}."
    return Told(
        _skips(foreseen) or "waiting",
        (said,),
        tuple(_skip_grounds(state, foreseen)),
        (needs,),
        acts_at=foreseen.at if foreseen else None,
    )
