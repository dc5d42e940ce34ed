"""Texts beside the tasks that ask for them: letters, composed when somebody looks and kept nowhere, and
messages that did not reach the buyer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from atoz.appeal.letters import LETTERS, draft_for
from atoz.appeal.lint import lint_letter
from atoz.playbook.model import TaskKind
from atoz.playbook.state import CaseState
from atoz.service.base import Service

UNSENT: TaskKind = "message-refused"


async def with_drafts(service: Service, view: dict[str, Any]) -> dict[str, Any]:
    """The document of `status` with `draft` on each task, None where nothing is to be written.

    An appeal after a decision has `findings` beside it: what came in and is not told, and why.

    The whole case is asked for only where a text is wanted. Raises NotOpen, NoWorker.
    """
    wanted = any(task["kind"] in {*LETTERS, UNSENT} for task in view["tasks"])
    state = await _case(service, view["workflow_id"]) if wanted else None
    return with_drafts_of(service, state, view, service.now())


def with_drafts_of(
    service: Service, state: CaseState | None, view: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """The same, where the whole case is at hand already; None where no text is wanted."""
    return {**view, "tasks": [_drafted(service, task, state, now) for task in view["tasks"]]}


async def _case(service: Service, workflow_id: str) -> CaseState:
    return CaseState.model_validate(await service.calls.query(workflow_id, "case"))


def _drafted(
    service: Service, task: dict[str, Any], state: CaseState | None, now: datetime
) -> dict[str, Any]:
    if state is not None and task["kind"] == UNSENT:
        return {**task, "draft": unsent(state, task.get("refs", ()))}
    if state is None or task["kind"] not in LETTERS:
        return {**task, "draft": None}
    # A rehearsed claim may live in another month: nothing is written before its newest fact.
    now = max([now, *(fact.at for fact in state.facts[-1:])])
    words = service.library.appeal_words
    draft = draft_for(task["kind"], state, now, words)
    if task["kind"] != "post-decision-appeal":
        return {**task, "draft": draft}
    found = lint_letter(draft or "", state, now, words)
    return {**task, "draft": draft, "findings": [each.model_dump(mode="json") for each in found]}


def unsent(state: CaseState, refs: Sequence[str]) -> str | None:
    """The newest message that did not reach the buyer, subject first, for whoever sends it by hand.

    `refs` are the facts of its refusals; None where a check stopped it, or it is no longer carried.
    """
    facts = {fact.id: fact for fact in state.facts}
    for ref in reversed(refs):
        refused = facts.get(ref)
        # What bounced was sent before: its text is there.
        told = refused and facts.get(refused.data.get("of") or ref)
        if told and told.data.get("text"):
            return f"{told.data['subject']}\n\n{told.data['text']}"
    return None
