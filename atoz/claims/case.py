"""A case file: a claim file plus what happens to it, for simulation, rehearsal and tests.

`title`, `operator` and `expected` are for the harness alone and never validated beyond their
shape: `start` takes a case file and ignores them.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from atoz.claims.base import Instant, Span, Strict
from atoz.claims.claim import ClaimFile
from atoz.claims.status import FundedBy, Status


class CaseAttachment(Strict):
    """A file that a buyer attached; `bytes` is its size, the rehearsal makes a file of about it."""

    name: Annotated[str, Field(max_length=1000)]
    type: str
    bytes: Annotated[int, Field(ge=0)] = 0


class ReplyEvent(Strict):
    """The buyer writes."""

    type: Literal["buyer_reply"]
    at: Instant
    message_id: str
    language: str | None = None
    text: str
    attachments: tuple[CaseAttachment, ...] = ()


class DuplicateEvent(Strict):
    """The same notice arrives once more."""

    type: Literal["duplicate_notice"]
    at: Instant
    message_id: str


class InformationEvent(Strict):
    """The marketplace asks for information; `due` null means: by the marketplace's policy."""

    type: Literal["information_request"]
    at: Instant
    due: Instant | None = None
    message_id: str


class DecisionEvent(Strict):
    """The marketplace decides; nulls are filled from the status table."""

    type: Literal["decision"]
    at: Instant
    status: Status
    funded_by: FundedBy | None = None
    odr_counts: bool | None = None
    message_id: str


class OperatorEvent(Strict):
    """A person does something outside the tasks: today, a refund."""

    type: Literal["operator"]
    at: Instant
    do: Literal["refunded"]
    amount: Annotated[Decimal, Field(gt=0)]


CaseEvent = Annotated[
    ReplyEvent | DuplicateEvent | InformationEvent | DecisionEvent | OperatorEvent,
    Field(discriminator="type"),
]

Persona = dict[str, Span]
"""How long after a task opens the operator does it: `approve`, `submit_appeal`. Absent: never."""


class CaseFile(ClaimFile):
    """A claim file with the events that follow."""

    title: str = ""
    events: tuple[CaseEvent, ...] = ()
    operator: Persona = {}
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
