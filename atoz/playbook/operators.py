"""What operators do with tasks: done with or without a receipt, approve, reject, edit."""

from collections.abc import Callable

from atoz.claims.base import instant_text
from atoz.playbook import events as ev
from atoz.playbook import verdicts
from atoz.playbook.approving import blocking
from atoz.playbook.edition import JUDGED
from atoz.playbook.inputs import CHECK_AFTER, make_stale
from atoz.playbook.posted import post
from atoz.playbook.state import Appeal, Task
from atoz.playbook.work import Work


def task_done(work: Work, event: ev.TaskDone) -> None:
    """Close the task and do what its receipt says."""
    task = work.now.task(event.task)
    assert task is not None, "checked before it is applied"
    source = f"operator:{event.by}"
    data = {"receipt": event.receipt} if event.receipt else {}
    late = {} if task.open else {"was": task.result}
    said = verdicts.given(task, event.receipt)
    verdict = {"verdict": said.verdict, "about": list(said.about)} if said else {}
    fact = work.close_task(task, source, "done", **data, **late, **verdict)
    work.remember(event.key, fact)
    if said is not None and said.verdict == "harms" and work.get("edition") >= JUDGED:
        make_stale(work)  # what leans on it is looked at once more before it goes
    rule = _ON_DONE.get(task.kind)
    if rule is not None:
        rule(work, task, event, fact)
    if task.step is not None and work.now.run(task.step).state == "asked":
        work.run(task.step, state="done", done_at=work.at)


def _answer_posted(
    work: Work, task: Task, event: ev.TaskDone, fact: str, channel: str = "operator"
) -> None:
    """The receipt, and nothing else, stops the clock."""
    more = post(work, task) if task.kind == "submit-appeal" else {}
    step = task.step
    work.record(
        "appeal_submitted",
        f"operator:{event.by}",
        step,
        channel=channel,
        receipt=event.receipt,
        **more,
    )
    work.stop_clock("response", by=fact)
    work.set(submitted_at=work.at, next_check_at=work.at + CHECK_AFTER)
    if step is not None:
        work.run(step, state="done", done_at=work.at)


def _stop_own_clock(work: Work, task: Task, _: ev.TaskDone, fact: str) -> None:
    if task.clock is not None:
        work.stop_clock(task.clock, by=fact)


def _post_decision(work: Work, task: Task, event: ev.TaskDone, fact: str) -> None:
    _stop_own_clock(work, task, event, fact)
    work.record(
        "appeal_submitted",
        f"operator:{event.by}",
        channel="operator",
        receipt=event.receipt,
        stage="post_decision",
    )


def _settled(work: Work, task: Task, event: ev.TaskDone, _: str) -> None:
    """A person found out whether the send of unknown fate arrived at the relay."""
    assert task.step is not None, "a send belongs to a step"
    state = work.now
    unknown = next(
        fact
        for fact in reversed(state.facts)
        if fact.kind == "message_unknown" and fact.step == task.step
    )
    if event.receipt != "sent":
        # It goes in the next sending hours, with a retry budget of its own.
        anew = {"done_at": None, "retry_at": None, "first_try_at": None}
        work.run(task.step, state="waiting", **anew)
        return
    source = f"operator:{event.by}"
    if "template" in unknown.data:
        went = {"settled": True, "sent_at": instant_text(unknown.at)}
        work.record("message_sent", source, task.step, **{**unknown.data, **went})
        work.run(task.step, state="done", done_at=unknown.at)
    else:
        _answer_posted(work, task, event, unknown.id, str(unknown.data.get("channel")))


def _late_word(work: Work, task: Task, event: ev.TaskDone, _: str) -> None:
    assert task.step is not None, "a late step is a step"
    if event.receipt == "skip":
        work.record("step_skipped", f"operator:{event.by}", task.step, why="late, left out by hand")
        work.run(task.step, state="skipped", done_at=work.at)
    else:
        work.run(task.step, state="waiting", cleared=True)


_ON_DONE: dict[str, Callable[[Work, Task, ev.TaskDone, str], None]] = {
    "submit-appeal": _answer_posted,
    "handle-claim": _answer_posted,
    "review-reopened": _answer_posted,
    "answer-information": _stop_own_clock,
    "answer-buyer": _stop_own_clock,
    "post-decision-appeal": _post_decision,
    "settle-send": _settled,
    "late-step": _late_word,
}


def _text_task(work: Work, task_id: str) -> tuple[Task, Appeal]:
    """The task about the appeal's text, and that text: both were checked to be there."""
    state = work.now
    task, appeal = state.task(task_id), state.appeal
    assert task is not None, "checked before it is applied"
    assert appeal is not None, "a text task stands beside its text"
    return task, appeal


def approved(work: Work, event: ev.Approved) -> None:
    """Bind a person's yes to exactly this text."""
    task, appeal = _text_task(work, event.task)
    source = f"operator:{event.by}"
    rules = blocking(appeal)
    despite = {"despite": event.despite, "overridden": rules} if rules and event.despite else {}
    fact = work.record(
        "approved", source, task.step, digest=event.digest, revision=appeal.revision, **despite
    )
    work.remember(event.key, fact)
    work.close_task(task, source, "approved")
    work.set(appeal=appeal.model_copy(update={"approved_by": event.by}))


def rejected(work: Work, event: ev.Rejected) -> None:
    """A person's no: the text is written anew."""
    task, appeal = _text_task(work, event.task)
    source = f"operator:{event.by}"
    fact = work.record("rejected", source, task.step, why=event.why, revision=appeal.revision)
    work.remember(event.key, fact)
    work.close_task(task, source, "rejected")
    work.set(appeal=appeal.model_copy(update={"rejected": True}))
    work.open_task("rewrite-appeal", source, step=task.step, due=task.due)


def edited(work: Work, event: ev.Edited) -> None:
    """A person's own text: the next revision, unchecked and unapproved until it was looked at."""
    task, appeal = _text_task(work, event.task)
    source = f"operator:{event.by}"
    fact = work.close_task(task, source, "edited")
    work.remember(event.key, fact)
    asked = appeal.asked_before or appeal.approval_asked_at is not None
    work.set(
        appeal=appeal.model_copy(
            update={
                "text": event.text,
                "edited_by": event.by,
                "unchecked": True,
                "asked_before": asked,
                "approval_asked_at": None,
                "approved_by": None,
                "rejected": False,
                "facts_only": False,
                "handed_in": False,
            }
        )
    )
    if task.step is not None:
        # Where it was tried already, the new text has a retry budget of its own.
        tried = work.now.run(task.step).retry_at is not None
        anew = {"retry_at": None, "first_try_at": None} if tried else {}
        work.run(task.step, state="waiting", **anew)
