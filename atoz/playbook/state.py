"""The whole state of one claim: a frozen, serialisable value that `apply` folds events into."""

import hashlib
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal

from atoz.claims.base import Compact, Instant, Record, utc
from atoz.claims.claim import ClaimFile
from atoz.claims.clocks import Clock
from atoz.claims.facts import Fact
from atoz.claims.policy import Policy
from atoz.claims.status import FundedBy, Status
from atoz.playbook.edition import FIRST
from atoz.playbook.events import AnyEvent, Finding, Sentence
from atoz.playbook.model import Playbook, TaskKind


class StepRun(Record):
    """How far a step has come. `refused` and `unknown` are ends, too: they never block the appeal."""

    id: str
    state: Literal["waiting", "handed_in", "asked", "done", "skipped", "refused", "unknown"] = (
        "waiting"
    )
    done_at: Instant | None = None
    attempts: int = 0
    first_try_at: Instant | None = None
    retry_at: Instant | None = None
    revision: int = 1
    cleared: bool = False
    """A person said that the step may act although it is late."""

    @property
    def over(self) -> bool:
        """Whether the step has come to an end."""
        return self.done_at is not None


@lru_cache(maxsize=1024)
def _never_ran(step_id: str) -> StepRun:
    """Frozen, so one is enough for every claim that asks."""
    return StepRun(id=step_id)


class QueuedMessage(Record):
    """A message that a reaction asked for: sent as soon as possible, at most once per template."""

    id: str
    template: str
    asked_at: Instant
    because: str


class Appeal(Record):
    """The current text of the appeal, and how far it has come."""

    step: str
    revision: int
    text: str
    digest: str
    sentences: tuple[Sentence, ...] = ()
    findings: tuple[Finding, ...] = ()
    language: str = "en"
    facts_only: bool = False
    edited_by: str | None = None
    stale: bool = False
    """Something came in since: the text is composed anew before it goes."""
    unchecked: bool = False
    """A person wrote it: it is checked and digested before it goes."""
    asked_before: bool = False
    """An earlier revision needed approval, so this one does, too."""
    approval_asked_at: Instant | None = None
    approved_by: str | None = None
    rejected: bool = False
    unapproved_at: Instant | None = None
    handed_in: bool = False
    facts_known: int | None = None
    """How many facts were recorded when it was written: files that came later are not bound."""
    drafted_at: Instant | None = None


class Task(Record):
    """Something that only a person can do. `told` is False until the operators were notified."""

    id: str
    kind: TaskKind
    title: str
    text: str
    opened_at: Instant
    due: Instant | None = None
    clock: str | None = None
    step: str | None = None
    digest: str | None = None
    revision: int | None = None
    packet: str | None = None
    warning: str | None = None
    refs: tuple[str, ...] = ()
    stands_for: int | None = None
    """How many questions it asks, where more came than are kept apart; `refs` are the newest."""
    told: bool = False
    done_at: Instant | None = None
    result: str | None = None

    @property
    def open(self) -> bool:
        """Whether somebody still has to do it."""
        return self.done_at is None


@lru_cache(maxsize=1024)
def key_digest(key: str) -> str:
    """What is remembered of a handled id: short, however long a stranger's Message-ID is."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class CaseState(Record):
    """One claim: what is known, the rules pinned for it, and everything that happened so far."""

    workflow_id: str
    started_at: Instant
    started_by: str | None = None
    """Who started it, where a person or a program did and no mail."""
    file: Annotated[ClaimFile, Compact]
    policy: Annotated[Policy | None, Compact] = None
    playbook: Annotated[Playbook | None, Compact] = None
    playbook_digest: str = ""
    candidates: Annotated[tuple[Playbook, ...], Compact] = ()
    former: Annotated[tuple[Playbook, ...], Compact] = ()
    """The playbooks that this claim had before it was moved, oldest first."""
    channel: Literal["operator", "email", "webhook"] = "operator"
    message_domain: str = "messages.invalid"
    two_person_approval: bool = False
    """Who wrote a text may not approve it."""
    edition: int = FIRST
    """The edition of the engine's rules that this claim runs under."""
    status: Status = Status.UNDER_REVIEW
    funded_by: FundedBy | None = None
    odr_counts: bool | None = None
    refunded_total: Decimal = Decimal(0)
    refunded_at: Instant | None = None
    """When the whole claimed amount was refunded; a part of it leaves this None."""
    decided_at: Instant | None = None
    closed_at: Instant | None = None
    archive_ref: str | None = None
    facts: tuple[Fact, ...] = ()
    facts_recorded: int = 0
    fact_archives: tuple[str, ...] = ()
    runs: dict[str, StepRun] = {}
    queue: tuple[QueuedMessage, ...] = ()
    appeal: Appeal | None = None
    submitted_at: Instant | None = None
    next_check_at: Instant | None = None
    clocks: tuple[Clock, ...] = ()
    tasks: tuple[Task, ...] = ()
    tasks_opened: dict[str, int] = {}
    paused: bool = False
    paused_at: Instant | None = None
    """None also where it was paused before this was kept."""
    handed_over: bool = False
    """A person has the claim: no step of the playbook acts any more."""
    held_until: Instant | None = None
    held_why: str | None = None
    messages_stopped: bool = False
    photos: int = 0
    last_answer_at: Instant | None = None
    last_reply_id: str | None = None
    """The Message-ID of the buyer's newest mail: what we write next answers it."""
    tell_again_at: Instant | None = None
    seen: dict[str, str] = {}
    early: tuple[AnyEvent, ...] = ()
    last_step: str | None = None

    def handled(self, key: str) -> str | None:
        """The fact that a handled message or act became, by its id, or None."""
        return self.seen.get(key_digest(key))

    @property
    def decided(self) -> bool:
        """Whether the marketplace has decided and not reopened the claim."""
        return self.decided_at is not None

    def clock(self, clock_id: str) -> Clock | None:
        """The clock with this id, or None."""
        for clock in self.clocks:  # asked at every turn: a loop costs half of a generator
            if clock.id == clock_id:
                return clock
        return None

    def task(self, task_id: str) -> Task | None:
        """The task with this id, or None."""
        return next((task for task in self.tasks if task.id == task_id), None)

    def open_task(self, kind: str) -> Task | None:
        """The open task of this kind, or None."""
        return next((task for task in self.tasks if task.kind == kind and task.open), None)

    def run(self, step_id: str) -> StepRun:
        """How far the step has come; a step that never ran waits."""
        return self.runs.get(step_id) or _never_ran(step_id)

    def values(self) -> dict[str, Any]:
        """What a message template may say: facts of the order, nothing else."""
        claim = self.file.claim
        return {
            "order_id": claim.order_id,
            "marketplace": self.policy.name if self.policy else claim.marketplace,
            "carrier": self.file.shipment.carrier if self.file.shipment else None,
            "tracking_number": self.file.shipment.tracking_number if self.file.shipment else None,
        }


def open_claim(
    workflow_id: str, file: ClaimFile, started_at: Instant, by: str | None = None
) -> CaseState:
    """The state of a claim of which nothing is known yet but its file."""
    return CaseState.vouched(
        workflow_id=workflow_id, started_at=utc(started_at), started_by=by, file=file
    )
