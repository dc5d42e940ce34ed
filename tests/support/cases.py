"""Claims and plays for tests of the rules: builders, a scripted world, a player on virtual time.

A play reads like the claim's life: it goes to an instant, the buyer writes, a person acts. Each
wake-up that the engine asks for really happens unless the play oversleeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from atoz.claims.base import merged
from atoz.claims.claim import ClaimFile
from atoz.claims.clocks import Clock
from atoz.claims.facts import Fact
from atoz.claims.status import FundedBy, Status
from atoz.library import Library, load_library
from atoz.mail.render import Templates
from atoz.mail.templates_folder import load_templates
from atoz.playbook import acts, edition
from atoz.playbook import events as ev
from atoz.playbook.acts import Act, Do, Done, Note, Wait
from atoz.playbook.apply import apply
from atoz.playbook.check import refusal
from atoz.playbook.decide import decide
from atoz.playbook.model import Intent, Playbook
from atoz.playbook.state import CaseState, Task, open_claim
from atoz.service.world import SimulatedWorld

PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

ARRIVED = datetime(2026, 9, 8, 18, 0, tzinfo=UTC)
"""A Tuesday, 11:00 in Los Angeles: whole days later it is still within the sending hours."""

MANY = 200
"""More acts than this at one instant is an engine that spins."""

DOCUMENT: dict[str, Any] = {
    "claim": {
        "order_id": "111-0000199-0000199",
        "marketplace": "US",
        "reason": "not_as_described",
        "amount": "58.00",
        "currency": "USD",
        "order_date": "2026-08-10",
        "ship_by": "2026-08-12",
        "max_estimated_delivery": "2026-08-20",
        "filed_at": "2026-09-08T18:00:00Z",
        "notified_at": "2026-09-08T18:00:00Z",
        "buyer_comment": "The shade is cream, I wanted white.",
    },
    "buyer": {"relay": "zqc99x7k2m9p4@marketplace.amazon.com", "language": "en"},
    "shipment": {
        "carrier": "UPS",
        "tracking_number": "1Z0000000300000199",
        "shipped_at": "2026-08-11",
        "first_scan_at": "2026-08-11",
        "delivered_at": "2026-08-15T19:02:00Z",
        "status": "delivered",
    },
}
PROVEN: dict[str, Any] = {"claim": {"reason": "not_received"}, "shipment": {"signature": True}}
"""What makes the claim one for `delivered-proof`."""

NEVER_SHIPPED: dict[str, Any] = {
    "claim": {"reason": "not_received"},
    "shipment": {"status": "never_shipped", "delivered_at": None},
}
REACTIONS: dict[str, Any] = {
    "photos": [{"task": "review-photos"}],
    "says_withdrawn": [{"hold": "48h"}, {"task": "confirm-withdrawal"}],
    "asks_how_to_withdraw": [{"send": "withdraw_help"}],
    "says_received": [{"task": "read-reply"}],
    "wants_refund": [{"task": "consider-refund"}],
    "stop_contact": [{"stop_messages": True}],
    "question": [{"task": "answer-buyer"}],
    "hostile": [{"task": "read-reply"}],
    "other": [{"task": "read-reply"}],
}


@cache
def library() -> Library:
    """The shipped playbooks folder, read once."""
    return load_library(PLAYBOOKS)


@cache
def templates() -> Templates:
    """The shipped templates, read once."""
    return load_templates(PLAYBOOKS / "templates")


def document(*changes: dict[str, Any]) -> dict[str, Any]:
    """A claim file's document with changes laid over it, key by key."""
    whole = DOCUMENT
    for change in changes:
        whole = merged(whole, change)
    return whole


def claim_file(*changes: dict[str, Any]) -> ClaimFile:
    """A whole claim that the documented playbook takes, with changes laid over it."""
    return ClaimFile.model_validate(document(*changes))


def due_in(span: timedelta) -> dict[str, Any]:
    """The change that lets the notice state when the answer is due."""
    return {"claim": {"response_due": (ARRIVED + span).isoformat()}}


def playbook(*steps: dict[str, Any], **more: Any) -> Playbook:
    """A small playbook with these steps and the usual reactions."""
    return Playbook.model_validate(
        {
            "name": "small",
            "version": 1,
            "title": "A small one",
            "rank": 1,
            "limit": "7d",
            "steps": steps,
            "on_reply": REACTIONS,
            **more,
        }
    )


def variant(name: str, steps: dict[str, dict[str, Any]] | None = None, **more: Any) -> Playbook:
    """A shipped playbook with some fields of its steps, or of itself, changed."""
    whole = library().playbook(name).model_dump(mode="json", exclude_defaults=True)
    changed = [{**step, **(steps or {}).get(step["id"], {})} for step in whole["steps"]]
    return Playbook.model_validate({**whole, "steps": changed, **more})


HandIn = Literal["handed_over", "sent", "refused", "refused_for_now", "unknown"]


@dataclass
class World:
    """A world whose answers are scripted; where the script ends, everything succeeds."""

    sends: list[ev.SendOutcome] = field(default_factory=list)
    hand_ins: list[HandIn] = field(default_factory=list)
    failed_notices: int = 0
    findings: tuple[ev.Finding, ...] = ()
    playbooks: Sequence[Playbook] = ()
    channel: Literal["operator", "email", "webhook"] = "operator"
    two_person_approval: bool = False
    edition: int = edition.CURRENT
    done: list[tuple[datetime, Do]] = field(default_factory=list)

    def perform(self, state: CaseState, do: Do, now: datetime) -> ev.Event:
        """Carry out one act as the script says."""
        self.done.append((now, do))
        event = SimulatedWorld(library(), templates(), "Fernlane Goods").perform(state, do, now)
        return event.model_copy(update=self._changes(do))

    def _changes(self, do: Do) -> dict[str, Any]:
        match do:
            case acts.Open():
                books = {"candidates": tuple(self.playbooks)} if self.playbooks else {}
                pinned = {"two_person_approval": self.two_person_approval, "edition": self.edition}
                return {"channel": self.channel, **pinned, **books}
            case acts.Send() if self.sends:
                return {"outcome": self.sends.pop(0), "detail": "as scripted"}
            case acts.Submit() if self.hand_ins:
                return {"outcome": self.hand_ins.pop(0), "detail": "as scripted"}
            case acts.Draft() if self.findings and not do.facts_only:
                return {"findings": self.findings}
            case acts.Notify() if self.failed_notices:
                self.failed_notices -= 1
                return {"failed": ("mail",)}
        return {}


def opening(state: CaseState) -> ev.Event:
    """The answer to a claim's very first act: its rules are brought."""
    act = decide(state, state.started_at)
    assert isinstance(act, Act), "a claim that was not opened opens"
    return World().perform(state, act.do, state.started_at)


BLOCKED = (ev.Finding(rule="spelling", severity="warn", message="look at it"),)
"""A finding, so that the appeal asks for approval."""


class Play:
    """One claim on virtual time. Spans count from the moment at which it reached the seller."""

    def __init__(
        self,
        *changes: dict[str, Any],
        world: World | None = None,
        started_after: timedelta = timedelta(0),
        **scripted: Any,
    ) -> None:
        self.file = claim_file(*changes)
        self.world = world or World(**scripted)
        self.arrived = self.file.claim.notified_at
        self.now = self.arrived + started_after
        name = f"claim-{self.file.claim.order_id}"
        self.state = open_claim(name, self.file, self.now)
        self.asleep: Wait | Done = self.settle()
        self._replies = 0

    # Time ---------------------------------------------------------------------------------

    def settle(self) -> Wait | Done:
        """Act until the engine waits."""
        for _ in range(MANY):
            decision = decide(self.state, self.now)
            if not isinstance(decision, Act):
                self.asleep = decision
                return decision
            do = decision.do
            event = (
                do.event if isinstance(do, Note) else self.world.perform(self.state, do, self.now)
            )
            self.state = apply(self.state, event.model_copy(update={"at": self.now}))
        raise AssertionError(f"the engine spins at {self.now}: {decide(self.state, self.now)}")

    def to(self, span: timedelta) -> Play:
        """Go to an instant, waking up at every planned instant on the way and at its end."""
        target = self.arrived + span
        assert target >= self.now, "time runs one way"
        while isinstance(self.asleep, Wait) and self.asleep.until < target:
            self.now = max(self.now, self.asleep.until)
            self.settle()
        return self.oversleep(span)

    def oversleep(self, span: timedelta) -> Play:
        """Go to an instant without waking up in between: an outage."""
        self.now = self.arrived + span
        self.settle()
        return self

    # Events -------------------------------------------------------------------------------

    def take(self, event: ev.Event) -> Play:
        """Apply an event now; an operator's act must be one that is not refused."""
        event = event.model_copy(update={"at": self.now})
        why = self.why_not(event)
        assert why is None, why
        self.state = apply(self.state, event)
        self.settle()
        return self

    def why_not(self, event: ev.Event) -> str | None:
        """Why an operator's act is refused now."""
        return refusal(self.state, event.model_copy(update={"at": self.now}))

    def reply(
        self,
        *intents: Intent,
        text: str = "Here is what I think of it.",
        photos: int = 0,
        message_id: str | None = None,
    ) -> Play:
        """The buyer writes, with these intents and so many photos."""
        self._replies += 1
        files = tuple(
            ev.Attachment(name=f"{n}.jpg", type="image/jpeg", size=100, sha256=f"{n:064x}")
            for n in range(photos)
        )
        return self.take(
            ev.BuyerReplied(
                at=self.now,
                message_id=message_id or f"<reply-{self._replies}@mail.example>",
                language="en",
                text=text,
                intents=("photos", *intents) if photos else intents,
                attachments=files,
            )
        )

    def decided(
        self,
        status: str,
        message_id: str = "<decision@mail.example>",
        funded_by: FundedBy | None = None,
        odr_counts: bool | None = None,
    ) -> Play:
        """The marketplace decides."""
        return self.take(
            ev.MarketplaceDecided(
                at=self.now,
                message_id=message_id,
                status=Status(status),
                funded_by=funded_by,
                odr_counts=odr_counts,
            )
        )

    def asked(self, due: timedelta | None = None, message_id: str = "<info@mail.example>") -> Play:
        """The marketplace asks for information, due so long after the arrival."""
        until = None if due is None else self.arrived + due
        return self.take(ev.InformationRequested(at=self.now, message_id=message_id, due=until))

    def done(self, task: str, receipt: str | None = None, key: str = "") -> Play:
        """A person does a task."""
        return self.take(
            ev.TaskDone(at=self.now, by="approver-1", key=key, task=task, receipt=receipt)
        )

    def approve(
        self, digest: str | None = None, by: str = "approver-1", despite: str | None = "I looked"
    ) -> Play:
        """A person approves the appeal as it stands, whatever the checks say."""
        task = self.task("approve-appeal")
        digest = digest or task.digest or ""
        return self.take(
            ev.Approved(at=self.now, by=by, task=task.id, digest=digest, despite=despite)
        )

    def reject(self, why: str = "too long") -> Play:
        """A person rejects the appeal."""
        task = self.task("approve-appeal")
        return self.take(ev.Rejected(at=self.now, by="approver-1", task=task.id, why=why))

    def edit(self, kind: str, text: str, by: str = "approver-1") -> Play:
        """A person writes the appeal."""
        return self.take(ev.Edited(at=self.now, by=by, task=self.task(kind).id, text=text))

    def refund(self, amount: str, key: str = "") -> Play:
        """A person refunds."""
        return self.take(ev.Refunded(at=self.now, by="approver-1", key=key, amount=Decimal(amount)))

    def amend(self, values: dict[str, Any], key: str = "") -> Play:
        """A person completes or corrects the claim."""
        return self.take(ev.Amended(at=self.now, by="approver-1", key=key, values=values))

    def pause(self) -> Play:
        """A person pauses the claim."""
        return self.take(ev.Paused(at=self.now, by="approver-1", why="on holiday"))

    def resume(self) -> Play:
        """A person resumes it."""
        return self.take(ev.Resumed(at=self.now, by="approver-1"))

    def skip(self, step: str) -> Play:
        """A person leaves a step out."""
        return self.take(
            ev.StepSkippedByHand(at=self.now, by="approver-1", step=step, why="no use")
        )

    def due(self, clock: str, span: timedelta) -> Play:
        """A person corrects a clock, to so long after the arrival."""
        return self.take(
            ev.DueSet(
                at=self.now, by="approver-1", clock=clock, due=self.arrived + span, why="as stated"
            )
        )

    # What came of it ----------------------------------------------------------------------

    def facts(self, kind: str, step: str | None = None) -> list[Fact]:
        """The facts of a kind, of one step where it is named."""
        return [f for f in self.state.facts if f.kind == kind and step in (None, f.step)]

    def when(self, kind: str, step: str | None = None) -> list[timedelta]:
        """How long after the arrival each fact of the kind was recorded."""
        return [fact.at - self.arrived for fact in self.facts(kind, step)]

    def sent(self) -> dict[str, timedelta]:
        """Each message that went out, by its step, with its span from the arrival."""
        return {str(f.step): f.at - self.arrived for f in self.facts("message_sent")}

    def open_tasks(self) -> set[str]:
        """The ids of the open tasks."""
        return {task.id for task in self.state.tasks if task.open}

    def task(self, kind: str) -> Task:
        """The open task of a kind."""
        task = self.state.open_task(kind)
        assert task is not None, f"no open {kind}; open: {sorted(self.open_tasks())}"
        return task

    def clock(self, clock_id: str = "response") -> Clock:
        """A clock of the claim."""
        clock = self.state.clock(clock_id)
        assert clock is not None, f"no clock {clock_id}"
        return clock

    def warnings(self, clock_id: str = "response") -> list[tuple[int, timedelta]]:
        """The warnings given about a clock: hours, and when."""
        return [
            (fact.data["hours"], fact.at - self.arrived)
            for fact in self.facts("deadline_warning")
            if fact.data["clock"] == clock_id
        ]

    @property
    def book(self) -> str:
        """The name of the chosen playbook."""
        assert self.state.playbook is not None, "the claim was opened"
        return self.state.playbook.name

    @property
    def next_at(self) -> timedelta:
        """When the engine wants to be woken, from the arrival."""
        assert isinstance(self.asleep, Wait), "the claim is over"
        return self.asleep.until - self.arrived
