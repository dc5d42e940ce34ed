"""How a claim stands, for `status`, lists and the server's own pages: read-only and pure."""

from datetime import datetime, timedelta
from typing import Any

from atoz.claims.base import instant_text
from atoz.claims.clocks import Clock
from atoz.playbook.agenda import next_planned
from atoz.playbook.edition import PAUSE_SHOWN
from atoz.playbook.files import as_told
from atoz.playbook.foresee import acts_next
from atoz.playbook.parts import Attachment
from atoz.playbook.state import Appeal, CaseState, Task
from atoz.playbook.tasks import TEXT_TASKS

URGENT = timedelta(hours=24)


def status_view(state: CaseState, now: datetime) -> dict[str, Any]:
    """The document of `status`: current step, next step, clocks, open tasks. Instants in UTC.

    A step that is skipped is a `step` and a `next_step` like others; `acted` and `acts_next` name only
    what acts, as far as that is foreseen.
    """
    planned, acting = next_planned(state, now), acts_next(state, now)
    return {
        "workflow_id": state.workflow_id,
        "order_id": state.file.claim.order_id,
        "marketplace": state.file.claim.marketplace,
        "received_at": instant_text(state.file.claim.notified_at),
        "playbook": state.playbook.name if state.playbook else None,
        "playbook_digest": state.playbook_digest or None,
        "status": state.status.value,
        "step": state.last_step,
        "state": condition(state, now),
        "next_step": planned.step if planned else None,
        "next_at": instant_text(planned.at) if planned else None,
        "acted": last_acted(state),
        "acts_next": acting.step if acting else None,
        "acts_at": instant_text(acting.at) if acting else None,
        "clocks": [_clock(clock) for clock in state.clocks],
        "tasks": [_task(state, task) for task in in_order(state)],
        "held": _held(state, now),
        "paused": state.paused,
        "appeal": _appeal(state),
    }


def in_order(state: CaseState) -> list[Task]:
    """The open tasks: what ends first comes first, then those without an end, the oldest first."""
    open_now = (task for task in state.tasks if task.open)
    return sorted(open_now, key=lambda task: (task.due is None, task.due or task.opened_at))


def _appeal(state: CaseState) -> dict[str, Any] | None:
    """The text that a person reads, edits and approves, with what the checks found in it."""
    keys = {"revision", "text", "digest", "findings", "facts_only", "approved_by", "edited_by"}
    appeal = state.appeal
    return None if appeal is None else appeal.model_dump(mode="json", include=keys)


def last_acted(state: CaseState) -> str | None:
    """The step that acted last, or begins to; one that was skipped did not act."""
    last = state.last_step
    if last is None or state.run(last).state != "skipped":
        return last
    acted = [run for run in state.runs.values() if run.state not in ("waiting", "skipped")]
    # Of two that ended in the same second, and of those that have not ended, the later one.
    acted.sort(key=lambda run: run.done_at or run.first_try_at or state.started_at)
    return acted[-1].id if acted else None


def first_clock(state: CaseState) -> Clock | None:
    """The clock that ends first, of those that run and of missed ones at which nobody has looked yet."""
    missed = {task.clock for task in state.tasks if task.open and task.kind == "missed-deadline"}
    shown = [
        clock
        for clock in state.clocks
        if clock.running or (clock.stopped_at is None and clock.id in missed)
    ]
    return min(shown, key=lambda clock: clock.due, default=None)


def condition(state: CaseState, now: datetime) -> str:
    """One word for how the claim stands."""
    rules = (
        (state.policy is None, "opening"),
        (state.archive_ref is not None, "archived"),
        (state.closed_at is not None, "closed"),
        (state.decided, "decided"),
        (state.paused, "paused"),
        (state.held_until is not None and state.held_until > now, "held"),
        (any(task.open for task in state.tasks), "needs_operator"),
    )
    return next((word for holds, word in rules if holds), "waiting")


def attention(state: CaseState, now: datetime) -> str:
    """Who must look: `missed`, `urgent`, `task`, `paused`, `none`.

    It is urgent where within a day a clock ends that waits for a person: with a task, or while the claim is
    paused, since somebody has to let it go on.
    """
    if any(task.open and task.kind == "missed-deadline" for task in state.tasks):
        return "missed"
    tasks, since = [task for task in state.tasks if task.open], paused_since(state)
    ends = [task.due for task in tasks if task.due is not None]
    ends += [clock.due for clock in state.clocks if clock.running and since is not None]
    if any(due - now <= URGENT for due in ends):
        return "urgent"
    return "task" if tasks else "none" if since is None else "paused"


def paused_since(state: CaseState) -> datetime | None:
    """Since when (UTC) a person holds the steps of the claim; None where no step would act anyway.

    Claims of an older edition show it nowhere: their histories know of no such change.
    """
    if not state.paused or state.decided or state.edition < PAUSE_SHOWN:
        return None
    return state.paused_at or state.started_at


def _held(state: CaseState, now: datetime) -> dict[str, str] | None:
    if state.held_until is None or state.held_until <= now or state.decided:
        return None
    return {"until": instant_text(state.held_until), "because": state.held_why or ""}


def _clock(clock: Clock) -> dict[str, Any]:
    return {
        "name": clock.id,
        "due": instant_text(clock.due),
        "source": clock.source,
        "stopped_at": instant_text(clock.stopped_at) if clock.stopped_at else None,
        "stopped_by": clock.stopped_by,
        "missed": clock.missed,
    }


def _task(state: CaseState, task: Task) -> dict[str, Any]:
    """A task with what it asks; one about the appeal has the appeal's text as its `text`."""
    hidden = {"told", "done_at", "result"}
    own = task.model_dump(mode="json", exclude=hidden, exclude_none=True)
    return {**own, "asks": task.text, **_text_of(state, task)}


def _text_of(state: CaseState, task: Task) -> dict[str, Any]:
    """What a task about the appeal is about: exactly what its digest binds, and what was found."""
    appeal = state.appeal
    if task.kind not in TEXT_TASKS or appeal is None or task.digest not in (None, appeal.digest):
        return {}
    keys = {"text", "language", "findings", "digest", "revision", "edited_by"}
    files = [file.model_dump(mode="json") for file in attachments(state, appeal)]
    return {**appeal.model_dump(mode="json", include=keys), "attachments": files}


def attachments(state: CaseState, appeal: Appeal) -> list[Attachment]:
    """The files that this revision is handed in with: what was on the claim when it was written."""
    return [
        Attachment.model_validate(fact.data)
        for fact in as_told(state, appeal.facts_only).facts
        if fact.kind == "evidence_added"
        and (appeal.facts_known is None or int(fact.id[1:]) <= appeal.facts_known)
    ]


def details_markdown(state: CaseState, now: datetime) -> str:
    """The claim as Markdown for the server's own pages: where it stands, then the newest facts."""
    claim, planned = state.file.claim, next_planned(state, now)
    coming = f"{planned.step} {instant_text(planned.at)}" if planned else "nothing "
    head = (
        f"**{claim.order_id}** {claim.marketplace}: {state.status.value}, {condition(state, now)}; "
        f"playbook {state.playbook.name if state.playbook else None}, next {coming}"
    )
    lines = [
        f"- {instant_text(fact.at)} {fact.kind.replace('_', ' ')}{f' ({fact.step})' if fact.step else ''}"
        for fact in state.facts
        if fact.on_timeline
    ]
    return "\n".join([head, "", *lines[-40:]])
