"""Rules on the moment: whether this claim still wants an answer, and of which stage."""

from collections.abc import Iterator
from datetime import datetime

from atoz.appeal.lint.sentences import FOUND
from atoz.appeal.lint.subject import Rule, Subject, block
from atoz.appeal.news import new_facts
from atoz.appeal.stage import stage_of
from atoz.claims.status import Status
from atoz.playbook.events import Finding
from atoz.playbook.said import plain


def _closed(subject: Subject) -> Iterator[Finding]:
    """Nothing is left to answer. Only a decision against the seller can be appealed, once."""
    state = subject.state
    if state.refunded_at is not None:
        yield block("closed", FOUND("refunded"))
    if state.decided and state.status is not Status.GRANTED_SELLER_FUNDED:
        yield block("closed", FOUND("decided", status=plain(state.status.value)))


def _stage(subject: Subject) -> Iterator[Finding]:
    """After a decision only what is new counts; before one there is none to speak of."""
    state = subject.state
    if stage_of(state) == "post_decision":
        if not new_facts(state.facts):
            yield block("wrong-stage", FOUND("nothing_new"))
        return
    for each in subject.theirs:
        said = subject.lint.list("decisions").first(each.said)
        if said and not state.decided:
            yield block("wrong-stage", FOUND("no_decision", said=repr(said)), each.number)


def _late(subject: Subject) -> Iterator[Finding]:
    """Of the answer, or of the appeal after a decision."""
    name = "post_decision_appeal" if subject.state.decided else "response"
    clock = subject.state.clock(name)
    if clock is None or clock.stopped_at is not None:
        return
    if clock.missed or subject.now >= clock.due:
        yield block("late", FOUND("late", at=_minute(clock.due)))


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


RULES: tuple[Rule, ...] = (_closed, _late, _stage)
