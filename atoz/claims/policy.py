"""A marketplace's rules as data: limits with source and effective date, zone, language, windows.

Everything that a marketplace may change stands in `playbooks/policies/*.yaml`, never in code.
Where sources disagree, both readings stand in the file, each with its dates.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from atoz.claims.base import Instant, Span, Strict
from atoz.claims.calendar import SendingHours
from atoz.claims.clocks import ClockName


class Limit(Strict):
    """How long a clock runs on this marketplace, from `effective` until `until` (exclusive)."""

    clock: ClockName
    limit: Span
    effective: date
    until: date | None = None
    source: str

    def in_force(self, day: date) -> bool:
        """Whether the rule holds on `day`."""
        return self.effective <= day and (self.until is None or day < self.until)


class Sending(Strict):
    """Sending hours as a seller writes them; `holidays: skip` sends nothing on public holidays."""

    opens: time = Field(alias="from")
    closes: time = Field(alias="to")
    weekdays: tuple[Annotated[int, Field(ge=0, le=6)], ...] = (0, 1, 2, 3, 4, 5, 6)
    holidays: Literal["send", "skip"] = "send"
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class FilingWindow(Strict):
    """When a buyer may file: opens at the earlier of two instants, closes after the latest delivery.

    Source: the FAQ's two readings, kept side by side. Late claims are opened all the same, so
    this is an argument for the appeal and never a reason not to answer.
    """

    opens_after_latest_delivery: Span
    opens_after_order: Span
    closes_after_latest_delivery: Span
    source: str

    def opens(self, order_date: date, latest_delivery: date) -> date:
        """The first day on which a claim may be filed."""
        after_delivery = latest_delivery + self.opens_after_latest_delivery
        return min(after_delivery, order_date + self.opens_after_order)

    def closes(self, latest_delivery: date) -> date:
        """The last day on which a claim may be filed."""
        return latest_delivery + self.closes_after_latest_delivery


class Contact(Strict):
    """An address of the marketplace for one purpose; unverified ones are described, never written."""

    purpose: Literal["late_withdrawal", "metric_restoration"]
    address: str
    verified: bool
    source: str


class FoundLimit(NamedTuple):
    """A clock's instant and where it comes from."""

    due: datetime
    source: str


class Policy(Strict):
    """The rules of one marketplace."""

    marketplace: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    name: str
    zone: str
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    appeal_language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    sending: Sending
    limits: tuple[Limit, ...]
    filing_window: FilingWindow
    contacts: tuple[Contact, ...] = ()
    notices: dict[str, object] = {}
    closed_days: tuple[date, ...] = ()

    def due(self, clock: ClockName, start: datetime) -> FoundLimit | None:
        """When `clock` runs out if it starts at `start`, by the newest rule in force, or None."""
        day = start.astimezone(UTC).date()
        rules = [r for r in self.limits if r.clock == clock and r.in_force(day)]
        if not rules:
            return None
        rule = max(rules, key=lambda r: r.effective)
        return FoundLimit(start + rule.limit, f"policy {self.marketplace}: {rule.source}")

    @cached_property
    def sending_hours(self) -> SendingHours:
        """The sending hours with the holidays that were pinned for this claim."""
        return SendingHours(
            zone=self.zone,
            opens=self.sending.opens,
            closes=self.sending.closes,
            weekdays=self.sending.weekdays,
            closed=self.closed_days,
        )


def response_due(
    stated: Instant | None, policy: Policy, notified_at: datetime, own_limit: timedelta
) -> FoundLimit:
    """When the answer is due: the notice wins, then the marketplace's policy, then the playbook."""
    if stated is not None:
        return FoundLimit(stated, "stated in the notice")
    found = policy.due("response", notified_at)
    return found or FoundLimit(notified_at + own_limit, "the playbook's own limit")
