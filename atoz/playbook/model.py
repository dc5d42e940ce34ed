"""A playbook as data: whom it applies to, its limit, its steps, its reactions, its aftercare.

There is no expression language and no code in a playbook: conditions, tasks and letters are
names from fixed vocabularies, so that every playbook can be proved and explained.
"""

import hashlib
import json
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from atoz.claims.base import Record, Span, Strict
from atoz.claims.claim import Reason, ShipmentStatus
from atoz.claims.status import Status

Intent = Literal[
    "photos",
    "says_withdrawn",
    "asks_how_to_withdraw",
    "says_received",
    "wants_refund",
    "stop_contact",
    "question",
    "hostile",
    "other",
]
INTENTS: tuple[Intent, ...] = Intent.__args__  # type: ignore[attr-defined] # a Literal knows its values

ConditionName = Literal[
    "buyer_answered",
    "buy_shipping",
    "delivered",
    "delivery_photo_on_file",
    "messages_stopped",
    "never_shipped",
    "photos_on_file",
    "reason_not_received",
    "refunded",
    "returned_not_refunded",
    "signature_on_file",
]
TaskKind = Literal[
    "answer-buyer",
    "answer-information",
    "approve-appeal",
    "changed-decision",
    "check-decision",
    "complete-claim",
    "confirm-withdrawal",
    "consider-refund",
    "handle-claim",
    "late-step",
    "late-withdrawal",
    "message-refused",
    "metric-restoration",
    "missed-deadline",
    "post-decision-appeal",
    "read-reply",
    "refund-buyer",
    "review-photos",
    "review-reopened",
    "rewrite-appeal",
    "settle-send",
    "submit-appeal",
]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Template = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
NotNegative = Annotated[Span, Field(ge=timedelta(0))]
Positive = Annotated[Span, Field(gt=timedelta(0))]


class _Told(Strict):
    """A part of a playbook file: what stands below each field is what its author reads about it."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Applies(_Told):
    """Whom a playbook applies to. Every part must hold; an absent part holds for everybody."""

    reasons: tuple[Reason, ...] | None = None
    """The reasons of the claim, as the notice or a person states them."""
    shipment: tuple[ShipmentStatus, ...] | None = None
    """How far the shipment has come."""
    marketplaces: tuple[str, ...] | None = None
    """Marketplaces by their two letters, such as US; each has a policy file."""
    any_of: tuple[ConditionName, ...] | None = None
    """At least one of these conditions holds."""


class Step(_Told):
    """One step: when (`at` from arrival, or `after` a step plus `wait`), and exactly one act."""

    id: Name
    """The step's name, in small letters and hyphens. Running claims know the step by it."""
    at: NotNegative | None = None
    """How long after the claim's arrival it acts, in elapsed time: 1d is 24 hours."""
    after: Name | None = None
    """The step above that must be over first; a skipped step is over when it was planned."""
    wait: NotNegative = timedelta(0)
    """How long after that step it acts."""
    or_when: ConditionName | None = None
    """Ends the wait early: the step acts as soon as this holds."""
    send: Template | None = None
    """Sends the message of this template to the buyer, once, within the sending hours."""
    submit: Literal["appeal"] | None = None
    """Writes the appeal from the claim's facts, has it approved where needed, and hands it in."""
    ask: TaskKind | None = None
    """Opens this task for a person."""
    draft: Literal["metric-restoration"] | None = None
    """Drafts this letter for a person; it is never sent by itself."""
    skip_if: tuple[ConditionName, ...] = ()
    """Skips the step when any of these holds."""
    only_if: tuple[ConditionName, ...] = ()
    """Skips the step when any of these does not hold."""
    approval: Literal["never", "on_findings", "always"] = "on_findings"
    """Whether a person approves the appeal before it goes: where the checks find something, or always."""
    if_unapproved: Literal["submit_facts_only", "hand_over", "hold"] = "submit_facts_only"
    """What follows when nobody approved in time: the facts alone go, a person has the claim, or it waits."""
    if_late: Literal["send", "skip", "ask"] = "send"
    """What a step does that comes late by more than `late_after`, as after an outage."""
    if_unknown: Literal["ask", "resend"] = "ask"
    """What follows a message of unknown fate: a person is asked, or it goes again unless Sent has it."""

    @model_validator(mode="after")
    def _one_act_one_time(self) -> Self:
        acts = [self.send, self.submit, self.ask, self.draft]
        if sum(act is not None for act in acts) != 1:
            raise ValueError("a step does exactly one of send, submit, ask, draft")
        if (self.at is None) == (self.after is None):
            raise ValueError("a step has either at or after")
        if self.at is not None and self.wait:
            raise ValueError("wait belongs to after; write the whole span in at")
        return self


class Effect(_Told):
    """What a reply does: exactly one key of `hold`, `send`, `task`, `stop_messages`, `record`."""

    hold: Positive | None = None
    """No step acts for so long; the appeal still goes in time."""
    send: Template | None = None
    """Answers the buyer's own question with this template, at once and only once."""
    task: TaskKind | None = None
    """Opens this task for a person."""
    stop_messages: Literal[True] | None = None
    """Nothing is sent to the buyer any more."""
    record: Literal[True] | None = None
    """Nothing beyond the entry in the timeline."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("an effect has exactly one key")
        return self


class PlaybookFile(_Told):
    """A playbook as a person writes it: one file directly in the playbooks folder."""

    name: Name
    """The playbook's name; the file is called like it."""
    version: Annotated[int, Field(ge=1)]
    """A number that you raise when you change the file, for people who read timelines."""
    title: str
    """What people see; it changes nothing."""
    rank: int
    """The order of choice: of the playbooks that apply and fit, the one of the lowest rank is taken."""
    applies: Applies = Applies()
    """Whom the playbook applies to; left out, it applies to every claim."""
    limit: Positive
    """How long a claim may go unanswered where neither notice nor policy say so."""
    margin: NotNegative = timedelta(hours=4)
    """How long before the limit the answer must be in."""
    operator_lead: NotNegative = timedelta(hours=4)
    """How long a person may take for a task that answers the claim."""
    approval_allowance: NotNegative = timedelta(hours=2)
    """How long a person may take to approve an appeal."""
    retry_budget: NotNegative = timedelta(hours=1)
    """How long a refused send is tried again."""
    late_after: Positive = timedelta(hours=6)
    """A step that acts so much after its plan is late: see `if_late`."""
    aftercare: NotNegative = timedelta(days=30)
    """How long replies and tasks are still served after the claim has closed."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=50)]
    """What is done, in order."""
    on_reply: dict[Intent, tuple[Effect, ...]]
    """What a buyer's reply does, by what it says; every intent has its line."""
    on_decision: dict[Status, tuple[TaskKind, ...]] = {}
    """The tasks that a decision opens, by what the marketplace decided."""

    @model_validator(mode="after")
    def _steps_hang_together(self) -> Self:
        seen: set[str] = set()
        for step in self.steps:
            if step.id in seen:
                raise ValueError(f"two steps are called {step.id}")
            if step.after is not None and step.after not in seen:
                raise ValueError(f"step {step.id}: no earlier step is called {step.after}")
            seen.add(step.id)
        missing = [intent for intent in INTENTS if intent not in self.on_reply]
        if missing:
            raise ValueError(f"on_reply has no reaction to: {', '.join(missing)}")
        return self

    def step(self, step_id: str) -> Step | None:
        """The step with this id, or None."""
        return next((step for step in self.steps if step.id == step_id), None)

    @cached_property
    def answering(self) -> timedelta:
        """How long before the limit an appeal begins at the latest, so that all that it may need fits."""
        return self.margin + self.approval_allowance + self.operator_lead + self.retry_budget

    @cached_property
    def later(self) -> dict[str, tuple[Step, ...]]:
        """The steps that stand behind each step, by its id."""
        return {step.id: self.steps[n:] for n, step in enumerate(self.steps, start=1)}

    @cached_property
    def digest(self) -> str:
        """The first 16 hex digits of the sha256 of the playbook's meaning.

        Comments, key order, defaults written out or left out, and spellings of a span (`1d`,
        `24h`) do not change it.
        """
        meaning = json.dumps(_meaning(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(meaning.encode()).hexdigest()[:16]


class Written(Record):
    """Where a playbook was written: the file's name, and the line on which each step begins."""

    file: str
    lines: dict[str, int] = {}


class Playbook(PlaybookFile):
    """A whole playbook. Where it was written travels with it, so that `why` can name the line."""

    written: Written | None = None


def _meaning(playbook: PlaybookFile) -> object:
    """What counts for the digest: all that differs from a default, spans in seconds.

    Neither the title nor where it was written.
    """
    unmeant = {"title", "written"}
    return _seconds(playbook.model_dump(mode="python", exclude_defaults=True, exclude=unmeant))


def _seconds(node: object) -> object:
    if isinstance(node, timedelta):
        return int(node.total_seconds())
    if isinstance(node, dict):
        return {str(key): _seconds(value) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        return [_seconds(value) for value in node]
    return node
