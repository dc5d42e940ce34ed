"""Why a step that is not over has not acted yet, and what would have to happen before it does."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from atoz.claims.base import instant_text
from atoz.playbook.agenda import agenda
from atoz.playbook.approving import blocking, needs_approval
from atoz.playbook.foresee import Coming
from atoz.playbook.grounds import grounds, newest
from atoz.playbook.model import Step
from atoz.playbook.reasons import REASONS
from atoz.playbook.said import Said, plain, word
from atoz.playbook.schedule import act_at, approval_ends, latest_start, natural
from atoz.playbook.state import Appeal, CaseState, Task
from atoz.playbook.stored import RESULTS
from atoz.playbook.tasks import TASKS
from atoz.playbook.vocabulary import condition
from atoz.playbook.why_parts import (
    Told,
    condition_named,
    condition_words,
    hold_of,
    hold_sentence,
    pause_of,
    pause_sentence,
    shift_of,
    shift_sentence,
)
from atoz.playbook.why_words import SAY, cited, detail, person_of, step_named

_UNAPPROVED = {
    "submit_facts_only": SAY("submit_facts_only"),
    "hand_over": SAY("hand_over"),
    "hold": SAY("hold_on"),
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
    status = word("status", state.status.value, plain(state.status.value))
    said = SAY("decided", facts=cited(known), status=status)
    return Told("after_decision", (*_asked(state, step), said), tuple(known), (_NEVER,))


def _refunded(state: CaseState, step: Step) -> Told | None:
    if state.refunded_at is None:
        return None
    fact = newest(state, "refund_recorded")
    known = [fact.id] if fact else []
    said = SAY("refunded", at=instant_text(state.refunded_at), facts=cited(known))
    return Told("refunded", (*_asked(state, step), said), tuple(known), (_NEVER,))


_NEVER = SAY("never")


def _asked(state: CaseState, step: Step) -> Iterator[Said]:
    """What a person was asked about the step before the claim ended, and what came of it."""
    for fact in state.facts:
        known = {"at": instant_text(fact.at), "fact": fact.id}
        if fact.step == step.id and fact.kind == "task_opened":
            title = _ended(fact.data["kind"], fact.data["title"])
            yield SAY("was_asked", **known, title=title)
        elif fact.step == step.id and fact.kind == "task_done":
            result = RESULTS.heard(fact.data["result"])
            yield SAY("task_ended", **known, by=person_of(fact), result=result)


def _handed_over(state: CaseState, _: Step) -> Told | None:
    if not state.handed_over:
        return None
    task = state.open_task("handle-claim")
    need = SAY("need_answer_by_hand")
    if task is not None:
        need = SAY("need_answer", order=_order(state), task=task.id)
    return Told("handed_over", (SAY("handed_over"),), needs=(need,))


def _paused(state: CaseState, step: Step) -> Told | None:
    pause = pause_of(state)
    if pause is None or state.run(step.id).state != "waiting":
        return None
    return Told(
        "paused",
        (pause_sentence(pause), SAY("meanwhile")),
        (pause["fact"],) if pause["fact"] else (),
        (SAY("need_resume", order=_order(state)),),
        pause=pause,
    )


def _incomplete(state: CaseState, step: Step) -> Told | None:
    if not state.file.missing or step.ask:
        return None
    missing = SAY.listed(*(word("field", path) for path in state.file.missing))
    return Told(
        "incomplete",
        (SAY("incomplete", missing=missing),),
        needs=(SAY("need_amend", order=_order(state)),),
    )


def _with_a_person(state: CaseState, step: Step) -> Told | None:
    """A task is open about the step: handed in, asked, refused, or of unknown fate."""
    run = state.run(step.id)
    if run.state == "waiting":
        return None
    task = next((t for t in state.tasks if t.open and t.step == step.id), None)
    if task is None:
        state_named = word("run", run.state, plain(run.state))
        return Told(run.state, (SAY("waits_for_person", state=state_named),))
    title, since = _ended(task.kind, task.title), instant_text(task.opened_at)
    opened = newest(state, "task_opened", step=step.id)
    return Told(
        "with_a_person",
        (SAY("with_a_person", task=task.id, since=since, title=title),),
        (opened.id,) if opened else (),
        (_done(state, task),),
    )


def _ended(kind: str, title: str) -> Said:
    """A task's title as a sentence: one that asks ends by itself."""
    named = word("task", kind, title)
    return named if title.endswith("?") else SAY("title", title=named)


def _done(state: CaseState, task: Task) -> Said:
    """How a task of a step is done."""
    until = SAY("until", at=instant_text(task.due)) if task.due else ""
    known = {"until": until, "order": _order(state)}
    if task.kind == "refund-buyer":
        return SAY("need_refund", **known)
    choice = " --receipt send|skip" if task.kind == "late-step" else ""
    receipt = " --receipt R" if TASKS[task.kind].receipt else choice
    return SAY("need_done", **known, task=task.id, receipt=receipt)


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
    said = SAY(
        "awaits_approval",
        revision=appeal.revision,
        at=instant_text(appeal.approval_asked_at),
        facts=cited([asked.id] if asked else []),
        found=SAY("found", rules=_found(state)) if appeal.findings else "",
    )
    return Told(
        "awaits_approval",
        (said, *_without_approval(state, step)),
        (asked.id,) if asked else (),
        (_approve(state, task.id if task else "approve-appeal"),),
    )


def _rejected(state: CaseState, step: Step, appeal: Appeal) -> Told:
    fact = newest(state, "rejected", step=step.id)
    said = SAY("rejected", revision=appeal.revision)
    if fact is not None:
        known = {"by": person_of(fact), "at": instant_text(fact.at), "fact": fact.id}
        said = SAY("rejected_by", revision=appeal.revision, **known, reason=fact.data["why"])
    return Told(
        "awaits_approval",
        (said, *_without_approval(state, step)),
        (fact.id,) if fact else (),
        (SAY("need_rewrite", order=_order(state)),),
    )


def _found(state: CaseState) -> str:
    """The rules that found something in the text, those that block it first."""
    findings = state.appeal.findings if state.appeal else ()
    blocks = blocking(state.appeal) if state.appeal else []
    others = dict.fromkeys(each.rule for each in findings if each.rule not in blocks)
    return SAY.listed(*(SAY("blocks", rule=rule) for rule in blocks), *others)


def _approve(state: CaseState, task: str) -> Said:
    appeal = state.appeal
    key = "need_approve_despite" if appeal and blocking(appeal) else "need_approve"
    return SAY(key, order=_order(state), task=task, digest=appeal.digest if appeal else "")


def _without_approval(state: CaseState, step: Step) -> Iterator[Said]:
    appeal, then = state.appeal, _UNAPPROVED[step.if_unapproved]
    if appeal is not None and appeal.unapproved_at is None:
        ends = instant_text(approval_ends(state))
        yield SAY("unapproved", then=then, at=ends, rule=step.if_unapproved)
    elif appeal is not None and appeal.unapproved_at is not None:
        yield SAY("approval_ended", at=instant_text(appeal.unapproved_at), then=then)


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


def _needs(state: CaseState, step: Step, foreseen: Coming | None, at: datetime) -> Said:
    if _skips(foreseen):
        return SAY("need_change")
    return SAY("need_time", at=instant_text(at), order=_order(state), step=step.id)


def _tried(state: CaseState, step: Step) -> Iterator[Said]:
    """The last attempt of a send that is tried again."""
    fact = newest(state, "message_refused", "message_unknown", step=step.id)
    if state.run(step.id).retry_at is not None and fact is not None:
        more = detail(fact.data.get("detail"))
        yield SAY("tried", at=instant_text(fact.at), fact=fact.id, detail=more)


def _skips(foreseen: Coming | None) -> str | None:
    return "will_be_skipped" if foreseen is not None and foreseen.kind == "step_skipped" else None


def _hurried(
    state: CaseState, step: Step, planned: datetime, acts: datetime | None
) -> Iterator[Said]:
    """The appeal begins before its plan where it would come too late, whatever else is open."""
    if step.submit and acts is not None and acts < planned and acts == latest_start(state):
        yield SAY("hurried", at=instant_text(acts))


def _next(
    state: CaseState, step: Step, now: datetime, foreseen: Coming | None, at: datetime
) -> Said:
    if foreseen is not None and _skips(foreseen):
        return _will_be_skipped(state, foreseen)
    item = next((item for item in agenda(state, now) if item.step == step.id), None)
    why = item.why if item is not None else ("due", step.id)
    return SAY("next", reason=REASONS.of(*why), at=instant_text(at))


def _will_be_skipped(state: CaseState, foreseen: Coming) -> Said:
    """A skip to come, with its reason as people read it."""
    why = str(foreseen.why)
    name = condition_named(why)
    said: str = word("skipped", why)
    if name is not None and why.startswith("not "):
        said = SAY("for_others", condition=condition(name))
    elif name is not None:
        said = condition_words(name, state)
    return SAY("will_be_skipped", at=instant_text(foreseen.at), reason=said)


def _skip_grounds(state: CaseState, foreseen: Coming | None) -> list[str]:
    name = condition_named(str(foreseen.why)) if foreseen and _skips(foreseen) else None
    return grounds(name, state) if name else []


def _after(state: CaseState, step: Step, foreseen: Coming | None) -> Told:
    """Its predecessor is not over: what has to happen first, and when that may be."""
    early = SAY("early", condition=condition(step.or_when)) if step.or_when else ""
    then = SAY("then_wait", wait=step.wait, early=early) if step.wait else early
    if foreseen is None:
        said = SAY("not_reached")
    elif _skips(foreseen):
        said = _will_be_skipped(state, foreseen)
    else:
        said = SAY("quietly", at=instant_text(foreseen.at))
    return Told(
        _skips(foreseen) or "waiting",
        (said,),
        tuple(_skip_grounds(state, foreseen)),
        (SAY("need_before", step=step_named(step.after), then=then),),
        acts_at=foreseen.at if foreseen else None,
    )
