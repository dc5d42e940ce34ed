"""A copy of the seller's reply answers a buyer's question where it can be nothing but a person's."""

from __future__ import annotations

from datetime import timedelta

from atoz.playbook.answers import AT_ONCE, OUR_OWN, answered_by
from tests.support.cases import ARRIVED, DAY, HOUR, SECOND, Play

WORDS = "Dear Jo, the shade is a spare part, it goes out today."


def asked_at_one() -> Play:
    """The buyer asked something an hour after the claim."""
    return Play().to(HOUR).reply("question")


def test_a_persons_answer_ends_the_question() -> None:
    """Written after it."""
    state = asked_at_one().state
    assert answered_by(state, ARRIVED + 2 * HOUR, WORDS) == ("answer-buyer",)


def test_what_comes_at_once_is_a_machines() -> None:
    """Automatic answers stop no clock; a second later than that it counts."""
    state = asked_at_one().state
    quick = ARRIVED + HOUR + AT_ONCE
    assert answered_by(state, quick, WORDS) == ()
    assert answered_by(state, quick + SECOND, WORDS) == ("answer-buyer",)
    assert answered_by(state, ARRIVED + timedelta(minutes=30), WORDS) == ()


def test_a_second_question_needs_an_answer_after_it() -> None:
    """Both wait under one task."""
    state = asked_at_one().to(4 * HOUR).reply("question").state
    assert answered_by(state, ARRIVED + 2 * HOUR, WORDS) == ()
    assert answered_by(state, ARRIVED + 5 * HOUR, WORDS) == ("answer-buyer",)


def test_a_copy_of_what_the_playbook_wrote_is_no_answer() -> None:
    """By its time, and whenever it comes by its words."""
    play = Play().to(12 * HOUR).reply("question").to(DAY + HOUR)
    [sent] = play.facts("message_sent")
    assert play.task("answer-buyer").open
    late = sent.at + OUR_OWN
    assert answered_by(play.state, late, "shortened by the marketplace") == ()
    assert answered_by(play.state, late + SECOND, WORDS) == ("answer-buyer",)
    copy = f"Your message:\n\n  {sent.data['text']}\n"
    assert copy.strip()
    assert answered_by(play.state, late + HOUR, copy.replace(" ", "\n")) == ()


def test_where_nobody_asked_there_is_nothing_to_end() -> None:
    """Also after it was done."""
    assert answered_by(Play().to(HOUR).state, ARRIVED + 2 * HOUR, WORDS) == ()
    done = asked_at_one().to(3 * HOUR).done("answer-buyer").state
    assert answered_by(done, ARRIVED + 4 * HOUR, WORDS) == ()
