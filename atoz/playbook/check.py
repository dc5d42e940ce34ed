"""Whether an operator's act may be applied to a claim as it stands: one sentence says why not.

The workflow's update validator, the command and the board all ask here, so that no rule stands
twice. An act that passes never makes `apply` raise.
"""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from atoz.claims.base import check_decimals, merged
from atoz.claims.claim import ClaimFile
from atoz.claims.clocks import STOPPED_BY
from atoz.playbook import events as ev
from atoz.playbook import migrating, verdicts
from atoz.playbook.approving import another_text, may_not_approve
from atoz.playbook.edition import JUDGED, PAUSE_SHOWN
from atoz.playbook.posted import awaits_retry, may_be_posted
from atoz.playbook.refusals import CLOSED, REFUSED
from atoz.playbook.said import Said
from atoz.playbook.state import CaseState, Task
from atoz.playbook.tasks import ASKS, TASKS, TEXT_TASKS

_NEEDS_ITS_OWN_VERB = frozenset({"approve-appeal", "rewrite-appeal", "complete-claim"})
_WORDS = {"settle-send": ("sent", "not-sent"), "late-step": ("send", "skip")}


def refusal(state: CaseState, event: ev.Event) -> Said | None:
    """Why this act is refused, with what to do instead; None when it may be applied."""
    over = _OVER.get(type(event)) if state.decided and state.edition >= PAUSE_SHOWN else None
    if over is not None and (said := over(state, event)) is not None:
        return said
    rule = _RULES.get(type(event))
    return rule(state, event) if rule else None


def problems(error: ValidationError) -> list[str]:
    """Every problem of a validation in one line each, with its path."""
    return [f"{path}: {said}" for path, said in fields(error)]


def fields(error: ValidationError) -> list[tuple[str, str]]:
    """Every problem of a validation by the path of its value; `file` is the whole."""
    return [
        (".".join(str(part) for part in item["loc"]) or "file", item["msg"])
        for item in error.errors()
    ]


def _open_task(state: CaseState, task_id: str) -> Task | Said:
    task = state.task(task_id)
    if task is not None and task.open:
        return task
    names = ", ".join(task.id for task in state.tasks if task.open) or "none"
    if task is None:
        return CLOSED("unknown", task=task_id, tasks=names)
    if task.result == "done":
        return CLOSED("done", task=task_id, tasks=names)
    return CLOSED("closed", task=task_id, result=task.result, tasks=names)


def _done(state: CaseState, event: ev.TaskDone) -> Said | None:
    task = _open_task(state, event.task)
    if isinstance(task, Said):
        return _done_late(state, event, task)
    if task.kind in _NEEDS_ITS_OWN_VERB:
        return REFUSED(task.kind, task=task.id)
    if TASKS[task.kind].receipt and not _given(event):
        return REFUSED("receipt", task=task.id, asks=ASKS(task.kind))
    words = _WORDS.get(task.kind)
    if words and event.receipt not in words:
        return REFUSED("choice", task=task.id, words=" or ".join(words))
    return verdicts.refusal(task, event.receipt) if state.edition >= JUDGED else None


def _done_late(state: CaseState, event: ev.TaskDone, closed: Said) -> Said | None:
    """A packet that was replaced may have been posted all the same: its receipt is the truth.

    What a buyer's mail is worth may be said later, too, or otherwise.
    """
    task = state.task(event.task)
    if task is not None and state.edition >= JUDGED and verdicts.given(task, event.receipt):
        return verdicts.refusal(task, event.receipt)
    if task is None or not may_be_posted(state, task):
        return closed
    return None if _given(event) else REFUSED("posted", closed=closed)


def _given(event: ev.TaskDone) -> bool:
    """Whether there is a receipt: spaces are none, and stop no clock."""
    return bool(event.receipt and event.receipt.strip())


def _approval(state: CaseState, event: ev.Approved | ev.Rejected) -> Said | None:
    task = _open_task(state, event.task)
    if isinstance(task, Said):
        return task
    if task.kind != "approve-appeal" or state.appeal is None:
        return REFUSED("no_approval", task=task.id)
    if isinstance(event, ev.Approved):
        return may_not_approve(state, state.appeal, event)
    return another_text(state, event.read, "reject that")


def _edit(state: CaseState, event: ev.Edited) -> Said | None:
    task = _open_task(state, event.task)
    if isinstance(task, Said) and not awaits_retry(state, event.task, event.at):
        return task
    if isinstance(task, Task) and not (task.kind in TEXT_TASKS and state.appeal):
        return REFUSED("no_text", task=task.id)
    return another_text(state, event.read, "edit that")


def _amend(state: CaseState, event: ev.Amended) -> Said | None:
    old = state.file
    try:
        file = ClaimFile.model_validate(
            merged(old.model_dump(mode="json", by_alias=True), event.values)
        )
    except ValidationError as error:
        return REFUSED("invalid", problems="; ".join(problems(error)))
    for name in ("order_id", "marketplace", "notified_at"):
        if getattr(file.claim, name) != getattr(old.claim, name):
            return REFUSED("names_it", field=f"claim.{name}")
    if file.claim.status != old.claim.status:
        return REFUSED("decide", field="claim.status")
    if state.refunded_total and file.claim.currency != old.claim.currency:
        return REFUSED("currency", field="claim.currency", amount=state.refunded_total)
    return None


def _refund(state: CaseState, event: ev.Refunded) -> Said | None:
    claim = state.file.claim
    left = claim.amount - state.refunded_total
    if event.amount > left:
        return REFUSED("too_much", amount=event.amount, left=f"{left} {claim.currency}")
    try:
        check_decimals(event.amount, claim.currency)
    except ValueError as error:
        return REFUSED("no_amount", amount=event.amount, why=error)
    return None


def _skip(state: CaseState, event: ev.StepSkippedByHand) -> Said | None:
    steps = [step.id for step in state.playbook.steps] if state.playbook else []
    if event.step not in steps:
        return REFUSED("no_step", step=event.step, steps=", ".join(steps))
    run = state.run(event.step)
    return REFUSED("step_over", step=event.step, run=run.state) if run.over else None


def _due(state: CaseState, event: ev.DueSet) -> Said | None:
    clock = state.clock(event.clock)
    if clock is None and event.clock not in STOPPED_BY:
        known = dict.fromkeys([*(clock.id for clock in state.clocks), *STOPPED_BY])
        return REFUSED("no_clock", clock=event.clock, clocks=", ".join(known))
    if clock is not None and clock.stopped_at is not None:
        return REFUSED("clock_stopped", clock=event.clock)
    if event.due <= event.at:
        return REFUSED("past")
    return None


def _pause(state: CaseState, _: ev.Paused) -> Said | None:
    return REFUSED("paused") if state.paused else None


def _resume(state: CaseState, _: ev.Resumed) -> Said | None:
    return None if state.paused else REFUSED("not_paused")


def _clock_over(state: CaseState, event: ev.DueSet) -> Said | None:
    clock = state.clock(event.clock)
    runs = clock is not None and clock.running
    return None if runs else REFUSED("over_clock", clock=event.clock)


def _text_over(state: CaseState, event: ev.Edited) -> Said | None:
    task = _open_task(state, event.task)
    return task if isinstance(task, Said) else None


_OVER: dict[type[ev.Event], Callable[[CaseState, Any], Said | None]] = {
    ev.Paused: lambda *_: REFUSED("over_pause"),
    ev.StepSkippedByHand: lambda _, event: REFUSED("over_skip", step=event.step),
    ev.DueSet: _clock_over,
    ev.Edited: _text_over,
}
"""What a decided claim refuses, since no step of it acts. The rest goes on being told to it in its
aftercare: values and files complete its record, a refund may be made, its tasks are done, and a pause
from before is ended.
"""

_RULES: dict[type[ev.Event], Callable[[CaseState, Any], Said | None]] = {
    ev.TaskDone: _done,
    ev.Approved: _approval,
    ev.Rejected: _approval,
    ev.Edited: _edit,
    ev.Amended: _amend,
    ev.Refunded: _refund,
    ev.StepSkippedByHand: _skip,
    ev.DueSet: _due,
    ev.Migrated: migrating.refusal,
    ev.Paused: _pause,
    ev.Resumed: _resume,
}
