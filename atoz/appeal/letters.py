"""Drafts for a person: the answer to an information request, the letter that asks for the metric.

Composed from the recorded facts whenever somebody looks, kept nowhere and never sent by us; what
only the person can know is left open in brackets.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from atoz.appeal.compose import Ledger, compose, text_of
from atoz.claims.status import MEANINGS
from atoz.playbook.state import CaseState


def draft_for(kind: str, state: CaseState, now: datetime) -> str | None:
    """The draft that belongs to a task of this kind, or None. Pure; `now` is in UTC."""
    rule = _DRAFTS.get(kind)
    return rule(state, now) if rule is not None and state.policy is not None else None


def _information(state: CaseState, now: datetime) -> str:
    """The facts of the claim, for the marketplace's question."""
    return text_of(compose(state, now, facts_only=True)) + "\n[Answer what was asked beyond this.]"


def _restoration(state: CaseState, now: datetime) -> str:
    """The facts, what was done, a numbered plan. Source: the domain notes on metric restoration."""
    assert state.policy is not None, "asked of an opened claim only"
    ledger = Ledger(state.facts, state.policy.zone)
    decided = ledger.day(state.decided_at or now)
    facts = compose(state, now, facts_only=True)[2:-1]
    head = (
        f"Order {state.file.claim.order_id}: we ask you to look at the order defect rate again.\n"
        f"The claim was decided on {decided}: {MEANINGS[state.status].words}.\n"
        "What happened:"
    )
    plan = "Our plan:\n1. [what you change]\n2. [how you will see that it works]"
    return "\n".join([head, text_of(facts), plan])


_DRAFTS: Mapping[str, Callable[[CaseState, datetime], str]] = {
    "answer-information": _information,
    "metric-restoration": _restoration,
}
LETTERS = frozenset(_DRAFTS)
"""The kinds of tasks that ask for a letter."""
