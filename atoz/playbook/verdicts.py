"""What a person says of what came in: that it helps us, or that it speaks for the buyer.

Nobody but a person can know that of a buyer's words and pictures. It is said as the receipt of a task
that is about them: `helps`, `harms`, or of some alone `helps f31 f34`; the newest word counts, also one
that is said when the task is closed already. Other receipts are notes, as ever.
"""

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from atoz.claims.facts import Fact
from atoz.playbook.model import TaskKind
from atoz.playbook.refusals import REFUSED
from atoz.playbook.said import Said
from atoz.playbook.state import Task

Verdict = Literal["helps", "harms"]

ABOUT_THE_BUYER: frozenset[TaskKind] = frozenset(
    {
        "answer-buyer",
        "confirm-withdrawal",
        "consider-refund",
        "late-withdrawal",
        "read-reply",
        "review-photos",
    }
)
"""Tasks that a buyer's mail opens."""

_GIVEN = re.compile(r"\s*(helps|harms)((?:[\s,]+f\d{1,9})*)\s*", re.IGNORECASE)
_FACT = re.compile(r"f\d+")


class Given(NamedTuple):
    """A verdict and the ids of the replies that it is about."""

    verdict: Verdict
    about: tuple[str, ...]


def given(task: Task, receipt: str | None) -> Given | None:
    """The verdict that a receipt of this task is; None where it is only a note."""
    found = _GIVEN.fullmatch(receipt or "") if task.kind in ABOUT_THE_BUYER else None
    if found is None:
        return None
    verdict: Verdict = "helps" if found[1].lower() == "helps" else "harms"
    return Given(verdict, tuple(dict.fromkeys(_FACT.findall(found[2].lower()))) or task.refs)


def refusal(task: Task, receipt: str | None) -> Said | None:
    """Why this verdict cannot be taken: it is about what the task does not ask about."""
    said = given(task, receipt)
    unknown = [each for each in said.about if each not in task.refs] if said else []
    if not unknown:
        return None
    asked, named = ", ".join(task.refs), ", ".join(unknown)
    if not asked:
        return REFUSED("about_nothing", task=task.id, facts=named)
    return REFUSED("about_others", task=task.id, asked=asked, facts=named)


def verdicts(facts: Iterable[Fact]) -> dict[str, Fact]:
    """The newest verdict on each reply, by the reply's id."""
    said = (fact for fact in facts if fact.kind == "task_done" and fact.data.get("verdict"))
    return {each: fact for fact in said for each in fact.data["about"]}
