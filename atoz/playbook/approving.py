"""Who may approve which text: two people where a shop asks for them, a reason where a check blocks.

Source of the rules: the product's design, approval; nothing careless goes out, and what a person
overrides is written down with who and why.
"""

import unicodedata
from typing import Literal

from atoz.playbook import events as ev
from atoz.playbook.model import Step
from atoz.playbook.refusals import REFUSED
from atoz.playbook.said import Said
from atoz.playbook.state import Appeal, CaseState

NOBODY = "unknown"
"""Who acts where neither the caller nor the login gives a name."""


def needs_approval(state: CaseState, step: Step, appeal: Appeal) -> bool:
    """Whether this revision needs a person's yes; of two people, a text of the one needs the other's."""
    if step.approval != "on_findings":
        return step.approval == "always"
    second = state.two_person_approval and appeal.edited_by is not None
    return bool(appeal.findings) or appeal.asked_before or second


EditNeeds = Literal["always", "asked", "second", "findings", "never"]


def edit_needs(state: CaseState, step: Step, appeal: Appeal) -> EditNeeds:
    """When a person's text in place of this one needs a yes, whatever the role of who writes it.

    As the playbook says of every text (`always`, `never`); once one was `asked` for, each that follows
    is; of two people, a text of the one needs that of a `second`; else where a check `findings` has.
    """
    if step.approval != "on_findings":
        return step.approval
    if appeal.asked_before or appeal.approval_asked_at is not None:
        return "asked"
    return "second" if state.two_person_approval else "findings"


def blocking(appeal: Appeal) -> list[str]:
    """The rules that say that this text may not go, each once."""
    found = (each.rule for each in appeal.findings if each.severity == "block")
    return list(dict.fromkeys(found))


def may_not_approve(state: CaseState, appeal: Appeal, event: ev.Approved) -> Said | None:
    """Why this person may not approve this text like this, with who may or what to do; else None."""
    return (
        another_text(state, event.digest, "approve that")
        or _one_person(state, appeal, event.by)
        or _without_reason(state, appeal, event)
    )


def another_text(state: CaseState, read: str | None, then: str) -> Said | None:
    """Why who read the text of this digest may not act on the one there is; None where it is the same.

    Nobody who says what they read writes over, or turns down, what they have not read.
    """
    appeal = state.appeal
    if read is None or appeal is None or read == appeal.digest:
        return None
    now = {"revision": appeal.revision, "digest": appeal.digest}
    return REFUSED("stale", read=read[:12], **now, order=state.file.claim.order_id, then=then)


def _one_person(state: CaseState, appeal: Appeal, by: str) -> Said | None:
    writer = appeal.edited_by
    if not state.two_person_approval or writer is None:
        return None
    if same_person(by, writer):
        return REFUSED("two_people", name=writer)
    if same_person(by, NOBODY):
        return REFUSED("nobody", name=writer)
    return None


def _without_reason(state: CaseState, appeal: Appeal, event: ev.Approved) -> Said | None:
    rules = blocking(appeal) if state.edition > 1 else []
    if not rules or (event.despite or "").strip():
        return None
    return REFUSED("blocked", rules=", ".join(rules))


def same_person(one: str, other: str) -> bool:
    """Whether two names mean one person: case, width, spaces and invisible signs make no other."""
    return _plain_name(one) == _plain_name(other)


def _plain_name(name: str) -> str:
    seen = "".join(
        c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != "Cf"
    )
    return " ".join(seen.split()).casefold()
