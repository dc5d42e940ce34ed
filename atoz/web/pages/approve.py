"""The text of the appeal as a person reads, edits and approves it: exactly what its digest binds."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from atoz.errors import NoSuchClaim
from atoz.playbook.approving import blocking, edit_needs
from atoz.playbook.state import Appeal, CaseState
from atoz.playbook.tasks import TEXT_TASKS
from atoz.playbook.view import attachments
from atoz.service.problems import PROBLEMS
from atoz.service.whole import Whole, whole
from atoz.web.api.shapes import Order
from atoz.web.gate import Who, board_of
from atoz.web.pages.claim import shared
from atoz.web.pages.render import render
from atoz.web.reading import changes, pieces
from atoz.web.showing import cited, revisions
from atoz.web.typed import Did

router = APIRouter()

Read = Annotated[str | None, Query(max_length=64, description="the digest of what is being read")]
_MAY_EDIT = frozenset(TEXT_TASKS)


@router.get("/claims/{order}/approve")
async def approve(
    request: Request, who: Who, order: Order, read: Read = None, did: Did = None
) -> Response:
    """The current text with what carries it; `read` is the digest of what somebody still looks at."""
    found = await whole(board_of(request).service, order)
    if found.case is None or found.case.appeal is None:
        raise NoSuchClaim(PROBLEMS("no_text", order=found.status["order_id"]))
    values = {
        **shared(who, found),
        **_text(found, found.case, found.case.appeal),
        "did": did,
        "replaced": read is not None and read != found.case.appeal.digest,
    }
    return render(request, "approve.html", values, now=found.now)


def _edit_needs(case: CaseState, appeal: Appeal) -> str:
    step = case.playbook.step(appeal.step) if case.playbook else None
    return edit_needs(case, step, appeal) if step else "findings"


def _text(found: Whole, case: CaseState, appeal: Appeal) -> dict[str, Any]:
    """The text, its sentences with their facts, its findings, its files, and what the last edit changed."""
    parts = pieces(appeal.text, appeal.sentences)
    kept = revisions(found)
    earlier = [each for each in kept if each["revision"] < appeal.revision]
    task = next((task for task in case.tasks if task.open and task.kind in _MAY_EDIT), None)
    return {
        "appeal": appeal,
        "pieces": parts,
        "cited": cited(found, {each for piece in parts for each in piece.facts}),
        "blocks": blocking(appeal),
        "attachments": attachments(case, appeal),
        "before": earlier[-1] if earlier else None,
        "changes": changes(earlier[-1]["text"], appeal.text) if earlier else (),
        "task": task,
        "asks": task is not None and task.kind == "approve-appeal",
        "two_people": case.two_person_approval,
        "edit_needs": _edit_needs(case, appeal),
        "writing": appeal.unchecked or appeal.stale,
    }
