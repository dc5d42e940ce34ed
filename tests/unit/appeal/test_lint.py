"""What must not be in an appeal: each rule with a text that breaks it and one that does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from atoz.appeal.compose import compose, text_of
from atoz.appeal.lint import lint
from tests.support.cases import DAY, HOUR, PROVEN, Play, library

WORDS = library().appeal_words

GOOD = (
    "This is our answer to the claim on order 111-0000199-0000199. "
    "On 2026-08-11 it was shipped with UPS, tracking number 1Z0000000300000199. "
    "On 2026-08-15 the carrier recorded the delivery at the address of the order. "
    "On 2026-09-09 we wrote to the buyer and offered to settle the matter together with him. "
    "We ask you to decide the claim on these facts and not to hold us responsible for it."
)


def rules(text: str, play: Play) -> set[str]:
    """The rules that a text breaks."""
    return {finding.rule for finding in lint(text, play.state, play.now, WORDS)}


def silent() -> Play:
    """A claim whose buyer never answered."""
    return Play().to(4 * DAY)


def test_a_good_text_has_no_findings() -> None:
    """Long enough, the right order, no tone."""
    assert rules(GOOD, silent()) == set()


@pytest.mark.parametrize(
    ("changes", "at"), [({}, 4 * DAY), (PROVEN, 2 * HOUR), ({"shipment": {"photo": True}}, 3 * DAY)]
)
def test_what_is_composed_passes(changes: dict[str, Any], at: timedelta) -> None:
    """So that a claim with all its facts needs nobody's approval."""
    play = Play(changes).to(at)
    assert rules(text_of(compose(play.state, play.now, WORDS)), play) == set()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("We shipped it. It is fine. 111-0000199-0000199.", "too-short"),
        (GOOD.replace(". ", ", ").replace("for it.", "for it"), "too-short"),
        (GOOD.replace("111-0000199-0000199", "the order"), "order-id"),
        (GOOD + " See order 222-0000199-0000199.", "other-order"),
        (GOOD + " The buyer is a liar.", "insult"),
        (GOOD + " He LIES about it.", "insult"),
        (GOOD + " This is a scam.", "insult"),
        (GOOD + " Das ist Betrug.", "insult"),
        (GOOD + " We demand justice!!", "shouting"),
        (GOOD + " THIS IS UNFAIR.", "shouting"),
        (GOOD + " Dear {{ name }}.", "placeholder"),
        (GOOD + " Dear [NAME].", "placeholder"),
        (GOOD + " Sent on TBD.", "placeholder"),
        (GOOD + " The buyer refused.", "silence"),
        (GOOD + " The buyer never replied.", "silence"),
        (GOOD + " The buyer cannot send a picture.", "silence"),
        (GOOD + " x" * 1_000, "too-long"),
    ],
)
def test_each_rule_finds_its_fault(text: str, rule: str) -> None:
    """And only the ones that are there."""
    assert rule in rules(text, silent())


def test_silence_may_be_stated_as_of() -> None:
    """After a message that was sent."""
    text = GOOD + " In the 24 hours since then, as of 2026-09-12 11:00, no reply has reached us."
    assert "silence" not in rules(text, silent())
    assert "silence" in rules(text, Play().to(HOUR))


def test_a_quote_is_the_buyers_own_word() -> None:
    """`I refused the parcel` in quotes states no silence of his; an insult in quotes is one."""
    assert "silence" not in rules(GOOD + " He wrote: “I refused the parcel.”", silent())
    assert "insult" in rules(GOOD + " He wrote: “You are a scammer.”", silent())


@pytest.mark.parametrize("said", ["No photo came.", "no pictures", "There is no image of it."])
def test_no_photo_beside_a_photo(said: str) -> None:
    """With one on file."""
    play = Play().to(2 * DAY).reply(photos=1)
    assert "no-photo" in rules(f"{GOOD} {said}", play)
    assert "no-photo" not in rules(f"{GOOD} {said}", silent())


@pytest.mark.parametrize("left_out", ["UPS", "1Z0000000300000199"])
def test_not_received_needs_carrier_and_number(left_out: str) -> None:
    """And a date."""
    play = Play(PROVEN).to(HOUR)
    assert "delivery-evidence" not in rules(GOOD, play)
    assert "delivery-evidence" in rules(GOOD.replace(left_out, "x"), play)
    assert "delivery-evidence" not in rules(GOOD.replace(left_out, "x"), silent())


def test_not_received_without_a_known_carrier_needs_a_person() -> None:
    """Nothing is there that could be said."""
    play = Play(PROVEN, {"shipment": {"carrier": None}}).to(2 * HOUR)
    found = lint(GOOD, play.state, play.now, WORDS)
    assert [f.message for f in found if f.rule == "delivery-evidence"] == [
        "an item not received needs the carrier: add it"
    ]
    assert play.open_tasks() == {"approve-appeal"}


def test_a_closed_claim_wants_no_appeal() -> None:
    """Decided, refunded, or past its deadline."""
    assert "closed" in rules(GOOD, Play().to(DAY).decided("denied"))
    assert "closed" in rules(GOOD, Play().to(DAY).refund("58.00"))
    assert "late" in rules(GOOD, Play().to(7 * DAY))


def test_findings_say_how_grave_they_are() -> None:
    """Too long warns, all else blocks."""
    play = silent()
    text = GOOD + " You liar." + " x" * 1_000
    found = {f.rule: f.severity for f in lint(text, play.state, play.now, WORDS)}
    assert (found["insult"], found["too-long"]) == ("block", "warn")
