"""Which of a buyer's sentences may be quoted: whole, verbatim, and none that insults or shouts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoz.appeal.wording import QUOTE_LIMIT, REASONS, banned_words, quotable, shouts
from atoz.claims.claim import Reason


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("It broke.", "It broke."),
        ("It broke. I am sad!", "It broke. I am sad!"),
        ("  It broke.\nTwice.  ", "It broke. Twice."),
        ("You are a liar. It broke.", "It broke."),
        ("It broke!! I want my money.", "I want my money."),
        ("THIS IS FAKE. It broke.", "It broke."),
        ("It broke", "It broke"),
        ("", ""),
        ("!!!", ""),
        ("Sie lügen nicht. Betrug!", "Sie lügen nicht."),
        ("壊れていました。返金してください。", "壊れていました。返金してください。"),
        ("It cost 58.00 USD. See a.jpg!", "It cost 58.00 USD. See a.jpg!"),
        ("It broke. You are a liar. I want help.", "It broke. […] I want help."),
        ("It broke.\n\nI want help", "It broke. I want help"),
        ("これは詐欺です。壊れていました。", "壊れていました。"),
        ('She said "no".', 'She said "no".'),
        ("Well “quoted” here.", 'Well "quoted" here.'),
        ("A\x00B\x1b[31m red.", "AB[31m red."),
        ("left\u202eright.", "leftright."),
        ("What? Really? Yes.", "What? Really? Yes."),
        ("x" * (QUOTE_LIMIT + 1), ""),
        ("x" * QUOTE_LIMIT, "x" * QUOTE_LIMIT),
        ("One. " + "x" * QUOTE_LIMIT + ". Three.", "One. […]"),
    ],
)
def test_whole_sentences_without_insults(text: str, quote: str) -> None:
    """A sentence with one is left out whole, never softened."""
    assert quotable(text) == quote


@given(st.text(max_size=1_000))
def test_a_quote_is_clean_and_short(text: str) -> None:
    """Whatever was written: no controls, no closing quote, no insult, no shouting, bounded."""
    quote = quotable(text)
    assert not banned_words(quote)
    assert "”" not in quote
    assert "\n" not in quote
    assert len(quote) <= QUOTE_LIMIT + len(" […] ")
    assert not any(ord(c) < 32 and c != "\t" for c in quote)


@given(st.lists(st.sampled_from(["It broke.", "Why?", "I paid 58.00 for it!", "Ach so。"])))
def test_every_quoted_sentence_stands_in_the_text(sentences: list[str]) -> None:
    """Verbatim."""
    text = " ".join(sentences)
    quote = quotable(text)
    assert text.startswith(quote)


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
        ("I want MY MONEY", False),
        ("GIVE ME MONEY", True),
        ("", False),
    ],
)
def test_shouting(text: str, loud: bool) -> None:
    """Doubled marks, or words in capitals side by side; a carrier's name is none."""
    assert shouts(text) is loud


def test_every_reason_has_its_words() -> None:
    """As a claim can have it."""
    assert set(REASONS) == set(Reason.__args__)  # type: ignore[attr-defined] # a Literal knows its values
