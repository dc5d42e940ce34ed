"""What a built message may hold, and that nothing an outsider wrote can add to it."""

from __future__ import annotations

import email
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from atoz.mail.outgoing import (
    Delivery,
    MailFile,
    build_message,
    delivery,
    id_of,
    sender_of,
    wire_bytes,
)
from atoz.mail.plain import plain_address

DATE = datetime(2026, 9, 9, 11, 0, tzinfo=timezone(timedelta(hours=2)))
GOOD: dict[str, Any] = {
    "sender": "claims@fernlane.example",
    "to": "zqc02x7k2m9p4@marketplace.amazon.com",
    "subject": "Ihre Bestellung 111-0000102-0000102: Grüße",
    "text": "Guten Tag,\n\nvielen Dank für Ihre Nachricht.\n.\nPunkt\n",
    "message_id": "<claim-111-0000102-0000102.deescalate.1@fernlane.example>",
    "date": DATE,
}
# Longer than a header line: what marketplaces' own mail systems make.
LONG_ID = "<010201913a7c3f1d-1f0e3c1c-6c0c-4f7c-8f1f-3f1b9a6b2c7d-000000@eu-west-1.mail.example>"


def parsed(message: EmailMessage) -> EmailMessage:
    """The message as a receiver reads it from the wire."""
    found = email.message_from_bytes(wire_bytes(message), policy=SMTP)
    assert isinstance(found, EmailMessage)
    return found


def test_a_message_arrives_as_it_was_meant() -> None:
    """Plain UTF-8 text, our id, the date in UTC, and no header beyond these."""
    found = parsed(build_message(**GOOD))
    assert {name.lower() for name in found} == {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "content-type",
        "content-transfer-encoding",
        "mime-version",
    }
    assert found["Subject"] == GOOD["subject"]
    assert found["Date"] == "Wed, 09 Sep 2026 09:00:00 +0000"
    assert found["Message-ID"] == GOOD["message_id"]
    assert found.get_content_type() == "text/plain"
    assert found.get_content().replace("\r\n", "\n") == GOOD["text"]


def test_the_wire_is_seven_bit_with_crlf_only() -> None:
    """No server needs an extension for it, whatever the language."""
    message = build_message(**{**GOOD, "text": "ご注文について\n" * 30, "subject": "ご注文" * 20})
    raw = wire_bytes(message)
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) < 998
    assert parsed(message)["Subject"] == "ご注文" * 20


def test_a_thread_keeps_its_ids_whole() -> None:
    """Long ids are not turned into encoded words; the answered one is the last reference."""
    threaded = {**GOOD, "in_reply_to": LONG_ID, "references": ["<a@b.example>", LONG_ID]}
    raw = wire_bytes(build_message(**threaded))
    assert f"In-Reply-To: {LONG_ID}\r\n".encode() in raw
    assert f"References: <a@b.example>\r\n {LONG_ID}\r\n".encode() in raw


@pytest.mark.parametrize("strange", ["", "reply-7", "<a b@c>", "<a@b> <c@d>", "<ä@b.example>"])
def test_what_is_no_message_id_is_left_out_of_the_thread(strange: str) -> None:
    """A buyer's odd mail program does not keep the answer from going out."""
    found = parsed(build_message(**GOOD, in_reply_to=strange, references=[strange]))
    assert "In-Reply-To" not in found
    assert "References" not in found


@pytest.mark.parametrize(
    "control", ["\r\nBcc: x@evil.example", "\n", "\r", "\0", "\x1b", "\u2028", "\x85"]
)
@pytest.mark.parametrize("field", ["sender", "to", "subject", "message_id", "in_reply_to"])
def test_a_control_character_in_a_header_is_refused(field: str, control: str) -> None:
    """No header can be injected: the message is not built."""
    value = {**GOOD, "in_reply_to": "<a@b.example>"}[field] + control
    with pytest.raises(ValueError, match=r"control character|like claims@|Message-ID"):
        build_message(**{**GOOD, field: value})


def test_references_and_file_names_are_headers_too() -> None:
    """Wherever a value ends up in a header, the same rule holds."""
    with pytest.raises(ValueError, match="control character"):
        build_message(**GOOD, references=["<a@b>\r\nBcc: x@evil.example"])
    file = MailFile("a.png\r\nX: y", "image/png", b"x")
    with pytest.raises(ValueError, match="control character"):
        build_message(**GOOD, files=[file])
    with pytest.raises(ValueError, match="MIME type"):
        build_message(**GOOD, files=[file._replace(name="a", type="image/png; x")])


@pytest.mark.parametrize(
    "address",
    [
        "",
        "claims",
        "@fernlane.example",
        "a@b@c.example",
        "Fern Lane <claims@fernlane.example>",
        "a@x.example, b@x.example",
        "a@x.example> SIZE=1",
        '"a b"@x.example',
        "a..b@x.example",
        "käufer@x.example",
        "a@-x.example",
        "a" * 65 + "@x.example",
    ],
)
def test_only_one_plain_address_is_an_address(address: str) -> None:
    """Lists, names, quotes and options are refused with the form to write."""
    with pytest.raises(ValueError, match="write one address like"):
        plain_address(address)
    with pytest.raises(ValueError, match="write one address like"):
        build_message(**{**GOOD, "to": address})


def test_a_date_needs_a_zone_and_an_id_its_form() -> None:
    """Both are ours, so both are checked."""
    with pytest.raises(ValueError, match="time zone"):
        build_message(**{**GOOD, "date": datetime(2026, 9, 9)})  # noqa: DTZ001 - that is the fault
    with pytest.raises(ValueError, match="Message-ID"):
        build_message(**{**GOOD, "message_id": "claim-1"})
    with pytest.raises(ValueError, match="no Message-ID"):
        id_of(EmailMessage())
    with pytest.raises(ValueError, match="like claims@"):
        sender_of(EmailMessage())


def test_files_go_with_a_message() -> None:
    """Name, type and content arrive; a name in any language does."""
    file = MailFile("Übersicht.pdf", "application/pdf", b"%PDF-1.7\n.\n")
    found = parsed(build_message(**GOOD, files=[file]))
    (attached,) = found.iter_attachments()
    assert attached.get_filename() == "Übersicht.pdf"
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content() == file.content


def test_a_detail_is_one_encodable_line() -> None:
    """What a server says may hold anything; what is recorded may not."""
    found = delivery("refused", "550 no\r\nsuch \udcff user\x00" + "x" * 2_000)
    assert found.detail.startswith("550 no such user x")
    assert len(found.detail) == 500
    assert Delivery.model_validate_json(found.model_dump_json()) == found
    assert datetime(2026, 9, 9, 9, tzinfo=UTC) == DATE
