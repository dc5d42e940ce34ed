"""A case file: a claim file plus what happens to it, for simulation, rehearsal and tests.

`title`, `operator`, `world` and `expected` are for the harness alone: `start` takes a case file and
looks past them.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from atoz.claims.base import Instant, Span, Strict
from atoz.claims.claim import ClaimFile
from atoz.claims.status import FundedBy, Status

Words = Annotated[str, Field(max_length=2_000)]


class CaseAttachment(Strict):
    """A file that a buyer attached; `bytes` is its size, the rehearsal makes a file of about it."""

    name: Annotated[str, Field(max_length=1000)]
    type: str
    bytes: Annotated[int, Field(ge=0)] = 0


class Arriving(Strict):
    """What comes from outside is told at `at`; `arrived_at` is when it came, where that was before."""

    at: Instant
    arrived_at: Instant | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.arrived_at is not None and self.arrived_at > self.at:
            raise ValueError("arrived_at: nothing is told before it came")
        return self


class ReplyEvent(Arriving):
    """The buyer writes. `intents` says what the words mean; without it they are read."""

    type: Literal["buyer_reply"]
    message_id: str
    language: str | None = None
    text: str
    intents: tuple[str, ...] = ()
    attachments: tuple[CaseAttachment, ...] = ()


class FloodEvent(Strict):
    """The buyer writes again and again: so many mails of so many letters, each `every` after the last.

    `same`: it is one and the same mail that comes so often. With `due` it is the marketplace that asks for
    information, to be answered so long afterwards and every second time in half of it.
    """

    type: Literal["flood"]
    at: Instant
    message_id: Annotated[str, Field(max_length=900)]
    mails: Annotated[int, Field(ge=1, le=10_000)]
    letters: Annotated[int, Field(ge=1, le=100_000)] = 100
    every: Span = timedelta(0)
    same: bool = False
    due: Span | None = None
    language: str | None = None
    intents: tuple[str, ...] = ()


class DuplicateEvent(Strict):
    """The same notice arrives once more."""

    type: Literal["duplicate_notice"]
    at: Instant
    message_id: str


class InformationEvent(Arriving):
    """The marketplace asks for information; `due` null means: by the marketplace's policy."""

    type: Literal["information_request"]
    due: Instant | None = None
    message_id: str


class DecisionEvent(Arriving):
    """The marketplace decides; nulls are filled from the status table."""

    type: Literal["decision"]
    status: Status
    funded_by: FundedBy | None = None
    odr_counts: bool | None = None
    message_id: str


class BounceEvent(Strict):
    """Our newest message, or the one that `original` names, came back; or the buyer opted out."""

    type: Literal["bounce"]
    at: Instant
    message_id: str
    original: str | None = None
    opted_out: bool = False


# What a person does: every verb of the command that acts on a claim ------------------------------


class Doing(Strict):
    """A person acts. The same `key` twice is the same act told twice."""

    type: Literal["operator"]
    at: Instant
    key: Annotated[str, Field(max_length=200)] = ""


class DoRefund(Doing):
    """Refunds the order, wholly or in part."""

    do: Literal["refunded"]
    amount: Annotated[Decimal, Field(gt=0)]


class DoPause(Doing):
    """Holds every step."""

    do: Literal["pause"]
    why: Words = ""


class DoResume(Doing):
    """Lets the steps act again."""

    do: Literal["resume"]
    why: Words = ""


class DoSkip(Doing):
    """Leaves a step out."""

    do: Literal["skip"]
    step: str
    why: Words = ""


class DoDue(Doing):
    """Corrects when a clock runs out."""

    do: Literal["due"]
    clock: str
    due: Instant
    why: Words = ""


class DoAmend(Doing):
    """Completes or corrects the claim: the paths that change, nested as in a claim file."""

    do: Literal["amend"]
    values: dict[str, Any]


class DoEvidence(Doing):
    """Adds a file."""

    do: Literal["add_evidence"]
    file: CaseAttachment
    why: Words = ""


class DoTask(Doing):
    """Does a task, named by its id or by its kind: then the open one of that kind."""

    do: Literal["done"]
    task: str
    receipt: Words | None = None


class DoApprove(Doing):
    """Approves the appeal as it stands, whatever the checks say."""

    do: Literal["approve"]


class DoReject(Doing):
    """Rejects the appeal."""

    do: Literal["reject"]
    why: Words = "as the case plays it"


class DoEdit(Doing):
    """Writes the appeal anew."""

    do: Literal["edit"]
    text: Annotated[str, Field(min_length=1, max_length=20_000)]


OperatorEvent = Annotated[
    DoRefund
    | DoPause
    | DoResume
    | DoSkip
    | DoDue
    | DoAmend
    | DoEvidence
    | DoTask
    | DoApprove
    | DoReject
    | DoEdit,
    Field(discriminator="do"),
]

OneEvent = (
    ReplyEvent | DuplicateEvent | InformationEvent | DecisionEvent | BounceEvent | OperatorEvent
)
"""What happens once."""

CaseEvent = Annotated[OneEvent | FloodEvent, Field(discriminator="type")]

Persona = dict[str, Span]
"""How long after a task opens the operator does it: `approve`, `submit_appeal`. Absent: never."""

Outcome = Literal["sent", "refused", "refused_for_now", "unknown"]


class Troubles(Strict):
    """What goes wrong around a claim: one entry for each attempt in turn, then all goes well.

    A rehearsal imposes none of them: its server and its worker are real.
    """

    channel: Literal["operator", "email", "webhook"] = "operator"
    sends: tuple[Outcome | Literal["blocked"], ...] = ()
    hand_ins: tuple[Outcome, ...] = ()
    findings: tuple[bool, ...] = ()
    """Whether a check objects to a draft, so that a person must approve it."""
    notices: tuple[bool, ...] = ()
    """Whether the operators are reached."""
    late: tuple[Span, ...] = ()
    """How much later than asked a wake-up comes."""
    slow: tuple[Span, ...] = ()
    """How long an act takes; what arrives meanwhile is taken in before its end."""
    until: Span = timedelta(0)
    """How long after the notice the play goes on at least."""


class Happenings(Strict):
    """What happens to a claim: the events, the people, and what goes wrong around it."""

    events: tuple[CaseEvent, ...] = ()
    operator: Persona = {}
    world: Troubles = Troubles()


class CaseFile(ClaimFile, Happenings):
    """A claim file with what follows."""

    title: str = ""
    expected: dict[str, Any] = {}

    @property
    def claim_file(self) -> ClaimFile:
        """The claim file alone, as `start` takes it."""
        return ClaimFile.model_construct(
            **{name: getattr(self, name) for name in ClaimFile.model_fields}
        )

    def delay(self, duty: str) -> timedelta | None:
        """How long the operator takes over `duty`, or None when nobody does it."""
        return self.operator.get(duty)
