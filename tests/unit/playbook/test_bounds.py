"""Whatever comes, and however often: what a claim carries is bounded, for every kind of input there is.

Each kind of event comes two thousand times, as large as it may be; old facts leave as in the workflow. A
new kind without a flood here fails, and so does one that leaves something behind each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from atoz.claims.status import Status
from atoz.playbook import events as ev
from atoz.playbook.apply import _RULES, apply
from atoz.playbook.check import refusal
from atoz.playbook.model import INTENTS
from atoz.playbook.prune import overflow, without
from atoz.playbook.state import CaseState, Task
from tests.support.cases import ARRIVED, DAY, HOUR, MINUTE, SECOND, Play, variant

TIMES = 2_000
MEGABYTE = 1_000_000
LEFT_BEHIND = 60
"""Bytes that each input may leave for good: that its id was handled, of which there are 8,000 at most."""

LONG = "\N{GRINNING FACE}" * 500
WORDS = "said at length " * 130
FILE = ev.Attachment(name="n" * 200, type="image/jpeg", size=9_000_000, sha256="f" * 64)
BEGIN = ARRIVED + 2 * DAY

Flood = Callable[[CaseState, int, datetime], Iterator[ev.Event]]


def mail(kind: str, number: int) -> dict[str, Any]:
    """A Message-ID of some length."""
    return {"message_id": f"<{kind}-{number}@{'x' * 100}.example>"}


def by(number: int) -> dict[str, Any]:
    """A person's act with a key of its own."""
    return {"by": "approver-1", "key": f"act-{number}"}


def task(state: CaseState, *kinds: str) -> Task | None:
    """The open task of one of these kinds."""
    return next((each for each in state.tasks if each.open and each.kind in kinds), None)


# What outsiders say --------------------------------------------------------------------------------


def replies(_: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Of every intent, with files."""
    yield ev.BuyerReplied(
        at=at,
        **mail("r", number),
        text=LONG,
        intents=(INTENTS[number % len(INTENTS)],),
        attachments=(FILE,) * 3,
    )


def duplicates(_: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """The notice again and again."""
    yield ev.DuplicateNoticed(at=at, **mail("n", number))


def requests(_: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Due at any time, also in the past, or by the policy; those that are over run out."""
    due = (None, at - HOUR, at + HOUR, at + number * MINUTE, at + 9 * DAY)[number % 5]
    yield ev.InformationRequested(at=at, **mail("i", number), due=due)


def decisions(_: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Lost, reopened, won, reopened."""
    row = (Status.GRANTED_SELLER_FUNDED, Status.UNDER_REVIEW, Status.DENIED, Status.UNDER_REVIEW)
    yield ev.MarketplaceDecided(at=at, **mail("d", number), status=row[number % 4], why=WORDS)


def bounces(_: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Of messages that nobody wrote."""
    original = f"<{number}@nobody.example>"
    yield ev.MessageBounced(at=at, **mail("b", number), original=original, detail=WORDS)


def rubbish(_: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """What nobody understands."""
    yield ev.InputRefused(at=at, name=f"{number}", reason=WORDS, excerpt="x" * 500)


# What people do ------------------------------------------------------------------------------------


def amendments(_: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Every value again and again."""
    text = f"{number} {WORDS}"
    messages = [{"at": instant(at), "from": "seller", "text": text}] * (number % 3)
    claim = {"buyer_comment": text, "response_due": instant(at + (number % 9 + 1) * HOUR)}
    values = {"claim": claim, "messages": messages, "shipment": {"carrier": f"carrier {number}"}}
    yield ev.Amended(at=at, **by(number), values=values)


def refunds(_: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """A cent at a time."""
    yield ev.Refunded.model_validate({"at": at, **by(number), "amount": "0.01"})


def pauses(_: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Stop and go."""
    if number % 2:
        yield ev.Resumed(at=at, **by(number))
    else:
        yield ev.Paused(at=at, **by(number), why=WORDS)


def skips(state: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Every step, as long as there is one."""
    assert state.playbook is not None
    steps = state.playbook.steps
    yield ev.StepSkippedByHand(at=at, **by(number), step=steps[number % len(steps)].id, why=WORDS)


def dues(_: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Any clock, again and again."""
    names = ["response", "buyer_reply", "information_request", "post_decision_appeal"]
    name = names[number % 4]
    yield ev.DueSet(at=at, **by(number), clock=name, due=at + MINUTE, why=WORDS)


def moves(_: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Between editions of its playbook."""
    other = EDITIONS[number % len(EDITIONS)]
    yield ev.Migrated(at=at, **by(number), digest=other.digest, playbook=other, why=WORDS)


EDITIONS = [variant("documented", title=f"Edition {number}") for number in range(8)]


def files(_: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """A person adds files."""
    yield ev.EvidenceAdded(at=at, **by(number), file=FILE)


def verdicts(state: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Each reply is judged, and the newest again and again."""
    if number % 2:
        yield from replies(state, number, at)
    elif found := task(state, "read-reply", "review-photos", "answer-buyer", "consider-refund"):
        word = "helps" if number % 4 else "harms"
        yield ev.TaskDone(at=at, **by(number), task=found.id, receipt=word)


def texts(state: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Rejected, written anew, drafted, asked, approved, handed over and written anew, for ever."""
    appeal = state.appeal
    digest, revision = f"{number:032x}", appeal.revision + 1 if appeal else 1
    edited = "approver-1" if appeal else None
    text = appeal.text if appeal and appeal.unchecked else f"{number} {LONG}"
    yield ev.AppealDrafted(
        at=at, step="appeal", revision=revision, text=text, digest=digest, edited_by=edited,
        sentences=(ev.Sentence(text=text, facts=("f1", "f2")),),
        findings=(ev.Finding(rule="x", severity="warn", message=WORDS),),
    )  # fmt: skip
    yield ev.ApprovalAsked(at=at, step="appeal")
    yield ev.Unapproved(at=at, step="appeal")


def answered_texts(state: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """What a person says to each of these texts."""
    asked = task(state, "approve-appeal")
    rewrite = task(state, "rewrite-appeal", "submit-appeal")
    if rewrite is not None:
        yield ev.Edited(at=at, **by(number), task=rewrite.id, text=f"{number} {LONG}")
    elif asked is None or asked.digest is None:
        yield from texts(state, number, at)
    elif number % 4:
        yield ev.Rejected(at=at, **by(number), task=asked.id, why=WORDS)
    else:
        yield ev.Approved(at=at, **by(number), task=asked.id, digest=asked.digest, despite=WORDS)
        outcomes = ("handed_over", "refused_for_now", "refused", "handed_over")
        yield ev.AppealTried.model_validate(
            {"at": at, "step": "appeal", "attempt": number, "revision": 1, "channel": "operator",
             "outcome": outcomes[number // 4 % 4], "detail": WORDS}
        )  # fmt: skip


# What the world answers, and what time brings ------------------------------------------------------


def tries(state: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """A message of unknown fate, which a person lets go again; or one that is refused."""
    if found := task(state, "settle-send"):
        yield ev.TaskDone(at=at, **by(number), task=found.id, receipt="not-sent")
    outcome = ("unknown", "refused", "refused_for_now", "blocked")[number % 4]
    yield ev.MessageTried.model_validate(
        {"at": at, "step": "deescalate", "template": "deescalate", "attempt": number, "revision": 1,
         "outcome": outcome, "message_id": "<m@x>", "text": LONG, "subject": WORDS, "detail": WORDS}
    )  # fmt: skip


def hand_ins(state: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Of unknown fate, again and again."""
    if found := task(state, "settle-send"):
        receipt = "sent" if number % 5 == 0 else "not-sent"
        yield ev.TaskDone(at=at, **by(number), task=found.id, receipt=receipt)
    if state.appeal is None:
        yield from texts(state, number, at)
    yield ev.AppealTried.model_validate(
        {"at": at, "step": "appeal", "attempt": number, "revision": 1, "channel": "email",
         "outcome": ("unknown", "sent")[number % 2], "detail": WORDS, "receipt": WORDS}
    )  # fmt: skip


def notices(state: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Nobody is reached."""
    warning = ev.WarningGiven(clock="response", hours=(48, 24, 6, 1)[number % 4])
    clock = state.clock("response")
    assert clock is not None
    told = tuple(each.id for each in state.tasks)
    moved = ev.DueSet(at=at, **by(number), clock="response", due=at + HOUR)
    yield from (moved, ev.Noticed(at=at, tasks=told, warnings=(warning,), failed=(WORDS,)))


def clocks(state: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Questions that nobody answers, each of which runs out; and the answer's own clock."""
    yield from (ev.ClockRanOut(at=at, clock=each.id) for each in state.clocks if each.running)
    match number % 3:
        case 0:
            yield ev.DueSet(at=at, **by(number), clock="response", due=at + MINUTE)
        case 1:
            yield ev.BuyerReplied(at=at, **mail("q", number), text="Why?", intents=("question",))
        case _:
            yield ev.InformationRequested(at=at, **mail("i", number), due=at)


def bare(state: CaseState, _: int, at: datetime) -> Iterator[ev.Event]:
    """What holds nothing but its step: the same again, however often the engine says it."""
    assert state.playbook is not None
    step = state.playbook.steps[0].id
    yield from (
        ev.Opened.model_validate({"at": at, "file": state.file, "policy": state.policy, "candidates": ()}),
        ev.StepSkipped(at=at, step=step, why="late", scheduled_at=at),
        ev.StepAsked(at=at, step=step, late=True),
        ev.HandedOver(at=at),
        ev.DecisionOverdue(at=at),
    )  # fmt: skip


def endings(state: CaseState, number: int, at: datetime) -> Iterator[ev.Event]:
    """Decided and closed, archived and reopened, with a receipt each time."""
    status = (Status.GRANTED_SELLER_FUNDED, Status.UNDER_REVIEW)[number % 2]
    yield ev.MarketplaceDecided(at=at, **mail("d", number), status=status)
    yield from (ev.Closed(at=at), ev.Archived(at=at, ref="archive/x", facts_known=1))
    for each in state.tasks:
        if each.open and each.kind in ("review-reopened", "post-decision-appeal"):
            yield ev.TaskDone(at=at, **by(number), task=each.id, receipt=WORDS)


FLOODS: dict[type[ev.Event], Flood] = {
    ev.BuyerReplied: replies,
    ev.DuplicateNoticed: duplicates,
    ev.InformationRequested: requests,
    ev.MarketplaceDecided: decisions,
    ev.MessageBounced: bounces,
    ev.InputRefused: rubbish,
    ev.Amended: amendments,
    ev.Refunded: refunds,
    ev.Paused: pauses,
    ev.Resumed: pauses,
    ev.StepSkippedByHand: skips,
    ev.DueSet: dues,
    ev.Migrated: moves,
    ev.EvidenceAdded: files,
    ev.TaskDone: verdicts,
    ev.Approved: answered_texts,
    ev.Rejected: answered_texts,
    ev.Edited: answered_texts,
    ev.Opened: bare,
    ev.MessageTried: tries,
    ev.AppealDrafted: texts,
    ev.ApprovalAsked: texts,
    ev.Unapproved: texts,
    ev.AppealTried: hand_ins,
    ev.Noticed: notices,
    ev.Archived: endings,
    ev.StepSkipped: bare,
    ev.StepAsked: bare,
    ev.ClockRanOut: clocks,
    ev.HandedOver: bare,
    ev.DecisionOverdue: bare,
    ev.Closed: endings,
}


def instant(at: datetime) -> str:
    """As files have it."""
    return at.isoformat()


def grown(flood: Flood) -> tuple[int, float]:
    """The size of the state after the flood, and how many bytes each input left behind for good.

    Sizes are taken where old facts have just left, so that what comes and goes is not counted.
    """
    state = OPEN.state
    lows = [(0, size(state))]
    for number in range(TIMES):
        at = BEGIN + number * SECOND
        for event in flood(state, number, at):
            if isinstance(event, ev.Migrated) or refusal(state, event) is None:
                state = apply(state, event)
        left = False
        while part := overflow(state):
            state, left = without(state, part, f"facts/{len(state.fact_archives)}"), True
        if left or number == TIMES - 1:
            lows.append((number + 1, size(state)))
    settled = [low for low in lows[:-1] if low[0] > TIMES // 3] or lows[:1]
    (first, before), (last, after) = settled[0], lows[-2] if len(settled) > 1 else lows[-1]
    return lows[-1][1], (after - before) / (last - first)


def size(state: CaseState) -> int:
    """In bytes, as it is carried into a fresh run."""
    return len(state.model_dump_json().encode())


OPEN = Play().to(2 * DAY)


def test_every_kind_of_input_has_its_flood() -> None:
    """A new kind of event is bounded before it is landed."""
    assert FLOODS.keys() == _RULES.keys()


@pytest.mark.parametrize("flood", dict.fromkeys(FLOODS.values()), ids=lambda each: each.__name__)
def test_two_thousand_of_a_kind_leave_little(flood: Flood) -> None:
    """Each leaves no more than its id, and the state stays within what a fresh run is given."""
    whole, each = grown(flood)
    assert whole < MEGABYTE
    assert each < LEFT_BEHIND
