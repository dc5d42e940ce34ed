"""The notice of another claim, which waits in the mailbox while a fault strikes."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from tests.support.mailroom import sample, with_id

ORDER = "111-0000999-7777777"
_SAMPLES = b"111-0000102-0000102"


def a_notice() -> bytes:
    """It came just now."""
    raw = with_id(sample("01"), "<notice-999@amazon.example>", (_SAMPLES, ORDER.encode()))
    now = b"Date: " + format_datetime(datetime.now(UTC)).encode()
    lines = [now if line.startswith(b"Date:") else line for line in raw.split(b"\r\n")]
    return b"\r\n".join(lines)
