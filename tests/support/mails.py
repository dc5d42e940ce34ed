"""A message as the activities build it; the people and the order in it are fictional."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

from atoz.mail.outgoing import build_message

TO = "zqc02x7k2m9p4@marketplace.amazon.com"
SENDER = "claims@fernlane.example"


def message(
    text: str = "Hello,\n\n.a line that opens with a dot\n",
    *,
    message_id: str = "<claim-111-0000102-0000102.deescalate.1@fernlane.example>",
) -> EmailMessage:
    """A message as the activities build it."""
    return build_message(
        sender=SENDER,
        to=TO,
        subject="Your order 111-0000102-0000102",
        text=text,
        message_id=message_id,
        date=datetime(2026, 9, 9, 9, tzinfo=UTC),
    )
