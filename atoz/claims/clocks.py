"""The named clocks of a claim: each has an instant when it runs out, a source, and what stops it.

Source: the deadlines table of the domain notes. Only a receipt stops `response`; an answer to an
information request stops that request alone.
"""

from datetime import datetime, timedelta
from typing import Literal

from atoz.claims.base import Instant, Record

ClockName = Literal["response", "information_request", "buyer_reply", "post_decision_appeal"]

STOPPED_BY: dict[ClockName, str] = {
    "response": "the receipt of the appeal, a full refund, or the decision",
    "information_request": "the receipt of the answer, or the decision",
    "buyer_reply": "an answer to the buyer",
    "post_decision_appeal": "the receipt of the appeal against the decision",
}

WARN_HOURS = (48, 24, 6, 1)
"""A person is warned this many hours before each running clock runs out."""

_WARN_AHEAD = tuple((hours, timedelta(hours=hours)) for hours in WARN_HOURS)


class Clock(Record):
    """One running or stopped clock. `warned` holds the hours of the warnings already given.

    They are given from the longest on, one that was overtaken counts as given.

    `id` is the name, with a number behind it where a second one of the name runs
    (`information_request-2`).
    """

    id: str
    name: ClockName
    due: Instant
    source: str
    opened_at: Instant
    stopped_at: Instant | None = None
    stopped_by: str | None = None
    missed: bool = False
    warned: tuple[int, ...] = ()
    untaken: int | None = None
    """The last warning given, in hours, where a channel did not take it: it is given again."""

    @property
    def running(self) -> bool:
        """Not stopped and not run out."""
        return self.stopped_at is None and not self.missed

    def next_warning(self) -> tuple[int, datetime] | None:
        """The next warning that was not given: hours before `due`, and its instant.

        Warnings that would lie at or before the opening of the clock are not given at all.
        """
        due, opened_at = self.due, self.opened_at
        for hours, ahead in _WARN_AHEAD[len(self.warned) :]:
            at = due - ahead
            if at > opened_at:
                return hours, at
        return None

    def warning_due(self, now: datetime) -> int | None:
        """The most urgent warning whose instant has come, or None; earlier ones are overtaken."""
        if now + _WARN_AHEAD[0][1] < self.due:
            return None
        for hours, ahead in reversed(_WARN_AHEAD[len(self.warned) :]):
            if self.opened_at < self.due - ahead <= now:
                return hours
        return None
