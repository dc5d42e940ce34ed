"""What a buyer's reply does: reactions of every intent, early, in time, late, and twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atoz.claims.status import Status
from atoz.playbook import events as ev
from atoz.playbook.apply import apply
from atoz.playbook.model import INTENTS, Intent
from atoz.playbook.state import open_claim
from tests.support.cases import (
    ARRIVED,
    DAY,
    HOUR,
    PROVEN,
    SECOND,
    Play,
    claim_file,
    opening,
    playbook,
    variant,
)

TASKS_OF: dict[Intent, set[str]] = {
    "photos": {"review-photos"},
    "says_withdrawn": {"confirm-withdrawal"},
    "asks_how_to_withdraw": set(),
    "says_received": {"read-reply"},
    "wants_refund": {"consider-refund"},
    "stop_contact": set(),
    "question": {"answer-buyer"},
    "hostile": {"read-reply"},
    "other": {"read-reply"},
}


def test_every_intent_has_a_row() -> None:
    """The table below is whole."""
    assert set(TASKS_OF) == set(INTENTS)


@pytest.mark.parametrize("intent", INTENTS)
@pytest.mark.parametrize("at", [HOUR, 2 * DAY, 3 * DAY + HOUR])
def test_each_intent_opens_its_task(intent: Intent, at: timedelta) -> None:
    """Before the first mail, between the mails, and while the appeal waits."""
    play = Play().to(at).reply(intent)
    assert play.open_tasks() - {"submit-appeal"} == TASKS_OF[intent]
    [reply] = play.facts("reply_received")
    for task in TASKS_OF[intent]:
        assert play.task(task).refs == (reply.id,)


@pytest.mark.parametrize("intent", INTENTS)
def test_a_reply_ends_no_claim(intent: Intent) -> None:
    """Only a decision notice or a person does: the deadline goes on and the appeal still comes."""
    play = Play().to(2 * DAY).reply(intent).to(6 * DAY)
    assert not play.state.decided
    assert play.clock().running
    assert len(play.when("appeal_drafted")) >= 1


def test_a_reply_without_intents_is_read_by_a_person() -> None:
    """Nothing is lost because nothing was understood."""
    play = Play().to(HOUR).reply()
    assert play.facts("reply_received")[0].data["intents"] == ["other"]
    assert play.open_tasks() == {"read-reply"}


def test_several_intents_react_once_each() -> None:
    """Two intents that ask for the same ask for it once."""
    play = Play().to(HOUR).reply("says_received", "hostile", "wants_refund")
    assert play.open_tasks() == {"read-reply", "consider-refund"}
    assert len(play.facts("task_opened")) == 2


def test_a_second_reply_adds_to_the_open_task() -> None:
    """One question, asked once; both replies are named. Done, the next reply opens another."""
    play = Play().to(HOUR).reply("hostile").reply("other")
    assert len(play.facts("task_opened")) == 1
    assert len(play.task("read-reply").refs) == 2
    play.done("read-reply").reply("other")
    assert play.open_tasks() == {"read-reply-2"}


def test_the_same_mail_twice_is_one_reply() -> None:
    """It leaves a trace and does nothing."""
    play = Play().to(HOUR)
    before = play.reply("question", message_id="<one@mail.example>").state
    play.to(2 * HOUR).reply("question", message_id="<one@mail.example>")
    assert len(play.facts("reply_received")) == 1
    [ignored] = play.facts("duplicate_ignored")
    assert ignored.data["of"] == play.facts("reply_received")[0].id
    assert play.state.tasks == before.tasks
    assert play.state.clocks == before.clocks


def test_a_duplicate_notice_makes_no_second_claim_and_restarts_no_clock() -> None:
    """However often it comes."""
    play = Play().to(DAY)
    due, count = play.clock().due, len(play.state.facts)
    for _ in range(3):
        play.take(ev.DuplicateNoticed(at=play.now, message_id="<notice@mail.example>"))
    assert play.clock().due == due
    assert len(play.facts("claim_received")) == 1
    assert [fact.kind for fact in play.state.facts[count:]] == ["duplicate_ignored"] * 3


def test_input_that_was_not_understood_is_kept_for_a_person() -> None:
    """With its name, the reason and its beginning."""
    play = Play().to(HOUR)
    play.take(ev.InputRefused(at=play.now, name="x", reason="unknown message", excerpt="abc"))
    assert play.facts("input_refused")[0].data["excerpt"] == "abc"
    assert play.open_tasks() == {"read-reply"}


def test_photos_become_evidence() -> None:
    """Each file is a fact with its reference, named in the reply by number."""
    play = Play().to(HOUR).reply(photos=2)
    assert play.facts("reply_received")[0].data["attachments"] == 2
    assert [fact.data["name"] for fact in play.facts("evidence_added")] == ["0.jpg", "1.jpg"]
    assert play.state.photos == 2


def test_a_long_text_is_cut_with_a_mark() -> None:
    """The whole text lies in the store."""
    play = Play().to(HOUR).reply(text="x" * 2_001).reply(text="y" * 2_000)
    first, second = play.facts("reply_received")
    assert first.data["text"] == "x" * 2_000 + " […]"
    assert second.data["text"] == "y" * 2_000


# The buyer asks how a claim is withdrawn --------------------------------------------------------


def test_the_buyers_own_question_is_answered_at_once() -> None:
    """At two in the morning, too, and before the first mail."""
    at = 15 * HOUR
    play = Play().to(at).reply("asks_how_to_withdraw")
    assert play.sent() == {"withdraw-help": at}
    assert play.facts("message_sent")[0].data["template"] == "withdraw_help"
    assert play.to(DAY).sent() == {"withdraw-help": at, "deescalate": DAY}


def test_the_help_is_sent_once_and_then_a_person_answers() -> None:
    """With a day to do it."""
    play = Play().to(HOUR).reply("asks_how_to_withdraw").to(2 * HOUR).reply("asks_how_to_withdraw")
    assert len(play.facts("message_sent")) == 1
    assert play.task("answer-buyer").due == ARRIVED + 26 * HOUR


def test_the_help_is_not_sent_a_second_time_when_its_fate_is_unknown() -> None:
    """Nobody knows, so a person looks."""
    play = Play(sends=["unknown"]).to(HOUR).reply("asks_how_to_withdraw").to(DAY - SECOND)
    assert play.sent() == {}
    assert play.open_tasks() == {"settle-send"}
    play.done("settle-send", "not-sent")
    assert play.sent() == {"withdraw-help": DAY - SECOND}


@pytest.mark.parametrize("how", ["stopped", "paused", "refunded", "handed over"])
def test_a_question_that_no_mail_may_answer_goes_to_a_person(how: str) -> None:
    """A buyer who asks is never left without an answer in silence."""
    if how == "handed over":
        books = [
            variant(
                "delivered-proof", {"appeal": {"approval": "always", "if_unapproved": "hand_over"}}
            ),
            variant("hand-over"),
        ]
        play = Play(PROVEN, playbooks=books).to(7 * DAY - 9 * HOUR)
        assert play.state.handed_over
    else:
        play = Play().to(HOUR)
    if how == "stopped":
        play.reply("stop_contact")
    elif how == "paused":
        play.pause()
    elif how == "refunded":
        play.refund("58.00")
    sent = play.sent()
    play.reply("asks_how_to_withdraw")
    assert "answer-buyer" in play.open_tasks()
    assert play.sent() == sent


def test_an_incomplete_claim_still_answers_the_buyers_question() -> None:
    """What is missing of the claim is not needed for it."""
    play = Play({"claim": {"reason": None}}).to(HOUR).reply("asks_how_to_withdraw")
    assert play.sent() == {"withdraw-help": HOUR}


def test_a_reply_never_sends_what_a_step_sends() -> None:
    """The same message from a reaction and from a step goes once."""
    reactions = {
        **variant("documented").model_dump(mode="json", exclude_defaults=True)["on_reply"],
        "hostile": [{"send": "request_photos"}],
    }
    books = [variant("documented", on_reply=reactions), variant("hand-over")]
    play = Play(playbooks=books).to(2 * DAY).reply("hostile").to(5 * DAY)
    assert play.sent() == {"deescalate": DAY, "request-photos": 2 * DAY}


# The buyer wants no more mail -------------------------------------------------------------------


def test_after_an_opt_out_nothing_is_sent() -> None:
    """The steps are skipped at their instants; the appeal, which is no mail to him, still comes."""
    play = Play().to(2 * DAY).reply("stop_contact").to(6 * DAY)
    assert play.sent() == {"deescalate": DAY}
    assert play.facts("step_skipped")[0].data["why"] == "messages_stopped"
    assert play.when("step_skipped") == [3 * DAY]
    assert play.when("appeal_drafted") == [4 * DAY]


def test_an_opt_out_stops_a_retry() -> None:
    """The message that was refused for now is not tried again."""
    play = Play(sends=["refused_for_now"]).to(DAY).reply("stop_contact").to(2 * DAY)
    assert play.sent() == {}
    assert play.facts("step_skipped")[0].data["why"] == "messages_stopped"


def test_an_opt_out_stops_an_answer_that_waits() -> None:
    """Even the one that he had asked for."""
    play = Play(sends=["refused_for_now"]).to(HOUR).reply("asks_how_to_withdraw")
    play.reply("stop_contact").to(DAY)
    assert play.sent() == {}


def test_an_opt_out_notice_means_that_the_message_did_not_arrive() -> None:
    """No further mail, and the appeal says nothing of the one that met the opt-out."""
    play = Play().to(DAY)
    bounce = ev.MessageBounced(
        at=play.now, message_id="<out@mail.example>", original=None, opted_out=True
    )
    play.take(bounce).to(6 * DAY)
    assert play.sent() == {"deescalate": DAY}
    [refused] = play.facts("message_refused")
    assert refused.data["of"] == play.facts("message_sent")[0].id
    assert play.state.appeal is not None
    assert "wrote to the buyer" not in play.state.appeal.text
    assert "no reply" not in play.state.appeal.text


# The buyer's clock ------------------------------------------------------------------------------


def test_a_question_starts_the_buyers_clock() -> None:
    """24 hours, weekends included; done stops it."""
    play = Play().to(HOUR).reply("question")
    clock, task = play.clock("buyer_reply"), play.task("answer-buyer")
    assert clock.due == task.due == ARRIVED + 25 * HOUR
    assert task.clock == "buyer_reply"
    play.to(3 * HOUR).done("answer-buyer")
    assert play.clock("buyer_reply").stopped_at == ARRIVED + 3 * HOUR
    assert play.clock().running


def test_the_oldest_unanswered_message_counts() -> None:
    """A second question neither restarts the clock nor opens a second one."""
    play = Play().to(HOUR).reply("question").to(20 * HOUR).reply("question")
    assert play.clock("buyer_reply").due == ARRIVED + 25 * HOUR
    assert [clock.name for clock in play.state.clocks] == ["response", "buyer_reply"]
    play.done("answer-buyer").to(30 * HOUR).reply("question")
    assert play.clock("buyer_reply-2").due == ARRIVED + 54 * HOUR


def test_an_unanswered_question_is_missed_loudly() -> None:
    """Warned at six hours and one, missed at 24, and a later question has a clock of its own."""
    play = Play().to(HOUR).reply("question").to(25 * HOUR)
    assert play.warnings("buyer_reply") == [(6, 19 * HOUR), (1, 24 * HOUR)]
    assert play.when("deadline_missed") == [25 * HOUR]
    assert play.open_tasks() == {"answer-buyer", "missed-deadline"}
    play.to(26 * HOUR).reply("question")
    assert play.task("answer-buyer").clock == "buyer_reply"
    assert play.clock("buyer_reply-2").running
    assert "answer-buyer-2" in play.open_tasks()


# Warnings before a refund -----------------------------------------------------------------------


def test_who_considers_a_refund_is_warned() -> None:
    """It counts; and with proof of delivery it gives away that the marketplace may pay."""
    plain = Play().to(HOUR).reply("wants_refund").task("consider-refund")
    assert plain.warning is not None
    assert "counts against the order defect rate" in plain.warning
    assert "Claims Protected" not in plain.warning
    proven = Play(PROVEN).to(HOUR).reply("wants_refund").task("consider-refund")
    assert proven.warning is not None
    assert "Claims Protected" in proven.warning


# Before the claim was opened --------------------------------------------------------------------


def test_what_arrives_before_the_claim_is_open_is_kept() -> None:
    """And applied in order right after it."""
    state = open_claim("claim-x", claim_file(), ARRIVED)
    reply = ev.BuyerReplied(at=ARRIVED, message_id="<a>", text="Why?", intents=("question",))
    for event in (
        reply,
        reply,
        ev.MarketplaceDecided(at=ARRIVED, message_id="<b>", status=Status.DENIED),
    ):
        state = apply(state, event)
    assert state.facts == ()
    assert len(state.early) == 3
    state = apply(state, opening(state))
    kinds = [fact.kind for fact in state.facts if fact.on_timeline]
    assert kinds == [
        "claim_received",
        "playbook_chosen",
        "reply_received",
        "task_opened",
        "duplicate_ignored",
        "decision_received",
        "task_opened",
    ]
    assert state.early == ()


def test_a_claim_opens_once() -> None:
    """A second answer of the order book changes nothing."""
    play = Play().to(HOUR)
    opened = opening(open_claim("claim-x", play.file, ARRIVED))
    assert apply(play.state, opened) is play.state


def test_a_small_playbook_reacts_as_it_says() -> None:
    """`record` keeps the reply and does nothing else."""
    reactions = {
        **variant("documented").model_dump(mode="json", exclude_defaults=True)["on_reply"],
        "hostile": [{"record": True}],
    }
    book = playbook({"id": "appeal", "at": "1d", "submit": "appeal"}, on_reply=reactions)
    play = Play(playbooks=[book, variant("hand-over")]).to(HOUR).reply("hostile")
    assert play.open_tasks() == set()
    assert len(play.facts("reply_received")) == 1
