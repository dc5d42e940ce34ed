"""Which text was posted: the receipt names it, even where a newer revision has replaced its packet.

A person may paste a packet into Seller Central while something comes in that replaces it. What was
posted is what the marketplace reads: it counts, and the later revisions are pointless.
"""

from datetime import datetime
from typing import Any

from atoz.claims.facts import Fact
from atoz.playbook.state import Appeal, CaseState, Task
from atoz.playbook.stored import RESULTS
from atoz.playbook.tasks import TEXT_TASKS
from atoz.playbook.work import Work


def may_be_posted(state: CaseState, task: Task) -> bool:
    """Whether the packet of this closed task may have been posted although it was replaced."""
    over = state.decided or state.submitted_at is not None or state.refunded_at is not None
    return task.kind == "submit-appeal" and not task.open and task.result != "done" and not over


def awaits_retry(state: CaseState, task_id: str, now: datetime) -> bool:
    """Whether this task's approved text was refused for now and waits for its next attempt (UTC)."""
    task, appeal = state.task(task_id), state.appeal
    if task is None or task.step is None or appeal is None or appeal.digest != task.digest:
        return False
    again_at = state.run(task.step).retry_at
    return task.result == "approved" and again_at is not None and now < again_at


def post(work: Work, task: Task) -> dict[str, Any]:
    """Make the text of this task's packet the one that counts: `{revision, digest}` as far as known."""
    current = work.get("appeal")
    posted = current if _is_of(task, current) else _drafted(work.now, task)
    # Where the draft's own fact has left the state for the store, the task still names it.
    revision = posted.revision if posted else task.revision
    if posted is not None and posted is not current:
        work.set(appeal=posted.model_copy(update={"handed_in": True}))
    result = RESULTS("posted", revision=revision) if revision else RESULTS("posted_some")
    for kind in (*TEXT_TASKS, "handle-claim"):
        work.close_kind(kind, result)
    known = {"revision": revision, "digest": task.digest}
    return {key: value for key, value in known.items() if value is not None}


def _is_of(task: Task, appeal: Appeal) -> bool:
    """Whether the packet holds this very revision; tasks of older claims name the digest alone."""
    return appeal.digest == task.digest and task.revision in (None, appeal.revision)


def _drafted(state: CaseState, task: Task) -> Appeal | None:
    """The revision as it was recorded when it was written."""
    for fact in reversed(state.facts):
        if fact.kind == "appeal_drafted" and fact.data.get("digest") == task.digest:
            appeal = appeal_of(fact)
            if _is_of(task, appeal):
                return appeal
    return None


def appeal_of(fact: Fact) -> Appeal:
    """The revision that a fact `appeal_drafted` recorded."""
    # Facts of older claims do not say what was known: then it is what was recorded before them.
    before = int(fact.id[1:]) - 1
    known = fact.data.get("facts_known")
    own = {"facts_known": before if known is None else known, "drafted_at": fact.at}
    return Appeal.model_validate({**fact.data, "step": fact.step, **own})
