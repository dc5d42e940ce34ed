"""Random lives of a claim: any event, any instant, any order, operators and worlds that fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import event, note
from hypothesis import strategies as st
from pydantic import TypeAdapter

from atoz.claims.claim import ClaimFile
from atoz.claims.status import Status
from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.acts import Act, Do, Done, Note, Wait
from atoz.playbook.apply import apply
from atoz.playbook.check import refusal
from atoz.playbook.decide import decide
from atoz.playbook.model import INTENTS, Playbook
from atoz.playbook.state import CaseState, open_claim
from tests.support.cases import (
    ARRIVED,
    BLOCKED,
    DAY,
    HOUR,
    MANY,
    NEVER_SHIPPED,
    PROVEN,
    World,
    claim_file,
    due_in,
    variant,
)

SPANS = st.one_of(
    st.just(timedelta(0)),
    st.integers(1, 3 * 3600).map(lambda s: timedelta(seconds=s)),
    st.integers(1, 60).map(lambda h: timedelta(hours=h)),
    st.sampled_from([DAY, 3 * DAY, 4 * DAY, 6 * DAY, 7 * DAY, 15 * DAY, 40 * DAY]),
)
MAILS = st.sampled_from([f"<{n}@mail.example>" for n in range(12)])
KEYS = st.sampled_from(["", "", "", "a", "b"])
BARE: dict[str, Any] = {"claim": {"reason": None}, "buyer": None, "shipment": None}


def instants(state: CaseState, now: datetime) -> st.SearchStrategy[datetime]:
    """Any instant, near or far, before or after."""
    return st.one_of(
        SPANS.map(lambda span: now + span),
        SPANS.map(lambda span: now - span),
        SPANS.map(lambda span: state.file.claim.notified_at + span),
    )


def attachments() -> st.SearchStrategy[ev.Attachment]:
    """A photo or another file."""
    return st.sampled_from(["image/jpeg", "application/pdf"]).map(
        lambda kind: ev.Attachment(name="a.b", type=kind, size=1, sha256="a" * 64)
    )


def outsiders(data: st.DataObject, state: CaseState, now: datetime) -> ev.Event:
    """What somebody else says."""
    mail = data.draw(MAILS)
    match data.draw(
        st.sampled_from(["reply", "reply", "duplicate", "info", "decision", "bounce", "x"])
    ):
        case "reply":
            return ev.BuyerReplied(
                at=now,
                message_id=mail,
                text=data.draw(st.sampled_from(["", "No!", "Why? I sent 3 photos.", "x" * 3_000])),
                intents=tuple(data.draw(st.lists(st.sampled_from(INTENTS), max_size=3))),
                attachments=tuple(data.draw(st.lists(attachments(), max_size=2))),
            )
        case "duplicate":
            return ev.DuplicateNoticed(at=now, message_id=mail)
        case "info":
            due = data.draw(st.none() | instants(state, now))
            return ev.InformationRequested(at=now, message_id=mail, due=due)
        case "decision":
            status = data.draw(st.sampled_from(list(Status)))
            return ev.MarketplaceDecided(at=now, message_id=mail, status=status)
        case "bounce":
            sent = [f.data["message_id"] for f in state.facts if f.kind == "message_sent"]
            original = data.draw(st.none() | st.sampled_from([*sent, "<other>"]))
            out = data.draw(st.booleans())
            return ev.MessageBounced(at=now, message_id=mail, original=original, opted_out=out)
        case _:
            return ev.InputRefused(at=now, name="x", reason="y")


AMENDMENTS: list[dict[str, Any]] = [
    {"claim": {"reason": "not_received"}},
    {"claim": {"reason": None}},
    {"claim": {"amount": "10.00"}},
    {"claim": {"response_due": (ARRIVED + 9 * DAY).isoformat()}},
    {"claim": {"response_due": (ARRIVED + 30 * HOUR).isoformat()}},
    {"claim": {"response_due": None}},
    {"buyer": None},
    {"buyer": {"relay": "b1@marketplace.amazon.com", "language": "de"}},
    {"shipment": {"status": "never_shipped"}},
    {"shipment": {"status": "delivered", "signature": True}},
    {"shipment": None},
]


def operators(data: st.DataObject, state: CaseState, now: datetime) -> ev.Event:
    """What a person does, sensible or not."""
    verb = data.draw(st.sampled_from(VERBS))
    values = {"at": now, "key": data.draw(KEYS), **data.draw(verb(state, now))}
    return ANY_EVENT.validate_python(values)


Verb = Callable[[CaseState, datetime], st.SearchStrategy[dict[str, Any]]]
ANY_EVENT: TypeAdapter[ev.Event] = TypeAdapter(ev.AnyEvent)


def _task(state: CaseState) -> st.SearchStrategy[str]:
    return st.sampled_from([*(task.id for task in state.tasks), "approve-appeal", "submit-appeal"])


def _verb(kind: str, **parts: Any) -> st.SearchStrategy[dict[str, Any]]:
    fixed = {
        key: part if isinstance(part, st.SearchStrategy) else st.just(part)
        for key, part in parts.items()
    }
    return st.fixed_dictionaries({"type": st.just(kind), **fixed})


def _done(state: CaseState, _: datetime) -> st.SearchStrategy[dict[str, Any]]:
    words = st.sampled_from([None, "R-1", "sent", "not-sent", "send", "skip"])
    return _verb("task_done", task=_task(state), receipt=words)


def _approve(state: CaseState, _: datetime) -> st.SearchStrategy[dict[str, Any]]:
    digest = state.appeal.digest if state.appeal else "x"
    return _verb("approved", task=_task(state), digest=digest)


def _edit(state: CaseState, _: datetime) -> st.SearchStrategy[dict[str, Any]]:
    return _verb("edited", task=_task(state), text=st.sampled_from(["Short.", "My words. " * 60]))


def _skip(state: CaseState, _: datetime) -> st.SearchStrategy[dict[str, Any]]:
    steps = [step.id for step in state.playbook.steps] if state.playbook else []
    return _verb("skipped", step=st.sampled_from([*steps, "none"]))


def _due(state: CaseState, now: datetime) -> st.SearchStrategy[dict[str, Any]]:
    clocks = st.sampled_from([*(clock.id for clock in state.clocks), "buyer_reply"])
    return _verb("due_set", clock=clocks, due=instants(state, now))


VERBS: list[Verb] = [
    _done,
    _done,
    _done,
    _approve,
    _approve,
    lambda state, _: _verb("rejected", task=_task(state), why="no"),
    _edit,
    _skip,
    _due,
    lambda _, __: _verb("paused"),
    lambda _, __: _verb("resumed"),
    lambda _, __: _verb("resumed"),
    lambda _, __: _verb("amended", values=st.sampled_from(AMENDMENTS)),
    lambda _, __: _verb("refunded", amount=st.sampled_from(["58.00", "8.00", "0.01"])),
    lambda _, __: _verb("evidence_added", file=attachments()),
]


@dataclass
class RandomWorld:
    """A world that fails as drawn, for a while, and then succeeds."""

    playbooks: tuple[Playbook, ...]
    channel: Any
    sends: list[ev.SendOutcome]
    hand_ins: list[Any]
    findings: list[bool]
    failed: list[bool]
    done: list[tuple[datetime, Do, CaseState]] = field(default_factory=list)

    def perform(self, state: CaseState, do: Do, now: datetime) -> ev.Event:
        """Carry out one act."""
        self.done.append((now, do, state))
        world = World(playbooks=self.playbooks, channel=self.channel)
        match do:
            case acts.Send() if self.sends:
                world.sends = [self.sends.pop()]
            case acts.Submit() if self.hand_ins and (outcome := self.hand_ins.pop()):
                world.hand_ins = [outcome]
            case acts.Draft() if self.findings and self.findings.pop():
                world.findings = BLOCKED
            case acts.Notify() if self.failed and self.failed.pop():
                world.failed_notices = 1
        return world.perform(state, do, now)


SENDS = ["sent", "sent", "refused", "refused_for_now", "refused_for_now", "blocked", "unknown"]
HAND_INS = [None, None, "refused", "refused_for_now", "refused_for_now", "unknown"]
YES_OR_NO = st.lists(st.booleans(), max_size=6)


class Life:
    """One random claim, checked at every state that it passes through."""

    def __init__(self, data: st.DataObject, file: ClaimFile, world: RandomWorld) -> None:
        self.data = data
        self.world = world
        self.interruptions = data.draw(YES_OR_NO)
        self.awake = False
        self.amended_at: datetime | None = None
        self.now = file.claim.notified_at + data.draw(st.sampled_from([0 * DAY, 2 * DAY, 8 * DAY]))
        self.state = open_claim("claim-x", file, self.now)
        self.until = self.settle()
        self.awake = True

    def settle(self) -> datetime | None:
        """Act until the engine waits; until when, or None at the end."""
        for _ in range(MANY):
            decision = decide(self.state, self.now)
            if isinstance(decision, Wait):
                assert decision.until > self.now, "a wait lies ahead"
                return decision.until
            if isinstance(decision, Done):
                return None
            self.act(decision)
        raise AssertionError(f"the engine spins: {decide(self.state, self.now)}")

    def act(self, act: Act) -> None:
        """Perform one act; now and then something comes in while it is under way."""
        do, before = act.do, self.state
        answer = do.event if isinstance(do, Note) else self.world.perform(before, do, self.now)
        if not isinstance(do, Note | acts.Open) and self.interruptions and self.interruptions.pop():
            self.happen()
        self.take(answer.model_copy(update={"at": self.now}))

    def happen(self) -> None:
        """Somebody says or does something, if it is allowed."""
        side = self.data.draw(st.sampled_from([outsiders, operators]))
        event_ = side(self.data, self.state, self.now)
        known = (
            isinstance(event_, ev.OperatorEvent) and event_.key and self.state.handled(event_.key)
        )
        if known or refusal(self.state, event_) is None:
            self.take(event_)

    def take(self, event_: ev.Event) -> None:
        """Apply one event, and look at what came of it."""
        note(f"{self.now} {event_!r}"[:300])
        before = self.state
        if isinstance(event_, ev.Amended):
            self.amended_at = self.now
        if isinstance(event_, ev.ClockRanOut) and self.awake:
            self.was_warned(event_.clock)
        self.state = apply(before, event_)
        assert self.state.facts[: len(before.facts)] == before.facts, "facts are append-only"
        assert self.state.facts_recorded == len(self.state.facts)

    def was_warned(self, clock_id: str) -> None:
        """Who is awake warns of a clock before it runs out, unless its end was moved to now."""
        clock = self.state.clock(clock_id)
        assert clock is not None
        if clock.due < self.now or self.amended_at == self.now:
            return
        assert 1 in clock.warned or clock.due - clock.opened_at <= HOUR

    def live(self) -> None:
        """Some twenty things happen, at any instants, with or without waking up in between."""
        for _ in range(self.data.draw(st.integers(0, 20))):
            if self.until is None:
                return
            ahead = self.data.draw(SPANS)
            if self.data.draw(st.booleans()):
                self.wake_up_to(self.now + ahead)
            else:
                self.now, self.awake = self.now + ahead, False
                self.until = self.settle()
                self.awake = True
            if self.until is not None:
                self.happen()
                self.until = self.settle()
        self.wake_up_to(self.now + 200 * DAY)

    def wake_up_to(self, target: datetime) -> None:
        """Go to an instant, waking up whenever the engine asks for it."""
        while self.until is not None and self.until <= target:
            self.now = self.until
            self.until = self.settle()
        self.now = max(self.now, target)
        self.until = self.settle()


BOOKS = st.builds(
    lambda approval, unapproved, late, unknown: (
        variant("refund-first"),
        variant("delivered-proof"),
        variant(
            "documented",
            {
                "appeal": {"approval": approval, "if_unapproved": unapproved},
                "deescalate": {"if_late": late, "if_unknown": unknown},
                "request-photos": {"if_late": late},
            },
        ),
        variant("short-limit"),
        variant("hand-over"),
    ),
    st.sampled_from(["never", "on_findings", "always"]),
    st.sampled_from(["submit_facts_only", "hand_over", "hold"]),
    st.sampled_from(["send", "skip", "ask"]),
    st.sampled_from(["ask", "resend"]),
)
WORLDS = st.builds(
    RandomWorld,
    playbooks=BOOKS,
    channel=st.sampled_from(["operator", "operator", "email", "webhook"]),
    sends=st.lists(st.sampled_from(SENDS), max_size=8),
    hand_ins=st.lists(st.sampled_from(HAND_INS), max_size=8),
    findings=YES_OR_NO,
    failed=YES_OR_NO,
    done=st.builds(list),
)
FILES = st.lists(
    st.sampled_from(
        [
            PROVEN,
            NEVER_SHIPPED,
            BARE,
            due_in(72 * HOUR),
            due_in(48 * HOUR),
            due_in(20 * HOUR),
            due_in(HOUR),
            {"claim": {"status": "denied"}},
            {"claim": {"notified_at": "2026-10-30T23:30:00Z"}},
            {"claim": {"marketplace": "JP", "currency": "JPY", "amount": "58"}},
        ]
    ),
    max_size=2,
)


def a_life(data: st.DataObject) -> Life:
    """A random claim in a random world, lived to its end."""
    try:
        file = claim_file(*data.draw(FILES))
    except ValueError:  # two changes that do not go together
        file = claim_file()
    life = Life(data, file, data.draw(WORLDS))
    life.live()
    event(f"{life.state.playbook.name if life.state.playbook else '-'}")
    return life
