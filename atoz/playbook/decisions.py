"""What the marketplace's decision does to a claim: the first one, one that replaces it, a claim reopened.

A decision is what the marketplace says, so none is refused; what is told twice is one, and what is told
differently leaves a trace of what it replaced. Which may follow which: `atoz/claims/status.py`.
"""

from collections.abc import Mapping

from atoz.claims.policy import response_due
from atoz.claims.status import MEANINGS, Status, follows, odr_counts_by_table
from atoz.playbook import events as ev
from atoz.playbook.arriving import told_arrival
from atoz.playbook.edition import JUDGED
from atoz.playbook.inputs import told_by
from atoz.playbook.reactions import open_asked_task
from atoz.playbook.schedule import playbook_of
from atoz.playbook.state import CaseState
from atoz.playbook.stored import RESULTS
from atoz.playbook.tasks import TASKS
from atoz.playbook.work import Work


def marketplace_decided(work: Work, event: ev.MarketplaceDecided) -> None:
    """Record the decision, stop what it ends, open what it asks for.

    The same decision told once more restarts no clock. Another one takes its place, whatever it is: it
    is what the marketplace says. It names the one that it replaces, and where it does not follow from
    that one, somebody looks.
    """
    known = work.get("status") if work.get("decided_at") is not None else None
    reopened = event.status is Status.UNDER_REVIEW and known is not None
    meaning = MEANINGS[event.status]
    by_table = odr_counts_by_table(
        event.status, work.get("refunded_at"), work.get("file").claim.filed_at
    )
    decision = {
        "status": event.status,
        "funded_by": event.funded_by or meaning.funded_by,
        "odr_counts": by_table if event.odr_counts is None else event.odr_counts,
    }
    if _said_before(work, decision):
        fact = work.record("duplicate_ignored", event.message_id, message_id=event.message_id)
        work.remember(event.message_id, fact)
        return
    fact = work.record(
        "decision_received",
        event.message_id,
        message_id=event.message_id,
        **{**decision, "status": event.status.value},
        **told_by(event),
        **told_arrival(event),
        **_replaced(work.now, event),
    )
    work.remember(event.message_id, fact)
    work.set(**decision)
    if reopened:
        _reopen(work, fact)
    elif event.status not in (Status.UNDER_REVIEW, known):
        _end_review(work, event.status, fact)
        if work.get("edition") >= JUDGED and known is not None:
            _look_at_the_change(work, event, known, fact)


def _replaced(state: CaseState, event: ev.MarketplaceDecided) -> dict[str, str]:
    """Which decision this one takes the place of, and why, where a person said so."""
    if state.edition < JUDGED or not state.decided:
        return {}
    before = next((f for f in reversed(state.facts) if f.kind == "decision_received"), None)
    why = {"why": event.why} if event.why else {}
    return {"was": state.status.value, **({"replaces": before.id} if before else {}), **why}


def _look_at_the_change(
    work: Work, event: ev.MarketplaceDecided, before: Status, fact: str
) -> None:
    """Ask a person, unless this is how such a claim goes on or a person has said why."""
    if not event.why and not follows(event.status, before):
        work.open_task("changed-decision", event.message_id, refs=(fact,))


def _said_before(work: Work, decision: Mapping[str, object]) -> bool:
    """A second notice of the same decision decides nothing anew."""
    state = work.now
    return state.decided and all(getattr(state, key) == value for key, value in decision.items())


def _end_review(work: Work, status: Status, fact: str) -> None:
    work.set(decided_at=work.since, closed_at=None, next_check_at=None)
    for clock in work.get("clocks"):
        if clock.name != "buyer_reply":
            work.stop_clock(clock.id, by=fact)
    for task in work.get("tasks"):
        if task.open and TASKS[task.kind].ends_with_decision:
            work.close_task(task, "playbook", RESULTS("decided", status=status))
    state = work.now
    if status is Status.GRANTED_SELLER_FUNDED and state.policy:
        found = state.policy.due("post_decision_appeal", work.since)
        if found:
            work.open_clock("post_decision_appeal", found.due, found.source, work.since)
    else:
        work.close_kind("post-decision-appeal", RESULTS("decided", status=status))
    for kind in playbook_of(state).on_decision.get(status, ()):
        open_asked_task(work, kind, fact, refs=(fact,))


def _reopen(work: Work, fact: str) -> None:
    """A claim looked at again: no step of the playbook acts, a person answers within the limit."""
    work.set(decided_at=None, closed_at=None, handed_over=True)
    work.close_kind("post-decision-appeal", RESULTS("reopened"))
    for clock in work.get("clocks"):
        if clock.name == "post_decision_appeal":
            work.stop_clock(clock.id, by=fact)
    state = work.now
    assert state.policy is not None, "a decided claim was opened"
    found = response_due(None, state.policy, work.since, playbook_of(state).limit)
    work.change_clock(
        "response",
        due=found.due,
        source=found.source,
        opened_at=work.since,
        stopped_at=None,
        stopped_by=None,
        missed=False,
        warned=(),
        untaken=None,
    )
    open_asked_task(work, "review-reopened", fact, refs=(fact,))
