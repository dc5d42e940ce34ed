"""What each activity is given: one frozen model per activity, so that fields can be added."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime

from atoz.appeal.packet.dossier import Dossier
from atoz.claims.base import Compact, Instant, Record
from atoz.claims.claim import ClaimFile
from atoz.claims.facts import Fact
from atoz.playbook.acts import Draft, Send, Submit
from atoz.playbook.events import WarningGiven
from atoz.playbook.state import CaseState, Task


class OpenJob(Record):
    """Look a new claim up: the order book first, then the rules of its marketplace."""

    workflow_id: str
    file: Annotated[ClaimFile, Compact]
    at: Instant


class TurnJob(Record):
    """Take a turn among the claims that woke late together, waiting at most so long.

    `at` is the instant on the claim's server (aware, to the fraction), `woke_for` that of the alarm by
    which it woke: a claim has one turn for each.
    """

    workflow_id: str
    at: AwareDatetime
    woke_for: AwareDatetime
    at_most: timedelta

    @property
    def key(self) -> tuple[str, datetime]:
        """What tells this turn from every other."""
        return self.workflow_id, self.woke_for


class SendJob(Record):
    """Send one message. `message_id` is made from workflow id, step and revision; `planned` is when the
    claim was to wake for it, where it was.
    """

    workflow_id: str
    order_id: str
    message_id: str
    marketplace: str
    status: str
    send: Send
    at: Instant
    planned: Instant | None = None


class DraftJob(Record):
    """Write one revision of the appeal from the claim's facts."""

    state: CaseState
    draft: Draft
    at: Instant


class HandInJob(Record):
    """Hand in exactly this text with exactly these files. `archives` hold the claim's older facts,
    `planned` is as for a message.
    """

    workflow_id: str
    order_id: str
    marketplace: str
    submit: Submit
    dossier: Dossier
    archives: tuple[str, ...] = ()
    due: Instant
    at: Instant
    message_id: str
    planned: Instant | None = None


class NoticeJob(Record):
    """Tell the operators of tasks and of clocks that run out."""

    workflow_id: str
    order_id: str
    kind: Literal["claim", "desk"] = "claim"
    tasks: tuple[Task, ...] = ()
    warnings: tuple[WarningGiven, ...] = ()
    due: dict[str, Instant] = {}
    at: Instant
    state: CaseState | None = None
    """The claim, where a task asks for a letter that has no packet yet."""


class FactsJob(Record):
    """Old facts that leave the workflow's state; `number` counts the parts of one claim."""

    workflow_id: str
    number: int
    facts: tuple[Fact, ...]


class ArchiveJob(Record):
    """The claim is over: write what remains of it."""

    state: CaseState
    at: Instant


class MailboxJob(Record):
    """Work off what waits in the mailbox, at most `most` mails."""

    most: int = 100


class MailboxPass(Record):
    """What one pass did, in mails: no word of theirs, only counts. `more` waits for the next pass."""

    read: int = 0
    claims_started: int = 0
    duplicates: int = 0
    delivered: int = 0
    for_persons: int = 0
    quarantined: int = 0
    held: int = 0
    attached: int = 0
    left: int = 0
    settled: int = 0
    more: bool = False

    def plus(self, other: "MailboxPass") -> "MailboxPass":
        """Both together; `more` is the later one's word."""
        counts = {
            name: getattr(self, name) + getattr(other, name)
            for name in MailboxPass.model_fields
            if name != "more"
        }
        return MailboxPass(**counts, more=other.more)


class MailboxFailure(Record):
    """The mailbox could not be worked off, and why."""

    why: str
    at: Instant
