"""Clocks and who is told: warnings in time and late, information requests, notices that fail."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.said import Said
from atoz.playbook.tasks import ASKS
from tests.support.cases import (
    ARRIVED,
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Play,
    due_in,
)


def notices(play: Play) -> list[tuple[timedelta, tuple[str, ...], tuple[tuple[str, int], ...]]]:
    """What operators were told: when, of which tasks, with which warnings."""
    return [
        (at - play.arrived, do.tasks, tuple((w.clock, w.hours) for w in do.warnings))
        for at, do in play.world.done
        if isinstance(do, acts.Notify)
    ]


# Warnings -----------------------------------------------------------------------------------------


def test_four_warnings_before_the_answer_is_due() -> None:
    """At 48, 24, 6 and 1 hours, each once and at its second, then it is missed."""
    play = Play().to(8 * DAY)
    assert play.warnings() == [
        (48, 5 * DAY),
        (24, 6 * DAY),
        (6, 7 * DAY - 6 * HOUR),
        (1, 7 * DAY - HOUR),
    ]
    assert play.when("deadline_missed") == [7 * DAY]


@pytest.mark.parametrize("hours", [48, 24, 6, 1])
def test_a_receipt_one_second_before_a_warning_spares_it(hours: int) -> None:
    """One second after, it was given."""
    at = 7 * DAY - hours * HOUR
    before = Play().to(at - SECOND).done("submit-appeal", "R").to(8 * DAY)
    assert hours not in [h for h, _ in before.warnings()]
    after = Play().to(at).done("submit-appeal", "R").to(8 * DAY)
    assert [h for h, _ in after.warnings()][-1] == hours
    assert after.when("deadline_missed") == []


def test_the_receipt_one_second_before_the_end_is_in_time() -> None:
    """At the end itself the timer comes first."""
    assert not Play().to(7 * DAY - SECOND).done("submit-appeal", "R").to(8 * DAY).clock().missed
    assert Play().to(7 * DAY).done("submit-appeal", "R").clock().missed


@pytest.mark.parametrize(
    ("wakes", "given"),
    [
        (7 * DAY - 30 * HOUR, [48]),
        (7 * DAY - 3 * HOUR, [6]),
        (7 * DAY - 10 * MINUTE, [1]),
        (7 * DAY + HOUR, []),
    ],
)
def test_a_late_wake_up_gives_only_the_most_urgent_warning(
    wakes: timedelta, given: list[int]
) -> None:
    """And none of the earlier ones any more."""
    play = Play().to(4 * DAY + HOUR).oversleep(wakes)
    assert [hours for hours, _ in play.warnings()] == given
    assert play.when("deadline_missed") == ([wakes] if wakes > 7 * DAY else [])


def test_a_claim_that_is_taken_up_late_is_warned_of_at_once() -> None:
    """Thirty hours before the end: the 48 hours warning, now."""
    play = Play(started_after=7 * DAY - 30 * HOUR)
    assert play.warnings() == [(48, 7 * DAY - 30 * HOUR)]


def test_a_short_limit_is_not_warned_of_at_its_start() -> None:
    """48 hours: the first warning is the one at 24."""
    play = Play(due_in(48 * HOUR)).to(3 * DAY)
    assert [hours for hours, _ in play.warnings()] == [24, 6, 1]


def test_what_is_missed_is_said_once() -> None:
    """A fact, a task and a notice."""
    play = Play().to(9 * DAY)
    assert len(play.facts("deadline_missed")) == 1
    assert play.facts("deadline_missed")[0].data == {
        "clock": "response",
        "due": "2026-09-15T18:00:00Z",
    }
    assert "missed-deadline" in play.open_tasks()
    assert (7 * DAY, ("missed-deadline",), ()) in notices(play)


def test_a_missed_deadline_asks_for_what_stops_its_clock() -> None:
    """A receipt, or for the buyer's hours an answer; the words of claims that run are read as before."""
    play = Play().to(DAY).reply("question").to(7 * DAY)
    asked = {t.clock: t.text for t in play.state.tasks if t.kind == "missed-deadline"}
    assert "receipt" not in asked["buyer_reply"]
    assert "receipt" in asked["response"]
    for text, key in zip(asked.values(), ("missed-buyer_reply", "missed-deadline"), strict=True):
        heard = ASKS.heard(text)
        assert isinstance(heard, Said)
        assert heard.key == f"asks.{key}"
    play.done("answer-buyer")
    assert "missed-deadline" not in play.open_tasks()


def test_a_second_missed_deadline_is_told_as_loudly() -> None:
    """The open task about another clock does not swallow it."""
    play = Play().to(DAY).reply("question").to(7 * DAY)
    told = [tasks for at, tasks, _ in notices(play) if at in (2 * DAY, 7 * DAY)]
    assert told == [("missed-deadline",), ("missed-deadline-2",)]
    assert [fact.data["clock"] for fact in play.facts("deadline_missed")] == [
        "buyer_reply",
        "response",
    ]


# A clock that a person corrects -------------------------------------------------------------------


def test_a_corrected_clock_moves_everything_with_it() -> None:
    """Tasks, warnings and the latest start; with who and why."""
    play = Play().to(4 * DAY + HOUR).due("response", 5 * DAY)
    assert play.task("submit-appeal").due == ARRIVED + 5 * DAY
    assert play.clock().source == "operator:approver-1"
    assert play.facts("overridden")[0].data == {
        "what": "due",
        "clock": "response",
        "due": "2026-09-13T18:00:00Z",
        "why": "as stated",
    }
    play.to(5 * DAY)
    # The moment of the correction lies past 48 and 24 hours: only the more urgent is given.
    assert play.warnings() == [
        (24, 4 * DAY + HOUR),
        (6, 5 * DAY - 6 * HOUR),
        (1, 5 * DAY - HOUR),
    ]
    assert play.when("deadline_missed") == [5 * DAY]


@pytest.mark.parametrize("how", ["due", "amend"])
def test_a_later_end_warns_anew(how: str) -> None:
    """By hand or by the date that the notice states: what was missed is not missed any more."""
    play = Play().to(7 * DAY)
    assert play.clock().missed
    if how == "due":
        play.due("response", 14 * DAY)
    else:
        play.amend({"claim": {"response_due": (ARRIVED + 14 * DAY).isoformat()}})
    assert play.clock().running
    assert play.task("submit-appeal").due == ARRIVED + 14 * DAY
    play.to(15 * DAY)
    assert play.warnings()[4:] == [
        (48, 12 * DAY),
        (24, 13 * DAY),
        (6, 14 * DAY - 6 * HOUR),
        (1, 14 * DAY - HOUR),
    ]
    assert play.when("deadline_missed") == [7 * DAY, 14 * DAY]


def test_a_clock_that_moves_while_people_are_told_is_warned_of_anew() -> None:
    """The warning under way was about the old end."""
    play = Play().to(6 * DAY - SECOND)
    under_way = ev.Noticed(at=play.now, warnings=(ev.WarningGiven(clock="response", hours=24),))
    play.due("response", 14 * DAY).take(under_way).to(14 * DAY)
    assert [hours for hours, _ in play.warnings()] == [48, 48, 24, 6, 1]


def test_a_clock_that_nobody_started_can_be_started() -> None:
    """Seller Central shows one that no mail told of."""
    play = Play().to(HOUR).due("information_request", 2 * DAY)
    assert play.clock("information_request").due == ARRIVED + 2 * DAY
    assert play.to(3 * DAY).when("deadline_missed") == [2 * DAY]


# Information requests -----------------------------------------------------------------------------


def test_an_information_request_has_a_clock_of_its_own() -> None:
    """By the notice, else by the marketplace's policy; a person is asked at once."""
    stated = Play().to(DAY).asked(3 * DAY)
    assert stated.clock("information_request").due == ARRIVED + 3 * DAY
    assert stated.clock("information_request").source == "<info@mail.example>"
    assert stated.task("answer-information").due == ARRIVED + 3 * DAY
    by_policy = Play().to(DAY).asked()
    assert by_policy.clock("information_request").due == ARRIVED + DAY + 72 * HOUR
    assert by_policy.clock("information_request").source.startswith("policy US")


def test_its_receipt_stops_its_clock_only() -> None:
    """The answer to the claim is still due."""
    play = Play().to(DAY).asked(3 * DAY).to(2 * DAY).done("answer-information", "R-1")
    assert play.clock("information_request").stopped_at == ARRIVED + 2 * DAY
    assert play.clock().running
    assert play.when("appeal_submitted") == []


def test_the_appeals_receipt_does_not_stop_it() -> None:
    """Neither way."""
    play = Play().to(4 * DAY).asked(6 * DAY).done("submit-appeal", "R-1")
    assert not play.clock().running
    assert play.clock("information_request").running
    assert play.to(6 * DAY).when("deadline_missed") == [6 * DAY]


def test_two_requests_have_two_clocks() -> None:
    """Each with its task; each receipt stops its own."""
    play = Play().to(DAY).asked(3 * DAY, "<one>").to(2 * DAY).asked(5 * DAY, "<two>")
    assert {"answer-information", "answer-information-2"} <= play.open_tasks()
    play.done("answer-information-2", "R-2")
    assert play.clock("information_request").running
    assert not play.clock("information_request-2").running


def test_the_same_request_twice_is_one() -> None:
    """By its Message-ID."""
    play = Play().to(DAY).asked(3 * DAY).asked(4 * DAY)
    assert [clock.id for clock in play.state.clocks] == ["response", "information_request"]
    assert play.clock("information_request").due == ARRIVED + 3 * DAY


def test_a_second_request_is_corrected_by_its_own_name() -> None:
    """`information_request-2`."""
    play = (
        Play()
        .to(DAY)
        .asked(3 * DAY, "<one>")
        .done("answer-information", "R")
        .asked(4 * DAY, "<two>")
    )
    play.due("information_request-2", 5 * DAY)
    assert play.clock("information_request-2").due == ARRIVED + 5 * DAY
    assert play.task("answer-information").due == ARRIVED + 5 * DAY


def test_a_decision_ends_a_request() -> None:
    """Its clock and its task."""
    play = Play().to(DAY).asked(3 * DAY).to(2 * DAY).decided("denied")
    assert not play.clock("information_request").running
    assert play.open_tasks() == {"metric-restoration"}


def test_a_request_that_is_due_already_is_missed_loudly() -> None:
    """However long ago."""
    play = (
        Play()
        .to(DAY)
        .take(
            ev.InformationRequested(at=ARRIVED, message_id="<old>", due=ARRIVED.replace(year=1971))
        )
    )
    assert play.when("deadline_missed") == [DAY]
    assert {"answer-information", "missed-deadline"} <= play.open_tasks()


# Notices ------------------------------------------------------------------------------------------


def test_what_is_due_together_is_told_together() -> None:
    """One notice for a task and a warning of the same instant."""
    play = Play().to(HOUR).oversleep(7 * DAY - 6 * HOUR)
    last = notices(play)[-1]
    assert last[0] == 7 * DAY - 6 * HOUR
    assert ("response", 6) in [pair for _, _, pairs in notices(play) for pair in pairs]
    assert len(notices(play)) <= 2


def test_a_task_is_told_once() -> None:
    """Not again at every wake-up."""
    play = Play().to(HOUR).reply("hostile").to(3 * DAY)
    assert [told for told in notices(play) if "read-reply" in told[1]] == [
        (HOUR, ("read-reply",), ())
    ]


def test_a_notice_that_failed_is_given_again() -> None:
    """Every thirty minutes until it arrived."""
    play = Play(failed_notices=2).to(HOUR).reply("hostile").to(4 * HOUR)
    assert [at for at, tasks, _ in notices(play) if "read-reply" in tasks] == [
        HOUR,
        HOUR + 30 * MINUTE,
        HOUR + 60 * MINUTE,
    ]
    assert play.task("read-reply").told


def test_a_warning_that_did_not_arrive_is_given_again() -> None:
    """Every thirty minutes; on record once as failed, and once when it arrived. A paused claim, too."""
    play = Play(failed_notices=3).pause().to(6 * DAY)
    found = [(f.at - play.arrived, f.data.get("failed")) for f in play.facts("deadline_warning")]
    arrived = 5 * DAY + 90 * MINUTE
    assert found == [(5 * DAY, ["mail"]), (arrived, None), (6 * DAY, None)]
    assert [at for at, _, warnings in notices(play) if warnings][:4] == [
        5 * DAY,
        5 * DAY + 30 * MINUTE,
        5 * DAY + 60 * MINUTE,
        arrived,
    ]


def test_a_claim_of_an_older_edition_warns_as_it_did() -> None:
    """Its history has no second attempt."""
    play = Play(failed_notices=3, edition=2).pause().to(6 * DAY)
    assert play.warnings() == [(48, 5 * DAY), (24, 6 * DAY)]


def test_a_warning_given_again_gives_way_to_the_next() -> None:
    """Where no channel takes anything for a day, the most urgent one is what people hear first."""
    play = Play(failed_notices=60).pause().to(6 * DAY + 12 * HOUR)
    told = [f.data["hours"] for f in play.facts("deadline_warning") if "failed" not in f.data]
    assert told[0] == 24


def test_a_clock_that_moves_takes_its_failed_warning_back() -> None:
    """Nobody is told of an end that is none any more."""
    play = Play(failed_notices=1).to(5 * DAY).due("response", 12 * DAY).to(6 * DAY)
    assert play.warnings() == [(48, 5 * DAY)]


def test_an_urgent_warning_does_not_wait_for_a_failed_notice() -> None:
    """It goes at its instant, and says which channel did not take it."""
    play = Play(failed_notices=1).to(6 * DAY - 10 * MINUTE).reply("question").to(6 * DAY)
    assert (24, 6 * DAY) in play.warnings()
    play = Play(failed_notices=1).to(5 * DAY)
    assert play.facts("deadline_warning")[0].data["failed"] == ["mail"]
