"""What came before it was told: recorded when it is told, counted from when it came."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from atoz.appeal.lint.check import lint
from atoz.appeal.news import news
from atoz.claims.base import instant_text
from atoz.claims.status import Status
from atoz.playbook import events as ev
from atoz.playbook.edition import ARRIVED as EDITION
from atoz.playbook.model import Intent
from atoz.playbook.told import on_calendar, told
from tests.support.cases import ARRIVED, DAY, HOUR, MINUTE, SECOND, Play, due_in, library

SATURDAY, MONDAY = 4 * DAY, 6 * DAY
"""The claim came on a Tuesday."""


def replied(play: Play, came: timedelta | None, *intents: Intent, text: str = "Hello.") -> Play:
    """The buyer's words of then, typed in now."""
    return play.take(
        ev.BuyerReplied(
            at=play.now,
            arrived_at=None if came is None else play.arrived + came,
            message_id=f"<{came}@mail.example>",
            language="en",
            text=text,
            intents=intents,
            by="agent-1",
        )
    )


def asked(play: Play, came: timedelta) -> Play:
    """The marketplace's question of then, typed in now."""
    at = play.arrived + came
    return play.take(
        ev.InformationRequested(at=play.now, arrived_at=at, message_id="<i@x.example>")
    )


def decided(play: Play, came: timedelta, status: str = "granted_seller_funded") -> Play:
    """The marketplace's decision of then, typed in now."""
    return play.take(
        ev.MarketplaceDecided(
            at=play.now,
            arrived_at=play.arrived + came,
            message_id=f"<{status}.{came}@x.example>",
            status=Status(status),
        )
    )


def long(**more: Any) -> Play:
    """A claim that nobody has to answer before those days are over."""
    return Play(due_in(20 * DAY), **more)


def test_it_keeps_when_it_came_and_when_it_was_told() -> None:
    """The record grows at its end; what came before says so."""
    play = replied(long().to(MONDAY), SATURDAY, "other")
    [fact] = play.facts("reply_received")
    assert (fact.at, fact.came_at) == (ARRIVED + MONDAY, ARRIVED + SATURDAY)
    assert fact.data["arrived_at"] == instant_text(ARRIVED + SATURDAY)
    assert [f.at for f in play.state.facts] == sorted(f.at for f in play.state.facts)
    line = told(fact.model_dump(mode="json"), on_calendar("UTC"))
    assert line == "other: “Hello.”, arrived Sat 12 Sep 2026 18:00"


@pytest.mark.parametrize("came", [None, MONDAY, MONDAY - MINUTE + SECOND, MONDAY + HOUR])
def test_what_comes_now_is_recorded_as_ever(came: timedelta | None) -> None:
    """Also what is told within a minute, and what a clock that is ahead says."""
    play = replied(long().to(MONDAY), came, "question")
    [fact] = play.facts("reply_received")
    assert "arrived_at" not in fact.data
    assert play.clock("buyer_reply").due == ARRIVED + MONDAY + DAY


def test_a_buyers_hours_count_from_when_he_wrote() -> None:
    """A question of Saturday that is typed in on Sunday has the rest of its day."""
    play = replied(long().to(SATURDAY + 20 * HOUR), SATURDAY, "question")
    assert play.clock("buyer_reply").due == ARRIVED + SATURDAY + DAY
    assert play.task("answer-buyer").due == ARRIVED + SATURDAY + DAY
    assert [hours for hours, _ in play.warnings("buyer_reply")] == [6]


def test_hours_that_are_over_were_missed() -> None:
    """Somebody is told so at once, and the question still waits."""
    play = replied(long().to(MONDAY), SATURDAY, "question")
    assert play.clock("buyer_reply").missed
    assert {"answer-buyer", "missed-deadline"} <= play.open_tasks()


def test_the_oldest_unanswered_question_counts() -> None:
    """Also where it is told after a younger one: the clock goes back, and the open task with it."""
    play = replied(long().to(SATURDAY + 10 * HOUR), None, "question")
    replied(play.to(SATURDAY + 12 * HOUR), SATURDAY, "question")
    assert play.clock("buyer_reply").due == ARRIVED + SATURDAY + DAY
    assert play.task("answer-buyer").due == ARRIVED + SATURDAY + DAY
    assert play.state.last_reply_id == "<None@mail.example>"


def test_a_hold_counts_from_when_he_wrote() -> None:
    """48 hours from Saturday are over on Monday evening; those of last week hold nothing."""
    play = replied(long().to(SATURDAY + DAY), SATURDAY, "says_withdrawn")
    assert play.state.held_until == ARRIVED + SATURDAY + 2 * DAY
    late = replied(long().to(MONDAY + HOUR), SATURDAY, "says_withdrawn")
    assert late.state.held_until is None
    assert late.facts("step_held") == []
    assert "confirm-withdrawal" in late.open_tasks()


def test_what_he_wrote_before_our_request_is_no_answer_to_it() -> None:
    """The appeal waits for one all the same, and says truly that none has come since."""
    play = replied(Play().to(3 * DAY + 2 * HOUR), 2 * DAY, "other")
    assert "appeal" not in {f.step for f in play.facts("appeal_drafted")}
    play.to(4 * DAY + HOUR)
    assert play.when("appeal_drafted") == [4 * DAY]
    assert play.state.appeal is not None
    assert "2026-09-10 11:00: the buyer replied" in play.state.appeal.text
    assert "no reply has reached us" in play.state.appeal.text


def test_an_answer_that_is_told_late_is_one() -> None:
    """It came after the request: nobody waits any longer, and no text speaks of silence."""
    play = replied(Play().to(3 * DAY + 5 * HOUR), 3 * DAY + HOUR, "other")
    assert play.when("appeal_drafted") == [3 * DAY + 5 * HOUR]
    assert play.state.appeal is not None
    assert "no reply has reached us" not in play.state.appeal.text
    assert "2026-09-11 12:00: the buyer replied" in play.state.appeal.text


def test_a_text_that_tells_the_hour_of_typing_is_blocked() -> None:
    """No fact holds that the buyer wrote then; one holds when he did."""
    play = replied(Play().to(2 * DAY + 7 * MINUTE), DAY + 20 * MINUTE, "other")

    later = play.now + HOUR

    def rules(when: str) -> set[str]:
        text = f"The buyer replied to our message at {when}."
        return {each.rule for each in lint(text, play.state, later, library().appeal_words)}

    assert rules("2026-09-10 11:07") - rules("2026-09-09 11:20") == {"unknown-date", "unsupported"}


def test_an_information_request_counts_from_when_it_came() -> None:
    """72 hours by the policy, from Saturday."""
    play = asked(long().to(MONDAY), SATURDAY)
    clock = play.clock("information_request")
    assert (clock.due, clock.opened_at) == (ARRIVED + SATURDAY + 3 * DAY, ARRIVED + SATURDAY)
    assert play.task("answer-information").due == clock.due


def test_a_decision_counts_from_when_it_came() -> None:
    """Its window for an appeal, and how long the claim took."""
    play = decided(Play().to(6 * DAY), 5 * DAY)
    assert play.state.decided_at == ARRIVED + 5 * DAY
    assert play.clock("post_decision_appeal").due == ARRIVED + 35 * DAY
    assert play.clock().stopped_at == ARRIVED + 5 * DAY
    assert play.when("decision_received") == [6 * DAY]


def test_a_deadline_behind_a_decision_was_not_missed() -> None:
    """It came on day six, the limit ended on day seven, and on day eight it is typed in."""
    play = Play().to(8 * DAY)
    assert play.clock().missed
    decided(play, 6 * DAY, "denied")
    assert not play.clock().missed
    assert "missed-deadline" not in play.open_tasks()
    late = decided(Play().to(8 * DAY), 7 * DAY + HOUR, "denied")
    assert late.clock().missed


def test_a_decision_comes_no_sooner_than_the_one_that_it_replaces() -> None:
    """Mails out of order: the second is the marketplace's last word, from the first one's instant."""
    play = decided(decided(Play().to(6 * DAY), 5 * DAY), 4 * DAY, "withdrawn")
    assert play.state.decided_at == ARRIVED + 5 * DAY
    assert play.state.status is Status.WITHDRAWN


def test_only_what_came_after_the_decision_is_new() -> None:
    """A letter of before it that is typed in afterwards is none, one that was typed in first may be."""
    play = decided(Play().to(5 * DAY), 5 * DAY)
    replied(play.to(6 * DAY), 4 * DAY, "says_withdrawn", text="I have withdrawn the claim.")
    assert news(play.state.facts) == ()
    other = replied(Play().to(6 * DAY), None, "says_withdrawn", text="I have withdrawn the claim.")
    decided(other.to(6 * DAY + HOUR), 5 * DAY)
    assert [each.fact.kind for each in news(other.state.facts)] == ["reply_received"]


@pytest.mark.parametrize("came", [SATURDAY, -DAY])
def test_claims_of_an_older_edition_count_as_before(came: timedelta) -> None:
    """They say when it came, and count from when it was told: their histories stay true."""
    play = replied(long(edition=EDITION - 1).to(MONDAY), came, "question")
    assert play.clock("buyer_reply").due == ARRIVED + MONDAY + DAY
    assert play.facts("reply_received")[0].came_at == ARRIVED + came


def test_nothing_counts_from_before_the_claim() -> None:
    """A mail that waited for its claim says when it was written; its hours begin with the claim."""
    play = replied(long().to(2 * HOUR), -DAY, "question")
    assert play.clock("buyer_reply").due == ARRIVED + DAY
    assert play.facts("reply_received")[0].came_at == ARRIVED - DAY


def test_photos_come_with_their_mail() -> None:
    """Each file of a reply says when it came, too."""
    play = long().to(MONDAY)
    photo = ev.Attachment(name="a.jpg", type="image/jpeg", size=1, sha256="0" * 64)
    came: datetime = play.arrived + SATURDAY
    reply = ev.BuyerReplied(
        at=play.now, arrived_at=came, message_id="<p@x.example>", attachments=(photo,)
    )
    [kept] = play.take(reply).facts("evidence_added")
    assert kept.came_at == came
