"""What operators do to a claim: one frozen model for each verb, and the verbs' names."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from atoz.claims.base import Compact, Instant
from atoz.playbook.model import Playbook
from atoz.playbook.parts import Attachment, Event, Words


class OperatorEvent(Event):
    """A person's act: `by` is who, `key` makes a repeat of the same act harmless."""

    by: Annotated[str, Field(max_length=200)] = "unknown"
    key: Annotated[str, Field(max_length=200)] = ""


class Amended(OperatorEvent):
    """The claim's values completed or corrected: only the paths to change, nested."""

    type: Literal["amended"] = "amended"
    values: dict[str, Any]


class Refunded(OperatorEvent):
    """A person refunded the order, wholly or in part, in the claim's currency."""

    type: Literal["refunded"] = "refunded"
    amount: Annotated[Decimal, Field(gt=0)]


class TaskDone(OperatorEvent):
    """A task is done; `receipt` is the marketplace's confirmation where the task asks for one."""

    type: Literal["task_done"] = "task_done"
    task: str
    receipt: Words | None = None


ReadDigest = Annotated[str, Field(max_length=64)]
"""The digest of the text that somebody had before them: an act on another text is refused."""


class Approved(OperatorEvent):
    """The text with this digest may go."""

    type: Literal["approved"] = "approved"
    task: str
    digest: ReadDigest
    despite: Words | None = None
    """Why it may go although a check blocks it."""


class Rejected(OperatorEvent):
    """The text may not go, and why."""

    type: Literal["rejected"] = "rejected"
    task: str
    why: Words
    read: ReadDigest | None = None


class Edited(OperatorEvent):
    """A person's own text: a new revision, which voids every approval."""

    type: Literal["edited"] = "edited"
    task: str
    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    read: ReadDigest | None = None


class Paused(OperatorEvent):
    """No step acts until resumed; clocks and warnings go on."""

    type: Literal["paused"] = "paused"
    why: Words = ""


class Resumed(OperatorEvent):
    """Steps act again."""

    type: Literal["resumed"] = "resumed"
    why: Words = ""


class StepSkippedByHand(OperatorEvent):
    """A person skips a step."""

    type: Literal["skipped"] = "skipped"
    step: str
    why: Words = ""


class DueSet(OperatorEvent):
    """A person corrects when a clock runs out: one of the claim by its id, or a new one by its name."""

    type: Literal["due_set"] = "due_set"
    clock: Annotated[str, Field(max_length=80)]
    due: Instant
    why: Words = ""


class Migrated(OperatorEvent):
    """A person moves the claim to another edition of its playbook, or back to one that it had.

    `digest` is that playbook's; `expects` is the digest that was pinned when the person looked, and
    `facts_known` how many facts the claim had then: of just that claim every path was walked. Without
    `playbook` it is one that the claim had before.
    """

    type: Literal["migrated"] = "migrated"
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    playbook: Annotated[Playbook | None, Compact] = None
    expects: Annotated[str, Field(max_length=64)] = ""
    facts_known: int | None = None
    why: Words = ""


class EvidenceAdded(OperatorEvent):
    """A person adds a file to the claim's evidence."""

    type: Literal["evidence_added"] = "evidence_added"
    file: Attachment
    why: Words = ""


UPDATES: dict[str, type[OperatorEvent]] = {
    "amend": Amended,
    "refunded": Refunded,
    "done": TaskDone,
    "approve": Approved,
    "reject": Rejected,
    "edit": Edited,
    "pause": Paused,
    "resume": Resumed,
    "skip": StepSkippedByHand,
    "due": DueSet,
    "migrate": Migrated,
    "add_evidence": EvidenceAdded,
}
"""The operator's verbs and what their payload must be."""
