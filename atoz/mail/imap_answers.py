"""What an IMAP server answers, as values: pure, so that odd answers can be tried without a server."""

import contextlib
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,19})\b")
_RECEIVED = re.compile(
    rb'\bINTERNALDATE "( ?\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d:\d\d:\d\d) ([+-]\d{4})"'
)


class Waiting(NamedTuple):
    """A mail that waits, as the server lists it."""

    uid: int
    size: int
    received_at: datetime | None


def listed(line: bytes) -> Waiting | None:
    """The mail that a line of a FETCH answer lists, None where it lists none."""
    uid, size, received = _UID.search(line), _SIZE.search(line), _RECEIVED.search(line)
    if uid is None or size is None:
        return None
    return Waiting(int(uid[1]), int(size[1]), instant_of(received))


def instant_of(found: "re.Match[bytes] | None") -> datetime | None:
    """The instant of an INTERNALDATE; None where the server gives none that can be read."""
    with contextlib.suppress(ValueError):
        if found is not None and (month := found[2].decode().title()) in _MONTHS:
            day, year, clock, zone = (found[n].decode().strip() for n in (1, 3, 4, 5))
            text = f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}T{clock}{zone}"
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)
    return None


def imap_day(day: date) -> str:
    """A date as IMAP writes it, whatever the machine's language is."""
    return f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year:04}"


def text_of(data: Iterable[Any]) -> str:
    """An answer's parts as one text."""
    return b" ".join(item for item in data if isinstance(item, bytes)).decode("ascii", "replace")
