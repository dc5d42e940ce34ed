"""A stranger's text is fit for a page: nothing unseen, nothing without an end."""

from __future__ import annotations

import pytest

from atoz.appeal.packet.shown import REPLACED, shown


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\u202eb\u202c", "ab"),
        ("a\u200bb\ufeff", "ab"),
        ("a\x00b\x1bc", f"a{REPLACED}b{REPLACED}c"),
        ("a\ud800b", f"a{REPLACED}b"),
        ("one \t two\r\n\r\n three ", "one two\nthree"),
        ("z" + "\u0301" * 50, "z" + "\u0301" * 3),
        ("क्\u200dष", "क्\u200dष"),
        ("#let x = $y$ *z*", "#let x = $y$ *z*"),
        ("", ""),
    ],
)
def test_what_is_seen(text: str, seen: str) -> None:
    """Markup is text; joiners of scripts stay."""
    assert shown(text) == seen


def test_a_word_without_an_end_may_break() -> None:
    """At places that are not seen."""
    found = shown("W" * 100)
    assert found.replace("\u200b", "") == "W" * 100
    assert max(map(len, found.split("\u200b"))) <= 28
