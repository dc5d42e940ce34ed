"""The scan for words that must not be found finds them in every form: else its silence says nothing."""

from __future__ import annotations

import base64
import gzip
import zlib
from pathlib import Path

import pytest

from tests.support.scanning import found_in, seen_in

WORD = "Zephyrine-Quartz"
TEXT = f'{{"comment": "I am {WORD}, write to me"}}'.encode()

FORMS = {
    "plain": TEXT,
    "utf-16": TEXT.decode().encode("utf-16"),
    "hex": TEXT.hex().encode(),
    "base64 at 0": base64.b64encode(TEXT),
    "base64 at 1": base64.b64encode(b"x" + TEXT),
    "base64 at 2": base64.urlsafe_b64encode(b"xx" + TEXT),
    "zlib": b"\0\1" + zlib.compress(TEXT * 3) + b"\2\3",
    "gzip": gzip.compress(TEXT),
    "base64 in zlib": zlib.compress(base64.b64encode(TEXT)),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_word_is_found_in_every_form(form: str, tmp_path: Path) -> None:
    """In the midst of other bytes, too."""
    (tmp_path / "page").write_bytes(b"\xff\x00" * 50 + FORMS[form] + b"\x00\xff" * 50)
    assert any(WORD in line for line in found_in(tmp_path, [WORD]))
    assert not found_in(tmp_path, ["Marigold-Opal"])
    assert not found_in(tmp_path, [WORD], but=["page"])


def test_nothing_is_found_in_nothing() -> None:
    """Also where something looks compressed and is not."""
    assert not list(seen_in(b"\x78\x9c" * 100 + b"\x1f\x8b\x08 nothing", [WORD]))
