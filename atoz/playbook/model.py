"""A playbook as data: whom it applies to, its limit, its steps, its reactions, its aftercare.

There is no expression language and no code in a playbook: conditions, tasks and letters are
names from fixed vocabularies, so that every playbook can be proved and explained.
"""

import hashlib
import json
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from atoz.claims.base import Span, Strict
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


class Applies(Strict):
    """Whom a playbook applies to. Every part must hold; an absent part holds for everybody."""

    reasons: tuple[Reason, ...] | None = None
    shipment: tuple[ShipmentStatus, ...] | None = None
    marketplaces: tuple[str, ...] | None = None
    any_of: tuple[ConditionName, ...] | None = None


class Step(Strict):
    """One step: when (`at` from arrival, or `after` a step plus `wait`), and exactly one act.

    `or_when` ends the wait early. `skip_if` skips the step when any condition holds, `only_if`
    when any does not; a skipped step counts as done at its scheduled instant.
    """

    id: Name
    at: NotNegative | None = None
    after: Name | None = None
    wait: NotNegative = timedelta(0)
    or_when: ConditionName | None = None
    send: Template | None = None
    submit: Literal["appeal"] | None = None
    ask: TaskKind | None = None
    draft: Literal["metric-restoration"] | None = None
    skip_if: tuple[ConditionName, ...] = ()
    only_if: tuple[ConditionName, ...] = ()
    approval: Literal["never", "on_findings", "always"] = "on_findings"
    if_unapproved: Literal["submit_facts_only", "hand_over", "hold"] = "submit_facts_only"
    if_late: Literal["send", "skip", "ask"] = "send"
    if_unknown: Literal["ask", "resend"] = "ask"

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


class Effect(Strict):
    """What a reply does: exactly one key of `hold`, `send`, `task`, `stop_messages`, `record`."""

    hold: Positive | None = None
    send: Template | None = None
    task: TaskKind | None = None
    stop_messages: Literal[True] | None = None
    record: Literal[True] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("an effect has exactly one key")
        return self


class Playbook(Strict):
    """A whole playbook. `rank` orders the choice: the lowest that applies and fits is taken."""

    name: Name
    version: Annotated[int, Field(ge=1)]
    title: str
    rank: int
    applies: Applies = Applies()
    limit: Positive
    margin: NotNegative = timedelta(hours=4)
    operator_lead: NotNegative = timedelta(hours=4)
    approval_allowance: NotNegative = timedelta(hours=2)
    retry_budget: NotNegative = timedelta(hours=1)
    late_after: Positive = timedelta(hours=6)
    aftercare: NotNegative = timedelta(days=30)
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=50)]
    on_reply: dict[Intent, tuple[Effect, ...]]
    on_decision: dict[Status, tuple[TaskKind, ...]] = {}

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


def _meaning(playbook: Playbook) -> object:
    """What counts for the digest: all but the title where it differs from a default, spans in seconds."""
    return _seconds(playbook.model_dump(mode="python", exclude_defaults=True, exclude={"title"}))


def _seconds(node: object) -> object:
    if isinstance(node, timedelta):
        return int(node.total_seconds())
    if isinstance(node, dict):
        return {str(key): _seconds(value) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        return [_seconds(value) for value in node]
    return node
