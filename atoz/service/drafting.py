"""Letters beside the tasks that ask for them: composed when somebody looks, kept nowhere."""

from datetime import datetime
from typing import Any

from atoz.appeal.letters import LETTERS, draft_for
from atoz.appeal.lint import lint_letter
from atoz.playbook.state import CaseState
from atoz.service.base import Service


async def with_drafts(service: Service, view: dict[str, Any]) -> dict[str, Any]:
    """The document of `status` with `draft` on each task, None where nothing is to be written.

    An appeal after a decision has `findings` beside it: what came in and is not told, and why.

    The whole case is asked for only where a letter is wanted. Raises NotOpen, NoWorker.
    """
    wanted = any(task["kind"] in LETTERS for task in view["tasks"])
    state = await _case(service, view["workflow_id"]) if wanted else None
    return with_drafts_of(service, state, view, service.now())


def with_drafts_of(
    service: Service, state: CaseState | None, view: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """The same, where the whole case is at hand already; None where no letter is wanted."""
    return {**view, "tasks": [_drafted(service, task, state, now) for task in view["tasks"]]}


async def _case(service: Service, workflow_id: str) -> CaseState:
    return CaseState.model_validate(await service.calls.query(workflow_id, "case"))


def _drafted(
    service: Service, task: dict[str, Any], state: CaseState | None, now: datetime
) -> dict[str, Any]:
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
