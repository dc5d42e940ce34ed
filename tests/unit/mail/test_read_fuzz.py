"""Nothing makes the reader raise: real mails mutated where they hurt, and bytes without any sense.

FUZZ_EXAMPLES sets how many examples of each are tried; 1,000 where it is not set. The reader is run
without the net that it has in production, so that its own faults are found and not hidden.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from atoz.mail import read as reader
from atoz.mail.bodies import MAX_TEXT
from atoz.mail.charsets import scrubbed
from atoz.mail.plain import domain_of, plain_address
from atoz.mail.reading import Kind, Reading, reading_document
from tests.support.incoming import RULES, SERVER, Incoming, file_part

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1000"))
FOLDER = Path(__file__).resolve().parents[3] / "samples" / "mail"
SAMPLES = [path.read_bytes() for path in sorted(FOLDER.rglob("*.eml"))]
SMALL = [sample[:20_000] for sample in SAMPLES]
WHOLE = [
    *SMALL,
    Incoming(
        "Hello", "Claim", parts=(file_part("a.jpg", "image/jpeg", b"\xff\xd8\xff\xd9"),)
    ).raw(),
]

HEADERS = [
    b"From", b"Reply-To", b"To", b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"References",
    b"Received", b"Authentication-Results", b"Content-Type", b"Content-Transfer-Encoding",
    b"Content-Disposition", b"X-Marketplace-ID", b"X-Space-Notification-Type", b"MIME-Version",
    b"Resent-From",
]  # fmt: skip
VALUES = [
    b"", b" ", b"\xff\xfe", b"=?utf-8?q?=00=0d=0a?=", b"=?idna?b?AAAA?=", b"=?utf-8?b?A?=", b'"', b"<",
    b"a@b, c@d", b'"x\\" <a@amazon.com>" <b@c>', b"a\r\n\tb", b"multipart/mixed",
    b'multipart/mixed; boundary=""', b"multipart/mixed; boundary=b", b"multipart/report; boundary=m04",
    b"message/rfc822", b"message/partial", b"message/delivery-status",
    b"text/plain; charset=unicode_escape", b"text/plain; charset=utf-7", b"text/html; charset=utf-16",
    b"text/html", b"text/plain; charset*=utf-8''%ff%00", b"image/jpeg; name*0*=a''%", b"base64",
    b"quoted-printable", b"x-uuencode", b"binary", b"attachment; filename*=x''%ff", b"9" * 5_000,
    b"Thu, 32 Foo 99999 99:99:99 +9999", b"Mon, 1 Jan 0001 00:00:00 -2400", b"<" + b"a" * 900 + b"@b>",
    b"(" * 999, b"mx.lamp-shop.example; dkim=pass header.d=amazon.com", b"mx.lamp-shop.example;;;=;\"",
    b"A1PA6795UKMFR9", b"by mx.lamp-shop.example", b"MAILER-DAEMON@mx.lamp-shop.example (x)",
    b"A_Z_CLAIM_RESPONDENT_CLOSE", b"BBC_MESSAGE_SENT_TO_MERCHANT",
    b"Action required: 111-0000102-0000102", "要対応：".encode(),
]  # fmt: skip
PIECES = [
    b"\r\n", b"\n", b"\r", b"\n\n", b"\0", b"\xc3", b"\xed\xa0\x80", b"--", b"--b01\r\n", b"--m04--\r\n",
    b"=\r\n", b"=3D=", b"<td>" * 50, b"<!--", b"<![CDATA[", b"&#0;&#xd800;&#1114112;", b"> " * 30,
    b"On \n wrote:\n", b"------------- Message: -------------\n",
    b"------------- End message -------------\n", b"within 3 calendar days. ", b"by 31/02/2026. ",
    b"by 99/99/2026 99:99 PM ", b"$1,0,0,00.0.0 ", b"1.1.1.1,00 \xe2\x82\xac ", b"$" * 40,
    b"within 999 days ", b"if should unless ", b"We granted the claim and debited your account. ",
    b"-" * 200, b"Action: failed\n\n", b"Message-ID: <a@b>\n", "\u202e\ufeff\u0130\u1e9e".encode(),
    "٣-١٢٣٤٥٦٧ ３日以内に回答".encode(),
]  # fmt: skip

many = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.data_too_large]
)
header = st.builds(
    lambda name, value: name + b": " + value + b"\r\n",
    st.sampled_from(HEADERS),
    st.sampled_from(VALUES) | st.binary(max_size=40),
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real mail with a few changes: lines, headers, pieces, cuts, another mail's middle."""
    raw = draw(st.sampled_from(WHOLE))
    for change in draw(st.lists(st.integers(0, 7), min_size=1, max_size=6)):
        lines = raw.split(b"\n")
        at = draw(st.integers(0, max(0, min(len(lines), 60) - 1)))
        place = draw(st.integers(0, len(raw)))
        match change:
            case 0:
                raw = draw(header) + raw
            case 1:
                raw = b"\n".join([*lines[:at], draw(header).rstrip(b"\n"), *lines[at + 1 :]])
            case 2:
                raw = b"\n".join(lines[:at] + lines[at + 1 :])
            case 3:
                raw = b"\n".join([*lines[: at + 1], *lines[at:]])
            case 4:
                raw = raw[:place] + draw(st.sampled_from(PIECES)) + raw[place:]
            case 5:
                raw = raw[:place]
            case 6:
                raw = raw[:place] + draw(st.binary(max_size=20)) + raw[place + 5 :]
            case _:
                other = draw(st.sampled_from(WHOLE))
                raw = raw[:place] + other[draw(st.integers(0, len(other))) :]
    return raw


def check(raw: bytes) -> Reading:
    """Read a mail, without the net, and hold what holds for every reading."""
    mail = reader.opened(raw, RULES, SERVER)
    found = mail.reading
    assert found.kind in get_args(Kind)
    assert found.trusted is (found.reason_untrusted is None)
    assert (found.reason is not None) or found.kind != "other"
    assert found.message_id.startswith("<")
    assert found.message_id.endswith(">")
    assert scrubbed(found.text) == found.text
    assert len(found.text) <= MAX_TEXT
    if found.trusted and found.kind != "bounce":
        assert found.marketplace is not None
        assert domain_of(found.sender or "") in RULES.markets[found.marketplace].domains
    if found.reply_to:
        assert plain_address(found.reply_to)
    for file in found.attachments:
        assert file.accepted is (file.reason is None)
        assert not file.accepted or len(mail.content(file)) == file.size > 0
    # A document for machines is text: lone surrogates would not be.
    json.dumps(reading_document(found), ensure_ascii=False).encode("utf-8")
    return found


@many
@given(mutated())
def test_a_mutated_mail_is_read_without_a_fault(raw: bytes) -> None:
    """Structure-aware: most of these reach the depths of the reader."""
    check(raw)


@many
@given(st.binary(max_size=2_000))
@example(b"")
@example(b"\0")
@example(b":\n")
@example(b"From: \xff\n\n\xff")
@example(b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: message/rfc822\n\n--x--")
@example(
    b"Content-Type: message/rfc822\nX-Space-Notification-Type: BBC_MESSAGE_SENT_TO_MERCHANT\n\n"
)
def test_any_bytes_are_read_without_a_fault(raw: bytes) -> None:
    """Without any structure."""
    check(raw)


@many
@given(st.text(max_size=400))
def test_any_text_of_a_buyer_is_read_without_a_fault(text: str) -> None:
    """Between the markers, in a sound mail."""
    body = f"x\n------------- Message: -------------\n{text}\n------------- End message -------------\n"
    mail = Incoming(body.encode("utf-8", "replace").decode(), "Re: order", kind="buyer_message")
    assert check(mail.raw()).kind == "buyer_message"


@many
@given(
    st.lists(st.sampled_from([piece.decode("utf-8", "ignore") for piece in PIECES]), max_size=12)
)
def test_any_words_of_a_notice_are_read_without_a_fault(pieces: list[str]) -> None:
    """Deadlines, amounts and decisions in any order."""
    for kind in ("claim_opened", "claim_decision"):
        assert check(Incoming(" ".join(pieces), "Claim", kind=kind).raw()).kind == kind


def test_a_fault_of_the_reader_costs_one_mail_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The net under it: `other`, untrusted, with the reason, and the same id each time."""

    def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(reader, "opened", fails)
    found = reader.read(SAMPLES[0], rules=RULES, authserv_id=SERVER)
    assert (found.kind, found.trusted) == ("other", False)
    assert found.reason == found.reason_untrusted == "it cannot be read at all"
    assert found == reader.read(SAMPLES[0], rules=RULES, authserv_id=SERVER)
