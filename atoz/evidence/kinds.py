"""What a file is, by its first bytes, and which files are taken: said once for every way in.

A mail's attachment is judged when the mail is read, a file of an operator when it is added, and both
once more when they are kept. A name, a suffix and a declared type prove nothing.
"""

import re

IMAGES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"})
"""Decoded with limits and written anew."""
KEPT_AS_THEY_ARE = frozenset({"application/pdf", "text/plain"})
"""Never opened by us."""

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"PK\x03\x04", "application/zip"),
)
_BRANDS = (b"heic", b"heix", b"heif", b"mif1", b"msf1", b"avif")
# A bitmap's own sign is two letters, with which many a text begins: its second header tells.
_BITMAP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
_MARKUP = re.compile(rb"<(?:!doctype|html|svg|script|\?xml|body|head|iframe|img)\b", re.IGNORECASE)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


def kind_of(content: bytes) -> str | None:
    """The MIME type that the content has by its first bytes; None where they say nothing."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _BRANDS:
        return "image/heic"
    if content[:2] == b"BM" and int.from_bytes(content[14:18], "little") in _BITMAP_HEADERS:
        return "image/bmp"
    known = (kind for signature, kind in _SIGNATURES if content.startswith(signature))
    found = next(known, None)
    return None if found == "application/x-msdownload" and is_plain_text(content) else found


def is_plain_text(content: bytes) -> bool:
    """UTF-8 without control signs and without markup, which a browser might run."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not _CONTROLS.search(content) and not _MARKUP.search(content[:100_000])
