"""What a buyer's reply does: the playbook's effects while the claim is open, tasks alone after it.

A reply may hold or advance steps and open tasks. Only a decision notice or a person ends a claim.
"""

from typing import Any

from atoz.claims.base import instant_text
from atoz.playbook.conditions import claims_protected
from atoz.playbook.events import BuyerReplied
from atoz.playbook.folding import join_missed
from atoz.playbook.model import Effect, Intent, TaskKind
from atoz.playbook.schedule import playbook_of
from atoz.playbook.state import CaseState, QueuedMessage
from atoz.playbook.stored import NOTES
from atoz.playbook.tasks import TASKS
from atoz.playbook.work import Work

ANSWERS: frozenset[Intent] = frozenset(
    {"photos", "says_received", "wants_refund", "stop_contact", "hostile", "other"}
)
"""Replies with substance: after one of these the buyer is not waited for any longer."""

_WITHDRAWS: frozenset[Intent] = frozenset(
    {"says_withdrawn", "asks_how_to_withdraw", "says_received"}
)
_REFUND_TASKS: frozenset[TaskKind] = frozenset({"consider-refund", "refund-buyer", "review-photos"})


def react(work: Work, reply: BuyerReplied, fact: str) -> None:
    """Carry out the reactions to one reply, each effect once however many intents ask for it."""
    book = playbook_of(work.now)
    effects = [effect for intent in reply.intents for effect in book.on_reply[intent]]
    if work.get("decided_at") is not None:
        _react_after_decision(work, reply, effects, fact)
        return
    for effect in dict.fromkeys(effects):
        _carry_out(work, effect, fact)


def open_asked_task(work: Work, kind: TaskKind, source: str, **more: Any) -> None:
    """Open a task with the clock and the warning that belong to its kind."""
    if kind == "answer-buyer":
        more |= _buyer_clock(work)
    if kind == "post-decision-appeal":
        more |= _appeal_window(work.now)
    if TASKS[kind].clock == "response":
        more |= {"clock": "response", "due": work.now.clock("response").due}  # type: ignore[union-attr] # open claims have one
    warning = refund_warning(work.now) if kind in _REFUND_TASKS else None
    if warning is not None:
        more["warning"] = warning
    work.open_task(kind, source, **more)


def _appeal_window(state: CaseState) -> dict[str, Any]:
    """The newest window: a claim that was reopened and decided again has an older one, too."""
    windows = [clock for clock in state.clocks if clock.name == "post_decision_appeal"]
    return {"clock": windows[-1].id, "due": windows[-1].due} if windows else {}


def refund_warning(state: CaseState) -> str | None:
    """What a person must know before refunding here, or None when the refund counts no more."""
    if state.refunded_at is not None:
        return None
    return NOTES("refund_unprotects" if claims_protected(state.file) else "refund_counts")


def _carry_out(work: Work, effect: Effect, fact: str) -> None:
    if effect.hold is not None:
        _hold(work, effect, fact)
    if effect.task is not None:
        open_asked_task(work, effect.task, fact, refs=(fact,))
    if effect.stop_messages:
        work.set(messages_stopped=True)
    if effect.send is not None:
        _queue(work, effect.send, fact)


def _hold(work: Work, effect: Effect, fact: str) -> None:
    until = work.since + effect.hold  # type: ignore[operator] # only called with a hold
    held = work.get("held_until")
    if until <= work.at or (held is not None and held >= until):
        return  # it is over already, or a longer one holds
    work.set(held_until=until, held_why=fact)
    state = work.now
    step = next((s.id for s in playbook_of(state).steps if not state.run(s.id).over), None)
    work.record("step_held", fact, step, until=instant_text(until), because=fact)


def _queue(work: Work, template: str, fact: str) -> None:
    """Send a template once; whoever asks again, or cannot be written to, gets a person's answer."""
    step = template.replace("_", "-")
    asked = step in work.get("runs") or any(message.id == step for message in work.get("queue"))
    if asked or not _may_write(work.now):
        open_asked_task(work, "answer-buyer", fact, refs=(fact,))
        return
    work.enqueue(QueuedMessage(id=step, template=template, asked_at=work.at, because=fact))


def _may_write(state: CaseState) -> bool:
    """Whether a message would leave now: there is an address, and nothing holds messages back."""
    addressed = state.file.buyer is not None and state.file.buyer.relay is not None
    barred = state.messages_stopped or state.paused or state.handed_over
    return addressed and not barred and state.refunded_at is None


def _buyer_clock(work: Work) -> dict[str, Any]:
    """Start the buyer's clock unless one runs: the oldest unanswered message counts."""
    state = work.now
    found = state.policy and state.policy.due("buyer_reply", work.since)
    for clock in state.clocks:
        if clock.name == "buyer_reply" and clock.running:
            if found and found.due < clock.due and work.since < clock.opened_at:
                work.move_clock(clock.id, found.due, found.source, opened_at=work.since)
                return {"clock": clock.id, "due": found.due}
            return {"clock": clock.id, "due": clock.due}
    if not found:
        return {}
    join_missed(work, "buyer_reply")
    clock_id = work.open_clock("buyer_reply", found.due, found.source, work.since)
    return {"clock": clock_id, "due": found.due}


def _react_after_decision(
    work: Work, reply: BuyerReplied, effects: list[Effect], fact: str
) -> None:
    """After a decision nothing is sent: a late withdrawal is explained by a person, the rest is read."""
    if _WITHDRAWS & set(reply.intents):
        work.open_task("late-withdrawal", fact, refs=(fact,))
    if any(effect.stop_messages for effect in effects):
        work.set(messages_stopped=True)
    kinds: set[TaskKind] = {
        effect.task
        for effect in effects
        if effect.task and not TASKS[effect.task].ends_with_decision
    }
    if not kinds and not _WITHDRAWS & set(reply.intents):
        kinds = {"read-reply"}
    for kind in sorted(kinds):
        open_asked_task(work, kind, fact, refs=(fact,))
