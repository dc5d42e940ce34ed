"""What a person is warned of in an appeal: each rule, and its neighbour that is left alone.

The rules that block are tried in `test_fooling`; these leave the choice to the person.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from atoz.appeal.lint import lint
from tests.support.cases import DAY, PROVEN, Play, library
from tests.unit.appeal.test_fooling import GOOD, findings, silent

WORDS = library().appeal_words
TEXT = GOOD["en"]

LONG = "On 2026-08-15 the parcel was delivered " + "and delivered " * 16
"""39 words with the full stop's."""

PAIRS = [
    ("opinion", "The buyer is suspicious.", "The buyer replied on 2026-09-09."),
    ("long-sentence", f"{LONG}.", "On 2026-08-15 the parcel was delivered."),
    ("link", "See https://example.com/proof.", "See https://www.ups.com/track?num=1Z0000000300000199."),
    ("attachment", "See receipt.pdf.", "See evidence.pdf."),
    ("attachment", "A photo is enclosed.", "A photo may be asked for."),
    ("quote", "The buyer wrote: “I am happy with the lamp now.”", "We listed “a lamp”."),
    ("two-dates", "It was shipped on 2026-08-15.", "It was shipped on 2026-08-11."),
]  # fmt: skip


def brought(sentence: str, play: Play | None = None) -> dict[str, str]:
    """The rules that this sentence alone brings, with how grave they are."""
    own = play or silent("en")
    new = findings(f"{TEXT}\n{sentence}", own) - findings(TEXT, own)
    return {each.rule: each.severity for each in new}


@pytest.mark.parametrize(("rule", "bad", "good"), PAIRS)
def test_each_rule_warns_and_leaves_its_neighbour_alone(rule: str, bad: str, good: str) -> None:
    """A warning, never a block; and nothing where the text keeps to the rule."""
    assert brought(bad).get(rule) == "warn"
    assert rule not in brought(good)


def test_a_quote_word_for_word_is_the_buyers() -> None:
    """As it stands in the claim; changed by one word it is nobody's."""
    comment = str(silent("en").state.file.claim.buyer_comment)
    assert "quote" not in brought(f"The buyer wrote: “{comment}”")
    assert brought(f"The buyer wrote: “{comment.replace('cream', 'beige')}”")["quote"] == "warn"


def test_a_text_beyond_two_thousand_signs_is_long() -> None:
    """To the sign."""
    room = 2_000 - len(TEXT) - 1
    filler = ("We wrote. " * 200)[: room - 1] + "."
    assert "too-long" not in brought(filler)
    assert brought(f"{filler}.")["too-long"] == "warn"


def test_a_text_that_asks_for_nothing() -> None:
    """Whoever reads it must know what to do."""
    silent_text, _, _ = TEXT.partition("We ask you")
    assert "no-request" in rules(silent_text)
    assert "no-request" not in rules(TEXT)


def test_a_text_that_tells_no_order_of_events() -> None:
    """Two days at least, since the facts hold more."""
    assert "no-chronology" not in rules(TEXT)
    assert "no-chronology" in rules(
        TEXT.replace("On 2026-08-15 ", "").replace("On 2026-09-09 ", "")
    )


@cache
def two_stories() -> Play:
    """Filed as not as described; in the buyer's words the lamp came broken, too."""
    comment = "The shade is cream, I wanted white. And the base came broken."
    return told(comment)


def told(comment: str, *changes: dict[str, Any]) -> Play:
    """A claim with these words of the buyer's, four days in."""
    return Play({"claim": {"buyer_comment": comment}}, *changes).to(4 * DAY)


def rules(text: str, play: Play | None = None) -> set[str]:
    """Every rule that a text brings."""
    own = play or silent("en")
    return {each.rule for each in lint(text, own.state, own.now, WORDS)}


def test_a_buyer_with_two_stories_is_answered_twice() -> None:
    """Each story by its own words."""
    described = "The listing describes the shade as cream."
    whole = f"{TEXT}\n{described}\nThe parcel was packed in a carton and was not damaged."
    assert "one-story" in rules(f"{TEXT}\n{described}", two_stories())
    assert "one-story" not in rules(whole, two_stories())


def test_where_the_marketplace_pays_no_refund_is_proposed() -> None:
    """Bought through Buy Shipping and delivered, a refund by the seller gives the protection away."""
    play = told("It never arrived.", PROVEN, {"shipment": {"buy_shipping": True}})
    plain = told("It never arrived.", PROVEN, {"shipment": {"buy_shipping": False}})
    offer = f"{TEXT}\nWe offer a refund."
    assert "protected-refund" in rules(offer, play)
    assert "protected-refund" not in rules(offer, plain)
    assert "protected-refund" not in rules(TEXT, play)
