"""What no text may hold: insults as whole words, shouting."""

from __future__ import annotations

import pytest

from atoz.appeal.wording import banned_words, shouts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a liar and a thief", ["liar", "thief"]),
        ("Scammers! Fraudulent.", ["Scammers", "Fraudulent"]),
        ("Ich nenne das Betrug.", ["Betrug"]),
        ("the issue, to pursue it", []),
        ("He lies, all lies!", ["He lies", "all lies"]),
        ("believes, applies, replies, supplies", []),
        ("The box lies on the table.", []),
    ],
)
def test_insults_are_whole_words(text: str, words: list[str]) -> None:
    """No word is found inside another, and a box may lie somewhere."""
    assert banned_words(text) == words


@pytest.mark.parametrize(
    ("text", "loud"),
    [
        ("Hello!", False),
        ("Hello!!", True),
        ("はい！！", True),
        ("UPS and DHL", False),
        ("THIS IS WRONG", True),
        ("I want MY MONEY", True),
        ("GIVE ME MONEY", True),
        ("", False),
    ],
)
def test_shouting(text: str, loud: bool) -> None:
    """Doubled marks, or words in capitals side by side; a carrier's name is none."""
    assert shouts(text) is loud
