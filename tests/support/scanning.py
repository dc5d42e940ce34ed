"""Looking for words that must not be found: in any file, in every form that bytes are kept in."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

_COMPRESSED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_EITHER_HEADER = 47
"""For zlib: a header of its own or of gzip, whichever is there."""


def found_in(folder: Path, words: Iterable[str], but: Iterable[str] = ()) -> list[str]:
    """`file: word (form)` for each word in a file below the folder; names in `but` are passed over."""
    skipped = set(but)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    own = [path for path in files if not skipped & set(path.relative_to(folder).parts)]
    return [
        f"{path.relative_to(folder)}: {word} ({form})"
        for path in own
        for word, form in seen_in(_content(path), words)
    ]


def _content(path: Path) -> bytes:
    """What the file holds; a running server's journal comes and goes, and what is gone holds nothing."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def seen_in(content: bytes, words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each word that the content holds, with the form in which it does."""
    pages = [("", content), *(("compressed ", page) for page in _unpacked(content))]
    for word in words:
        for packed, page in pages:
            for form, needle in forms(word):
                if needle in page:
                    yield word, f"{packed}{form}"


def forms(word: str) -> Iterator[tuple[str, bytes]]:
    """A word as text, as UTF-16, in hexadecimal, and inside of base64 wherever it may begin there."""
    plain = word.encode()
    yield "plain", plain
    yield "utf-16", word.encode("utf-16-le")
    yield "utf-16 big", word.encode("utf-16-be")
    yield "hex", plain.hex().encode()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + plain)
        # The first signs depend on what stands before, the last ones on what follows.
        yield f"base64 at {before}", encoded[4 * (before > 0) : -4]
        yield f"base64url at {before}", encoded[4 * (before > 0) : -4].translate(_URL)


_URL = bytes.maketrans(b"+/", b"-_")


def _unpacked(content: bytes) -> Iterator[bytes]:
    for header in _COMPRESSED.finditer(content):
        try:
            page = zlib.decompressobj(_EITHER_HEADER).decompress(
                content[header.start() :], 10_000_000
            )
        except zlib.error:
            continue
        if len(page) > 16:
            yield page
