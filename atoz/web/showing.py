"""What the pages of a claim show beside its documents: facts by id, revisions of its text, its steps."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from atoz.appeal.packet.dossier import Cited, cite
from atoz.claims.base import instant_text
from atoz.playbook import events as ev
from atoz.playbook.apply import apply
from atoz.playbook.check import refusal
from atoz.playbook.diagram import notes, when
from atoz.playbook.reactions import refund_warning
from atoz.playbook.standing import Standing, standing
from atoz.playbook.state import CaseState
from atoz.playbook.transitions import transitions
from atoz.service.whole import Whole


def cited(found: Whole, ids: Collection[str]) -> dict[str, Cited]:
    """These facts as a page shows them, by id; one that nobody has any more is left out."""
    return {each: cite(found.facts[each]) for each in ids if each in found.facts}


def revisions(found: Whole) -> list[dict[str, Any]]:
    """Every text that the appeal ever was, oldest first: `{revision, text, digest, edited_by, at}`."""
    drafts = (fact for fact in found.facts.values() if fact.kind == "appeal_drafted")
    return [{"edited_by": None, **fact.data, "at": fact.at} for fact in drafts]


Kind = Literal["send", "submit", "ask", "draft"]


class Skipping(NamedTuple):
    """What leaving a step out costs: what it would have done, and by when a person answers instead."""

    kind: Kind
    person_by: str | None


class ShownStep(NamedTuple):
    """A step on the claim's line: how it stands and why, and what the playbook says of it."""

    standing: Standing
    act: str
    when: str
    notes: tuple[str, ...]
    over: bool
    costs: Skipping | None


def steps(found: Whole) -> list[ShownStep]:
    """The steps in the playbook's order; none before one is chosen."""
    case = found.case
    if case is None or case.playbook is None:
        return []
    drawn = {step.id: step for step in transitions(case.playbook).steps}
    return [
        ShownStep(
            each,
            drawn[each.id].act,
            when(drawn[each.id]),
            tuple(notes(drawn[each.id])),
            case.run(each.id).over,
            _skipping(case, each.id, found.now),
        )
        for each in standing(case, found.now)
    ]


def _skipping(case: CaseState, step_id: str, at: datetime) -> Skipping | None:
    """As the engine itself would go on; None for a step that is over."""
    skip = ev.StepSkippedByHand(at=at, step=step_id)
    step = case.playbook.step(step_id) if case.playbook else None
    if step is None or refusal(case, skip) is not None:
        return None
    kind: Kind = (
        "send" if step.send else "submit" if step.submit else "ask" if step.ask else "draft"
    )
    had = {task.id for task in case.tasks}
    new = (task for task in apply(case, skip).tasks if task.id not in had)
    answer = next((task for task in new if task.kind == "handle-claim"), None)
    return Skipping(kind, instant_text(answer.due) if answer and answer.due else None)


class Refunding(NamedTuple):
    """What a refund would cost, and how much is left to refund."""

    left: Decimal
    currency: str
    warning: str | None


def refunding(case: CaseState) -> Refunding:
    """What a person must know before refunding."""
    claim = case.file.claim
    return Refunding(claim.amount - case.refunded_total, claim.currency, refund_warning(case))
