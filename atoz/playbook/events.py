"""Everything that can happen to a claim, one frozen model each: the only input of the engine.

Three families: what outsiders say (signals), what operators do (updates), and what the world
answered to an act of the engine. `at` is when it was recorded, stamped by the shell.
"""

from typing import Annotated, Literal

from pydantic import Field

from atoz.claims.base import Compact, Instant
from atoz.claims.claim import ClaimFile, Relay
from atoz.claims.policy import Policy
from atoz.claims.status import FundedBy, Status
from atoz.playbook.edition import FIRST
from atoz.playbook.model import Intent, Playbook
from atoz.playbook.operator_events import (
    UPDATES,
    Amended,
    Approved,
    DueSet,
    Edited,
    EvidenceAdded,
    Migrated,
    OperatorEvent,
    Paused,
    Refunded,
    Rejected,
    Resumed,
    StepSkippedByHand,
    TaskDone,
)
from atoz.playbook.parts import Attachment, Event, Finding, Sentence, WarningGiven, Words

__all__ = [
    "SIGNALS",
    "UPDATES",
    "Amended",
    "Approved",
    "Attachment",
    "DueSet",
    "Edited",
    "Event",
    "EvidenceAdded",
    "Finding",
    "Migrated",
    "OperatorEvent",
    "Paused",
    "Refunded",
    "Rejected",
    "Resumed",
    "Sentence",
    "StepSkippedByHand",
    "TaskDone",
    "WarningGiven",
]

MessageId = Annotated[str, Field(min_length=1, max_length=998)]
Teller = Annotated[str, Field(max_length=200)]
"""Who told what an outsider said, where a person did and no mail."""


# What outsiders say ---------------------------------------------------------------------------


class Arriving(Event):
    """What reaches the seller from outside. `arrived_at`: when it did, where that was before it is told.

    A person types in on Monday what came on Saturday; a mail waits while nobody reads the mailbox.
    """

    arrived_at: Instant | None = None


class BuyerReplied(Arriving):
    """The buyer wrote. Long texts are cut by the sender, the whole text lies in the store.

    `relay` is the address that the mail is answered to; it completes a claim that has none.
    """

    type: Literal["buyer_replied"] = "buyer_replied"
    message_id: MessageId
    language: Annotated[str, Field(max_length=20)] | None = None
    text: Annotated[str, Field(max_length=100_000)] = ""
    text_ref: Annotated[str, Field(max_length=200)] | None = None
    intents: Annotated[tuple[Intent, ...], Field(max_length=9)] = ()
    attachments: Annotated[tuple[Attachment, ...], Field(max_length=50)] = ()
    relay: Relay | None = None
    by: Teller | None = None


class DuplicateNoticed(Event):
    """The notice of this claim arrived once more."""

    type: Literal["duplicate_noticed"] = "duplicate_noticed"
    message_id: MessageId


class InformationRequested(Arriving):
    """The marketplace asks for information; `due` None means: by the marketplace's policy."""

    type: Literal["information_requested"] = "information_requested"
    message_id: MessageId
    due: Instant | None = None
    by: Teller | None = None


class MarketplaceDecided(Arriving):
    """The marketplace decided; None is filled from the status table.

    `why`: why a person lets it replace a decision from which it does not follow.
    """

    type: Literal["marketplace_decided"] = "marketplace_decided"
    message_id: MessageId
    status: Status
    funded_by: FundedBy | None = None
    odr_counts: bool | None = None
    by: Teller | None = None
    why: Words | None = None


class MessageBounced(Event):
    """A message that SMTP had accepted did not reach the buyer after all: a bounce or an opt-out.

    `original` is the Message-ID of ours that came back, None where the notice does not name it.
    """

    type: Literal["message_bounced"] = "message_bounced"
    message_id: MessageId
    original: MessageId | None = None
    opted_out: bool = False
    detail: Words = ""


class InputRefused(Event):
    """A message that could not be understood, kept with its beginning so that nothing is lost."""

    type: Literal["input_refused"] = "input_refused"
    name: Annotated[str, Field(max_length=200)]
    reason: Words
    excerpt: Annotated[str, Field(max_length=500)] = ""
    code: Annotated[str, Field(max_length=20)] = "fields"
    """The reason as one of a few words, to be counted by (`atoz.meters.REFUSALS`)."""


# What the world answered ----------------------------------------------------------------------


class Opened(Event):
    """The claim was looked up in the order book; the rules to pin are chosen from `candidates`."""

    type: Literal["opened"] = "opened"
    file: Annotated[ClaimFile, Compact]
    policy: Annotated[Policy, Compact]
    candidates: Annotated[tuple[Playbook, ...], Compact]
    channel: Literal["operator", "email", "webhook"] = "operator"
    message_domain: str = "messages.invalid"
    completed_from: str | None = None
    two_person_approval: bool = False
    edition: int = FIRST


SendOutcome = Literal["sent", "refused", "refused_for_now", "blocked", "unknown"]


class MessageTried(Event):
    """One attempt to send a message. `refused_for_now` may be tried again, `blocked` never left us."""

    type: Literal["message_tried"] = "message_tried"
    step: str
    template: str
    attempt: int
    revision: int
    outcome: SendOutcome
    message_id: str
    language: str = ""
    subject: str = ""
    text: str = ""
    detail: Words = ""
    reached_nobody: bool = False


class AppealDrafted(Event):
    """An appeal text, its digest over text and attachments, and what the checks found."""

    type: Literal["appeal_drafted"] = "appeal_drafted"
    step: str
    revision: int
    text: str
    digest: str
    sentences: tuple[Sentence, ...] = ()
    findings: tuple[Finding, ...] = ()
    language: str = "en"
    facts_only: bool = False
    edited_by: str | None = None
    facts_known: int | None = None
    """How many facts were recorded when it was written: what came in since is not in the text."""


class AppealTried(Event):
    """One attempt to hand in the appeal. `handed_over`: a person posts it, the clock runs on."""

    type: Literal["appeal_tried"] = "appeal_tried"
    step: str
    attempt: int
    revision: int
    channel: str
    outcome: Literal["handed_over", "sent", "refused", "refused_for_now", "unknown"]
    receipt: str | None = None
    packet: str | None = None
    told: bool = False
    detail: Words = ""
    message_id: str | None = None
    """By which a mail is found in the folder of sent mail; other channels have none."""


class Noticed(Event):
    """Operators were told of tasks and warnings; `failed` names channels that did not take it."""

    type: Literal["noticed"] = "noticed"
    tasks: tuple[str, ...] = ()
    warnings: tuple[WarningGiven, ...] = ()
    failed: tuple[str, ...] = ()
    packets: dict[str, str] = {}
    """Where the draft of a letter lies, by task."""


class Archived(Event):
    """The archive document was written, with the facts that were known then."""

    type: Literal["archived"] = "archived"
    ref: str
    facts_known: int | None = None


# What time alone brings -----------------------------------------------------------------------


class StepSkipped(Event):
    """A condition, lateness or a lack of room skipped a step."""

    type: Literal["step_skipped"] = "step_skipped"
    step: str
    why: str
    scheduled_at: Instant


class StepAsked(Event):
    """A step that asks a person, or a late step that waits for a person's word."""

    type: Literal["step_asked"] = "step_asked"
    step: str
    late: bool = False


class ApprovalAsked(Event):
    """A drafted text needs a person's approval."""

    type: Literal["approval_asked"] = "approval_asked"
    step: str


class Unapproved(Event):
    """The time for approval is over; the playbook says what follows."""

    type: Literal["unapproved"] = "unapproved"
    step: str


class ClockRanOut(Event):
    """A clock reached its instant while running."""

    type: Literal["clock_ran_out"] = "clock_ran_out"
    clock: str


class HandedOver(Event):
    """The claim is still incomplete when a person's time to answer it begins: hand over."""

    type: Literal["handed_over"] = "handed_over"


class DecisionOverdue(Event):
    """No decision for 14 days after the answer: a person looks, and weekly after that."""

    type: Literal["decision_overdue"] = "decision_overdue"


class Closed(Event):
    """Nothing more is due to the marketplace."""

    type: Literal["closed"] = "closed"


AnyEvent = Annotated[
    BuyerReplied
    | DuplicateNoticed
    | InformationRequested
    | MarketplaceDecided
    | MessageBounced
    | InputRefused
    | Amended
    | Refunded
    | TaskDone
    | Approved
    | Rejected
    | Edited
    | Paused
    | Resumed
    | StepSkippedByHand
    | DueSet
    | Migrated
    | EvidenceAdded
    | Opened
    | MessageTried
    | AppealDrafted
    | AppealTried
    | Noticed
    | Archived
    | StepSkipped
    | StepAsked
    | ApprovalAsked
    | Unapproved
    | ClockRanOut
    | HandedOver
    | DecisionOverdue
    | Closed,
    Field(discriminator="type"),
]

SIGNALS: dict[str, type[Event]] = {
    "buyer_replied": BuyerReplied,
    "duplicate_noticed": DuplicateNoticed,
    "information_requested": InformationRequested,
    "marketplace_decided": MarketplaceDecided,
    "message_bounced": MessageBounced,
}
"""Signal names and what their payload must be."""
