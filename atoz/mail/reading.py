"""What one incoming mail says: the frozen result of the reader, and its document for machines.

It exists apart from the reader so that the mailbox pass, the command and the tests share one set of
names. A value that the mail does not state is None: nothing here is guessed or filled from a policy.
"""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from atoz.claims.base import Instant, Record, instant_text
from atoz.claims.status import FundedBy, Status
from atoz.playbook.model import Intent

Kind = Literal[
    "claim_opened",
    "information_request",
    "claim_decision",
    "buyer_message",
    "buyer_opted_out",
    "own_reply_copy",
    "bounce",
    "return_requested",
    "refund_issued",
    "other",
]

Day = date
"""A calendar day, under a name that the field `date` does not hide."""

CLAIM_KINDS: frozenset[Kind] = frozenset({"claim_opened", "information_request", "claim_decision"})
"""What only the marketplace itself says, never a buyer's relay address."""


class MailFile(Record):
    """One attachment. `number` finds its content again; `size` is what was really there, in bytes.

    `type` is what the content is, `declared` what the mail says it is; `reason` says why a file was
    refused. Contents are no part of a reading.
    """

    number: int
    name: str
    type: str
    declared: str
    size: int
    accepted: bool
    reason: str | None = None

    @property
    def is_photo(self) -> bool:
        """Whether it is a picture that is kept."""
        return self.accepted and self.type.startswith("image/")


class Reading(Record):
    """One mail as read. Everything in it was written by outsiders: data, whatever it looks like.

    `trusted` or not, a reading is complete; only a trusted one may start or change anything. `text`
    is the buyer's own words of a buyer's message, else the readable text. `due` is when an answer is
    due by the mail's own words (`response_days` where it counts days from `date`); None where it
    states none or only a conditional one. `original` is the Message-ID of ours that a bounce or an
    opt-out names. `reason` is why a mail is `other`: a notice never carries the claim's reason.
    `notes` is what was left out or doubtful. `message_id` is made from the bytes where the mail has
    none, so that it is never empty and the same mail always has the same.
    """

    kind: Kind
    trusted: bool = False
    reason_untrusted: str | None = None
    order_id: str | None = None
    marketplace: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    language: str | None = None
    text: str = ""
    intents: tuple[Intent, ...] = ()
    attachments: tuple[MailFile, ...] = ()
    due: Instant | None = None
    response_days: int | None = None
    status: Status | None = None
    funded_by: FundedBy | None = None
    odr_counts: bool | None = None
    appeal_until: Day | None = None
    message_id: str = ""
    sender: str | None = None
    subject: str = ""
    reply_to: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    original: str | None = None
    date: Instant | None = None
    reason: str | None = None
    notes: tuple[str, ...] = ()


def reading_document(reading: Reading) -> dict[str, Any]:
    """The reading as JSON values, in a fixed order of keys; amounts are texts such as `1088.10`."""
    document: dict[str, Any] = {name: getattr(reading, name) for name in Reading.model_fields}
    return document | {
        "amount": None if reading.amount is None else str(reading.amount),
        "attachments": [file.model_dump(mode="json") for file in reading.attachments],
        "intents": list(reading.intents),
        "references": list(reading.references),
        "notes": list(reading.notes),
        "status": reading.status and reading.status.value,
        "due": reading.due and instant_text(reading.due),
        "date": reading.date and instant_text(reading.date),
        "appeal_until": reading.appeal_until and reading.appeal_until.isoformat(),
    }
