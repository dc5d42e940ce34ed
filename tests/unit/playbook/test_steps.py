"""When the steps act: natural instants, sending hours, skips, early ends of waits, holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from atoz.playbook import events as ev
from atoz.playbook.model import Playbook
from atoz.playbook.schedule import latest_start
from tests.support.cases import (
    ARRIVED,
    DAY,
    HOUR,
    MINUTE,
    NEVER_SHIPPED,
    PROVEN,
    SECOND,
    Play,
    due_in,
    playbook,
    variant,
)

SEVEN_DAYS_LATEST = 7 * DAY - 24 * HOUR - 2 * HOUR - 4 * HOUR - HOUR
"""The latest start of a documented appeal: limit, margin, approval, lead, retries."""


@pytest.mark.parametrize(
    ("changes", "kind", "step", "at"),
    [
        ({}, "message_sent", "deescalate", DAY),
        ({}, "message_sent", "request-photos", 3 * DAY),
        ({}, "appeal_drafted", "appeal", 4 * DAY),
        ({"claim": {"reason": "not_received"}}, "step_skipped", "request-photos", 3 * DAY),
        ({"claim": {"reason": "not_received"}}, "appeal_drafted", "appeal", 4 * DAY),
        (PROVEN, "appeal_drafted", "appeal", 2 * HOUR),
        (PROVEN, "message_sent", "deescalate", DAY),
        (due_in(48 * HOUR), "message_sent", "deescalate", 4 * HOUR),
        # 16 h after 11:00 is 03:00 in Los Angeles: the window opens at 08:00.
        (due_in(48 * HOUR), "message_sent", "request-photos", 21 * HOUR),
        (due_in(48 * HOUR), "appeal_drafted", "appeal", 29 * HOUR),
        (NEVER_SHIPPED, "task_opened", "refund", timedelta(0)),
        (due_in(2 * HOUR), "task_opened", "hand-over", timedelta(0)),
    ],
)
def test_each_step_acts_at_its_instant_and_not_a_second_before(
    changes: dict[str, Any], kind: str, step: str, at: timedelta
) -> None:
    """Every step of every shipped playbook."""
    if at:
        assert Play(changes).to(at - SECOND).when(kind, step) == []
    assert Play(changes).to(at).when(kind, step) == [at]
    assert Play(changes).to(at + SECOND).when(kind, step) == [at]


def test_the_documented_claim_of_a_silent_buyer() -> None:
    """Two mails, the appeal, and nothing else."""
    play = Play().to(6 * DAY)
    assert play.sent() == {"deescalate": DAY, "request-photos": 3 * DAY}
    assert play.when("appeal_drafted") == [4 * DAY]
    assert play.open_tasks() == {"submit-appeal"}


# Sending hours --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arrives", "sent"),
    [
        ("2026-09-08T14:59:59Z", "2026-09-09T15:00:00+00:00"),  # 07:59:59 local
        ("2026-09-08T15:00:00Z", "2026-09-09T15:00:00+00:00"),  # 08:00
        ("2026-09-09T02:59:59Z", "2026-09-10T02:59:59+00:00"),  # 19:59:59
        ("2026-09-09T03:00:00Z", "2026-09-10T15:00:00+00:00"),  # 20:00
        ("2026-11-01T02:00:00Z", "2026-11-02T02:00:00+00:00"),  # 19:00 before, 18:00 after
        ("2026-10-31T14:30:00Z", "2026-11-01T16:00:00+00:00"),  # 07:30 before, 06:30 after
        ("2026-03-07T15:30:00Z", "2026-03-08T15:30:00+00:00"),  # 07:30 before, 08:30 after
        ("2026-03-08T03:30:00Z", "2026-03-09T15:00:00+00:00"),  # 19:30 before, 20:30 after
    ],
)
def test_a_message_waits_for_the_window_of_its_marketplace(arrives: str, sent: str) -> None:
    """Days are elapsed days; the window is local, on both sides of a change of the clock."""
    play = Play({"claim": {"notified_at": arrives, "filed_at": arrives}}).to(2 * DAY)
    assert [fact.at.isoformat() for fact in play.facts("message_sent")] == [sent]


def test_the_appeal_knows_no_sending_hours() -> None:
    """It goes to a person or a machine, not to a buyer."""
    night = {"claim": {"notified_at": "2026-09-09T08:00:00Z"}}  # 01:00 local
    play = Play(PROVEN, night).to(3 * HOUR)
    assert play.when("appeal_drafted") == [2 * HOUR]


def test_a_shift_never_passes_the_margin() -> None:
    """At limit less margin the mail goes, whatever the hour."""
    book = playbook({"id": "write", "at": "30h", "send": "deescalate"}, margin="4h")
    limit = {"claim": {"response_due": "2026-09-10T12:00:00Z"}}  # 08:00Z, 01:00 local, is the edge
    play = Play(limit, playbooks=[book, variant("hand-over")]).to(47 * HOUR)
    assert play.sent() == {"write": 30 * HOUR}  # 17:00 local
    night = playbook({"id": "write", "at": "34h", "send": "deescalate"}, margin="4h")
    play = Play(limit, playbooks=[night, variant("hand-over")]).to(47 * HOUR)
    assert play.sent() == {"write": 38 * HOUR}


def test_one_who_wakes_up_at_night_waits_for_the_morning() -> None:
    """An outage over the instant is no leave to write at two in the morning."""
    play = Play().to(HOUR).oversleep(DAY + 15 * HOUR)  # 02:00 local
    assert play.sent() == {}
    assert play.next_at == DAY + 21 * HOUR
    assert play.to(2 * DAY).sent() == {"deescalate": DAY + 21 * HOUR}


def test_a_few_minutes_late_are_no_new_shift() -> None:
    """A message due at 19:59 may leave at 20:05."""
    late = {"claim": {"notified_at": "2026-09-09T02:59:00Z"}}
    play = Play(late).to(HOUR).oversleep(DAY + 6 * MINUTE)
    assert play.sent() == {"deescalate": DAY + 6 * MINUTE}
    play = Play(late).to(HOUR).oversleep(DAY + 16 * MINUTE)
    assert play.sent() == {}


# Skips ----------------------------------------------------------------------------------------


def test_a_skipped_step_counts_as_done_at_its_scheduled_instant() -> None:
    """The photos came on day two; the appeal follows at the request's own instant."""
    play = Play().to(2 * DAY).reply(photos=2).to(5 * DAY)
    [skipped] = play.facts("step_skipped")
    assert (skipped.step, skipped.data["why"]) == ("request-photos", "photos_on_file")
    assert play.when("step_skipped") == [3 * DAY]
    assert play.when("appeal_drafted") == [3 * DAY]


def test_a_skip_at_night_needs_no_window() -> None:
    """Nothing is sent, so nothing waits for the morning."""
    night = {"claim": {"notified_at": "2026-09-09T08:00:00Z", "reason": "not_received"}}
    play = Play(night).to(4 * DAY)
    assert play.when("step_skipped") == [3 * DAY]
    assert play.when("appeal_drafted") == [4 * DAY]


def small(*steps: dict[str, Any], **more: Any) -> list[Playbook]:
    """A small playbook with the shipped hand-over behind it."""
    return [playbook(*steps, **more), variant("hand-over")]


APPEAL: dict[str, Any] = {"id": "appeal", "at": "2d", "submit": "appeal"}


@pytest.mark.parametrize(
    ("rule", "skipped"),
    [
        ({"skip_if": ["delivered"]}, "delivered"),
        ({"skip_if": ["photos_on_file", "delivered"]}, "delivered"),
        ({"skip_if": ["never_shipped"]}, None),
        ({"only_if": ["delivered"]}, None),
        ({"only_if": ["delivered", "refunded"]}, "not refunded"),
        ({"only_if": ["reason_not_received"]}, "not reason_not_received"),
        ({"skip_if": ["signature_on_file"]}, None),
        ({"only_if": ["buy_shipping"]}, "not buy_shipping"),
    ],
)
def test_conditions_skip_a_step(rule: dict[str, Any], skipped: str | None) -> None:
    """`skip_if` when any holds, `only_if` when any does not."""
    step = {"id": "write", "at": "1d", "send": "deescalate", **rule}
    play = Play(playbooks=small(step, APPEAL)).to(DAY)
    assert [fact.data["why"] for fact in play.facts("step_skipped")] == (
        [skipped] if skipped else []
    )
    assert ("write" in play.sent()) is (skipped is None)


def test_a_person_skips_a_step() -> None:
    """At once, with who and why; it counts as done at its scheduled instant, so nothing hurries."""
    play = Play().to(2 * DAY).skip("request-photos").to(6 * DAY)
    assert play.sent() == {"deescalate": DAY}
    [override] = play.facts("overridden")
    assert override.data["why"] == "no use"
    assert play.when("step_skipped") == [2 * DAY]
    assert play.when("appeal_drafted") == [4 * DAY]


@pytest.mark.parametrize("after", [2 * DAY, 5 * DAY], ids=["to come", "with a person"])
def test_who_leaves_out_the_answer_has_the_claim_in_hand(after: timedelta) -> None:
    """The clock runs on: somebody is told, by a task that only a receipt ends."""
    play = Play().to(after).skip("appeal")
    [task] = [each for each in play.state.tasks if each.open]
    assert (task.kind, task.step, task.clock) == ("handle-claim", "appeal", "response")
    assert "left out" in task.text
    clock = play.done("handle-claim", "R-7").state.clock("response")
    assert clock
    assert clock.stopped_at == play.now


def test_leaving_out_what_answers_nothing_asks_nobody() -> None:
    """The appeal comes all the same."""
    assert not Play().to(DAY).skip("request-photos").open_tasks()


def test_a_claim_of_an_older_edition_asks_nobody() -> None:
    """Its history knows of no such task."""
    assert not Play(edition=4).to(2 * DAY).skip("appeal").open_tasks()


# Waits that end early -------------------------------------------------------------------------


def test_the_appeal_goes_as_soon_as_the_answer_is_in() -> None:
    """A reply after the request ends the wait at that instant."""
    play = Play().to(3 * DAY + 5 * HOUR).reply("other").to(5 * DAY)
    assert play.when("appeal_drafted") == [3 * DAY + 5 * HOUR]


@pytest.mark.parametrize("intent", ["question", "says_withdrawn", "asks_how_to_withdraw"])
def test_a_reply_without_an_answer_in_it_ends_no_wait(intent: Any) -> None:
    """A question is no answer."""
    play = Play().to(3 * DAY + 5 * HOUR).reply(intent).to(3 * DAY + 6 * HOUR)
    assert play.when("appeal_drafted") == []


def test_an_answer_before_the_request_ends_no_wait() -> None:
    """Words that came before the question answer something else; the request still goes."""
    play = Play().to(2 * DAY).reply("other").to(5 * DAY)
    assert play.sent() == {"deescalate": DAY, "request-photos": 3 * DAY}
    assert play.when("appeal_drafted") == [4 * DAY]


def test_the_sellers_own_picture_is_no_answer_of_the_buyer() -> None:
    """A packing photo that a person adds neither skips the request nor ends the wait."""
    file = ev.Attachment(name="packing.jpg", type="image/jpeg", size=10)
    play = Play().to(2 * DAY)
    play.take(ev.EvidenceAdded(at=play.now, by="approver-1", file=file))
    play.to(5 * DAY)
    assert play.sent() == {"deescalate": DAY, "request-photos": 3 * DAY}
    assert play.when("appeal_drafted") == [4 * DAY]


def test_a_reply_at_the_instant_of_a_timer_comes_after_it() -> None:
    """Timers first: the request has gone when the photos arrive, and they end the wait."""
    play = Play().to(3 * DAY).reply(photos=1)
    assert "request-photos" in play.sent()
    assert play.when("appeal_drafted") == [3 * DAY]


@pytest.mark.parametrize(("at", "skipped"), [(3 * DAY - SECOND, True), (3 * DAY + SECOND, False)])
def test_photos_one_second_before_and_after_the_request(at: timedelta, skipped: bool) -> None:
    """Before it they make it pointless, after it they answer it."""
    play = Play().to(at).reply(photos=1).to(5 * DAY)
    assert ("request-photos" not in play.sent()) is skipped
    assert play.when("appeal_drafted") == [max(at, 3 * DAY)]


def test_a_wait_may_be_nothing() -> None:
    """The FAQ appeals right after the second mail: `wait: 0h`."""
    books = [variant("documented", {"appeal": {"wait": "0h"}}), variant("hand-over")]
    assert Play(playbooks=books).to(3 * DAY).when("appeal_drafted") == [3 * DAY]


def test_a_wait_that_ends_early_makes_no_step_late() -> None:
    """The photos came two days after the mail: what they release is not two days overdue."""
    steps: list[dict[str, Any]] = [
        {"id": "write", "at": "1d", "send": "deescalate"},
        {
            "id": "thank",
            "after": "write",
            "wait": "4d",
            "or_when": "photos_on_file",
            "send": "thank_for_photos",
            "if_late": "skip",
        },
        {"id": "appeal", "at": "6d", "submit": "appeal"},
    ]
    play = Play(playbooks=small(*steps)).to(3 * DAY).reply(photos=1)
    assert play.sent() == {"write": DAY, "thank": 3 * DAY}
    late = Play(playbooks=small(*steps)).to(3 * DAY).oversleep(5 * DAY + 7 * HOUR)
    assert late.sent() == {"write": DAY}
    assert late.facts("step_skipped")[0].data["why"] == "late"


def test_a_question_to_a_person_overtakes_no_message() -> None:
    """Nor does a step that is written below but comes before."""
    steps: list[dict[str, Any]] = [
        {"id": "write", "at": "2d", "send": "deescalate"},
        {"id": "look", "at": "1d", "ask": "review-photos"},
        {"id": "first", "at": "1d", "send": "request_photos"},
        {"id": "appeal", "at": "4d", "submit": "appeal"},
    ]
    play = Play(playbooks=small(*steps)).to(DAY).done("review-photos").to(3 * DAY)
    assert play.sent() == {"first": DAY, "write": 2 * DAY}


# Holds ----------------------------------------------------------------------------------------


def test_a_hold_moves_the_steps_back() -> None:
    """The buyer says that the claim is withdrawn: 48 hours for the notice to come."""
    play = Play().to(2 * DAY).reply("says_withdrawn")
    assert play.state.held_until == ARRIVED + 4 * DAY
    [held] = play.facts("step_held")
    assert held.data["until"] == "2026-09-12T18:00:00Z"
    play.to(6 * DAY)
    assert play.sent()["request-photos"] == 4 * DAY
    assert play.when("appeal_drafted") == [5 * DAY]
    assert "confirm-withdrawal" in {task.kind for task in play.state.tasks}


def test_a_hold_never_endangers_the_appeal() -> None:
    """However often it is renewed: at its latest safe start the appeal is written."""
    play = Play()
    for day in range(1, 6):
        play.to(day * DAY).reply("says_withdrawn")
    assert latest_start(play.state) == ARRIVED + SEVEN_DAYS_LATEST
    play.to(SEVEN_DAYS_LATEST - SECOND)
    assert play.when("appeal_drafted") == []
    play.to(SEVEN_DAYS_LATEST)
    assert play.when("appeal_drafted") == [SEVEN_DAYS_LATEST]
    assert play.sent() == {"deescalate": DAY}


def test_a_shorter_hold_does_not_end_a_longer_one() -> None:
    """Two holds at once: the later end counts."""
    reactions = {
        **variant("documented").model_dump(mode="json", exclude_defaults=True)["on_reply"],
        "hostile": [{"hold": "1h"}],
    }
    books = [variant("documented", on_reply=reactions), variant("hand-over")]
    play = Play(playbooks=books).to(2 * DAY).reply("says_withdrawn").to(2 * DAY + HOUR)
    assert play.reply("hostile").state.held_until == ARRIVED + 4 * DAY


def test_what_is_overtaken_by_the_appeal_is_not_sent() -> None:
    """The appeal began at its latest start; the photo request, still held, is left out."""
    play = Play()
    for day in (2, 3, 4, 5):
        play.to(day * DAY).reply("says_withdrawn")
    play.to(7 * DAY - HOUR)
    [skipped] = play.facts("step_skipped")
    assert skipped.step == "request-photos"
    assert skipped.data["why"] == "overtaken by a later step"
