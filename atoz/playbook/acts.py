"""What the engine asks of the world: one frozen value per kind of act, and the three decisions.

Those that are handed to an activity are models, since they travel; the others never leave.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from atoz.claims.base import Instant, Record
from atoz.playbook.events import Event, WarningGiven
from atoz.playbook.reasons import Reason


@dataclass(frozen=True, slots=True)
class Open:
    """Look the claim up in the order book and bring the rules to pin."""


@dataclass(frozen=True, slots=True)
class Note:
    """Nothing to do in the world: apply this event."""

    event: Event


class Send(Record):
    """Send one message to the buyer, once."""

    step: str
    template: str
    attempt: int
    revision: int
    to: str
    language: str
    values: dict[str, Any]
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    """The templates that went to the buyer before, each once."""
    doubted_at: Instant | None = None
    """When an earlier try of this message ended so that nobody knows whether it went (UTC)."""


class Draft(Record):
    """Compose the appeal, or check the text that a person wrote."""

    step: str
    revision: int
    facts_only: bool = False
    text: str | None = None
    edited_by: str | None = None


class Submit(Record):
    """Hand in the appeal through its channel."""

    step: str
    attempt: int
    revision: int
    channel: Literal["operator", "email", "webhook"]


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell the operators of tasks and of clocks that run out."""

    tasks: tuple[str, ...] = ()
    warnings: tuple[WarningGiven, ...] = ()


@dataclass(frozen=True, slots=True)
class Archive:
    """Write the archive document."""


Do = Open | Note | Send | Draft | Submit | Notify | Archive


class Act(NamedTuple):
    """Do this now."""

    do: Do
    step: str | None
    why: Reason


class Wait(NamedTuple):
    """Nothing is due before `until` (UTC) unless something arrives."""

    until: datetime
    step: str | None
    why: Reason


class Done(NamedTuple):
    """The claim is over and archived."""

    outcome: str
