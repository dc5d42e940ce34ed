"""Steps that come too late: after outages and pauses, each rule for lateness, never two at once."""

from __future__ import annotations

from datetime import datetime

import pytest

from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.decide import decide
from atoz.playbook.edition import JUDGED
from atoz.playbook.schedule import approval_ends, can_wait, waits_until
from tests.support.cases import (
    ARRIVED,
    BLOCKED,
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Play,
    variant,
)
from workflows.turning import Turn

SEVEN_DAYS_LATEST = 7 * DAY - 24 * HOUR - 2 * HOUR - 4 * HOUR - HOUR
"""The latest start of a documented appeal: limit, margin, approval, lead, retries."""


def test_two_overdue_messages_are_never_both_sent() -> None:
    """After an outage from day one to day three only the later one goes."""
    play = Play().to(HOUR).oversleep(3 * DAY + HOUR)
    assert play.sent() == {"request-photos": 3 * DAY + HOUR}
    [skipped] = play.facts("step_skipped")
    assert (skipped.step, skipped.data["why"]) == ("deescalate", "overtaken by a later step")


def test_an_overdue_message_goes_where_the_later_one_is_skipped() -> None:
    """Nothing overtakes it then."""
    reason = {"claim": {"reason": "not_received"}}
    play = Play(reason).to(HOUR).oversleep(3 * DAY + HOUR)
    assert play.sent() == {"deescalate": 3 * DAY + HOUR}


@pytest.mark.parametrize("if_late", ["skip", "ask"])
def test_an_overdue_message_goes_where_the_later_one_is_too_late(if_late: str) -> None:
    """Else neither would be sent."""
    steps = {"request-photos": {"if_late": if_late}}
    books = [variant("documented", steps), variant("hand-over")]
    play = Play(playbooks=books).to(HOUR).oversleep(3 * DAY + 7 * HOUR)
    assert play.sent() == {"deescalate": 3 * DAY + 7 * HOUR}


def late_play(if_late: str) -> Play:
    """A claim whose first message has its own rule for lateness."""
    books = [variant("documented", {"deescalate": {"if_late": if_late}}), variant("hand-over")]
    return Play(playbooks=books).to(HOUR)


@pytest.mark.parametrize("if_late", ["send", "skip", "ask"])
def test_six_hours_late_is_not_yet_too_late(if_late: str) -> None:
    """Up to `late_after` the step acts whatever the rule."""
    assert late_play(if_late).oversleep(DAY + 6 * HOUR).sent() == {"deescalate": DAY + 6 * HOUR}


def test_too_late_and_sent_all_the_same() -> None:
    """`if_late: send`."""
    at = DAY + 6 * HOUR + SECOND
    assert late_play("send").oversleep(at).sent() == {"deescalate": at}


def test_too_late_and_skipped() -> None:
    """`if_late: skip`: the rest of the playbook goes on."""
    play = late_play("skip").oversleep(DAY + 6 * HOUR + SECOND)
    assert play.sent() == {}
    assert play.facts("step_skipped")[0].data["why"] == "late"
    assert play.state.run("deescalate").done_at == ARRIVED + DAY
    assert play.to(3 * DAY).sent() == {"request-photos": 3 * DAY}


def test_too_late_and_a_person_is_asked() -> None:
    """`if_late: ask`: the step waits for the word, `send` or `skip` and nothing else."""
    at = DAY + 7 * HOUR
    play = late_play("ask").oversleep(at)
    assert play.open_tasks() == {"late-step"}
    assert play.sent() == {}
    for receipt in (None, "yes"):
        word = ev.TaskDone(at=play.now, task="late-step", receipt=receipt)
        assert play.why_not(word) == "late-step takes the receipt send or skip"
    assert play.to(at + HOUR).done("late-step", "send").sent() == {"deescalate": at + HOUR}
    play = late_play("ask").oversleep(at).done("late-step", "skip").to(3 * DAY)
    assert play.sent() == {"request-photos": 3 * DAY}
    assert play.when("step_skipped") == [at]


def test_an_unanswered_question_about_a_late_step_blocks_no_appeal() -> None:
    """The appeal waits for its predecessor no longer than it safely can."""
    steps = {"request-photos": {"if_late": "ask"}}
    books = [variant("documented", steps), variant("hand-over")]
    play = Play(playbooks=books).to(2 * DAY).oversleep(3 * DAY + 7 * HOUR)
    assert play.open_tasks() == {"late-step"}
    assert play.to(6 * DAY).when("appeal_drafted") == [SEVEN_DAYS_LATEST]


def test_a_held_step_is_not_late() -> None:
    """Lateness counts from the instant that the hold leaves."""
    books = [variant("documented", {"request-photos": {"if_late": "skip"}}), variant("hand-over")]
    play = Play(playbooks=books).to(2 * DAY).reply("says_withdrawn").to(5 * DAY)
    assert play.sent()["request-photos"] == 4 * DAY


def test_an_outage_over_the_latest_start_writes_the_appeal_at_once() -> None:
    """With less time for approval, but in."""
    play = Play(findings=BLOCKED).to(2 * DAY).oversleep(6 * DAY)
    assert play.when("appeal_drafted") == [6 * DAY, 6 * DAY]
    assert approval_ends(play.state) < play.now
    assert play.open_tasks() == {"submit-appeal"}


# Pauses ---------------------------------------------------------------------------------------


def test_a_paused_claim_does_nothing() -> None:
    """Until a person resumes; then what is due acts."""
    play = Play().to(HOUR).pause().to(2 * DAY)
    assert play.sent() == {}
    assert play.resume().sent() == {"deescalate": 2 * DAY}


def test_a_pause_across_the_deadline_warns_and_is_missed_loudly() -> None:
    """Clocks go on; nothing is lost in silence."""
    play = Play().to(HOUR).pause().to(8 * DAY)
    assert play.warnings() == [
        (48, 5 * DAY),
        (24, 6 * DAY),
        (6, 7 * DAY - 6 * HOUR),
        (1, 7 * DAY - HOUR),
    ]
    assert play.when("deadline_missed") == [7 * DAY]
    assert "missed-deadline" in play.open_tasks()
    assert play.when("appeal_drafted") == []


def test_a_pause_does_not_move_the_deadline() -> None:
    """Resumed late, the later mail goes and the appeal is written at once."""
    play = Play().to(HOUR).pause().to(6 * DAY).resume()
    assert play.sent() == {"request-photos": 6 * DAY}
    assert play.when("appeal_drafted") == [6 * DAY]


def test_a_turn_never_keeps_the_answer_waiting() -> None:
    """Whatever turn was given out: by the latest start of the appeal the message goes, or it is not kept."""
    play = Play().to(DAY + HOUR)
    latest = play.arrived + SEVEN_DAYS_LATEST
    soon = play.now + HOUR
    assert waits_until(play.state, soon, play.now) == soon
    assert waits_until(play.state, latest + HOUR, play.now) == latest
    play.due("response", DAY + 3 * HOUR)
    assert can_wait(play.state, play.now) == 0 * HOUR
    assert waits_until(play.state, soon, play.now) == play.now
    older = Play(edition=JUDGED - 1).to(DAY + HOUR).due("response", DAY + 3 * HOUR)
    assert waits_until(older.state, soon, older.now) == soon


def test_a_message_that_was_in_line_is_no_later_than_its_turn() -> None:
    """Planned for the last second that is not too late, it goes although a busy machine comes later."""
    play = late_play("skip").to(DAY - SECOND)
    last = play.arrived + DAY + 6 * HOUR
    turn = Turn(woke_for=play.arrived + DAY, planned=last, at=last)

    def goes(turn: Turn, now: datetime) -> bool:
        decision = decide(play.state, now)
        assert isinstance(decision, acts.Act)
        due = turn.still_due(play.state, decision, now) or decision
        return isinstance(due.do, acts.Send)

    assert goes(turn, last)
    assert goes(turn, last + 4 * MINUTE)
    assert not goes(turn._replace(planned=last + SECOND), last + 4 * MINUTE)
    assert not goes(turn, last + 5 * MINUTE), "that was another outage"
