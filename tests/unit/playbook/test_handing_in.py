"""The appeal's channels: by a person with a receipt, by e-mail, by webhook; each outcome."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.agenda import agenda
from atoz.playbook.apply import apply
from atoz.playbook.state import CaseState
from tests.support.cases import (
    ARRIVED,
    DAY,
    HOUR,
    MINUTE,
    Play,
    World,
)


def attempts(play: Play) -> list[tuple[int, timedelta]]:
    """The attempts to hand in that the world saw."""
    return [
        (do.attempt, at - play.arrived) for at, do in play.world.done if isinstance(do, acts.Submit)
    ]


# By a person --------------------------------------------------------------------------------------


def test_only_the_receipt_stops_the_clock() -> None:
    """Handed to the operator is not in: the clock runs and warns."""
    play = Play().to(6 * DAY)
    task = play.task("submit-appeal")
    assert (task.opened_at, task.due, task.clock) == (
        ARRIVED + 4 * DAY,
        ARRIVED + 7 * DAY,
        "response",
    )
    assert play.clock().running
    assert play.state.run("appeal").state == "handed_in"
    play.done("submit-appeal", "R-4711")
    clock = play.clock()
    assert clock.stopped_at == ARRIVED + 6 * DAY
    assert clock.stopped_by == play.facts("task_done")[-1].id
    [fact] = play.facts("appeal_submitted")
    assert fact.data["receipt"] == "R-4711"
    assert fact.data["channel"] == "operator"
    assert fact.data["digest"] == play.facts("appeal_drafted")[-1].data["digest"]
    assert play.state.run("appeal").state == "done"


def test_without_a_receipt_it_is_not_done() -> None:
    """The task says what it wants."""
    play = Play().to(4 * DAY)
    for receipt in (None, ""):
        why = play.why_not(ev.TaskDone(at=play.now, task="submit-appeal", receipt=receipt))
        assert why is not None
        assert why.startswith("submit-appeal needs --receipt")


def test_unposted_it_is_missed_loudly() -> None:
    """Approved but unposted keeps escalating."""
    play = Play().to(7 * DAY)
    assert [hours for hours, _ in play.warnings()] == [48, 24, 6, 1]
    assert play.when("deadline_missed") == [7 * DAY]
    assert play.open_tasks() == {"submit-appeal", "missed-deadline"}


def test_a_receipt_after_the_deadline_is_still_taken() -> None:
    """Missed stays missed; the clock says when it was answered all the same."""
    play = Play().to(7 * DAY + HOUR).done("submit-appeal", "R-late")
    clock = play.clock()
    assert clock.missed
    assert clock.stopped_at == ARRIVED + 7 * DAY + HOUR
    assert play.when("appeal_submitted") == [7 * DAY + HOUR]


# By e-mail or webhook -----------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["email", "webhook"])
def test_a_machine_that_takes_it_stops_the_clock(channel: str) -> None:
    """At the attempt, with its receipt."""
    play = Play(world=World(channel=channel)).to(4 * DAY)  # type: ignore[arg-type] # one of the three
    assert play.when("appeal_submitted") == [4 * DAY]
    assert play.facts("appeal_submitted")[0].data["channel"] == channel
    assert play.clock().stopped_at == ARRIVED + 4 * DAY
    assert play.open_tasks() == set()


def test_refused_for_now_is_tried_again() -> None:
    """At the same instants as a message."""
    play = Play(channel="email", hand_ins=["refused_for_now"] * 2).to(5 * DAY)
    assert attempts(play) == [(1, 4 * DAY), (2, 4 * DAY + 5 * MINUTE), (3, 4 * DAY + 15 * MINUTE)]
    assert play.when("appeal_submitted") == [4 * DAY + 15 * MINUTE]


def test_refused_past_the_budget_goes_to_a_person() -> None:
    """With the deadline of the claim."""
    play = Play(channel="email", hand_ins=["refused_for_now"] * 9).to(5 * DAY)
    assert [at - 4 * DAY for _, at in attempts(play)] == [m * MINUTE for m in (0, 5, 15, 30, 60)]
    task = play.task("handle-claim")
    assert (task.opened_at, task.due) == (ARRIVED + 4 * DAY + HOUR, ARRIVED + 7 * DAY)
    assert play.clock().running
    play.done("handle-claim", "R-1")
    assert not play.clock().running
    assert play.state.run("appeal").state == "done"


def test_refused_for_good_goes_to_a_person_at_once() -> None:
    """One attempt."""
    play = Play(channel="webhook", hand_ins=["refused"]).to(5 * DAY)
    assert attempts(play) == [(1, 4 * DAY)]
    assert play.open_tasks() == {"handle-claim"}


def test_an_unknown_fate_is_settled_by_a_person() -> None:
    """Never a blind second appeal; the clock runs meanwhile."""
    play = Play(channel="email", hand_ins=["unknown"]).to(5 * DAY)
    assert attempts(play) == [(1, 4 * DAY)]
    assert play.open_tasks() == {"settle-send"}
    assert play.clock().running


def test_an_unknown_appeal_by_mail_can_be_looked_up() -> None:
    """Its Message-ID stands in the fact, as that of a message does; a webhook has none."""
    play = Play(channel="email").to(3 * DAY)
    tried = ev.AppealTried(
        at=play.now, step="appeal", attempt=1, revision=1, channel="email", outcome="unknown",
        message_id="<appeal@shop.example>",
    )  # fmt: skip
    play.take(tried)
    assert play.facts("message_unknown")[0].data["message_id"] == "<appeal@shop.example>"
    play = Play(channel="webhook").to(3 * DAY)
    play.take(tried.model_copy(update={"channel": "webhook", "message_id": None}))
    assert "message_id" not in play.facts("message_unknown")[0].data


def test_settled_as_sent_stops_the_clock() -> None:
    """By the channel that it went."""
    play = Play(channel="email", hand_ins=["unknown"]).to(5 * DAY).done("settle-send", "sent")
    assert play.clock().stopped_at == ARRIVED + 5 * DAY
    assert play.facts("appeal_submitted")[0].data["channel"] == "email"
    assert play.to(6 * DAY).open_tasks() == set()


def test_settled_as_not_sent_goes_again() -> None:
    """The same revision, a second attempt."""
    play = Play(channel="email", hand_ins=["unknown"]).to(5 * DAY).done("settle-send", "not-sent")
    assert attempts(play) == [(1, 4 * DAY), (2, 5 * DAY)]
    submits = [do for _, do in play.world.done if isinstance(do, acts.Submit)]
    assert {submit.revision for submit in submits} == {1}
    assert play.when("appeal_submitted") == [5 * DAY]


def test_a_reply_before_it_is_settled_is_in_the_second_attempt() -> None:
    """The text is composed anew, as another revision."""
    play = Play(channel="email", hand_ins=["unknown"]).to(5 * DAY)
    play.reply("other", text="I have it now.").done("settle-send", "not-sent")
    submits = [do for _, do in play.world.done if isinstance(do, acts.Submit)]
    assert [submit.revision for submit in submits] == [1, 2]
    assert play.state.appeal is not None
    assert "I have it now." in play.state.appeal.text


# Things that come in while an activity runs -------------------------------------------------------


def test_a_decision_while_the_packet_is_written_leaves_no_task() -> None:
    """There is nothing to post any more."""
    play = Play().to(4 * DAY)
    tried = ev.AppealTried(
        at=play.now, step="appeal", attempt=2, revision=1, channel="operator", outcome="handed_over"
    )
    play.decided("denied").take(tried)
    assert play.open_tasks() == {"metric-restoration"}


def test_a_reply_while_the_text_is_written_makes_it_stale() -> None:
    """The draft does not know of it: it is composed anew before it goes."""
    play = Play().to(4 * DAY - HOUR)
    under_way = play.world.perform(play.state, acts.Draft(step="appeal", revision=1), play.now)
    state = apply(play.state, reply_at(play, "Wait, I found it."))
    state = apply(state, under_way)
    assert state.appeal is not None
    assert "Wait, I found it." not in state.appeal.text
    assert next_of(state, play) == acts.Draft(step="appeal", revision=2)


def test_an_edit_while_the_text_is_written_is_not_lost() -> None:
    """The person's words win over the draft that was under way."""
    play = Play().to(4 * DAY)
    under_way = play.world.perform(play.state, acts.Draft(step="appeal", revision=2), play.now)
    edit = ev.Edited(at=play.now, by="approver-1", task="submit-appeal", text="My own words. " * 30)
    state = apply(apply(play.state, edit), under_way)
    wanted = acts.Draft(step="appeal", revision=2, text=edit.text, edited_by="approver-1")
    assert next_of(state, play) == wanted


def test_a_reply_while_an_edit_is_checked_has_it_checked_again() -> None:
    """It keeps its words."""
    play = Play().to(4 * DAY)
    edit = ev.Edited(at=play.now, by="approver-1", task="submit-appeal", text="My own words. " * 30)
    state = apply(play.state, edit)
    under_way = play.world.perform(state, next_of(state, play), play.now)
    state = apply(apply(state, reply_at(play, "Look.")), under_way)
    wanted = acts.Draft(step="appeal", revision=3, text=edit.text, edited_by="approver-1")
    assert next_of(state, play) == wanted


def next_of(state: CaseState, play: Play) -> acts.Do:
    """What is planned for the appeal next."""
    item = next(item for item in agenda(state, play.now) if item.step == "appeal")
    return item.make(play.now)


def reply_at(play: Play, text: str) -> ev.BuyerReplied:
    """A reply that arrives while the engine is busy."""
    return ev.BuyerReplied(
        at=play.now, message_id="<r@mail.example>", text=text, intents=("other",)
    )
