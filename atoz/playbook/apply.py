"""`apply(state, event) -> state`: the only way in which a claim changes."""

from collections.abc import Callable
from typing import Any

from atoz.playbook import decisions, inputs, moving, operators, results
from atoz.playbook import events as ev
from atoz.playbook.arriving import counts_from
from atoz.playbook.state import CaseState
from atoz.playbook.work import Work

_RULES: dict[type[ev.Event], Callable[[Work, Any], None]] = {
    ev.BuyerReplied: inputs.buyer_replied,
    ev.DuplicateNoticed: inputs.duplicate_noticed,
    ev.InformationRequested: inputs.information_requested,
    ev.MarketplaceDecided: decisions.marketplace_decided,
    ev.MessageBounced: inputs.message_bounced,
    ev.InputRefused: inputs.input_refused,
    ev.Amended: inputs.amended,
    ev.Refunded: inputs.refunded,
    ev.Paused: inputs.paused,
    ev.Resumed: inputs.resumed,
    ev.StepSkippedByHand: inputs.skipped,
    ev.DueSet: inputs.due_set,
    ev.Migrated: moving.migrated,
    ev.EvidenceAdded: inputs.evidence_added,
    ev.TaskDone: operators.task_done,
    ev.Approved: operators.approved,
    ev.Rejected: operators.rejected,
    ev.Edited: operators.edited,
    ev.Opened: results.opened,
    ev.MessageTried: results.message_tried,
    ev.AppealDrafted: results.appeal_drafted,
    ev.ApprovalAsked: results.approval_asked,
    ev.Unapproved: results.unapproved,
    ev.AppealTried: results.appeal_tried,
    ev.Noticed: results.noticed,
    ev.Archived: results.archived,
    ev.StepSkipped: results.step_skipped,
    ev.StepAsked: results.step_asked,
    ev.ClockRanOut: results.clock_ran_out,
    ev.HandedOver: results.handed_over,
    ev.DecisionOverdue: results.decision_overdue,
    ev.Closed: results.closed,
}


def apply(state: CaseState, event: ev.Event) -> CaseState:
    """The state after `event`. Pure; never raises for an event that `check` lets through.

    What arrives before the claim is opened waits in `early` and is applied right after it; a
    message or an operator's act that was handled before changes nothing a second time.
    """
    if state.policy is None and not isinstance(event, ev.Opened):
        return state.model_copy(update={"early": (*state.early, event)})
    if state.policy is not None and isinstance(event, ev.Opened):
        return state
    key = key_of(event)
    if key and state.handled(key):
        return _known(state, event, key)
    work = Work(state, event.at, counts_from(state, event))
    _RULES[type(event)](work, event)
    after = work.done()
    return _fold_early(after) if isinstance(event, ev.Opened) else after


def key_of(event: ev.Event) -> str | None:
    """What makes an input the same input: a mail's Message-ID, an operator's key."""
    if isinstance(event, ev.OperatorEvent):
        return event.key or None
    return getattr(event, "message_id", None) if type(event) in _OUTSIDERS else None


_OUTSIDERS = frozenset(ev.SIGNALS.values())


def _known(state: CaseState, event: ev.Event, key: str) -> CaseState:
    """A repeated operator's act is silent; a repeated mail leaves a trace and nothing else."""
    if isinstance(event, ev.OperatorEvent):
        return state
    work = Work(state, event.at)
    work.record("duplicate_ignored", key, message_id=key, of=state.handled(key))
    return work.done()


def _fold_early(state: CaseState) -> CaseState:
    waiting, state = state.early, state.model_copy(update={"early": ()})
    for event in waiting:
        state = apply(state, event)
    return state
