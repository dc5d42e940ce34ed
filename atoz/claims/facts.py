"""Facts: the append-only record of a claim that timeline, appeal, `why` and reports all read."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from atoz.claims.base import Instant, Record
from atoz.claims.claim import ClaimFile

TIMELINE_KINDS = frozenset(
    {
        "claim_received",
        "claim_amended",
        "duplicate_ignored",
        "refund_recorded",
        "playbook_chosen",
        "message_sent",
        "message_refused",
        "message_unknown",
        "step_skipped",
        "step_held",
        "reply_received",
        "evidence_added",
        "appeal_drafted",
        "approval_requested",
        "approved",
        "rejected",
        "appeal_submitted",
        "task_opened",
        "task_done",
        "deadline_warning",
        "deadline_missed",
        "information_requested",
        "decision_received",
        "input_refused",
        "paused",
        "resumed",
        "overridden",
        "claim_closed",
    }
)
"""What a timeline shows. All other facts are single values such as `claim.amount`."""


class Fact(Record):
    """One recorded fact: `f1, f2, ...`, when it was recorded, of what kind, from which source.

    Facts stand in the order of their recording, also one that tells what came before another.

    `source` is a mail's Message-ID, `operator:<name>`, a file, or `playbook`; `step` is the
    playbook step that made it, if one did.
    """

    id: str
    at: Instant
    kind: str
    source: str
    step: str | None = None
    data: dict[str, Any] = {}

    @property
    def came_at(self) -> datetime:
        """When it reached the seller (UTC): when it was recorded, unless it was told later."""
        before = self.data.get("arrived_at")
        return datetime.fromisoformat(before) if before else self.at

    @property
    def happened_at(self) -> datetime:
        """When it happened (UTC): a send that was settled later went when it was tried."""
        sent_at = self.data.get("sent_at")
        return datetime.fromisoformat(sent_at) if sent_at else self.came_at

    @property
    def on_timeline(self) -> bool:
        """Whether a timeline shows this fact."""
        return self.kind in TIMELINE_KINDS

    @cached_property
    def weight(self) -> int:
        """How many bytes the fact takes where it is carried: weighed once, since it never changes."""
        return len(self.model_dump_json().encode())


def values_of(file: ClaimFile) -> dict[str, Any]:
    """Each known value of a claim file by its path (`claim.amount`, `return.deductions.1.basis`).

    A message from before the claim is one value, `messages.1`, with its instant, sender and text.
    """
    found: dict[str, Any] = {}
    _gather(file.model_dump(mode="json", by_alias=True), "", found)
    return found


def _gather(node: Mapping[str, Any], above: str, found: dict[str, Any]) -> None:
    for key, value in node.items():
        path, kind = above + key, type(value)
        if kind is list:
            numbered = {str(number): each for number, each in enumerate(value, start=1)}
            _gather(numbered, f"{path}.", found)
        elif kind is dict and not _is_message(path):
            _gather(value, f"{path}.", found)
        elif value is not None:
            found[path] = value


def _is_message(path: str) -> bool:
    return path.startswith("messages.")
