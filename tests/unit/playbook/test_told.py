"""Facts in words, and the worker's warnings on a terminal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atoz.claims.facts import TIMELINE_KINDS
from atoz.harness.children import warning_in
from atoz.playbook.told import calendar_date, on_calendar, told

SILENT = frozenset({"resumed"})
"""Their kind says all."""

DATA: dict[str, Any] = {
    "again_at": "2026-09-08T10:00:00Z",
    "amount": "58.00 USD",
    "changed": ["claim.amount"],
    "channel": "operator",
    "clock": "response",
    "detail": "550 no such relay",
    "due": "2026-09-15T09:00:00Z",
    "findings": [],
    "funded_by": "amazon",
    "hours": 24,
    "intents": ["photos"],
    "kind": "submit-appeal",
    "language": "en",
    "marketplace": "US",
    "message_id": "<m1@mail.example>",
    "name": "glass.jpg",
    "odr_counts": False,
    "order_id": "111-0000102-0000102",
    "playbook": "documented",
    "reason": "no such signal",
    "receipt": "R-1",
    "result": "done",
    "revision": 2,
    "sentences": [{}, {}],
    "size": 184_320,
    "status": "granted_amazon_funded",
    "subject": "Your order",
    "task": "submit-appeal",
    "text": "Here are two pictures.",
    "title": "Hand in the appeal",
    "type": "image/jpeg",
    "until": "2026-09-10T09:00:00Z",
    "what": "skip",
    "why": "asked by phone",
}


@pytest.mark.parametrize("kind", sorted(TIMELINE_KINDS - SILENT))
def test_every_kind_has_words(kind: str) -> None:
    """A fact that a timeline shows says more than its kind."""
    assert told({"kind": kind, "data": DATA}, on_calendar("Europe/London"))


def test_dates_are_those_of_the_marketplace() -> None:
    """One instant, two calendars."""
    assert calendar_date("2026-09-08T02:00:00Z", "America/Los_Angeles") == "Mon 07 Sep 2026 19:00"
    assert calendar_date("2026-09-08T02:00:00Z", "Asia/Tokyo") == "Tue 08 Sep 2026 11:00"


def test_a_warning_is_told_and_steers_no_terminal() -> None:
    """Warnings and errors, on one line and without control signs; what is no log line, too."""
    line = json.dumps({"level": "warning", "event": "NO \x1b[2J\nSMTP"})
    assert warning_in(line) == "warning: NO [2J SMTP"
    notice = {"level": "warning", "event": "operator notice", "notice": {"subject": "Hand it in"}}
    assert warning_in(json.dumps(notice)) == "warning: operator notice: Hand it in"
    assert warning_in("the worker does not start:") == "the worker does not start:"


@pytest.mark.parametrize("line", ["", "  ", json.dumps({"level": "info", "event": "working"})])
def test_what_does_not_warn_stays_in_the_log(line: str) -> None:
    """Information is for the file."""
    assert warning_in(line) is None
