"""The operator's verbs: when each is refused and what to do instead; a repeat is harmless."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from atoz.playbook import events as ev
from atoz.playbook.agenda import next_planned
from atoz.playbook.apply import apply
from atoz.playbook.check import refusal
from atoz.playbook.edition import PAUSE_SHOWN
from atoz.playbook.state import open_claim
from tests.support.cases import (
    ARRIVED,
    BLOCKED,
    DAY,
    HOUR,
    NEVER_SHIPPED,
    Play,
    claim_file,
    playbook,
    variant,
)


def refused(play: Play, event: ev.Event) -> str:
    """The sentence with which an act is refused."""
    why = play.why_not(event)
    assert why is not None, "it is not refused"
    assert "\n" not in why, "one line"
    return why


def test_a_task_that_is_not_there() -> None:
    """The open ones are named."""
    play = Play().to(HOUR).reply("hostile")
    event = ev.TaskDone(at=play.now, task="nothing")
    assert refused(play, event) == "nothing is not a task of this claim; open tasks: read-reply"
    play.done("read-reply")
    event = ev.TaskDone(at=play.now, task="read-reply")
    assert refused(play, event) == "read-reply is done already; open tasks: none"


@pytest.mark.parametrize("verb", [ev.Approved, ev.Rejected, ev.Edited])
def test_every_text_verb_wants_an_open_task(verb: type[ev.Event]) -> None:
    """Whatever it would do with it."""
    play = Play().to(HOUR)
    event = verb.model_validate(
        {"at": play.now, "task": "approve-appeal", "digest": "x", "why": "x", "text": "x"}
    )
    assert refused(play, event) == "approve-appeal is not a task of this claim; open tasks: none"


@pytest.mark.parametrize(
    ("task", "advice"),
    [
        ("approve-appeal", "use approve, reject or edit"),
        ("rewrite-appeal", "use edit with the new text"),
        ("complete-claim", "use amend with the missing values"),
    ],
)
def test_some_tasks_have_a_verb_of_their_own(task: str, advice: str) -> None:
    """`done` says which."""
    play = (
        Play({"shipment": None}) if task == "complete-claim" else Play(findings=BLOCKED).to(4 * DAY)
    )
    if task == "rewrite-appeal":
        play.reject()
    event = ev.TaskDone(at=play.now, task=task, receipt="x")
    assert refused(play, event) == f"{task} is not done by hand: {advice}"


@pytest.mark.parametrize(
    ("play", "task"),
    [
        (lambda: Play().to(4 * DAY), "submit-appeal"),
        (lambda: Play().to(DAY).asked(), "answer-information"),
        (lambda: Play().to(DAY).decided("granted_seller_funded"), "post-decision-appeal"),
        (lambda: Play({"claim": {"response_due": "2026-09-08T20:00:00Z"}}), "handle-claim"),
    ],
)
def test_what_stops_a_clock_wants_a_receipt(play: Callable[[], Play], task: str) -> None:
    """A task about an answer to the marketplace."""
    open_play = play()
    for nothing in (None, "", "  \t "):
        event = ev.TaskDone(at=open_play.now, task=task, receipt=nothing)
        assert refused(open_play, event).startswith(f"{task} needs --receipt: ")
    assert task not in open_play.done(task, "R-1").open_tasks()


def test_only_a_text_is_edited() -> None:
    """Another task has none."""
    play = Play().to(HOUR).reply("hostile")
    event = ev.Edited(at=play.now, task="read-reply", text="x")
    assert refused(play, event) == "read-reply has no text to edit"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"claim": {"reason": "because"}}, "the claim would not be valid: claim.reason: "),
        ({"claim": {"colour": 1}}, "the claim would not be valid: claim.colour: "),
        ({"x": 1, "y": 2}, "the claim would not be valid: x: "),
        ({"claim": None}, "the claim would not be valid: claim: "),
        ({"claim": {"amount": "0.001"}}, "the claim would not be valid: claim: "),
        ({"claim": {"status": "denied"}}, "claim.status cannot be amended: record what"),
        ({"claim": {"order_id": "111-0000198-0000198"}}, "claim.order_id cannot be amended"),
        ({"claim": {"marketplace": "DE"}}, "claim.marketplace cannot be amended"),
        ({"claim": {"notified_at": "2026-09-08T17:00:00Z"}}, "claim.notified_at cannot be amended"),
    ],
)
def test_an_amendment_must_leave_the_same_valid_claim(values: dict[str, Any], why: str) -> None:
    """Every problem in one line, with its path."""
    play = Play().to(HOUR)
    assert refused(play, ev.Amended(at=play.now, values=values)).startswith(why)


def test_an_amendment_names_every_problem() -> None:
    """All at once."""
    play = Play().to(HOUR)
    values = {"claim": {"reason": "x", "currency": "y"}, "buyer": {"relay": "z"}}
    why = refused(play, ev.Amended(at=play.now, values=values))
    assert all(path in why for path in ("claim.reason", "claim.currency", "buyer.relay"))


def test_an_unknown_step_cannot_be_skipped() -> None:
    """The steps of the playbook are named; one that is over stays over."""
    play = Play().to(DAY)
    event = ev.StepSkippedByHand(at=play.now, step="dance")
    assert refused(play, event) == (
        "dance is not a step of this claim's playbook; "
        "its steps: deescalate, request-photos, appeal"
    )
    event = ev.StepSkippedByHand(at=play.now, step="deescalate")
    assert refused(play, event) == "deescalate is done already"


def test_a_clock_moves_only_into_the_future_and_only_while_it_runs() -> None:
    """And must be one."""
    play = Play().to(4 * DAY)
    past = ev.DueSet(at=play.now, clock="response", due=play.now)
    assert refused(play, past) == "the new instant must lie in the future"
    play.done("submit-appeal", "R")
    stopped = ev.DueSet(at=play.now, clock="response", due=play.now + DAY)
    assert refused(play, stopped) == "clock response was stopped already"
    none = ev.DueSet(at=play.now, clock="egg", due=play.now + DAY)
    assert refused(play, none) == (
        "egg is not a clock; write one of: "
        "response, information_request, buyer_reply, post_decision_appeal"
    )


def test_pausing_and_resuming_alternate() -> None:
    """Twice is once."""
    play = Play().to(HOUR)
    assert refused(play, ev.Resumed(at=play.now)) == "the claim is not paused"
    play.pause()
    assert refused(play, ev.Paused(at=play.now)) == "the claim is paused already"
    assert play.resume().facts("resumed")[0].source == "operator:approver-1"


NO_STEP = "the marketplace has decided: no step of this claim acts any more"
NO_CLOCK = "the marketplace has decided: only a clock that runs can be corrected, and "
OVER: list[tuple[str, Callable[[datetime], ev.OperatorEvent], str | None]] = [
    ("pause", lambda at: ev.Paused(at=at), f"{NO_STEP}, so there is nothing to pause"),
    (
        "skip",
        lambda at: ev.StepSkippedByHand(at=at, step="appeal"),
        f"{NO_STEP}, appeal neither",
    ),
    (
        "due",
        lambda at: ev.DueSet(at=at, clock="response", due=at + DAY),
        f"{NO_CLOCK}response does not",
    ),
    (
        "due of a new clock",
        lambda at: ev.DueSet(at=at, clock="information_request", due=at + DAY),
        f"{NO_CLOCK}information_request does not",
    ),
    (
        "approve",
        lambda at: ev.Approved(at=at, task="approve-appeal", digest="x"),
        "approve-appeal is closed: ended by the decision: denied; open tasks: metric-restoration",
    ),
    (
        "reject",
        lambda at: ev.Rejected(at=at, task="approve-appeal", why="x"),
        "approve-appeal is closed: ended by the decision: denied; open tasks: metric-restoration",
    ),
    (
        "edit",
        lambda at: ev.Edited(at=at, task="approve-appeal", text="x"),
        "approve-appeal is closed: ended by the decision: denied; open tasks: metric-restoration",
    ),
    (
        "done",
        lambda at: ev.TaskDone(at=at, task="approve-appeal"),
        "approve-appeal is closed: ended by the decision: denied; open tasks: metric-restoration",
    ),
    ("resume", lambda at: ev.Resumed(at=at), "the claim is not paused"),
    ("amend", lambda at: ev.Amended(at=at, values={"claim": {"reason": "damaged"}}), None),
    ("refunded", lambda at: ev.Refunded(at=at, amount=Decimal(5)), None),
    (
        "add-evidence",
        lambda at: ev.EvidenceAdded(
            at=at, file=ev.Attachment(name="a.pdf", type="application/pdf", size=1)
        ),
        None,
    ),
]
"""Every act on a claim that was decided, and why it is refused; what completes its record is taken."""


@pytest.mark.parametrize(("act", "made", "why"), OVER, ids=[act for act, _, _ in OVER])
def test_what_a_claim_in_its_aftercare_takes(
    act: str, made: Callable[[datetime], ev.OperatorEvent], why: str | None
) -> None:
    """No step of it acts, so nothing is held or left out; and what is taken makes no step act, either."""
    play = Play(findings=BLOCKED).to(4 * DAY).decided("denied").to(5 * DAY)
    assert play.state.closed_at is not None
    event = made(play.now)
    said = play.why_not(event)
    assert (said and str(said)) == why, act
    if said is None:
        play.take(event)
        assert next_planned(play.state, play.now) is None


def test_every_act_has_its_place_in_that_table() -> None:
    """A new one fails until somebody has looked. A move to another playbook has a table of its own."""
    named = {
        ev.UPDATES[act.split()[0].replace("-", "_")] for act, _, _ in OVER if act != "add-evidence"
    }
    assert named | {ev.EvidenceAdded, ev.Migrated} == set(ev.UPDATES.values())


def test_a_decided_claim_keeps_what_still_runs() -> None:
    """Its task is done, its clock is corrected, a pause from before is ended; an older edition takes all."""
    play = Play().to(HOUR).pause().decided("granted_seller_funded")
    assert play.why_not(ev.Resumed(at=play.now)) is None
    window = ev.DueSet(at=play.now, clock="post_decision_appeal", due=play.now + DAY)
    assert play.why_not(window) is None
    assert play.why_not(ev.TaskDone(at=play.now, task="post-decision-appeal", receipt="R")) is None
    older = Play(edition=PAUSE_SHOWN - 1).to(HOUR).decided("denied")
    assert older.why_not(ev.Paused(at=older.now)) is None


def test_what_others_say_is_never_refused() -> None:
    """A signal has no validator: it is recorded."""
    play = Play().to(HOUR)
    event = ev.BuyerReplied(at=play.now, message_id="<x>", intents=("question",))
    assert play.why_not(event) is None


def test_a_claim_that_is_not_open_yet_refuses_politely() -> None:
    """Nothing raises before the rules are known."""
    state = open_claim("claim-x", claim_file(), ARRIVED)
    events: list[ev.Event] = [
        ev.TaskDone(at=ARRIVED, task="x"),
        ev.Approved(at=ARRIVED, task="x", digest="y"),
        ev.Rejected(at=ARRIVED, task="x", why="y"),
        ev.Edited(at=ARRIVED, task="x", text="y"),
        ev.StepSkippedByHand(at=ARRIVED, step="appeal"),
        ev.Resumed(at=ARRIVED),
    ]
    assert all(refusal(state, event) for event in events)


# A repeat is harmless ---------------------------------------------------------------------------

ONCE: list[tuple[str, Callable[[Play], ev.OperatorEvent]]] = [
    ("refund", lambda p: ev.Refunded(at=p.now, key="k", amount=Decimal(5))),
    ("amend", lambda p: ev.Amended(at=p.now, key="k", values={"claim": {"reason": "damaged"}})),
    ("pause", lambda p: ev.Paused(at=p.now, key="k")),
    ("skip", lambda p: ev.StepSkippedByHand(at=p.now, key="k", step="request-photos")),
    ("due", lambda p: ev.DueSet(at=p.now, key="k", clock="response", due=p.now + 9 * DAY)),
    ("done", lambda p: ev.TaskDone(at=p.now, key="k", task="read-reply")),
    ("approve", lambda p: ev.Approved(at=p.now, key="k", task="approve-appeal", digest=digest(p))),
    ("reject", lambda p: ev.Rejected(at=p.now, key="k", task="approve-appeal", why="x")),
    ("edit", lambda p: ev.Edited(at=p.now, key="k", task="approve-appeal", text="x" * 400)),
    (
        "evidence",
        lambda p: ev.EvidenceAdded(
            at=p.now, key="k", file=ev.Attachment(name="a.pdf", type="application/pdf", size=1)
        ),
    ),
]


def digest(play: Play) -> str:
    """The digest that stands to be approved."""
    return play.task("approve-appeal").digest or ""


@pytest.mark.parametrize(("verb", "make"), ONCE, ids=[verb for verb, _ in ONCE])
def test_the_same_key_twice_acts_once(verb: str, make: Callable[[Play], ev.OperatorEvent]) -> None:
    """An update that was sent again changes nothing, in the state as it was left and later on."""
    texts = verb in {"approve", "reject", "edit"}
    play = Play(findings=BLOCKED).to(4 * DAY) if texts else Play().to(2 * DAY).reply("hostile")
    event = make(play)
    play.take(event)
    after = play.state
    assert after.handled("k") in {fact.id for fact in after.facts}
    assert apply(after, event) is after
    later = play.to(5 * DAY).state
    assert apply(later, event.model_copy(update={"at": play.now})) is later


def test_without_a_key_each_act_counts() -> None:
    """Two refunds of five are ten."""
    play = Play().to(HOUR).refund("5").refund("5")
    assert play.state.refunded_total == 10
    assert play.state.seen == {}


def test_a_resume_repeated_is_silent() -> None:
    """It was handled."""
    play = Play().to(HOUR).pause()
    event = ev.Resumed(at=play.now, key="k")
    play.take(event)
    assert apply(play.state, event) is play.state


# Steps that ask -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["answer-buyer", "answer-information", "review-photos", "handle-claim"]
)
def test_a_step_that_asks_is_done_when_its_task_is(kind: str) -> None:
    """Whatever else the task stops; what waits for the step goes on."""
    book = playbook(
        {"id": "ask", "at": "1h", "ask": kind},
        {"id": "write", "after": "ask", "wait": "1h", "send": "deescalate"},
    )
    play = Play(playbooks=[book, variant("hand-over")]).to(2 * HOUR)
    assert play.sent() == {}
    play.done(play.task(kind).id, "R-1").to(4 * HOUR)
    assert play.state.run("ask").state == "done"
    assert play.sent() == {"write": 3 * HOUR}


def test_a_step_may_draft_a_letter() -> None:
    """As a task for a person."""
    book = playbook({"id": "letter", "at": "1h", "draft": "metric-restoration"})
    play = Play(playbooks=[book, variant("hand-over")]).to(HOUR)
    assert play.open_tasks() == {"metric-restoration"}
    play.done("metric-restoration")
    assert play.state.run("letter").state == "done"


def test_the_refund_step_is_over_with_the_refund() -> None:
    """Its task closes with it."""
    play = Play(NEVER_SHIPPED).to(HOUR).refund("58.00")
    assert play.open_tasks() == set()
