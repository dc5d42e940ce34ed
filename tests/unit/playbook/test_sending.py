"""Messages to the buyer: refused, refused for now, blocked, of unknown fate; never a blind second."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atoz.playbook import acts
from atoz.playbook import events as ev
from tests.support.cases import (
    ARRIVED,
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Play,
    variant,
)


def attempts(play: Play) -> list[tuple[int, timedelta]]:
    """The attempts to send that the world saw: number and instant."""
    return [
        (do.attempt, at - play.arrived) for at, do in play.world.done if isinstance(do, acts.Send)
    ]


def test_a_send_that_is_refused_for_now_is_tried_again() -> None:
    """After 5, 10, 15 and 30 minutes, as long as the hour of the retry budget lasts."""
    play = Play(sends=["refused_for_now"] * 9).to(DAY + HOUR)
    assert attempts(play) == [
        (1, DAY),
        (2, DAY + 5 * MINUTE),
        (3, DAY + 15 * MINUTE),
        (4, DAY + 30 * MINUTE),
        (5, DAY + 60 * MINUTE),
    ]
    refusals = play.facts("message_refused")
    assert [fact.data.get("again_at") for fact in refusals] == [
        "2026-09-09T18:05:00Z",
        "2026-09-09T18:15:00Z",
        "2026-09-09T18:30:00Z",
        "2026-09-09T19:00:00Z",
        None,
    ]
    assert play.open_tasks() == {"message-refused"}


@pytest.mark.parametrize("failures", [1, 2, 3, 4])
def test_a_retry_that_succeeds_is_the_end_of_it(failures: int) -> None:
    """The step is done then, and no task is opened."""
    play = Play(sends=["refused_for_now"] * failures).to(2 * DAY)
    assert len(attempts(play)) == failures + 1
    assert play.open_tasks() == set()
    assert len(play.facts("message_sent")) == 1


def test_a_retry_comes_at_its_second() -> None:
    """Not one before."""
    play = Play(sends=["refused_for_now"]).to(DAY + 5 * MINUTE - SECOND)
    assert play.sent() == {}
    assert play.next_at == DAY + 5 * MINUTE
    assert play.to(DAY + 5 * MINUTE).sent() == {"deescalate": DAY + 5 * MINUTE}


def test_a_longer_budget_retries_every_half_hour() -> None:
    """The budget is the playbook's."""
    books = [variant("documented", retry_budget="2h"), variant("hand-over")]
    play = Play(playbooks=books, sends=["refused_for_now"] * 9).to(2 * DAY)
    assert [at - DAY for _, at in attempts(play)] == [
        timedelta(0),
        *[m * MINUTE for m in (5, 15, 30, 60, 90, 120)],
    ]


def test_no_budget_is_one_attempt() -> None:
    """`retry_budget: 0h`."""
    books = [variant("documented", retry_budget="0h"), variant("hand-over")]
    play = Play(playbooks=books, sends=["refused_for_now"]).to(2 * DAY)
    assert attempts(play) == [(1, DAY)]
    assert play.open_tasks() == {"message-refused"}


@pytest.mark.parametrize("outcome", ["refused", "blocked"])
def test_a_send_that_is_refused_for_good_is_not_tried_again(outcome: ev.SendOutcome) -> None:
    """A person is told; the claim goes on without that message."""
    play = Play(sends=[outcome]).to(2 * DAY)
    assert attempts(play) == [(1, DAY)]
    [fact] = play.facts("message_refused")
    assert (fact.data["outcome"], fact.data["detail"]) == (outcome, "as scripted")
    assert play.task("message-refused").step == "deescalate"
    play.to(5 * DAY)
    assert play.sent() == {"request-photos": 3 * DAY}
    assert play.when("appeal_drafted") == [4 * DAY]


def test_a_refused_request_does_not_block_the_appeal() -> None:
    """Its wait counts from the refusal, and no silence is stated."""
    play = Play(sends=["sent", "refused"]).to(5 * DAY)
    assert play.when("appeal_drafted") == [4 * DAY]
    assert play.state.appeal is not None
    assert "asked the buyer for photos" not in play.state.appeal.text


# Unknown fate -----------------------------------------------------------------------------------


def test_an_unknown_send_is_never_repeated_blindly() -> None:
    """A person looks in the Sent mailbox; the playbook goes on meanwhile."""
    play = Play(sends=["sent", "unknown"]).to(3 * DAY + HOUR)
    assert play.open_tasks() == {"settle-send"}
    assert play.task("settle-send").step == "request-photos"
    play.to(6 * DAY)
    assert len(attempts(play)) == 2
    assert play.when("appeal_drafted") == [4 * DAY]


@pytest.mark.parametrize("receipt", [None, "maybe", "SENT"])
def test_settling_takes_two_words(receipt: str | None) -> None:
    """`sent` or `not-sent`."""
    play = Play(sends=["unknown"]).to(DAY)
    why = play.why_not(ev.TaskDone(at=play.now, task="settle-send", receipt=receipt))
    assert why is not None
    if receipt:
        assert why == "settle-send takes the receipt sent or not-sent"


def test_settled_as_sent_counts_from_when_it_was_sent() -> None:
    """The buyer had the request all the while: the appeal does not wait anew."""
    play = Play(sends=["sent", "unknown"]).to(3 * DAY + 10 * HOUR).done("settle-send", "sent")
    [fact] = play.facts("message_sent", "request-photos")
    assert fact.at == ARRIVED + 3 * DAY + 10 * HOUR
    assert fact.data["sent_at"] == "2026-09-11T18:00:00Z"
    assert fact.data["settled"] is True
    assert play.state.run("request-photos").state == "done"
    play.to(5 * DAY)
    assert play.when("appeal_drafted") == [4 * DAY]
    assert play.state.appeal is not None
    said = "In the 24 hours since our message of 2026-09-11 11:00, as of 2026-09-12 11:00"
    assert said in play.state.appeal.text


def test_settled_as_not_sent_is_sent_now() -> None:
    """A second attempt of the same message, with the same Message-ID."""
    play = Play(sends=["unknown"]).to(DAY + HOUR).done("settle-send", "not-sent")
    assert attempts(play) == [(1, DAY), (2, DAY + HOUR)]
    sends = [do for _, do in play.world.done if isinstance(do, acts.Send)]
    assert {send.revision for send in sends} == {1}
    assert play.sent() == {"deescalate": DAY + HOUR}


def test_settled_at_night_is_sent_in_the_morning() -> None:
    """A person's word at two in the morning is no leave to write to the buyer then."""
    play = Play(sends=["unknown"]).to(DAY + 15 * HOUR).done("settle-send", "not-sent").to(2 * DAY)
    assert play.sent() == {"deescalate": DAY + 21 * HOUR}


def test_settled_as_not_sent_has_a_retry_budget_of_its_own() -> None:
    """The old one is long over."""
    play = Play(sends=["unknown", "refused_for_now"]).to(DAY + 3 * HOUR)
    play.done("settle-send", "not-sent").to(2 * DAY)
    assert play.sent() == {"deescalate": DAY + 3 * HOUR + 10 * MINUTE}


def test_settled_after_the_appeal_is_not_sent_any_more() -> None:
    """It was overtaken."""
    play = Play(sends=["sent", "unknown"]).to(4 * DAY + HOUR).done("settle-send", "not-sent")
    assert play.to(6 * DAY).sent() == {"deescalate": DAY}
    assert play.facts("step_skipped")[-1].data["why"] == "overtaken by a later step"


def test_a_playbook_may_send_again_on_its_own() -> None:
    """`if_unknown: resend`, within the retry budget, and then a person."""
    books = [variant("documented", {"deescalate": {"if_unknown": "resend"}}), variant("hand-over")]
    play = Play(playbooks=books, sends=["unknown", "unknown"]).to(2 * DAY)
    assert attempts(play) == [(1, DAY), (2, DAY + 5 * MINUTE), (3, DAY + 15 * MINUTE)]
    assert play.sent() == {"deescalate": DAY + 15 * MINUTE}
    assert play.open_tasks() == set()
    play = Play(playbooks=books, sends=["unknown"] * 9).to(2 * DAY)
    assert len(attempts(play)) == 5
    assert play.open_tasks() == {"settle-send"}


def doubts(play: Play) -> list[timedelta | None]:
    """Of each try of the first message, when an earlier one ended unknown."""
    tries = [do for _, do in play.world.done if isinstance(do, acts.Send)]
    return [each.doubted_at - ARRIVED if each.doubted_at else None for each in tries]


def test_a_try_after_an_unknown_one_says_since_when_there_is_doubt() -> None:
    """So that the folder of sent mail is looked at before it goes again."""
    books = [variant("documented", {"deescalate": {"if_unknown": "resend"}}), variant("hand-over")]
    play = Play(playbooks=books, sends=["unknown", "unknown"]).to(2 * DAY)
    assert doubts(play) == [None, DAY, DAY]
    play = Play(playbooks=books, sends=["refused_for_now"]).to(2 * DAY)
    assert doubts(play) == [None, None]


def test_a_person_who_looked_leaves_no_doubt() -> None:
    """Who says `not-sent` is not overruled by the folder."""
    play = Play(sends=["unknown"]).to(DAY + HOUR).done("settle-send", "not-sent").to(2 * DAY)
    assert doubts(play) == [None, None]


def test_each_message_goes_to_the_relay_in_the_buyers_language() -> None:
    """Without one, in the marketplace's."""
    play = Play({"buyer": {"language": "ja"}}).to(DAY)
    [send] = [do for _, do in play.world.done if isinstance(do, acts.Send)]
    assert (send.to, send.language) == ("zqc99x7k2m9p4@marketplace.amazon.com", "ja")
    assert play.facts("message_sent")[0].data["language"] == "ja"
    play = Play({"buyer": {"language": None}}).to(DAY)
    [send] = [do for _, do in play.world.done if isinstance(do, acts.Send)]
    assert send.language == "en"


def test_an_address_that_a_person_took_away_breaks_nothing() -> None:
    """The claim is incomplete again: nothing is sent until there is one."""
    play = Play(sends=["refused_for_now"]).to(DAY).amend({"buyer": None}).to(2 * DAY)
    assert play.sent() == {}
    play.amend({"buyer": {"relay": "new@marketplace.amazon.com"}})
    assert play.sent() == {"deescalate": 2 * DAY}
