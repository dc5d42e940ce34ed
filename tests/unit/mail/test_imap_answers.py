"""What an IMAP server lists is read as it is meant, and odd answers are none."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from atoz.mail.imap_answers import Waiting, imap_day, listed, text_of

LINE = b'7 (UID 42 RFC822.SIZE 1234 INTERNALDATE " 8-Sep-2026 09:00:00 +0200")'


def test_a_listed_mail_has_its_number_size_and_instant() -> None:
    """In UTC, whatever zone the server writes."""
    assert listed(LINE) == Waiting(42, 1234, datetime(2026, 9, 8, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    "date_",
    [b"31-Feb-2026 09:00:00 +0000", b"08-Xyz-2026 09:00:00 +0000", b"8-Sep-2026 29:00:00 +0000"],
)
def test_a_date_that_cannot_be_is_none(date_: bytes) -> None:
    """The mail is listed all the same."""
    found = listed(LINE.replace(b" 8-Sep-2026 09:00:00 +0200", date_))
    assert found == Waiting(42, 1234, None)


@pytest.mark.parametrize("line", [b"", b"7 (FLAGS (\\Seen))", b"7 (UID 42)", b"\xff\x00"])
def test_another_line_lists_nothing(line: bytes) -> None:
    """A server may tell of flags in between."""
    assert listed(line) is None


def test_a_day_is_written_in_english() -> None:
    """IMAP knows no other language."""
    assert imap_day(date(2026, 3, 1)) == "01-Mar-2026"
    assert text_of([b"1 2", None, "x", b"3"]) == "1 2 3"
