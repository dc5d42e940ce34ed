"""Which of a buyer's sentences may be quoted: whole, verbatim, and none that a check would block."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoz.appeal.quoting import LONGEST
from atoz.appeal.wording import banned_words
from tests.support.cases import library

QUOTES = library().appeal_words.quotes


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
        ("Well “quoted” here.", "Well “quoted” here."),
        ("A\x00B\x1b[31m red.", "AB[31m red."),
        ("left\u202eright.", "leftright."),
        ("What? Really? Yes.", "What? Really? Yes."),
        ("x" * (LONGEST + 1), ""),
        ("x" * LONGEST, "x" * LONGEST),
        ("One. " + "x" * LONGEST + ". Three.", "One. […] Three."),
        ("One. " + "x" * LONGEST + ".", "One. […]"),
        ("Hello, thank you. It broke.", "It broke."),
        ("Amazon please believe me.", "Amazon please believe me."),
        ("It broke. Please help me! It was new.", "It broke. […] It was new."),
        ("It broke. We will take you to court.", "It broke."),
        ("See https://x.example/a for it. It broke.", "It broke."),
        ("Write to me at a@b.example. It broke.", "It broke."),
        ("It is [BROKEN] now. It broke.", "It broke."),
        ("Order 222-0000199-0000199 came. It broke.", "It broke."),
    ],
)
def test_whole_sentences_without_insults(text: str, quote: str) -> None:
    """A sentence with one is left out whole, never softened."""
    assert QUOTES.of(text) == quote


@given(st.text(max_size=1_000))
def test_a_quote_is_clean_and_short(text: str) -> None:
    """Whatever was written: no controls, no closing quote, no insult, no shouting, bounded."""
    quote = QUOTES.of(text)
    assert not banned_words(quote)
    assert "\n" not in quote
    assert len(quote) <= LONGEST + len(" […] ")
    assert not any(ord(c) < 32 and c != "\t" for c in quote)


@given(st.lists(st.sampled_from(["It broke.", "Why?", "I paid 58.00 for it!", "Ach so。"])))
def test_every_quoted_sentence_stands_in_the_text(sentences: list[str]) -> None:
    """Verbatim."""
    text = " ".join(sentences)
    quote = QUOTES.of(text)
    assert text.startswith(quote)


def test_the_order_itself_may_be_named() -> None:
    """Another one may not."""
    text = "Order 111-0000199-0000199 came late."
    assert QUOTES.of(text, "111-0000199-0000199") == text
    assert QUOTES.of(text, "222-0000199-0000199") == ""
