"""What an appeal says of answers: how soon ours came, and nothing of one that came late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atoz.appeal.compose import compose, text_of
from tests.support.cases import DAY, HOUR, MINUTE, SECOND, Play, library

WORDS = library().appeal_words


def written(play: Play) -> str:
    """The appeal as of now."""
    return text_of(compose(play.state, play.now, WORDS))


def asked(after: timedelta) -> Play:
    """The buyer asks on day 2, and a person answers so much later."""
    play = Play().to(2 * DAY).reply("question", text="Where is the label?").to(2 * DAY + after)
    return play.done("answer-buyer")


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (59 * MINUTE, "within one hour"),
        (HOUR, "within one hour"),
        (HOUR + SECOND, "within 2 hours"),
        (2 * DAY, "within 48 hours"),
    ],
)
def test_an_answer_is_timed_in_hours_rounded_up(after: timedelta, said: str) -> None:
    """With what it answered, and when."""
    text = written(asked(after))
    assert f"We answered the buyer's message of 2026-09-10 11:00 {said}, at " in text


def test_an_answer_after_two_days_is_told_and_not_timed() -> None:
    """It stands in the chronology, and nobody is told that it was in time."""
    text = written(asked(2 * DAY + SECOND))
    assert "we answered the buyer's message personally" in text
    assert "We answered the buyer's message of" not in text


def test_answers_from_before_the_claim_count() -> None:
    """Only one that followed the buyer's message."""
    messages = [
        {"at": "2026-08-18T08:00:00Z", "from": "seller", "text": "It is on its way."},
        {"at": "2026-08-19T08:00:00Z", "from": "buyer", "text": "It is too dark."},
        {"at": "2026-08-19T15:30:00Z", "from": "seller", "text": "We can help."},
    ]
    text = written(Play({"messages": messages}).to(HOUR))
    assert text.count("We answered the buyer's message of") == 1
    assert "message of 2026-08-19 01:00 within 8 hours, at 2026-08-19 08:30." in text
