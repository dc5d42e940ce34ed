"""Attachments of hostile mails: nothing written about a file is believed, and the rest is kept."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from atoz.evidence.limits import MOST_FILES
from atoz.mail.files import safe_name
from atoz.mail.mime import MAX_LINES
from atoz.mail.reading import MailFile, Reading
from tests.support.incoming import ORDERS, Incoming, file_part, said


def picture(kind: str) -> bytes:
    """A small sound picture."""
    written = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(written, kind)
    return written.getvalue()


def received(*parts: bytes) -> Reading:
    """A buyer's mail with these parts."""
    subject = f"Re: order (Order: {ORDERS['US']})"
    return said(Incoming("Here you are.", subject, kind="buyer_message", parts=parts))


def only(part: bytes) -> MailFile:
    """The one file of a mail with this part; the words beside it are always kept."""
    found = received(part)
    assert found.text == "Here you are."
    (file,) = found.attachments
    return file


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
@pytest.mark.parametrize("declared", ["same", "image/jpeg", "application/octet-stream"])
def test_a_picture_is_known_by_its_content(kind: str, declared: str) -> None:
    """Whatever it is called and said to be, as long as it is said to be no other thing."""
    own = f"image/{kind.lower()}"
    file = only(file_part("a.bin", own if declared == "same" else declared, picture(kind)))
    assert (file.type, file.accepted, file.size) == (own, True, len(picture(kind)))


def test_a_pdf_and_a_text_are_kept_unopened() -> None:
    """As they are."""
    found = received(
        file_part("a.pdf", "application/pdf", b"%PDF-1.7 ..."),
        file_part("a.txt", "text/plain", "Grüße".encode()),
    )
    assert [file.type for file in found.attachments] == ["application/pdf", "text/plain"]
    assert all(file.accepted for file in found.attachments)
    assert found.text == "Here you are."
    assert "photos" not in found.intents


@pytest.mark.parametrize(
    ("declared", "content", "reason"),
    [
        ("image/jpeg", b"MZ\x90\x00" + b"\0" * 60, "its content is no picture"),
        ("image/png", b"<html><script>", "its content is no picture"),
        ("image/svg+xml", b"<svg onload=x>", "its content is no picture"),
        ("image/jpeg", b"%PDF-1.7", "its content is no picture"),
        ("application/pdf", b"MZ\x90\x00", "is not kept"),
        ("application/zip", b"PK\x03\x04", "is not kept"),
        ("application/octet-stream", b"\x7fELF", "is not kept"),
        ("text/html", b"<html>", "is not kept"),
        ("text/plain", b"a\0b", "is not kept"),
        ("image/heic", b"\0\0\0\x18ftypheic", "is not kept"),
        ("image/jpeg", picture("JPEG")[:-2], "the picture is cut off"),
        ("image/png", picture("PNG")[:40], "the picture is cut off"),
        ("image/webp", picture("WEBP")[:-4], "the picture is cut off"),
        ("image/bmp", picture("BMP")[:-4], "the picture is cut off"),
        ("text/plain", b"t\xe9l\xe9", "is not kept"),
        ("text/plain", b"<script>x</script>", "is not kept"),
        ("image/jpeg", b"", "nothing in it"),
    ],
)
def test_what_is_not_what_it_says_is_refused_with_a_reason(
    declared: str, content: bytes, reason: str
) -> None:
    """And counts as no photo."""
    file = only(file_part("photo.jpg", declared, content))
    assert not file.accepted
    assert reason in (file.reason or "")
    assert not file.is_photo


def test_a_picture_with_more_behind_its_end_is_taken() -> None:
    """Cameras append things; decoding it anew drops them."""
    assert only(file_part("a.jpg", "image/jpeg", picture("JPEG") + b"\0" * 99)).accepted


def test_broken_base64_costs_the_file_and_not_the_mail() -> None:
    """What can be read of it is not kept."""
    part = file_part("a.pdf", "application/pdf", b"%PDF-1.7 abcdef").rstrip(b"=\n") + b"A"
    assert only(part).reason == "its encoding is broken"


def test_rubbish_between_the_lines_of_base64_is_harmless() -> None:
    """Some gateways add it."""
    head, _, body = file_part("a.jpg", "image/jpeg", picture("JPEG")).partition(b"\r\n\r\n")
    assert only(head + b"\r\n\r\n" + body.replace(b"\n", b"\r\n \t")).accepted


def test_a_declared_size_is_not_looked_at() -> None:
    """Neither too small nor too large."""
    part = file_part("a.jpg", "image/jpeg", picture("JPEG"))
    lying = part.replace(b"attachment;", b"attachment; size=4294967296;")
    assert only(lying).size == len(picture("JPEG"))


def test_a_file_over_the_limit_is_refused_before_it_is_decoded() -> None:
    """The limit is of the encoded text."""
    part = file_part("a.jpg", "image/jpeg", b"\xff\xd8\xff").rstrip() + b"A" * 31_000_000
    file = only(part)
    assert (file.reason, file.size) == ("over 20 MB", 0)


def test_a_file_a_little_over_the_limit_is_refused_too() -> None:
    """By its real size."""
    content = b"\xff\xd8\xff" + b"\0" * 20_000_000 + b"\xff\xd9"
    assert only(file_part("a.jpg", "image/jpeg", content)).reason == "over 20 MB"


def test_only_so_many_files_are_read() -> None:
    """The first are kept, the others named."""
    parts = [file_part(f"{n}.jpg", "image/jpeg", picture("JPEG")) for n in range(MOST_FILES + 2)]
    found = received(*parts)
    assert sum(file.accepted for file in found.attachments) == MOST_FILES
    assert found.attachments[-1].reason == f"only {MOST_FILES} files of a mail are read"


def test_ten_thousand_parts_cost_the_parts_and_not_the_mail() -> None:
    """Order, words and trust are read; the note says what was left out."""
    found = received(*[b"Content-Type: text/plain\r\n\r\nx\r\n"] * 10_000)
    assert found.trusted
    assert found.order_id == ORDERS["US"]
    assert found.text.startswith("Here you are.")
    assert found.notes[0] == "more than 200 parts: the rest is not read"


def test_millions_of_lines_are_not_taken_apart() -> None:
    """Each would cost a text of its own: 30 MB of them took a gigabyte. The headers are read."""
    found = received(b"Content-Type: text/plain\r\n\r\n" + b"\n" * (MAX_LINES + 1))
    assert (found.kind, found.order_id, found.trusted) == ("buyer_message", ORDERS["US"], True)
    assert found.notes == ("over 1,000,000 lines: only its headers are read",)


def test_a_mail_inside_the_mail_is_not_opened() -> None:
    """Its words are nobody's here, its files none."""
    inner = b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nI withdrew it.\r\n"
    found = received(inner)
    (file,) = found.attachments
    assert file.reason == "a mail inside the mail is not opened"
    assert found.text == "Here you are."


def test_mails_inside_mails_without_end_are_read_by_their_headers() -> None:
    """Kind, order and trust stand there."""
    nested = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n)
        for n in range(5_000)
    )
    found = received(nested)
    assert (found.kind, found.order_id, found.trusted) == ("buyer_message", ORDERS["US"], True)
    assert found.notes[0] == "mails inside mails too deeply: only its headers are read"


def test_a_giant_header_does_not_slow_the_read() -> None:
    """Cut before it is parsed: the parser takes quadratic time for an open quote."""
    part = b'Content-Type: multipart/mixed; boundary="' + b";" * 500_000 + b"\r\n\r\nx\r\n"
    assert received(part).text.startswith("Here you are.")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("../../../../etc/cron.d/evil", "evil"),
        ("..\\..\\photo.jpg.exe", "photo.jpg.exe"),
        ("C:\\photo.jpg", "photo.jpg"),
        ("/", "file-1"),
        ("..", "file-1"),
        (".htaccess", "htaccess"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\x00b\n\r.jpg", "ab.jpg"),
        ("box corner.png", "box corner.png"),
        ("ｅｖｉｌ／ｘ．ｊｐｇ", "x.jpg"),
        ("a\u2215b\u2044c.jpg", "c.jpg"),
        ('a<b>:"|?*.jpg', "a_b_.jpg"),
        ("写真.jpg", "写真.jpg"),
        ("x" * 300 + ".jpeg", "x" * 95 + ".jpeg"),
        ("x." + "y" * 300, ("x." + "y" * 98)),
        ("\ud800.jpg", "jpg"),
        ("", "file-1"),
        (None, "file-1"),
    ],
)
def test_a_name_becomes_a_safe_base_name(written: str | None, name: str) -> None:
    """No path, no control, no direction, no hidden file, at most 100 characters."""
    assert safe_name(written, "file-1") == name


@given(st.text(max_size=300))
def test_any_name_is_safe(written: str) -> None:
    """Whatever it was."""
    name = safe_name(written, "file-1")
    assert 0 < len(name) <= 100
    assert not set(name) & set('/\\<>:"|?*')
    assert name.strip(". ") == name
    assert not any(unicodedata.category(sign).startswith("C") for sign in name)
    assert safe_name(name, "file-1") == name


@pytest.mark.parametrize(
    "written",
    [
        "filename*=UTF-8''..%2F..%2Fa%20b.jpg",
        'filename*0="../"; filename*1="a b.jpg"',
        'filename="=?utf-8?q?=2E=2E/a_b.jpg?="',
        "filename*0*=UTF-8''..%2F; filename*1*=a%20b.jpg",
    ],
)
def test_names_in_any_encoding_come_out_the_same(written: str) -> None:
    """RFC 2231, in pieces or not, and what is not allowed but usual."""
    part = file_part("x", "image/jpeg", picture("JPEG")).replace(b'filename="x"', written.encode())
    assert only(part).name == "a b.jpg"
