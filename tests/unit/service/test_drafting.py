"""What did not reach the buyer is at hand for whoever sends it himself: its text beside the task."""

from __future__ import annotations

from atoz.playbook import events as ev
from atoz.service.drafting import unsent
from tests.support.cases import DAY, HOUR, SECOND, Play


def text_at_hand(play: Play) -> str | None:
    """The text beside the one task about a message that did not arrive."""
    return unsent(play.state, play.task("message-refused").refs)


def test_a_mail_server_that_is_away_for_the_whole_budget_leaves_the_text_to_a_person() -> None:
    """At the last second of the hour the last try; its refusal alone holds the text, whole."""
    play = Play(sends=["refused_for_now"] * 5).to(DAY + HOUR - SECOND)
    assert play.open_tasks() == set()
    play.to(DAY + HOUR)
    found = text_at_hand(play)
    assert found is not None
    subject, text = found.split("\n\n", 1)
    assert play.state.file.claim.order_id in subject + text
    assert [bool(fact.data.get("text")) for fact in play.facts("message_refused")] == [
        *[False] * 4,
        True,
    ]


def test_a_mail_server_that_comes_back_within_the_budget_leaves_nothing_to_do() -> None:
    """Its last try succeeds."""
    play = Play(sends=["refused_for_now"] * 4).to(DAY + HOUR)
    assert play.sent() == {"deescalate": DAY + HOUR}
    assert play.open_tasks() == set()


def test_each_step_that_is_refused_has_its_own_text() -> None:
    """A day and more without a mail server: two tasks."""
    play = Play(sends=["refused_for_now"] * 99).to(4 * DAY)
    first, second = (task for task in play.state.tasks if task.kind == "message-refused")
    assert unsent(play.state, first.refs) != unsent(play.state, second.refs)


def test_what_bounced_is_what_was_sent() -> None:
    """Its text stands where it was sent."""
    play = Play().to(DAY + HOUR)
    (sent,) = play.facts("message_sent")
    bounce = ev.MessageBounced(at=play.now, message_id="<b@mail.example>", detail="no such user")
    play.take(bounce)
    assert text_at_hand(play) == f"{sent.data['subject']}\n\n{sent.data['text']}"


def test_what_is_not_known_any_more_is_no_text() -> None:
    """An old fact that left for the store, one that a check stopped before there was a text."""
    assert unsent(Play().state, ("f9999",)) is None
    assert unsent(Play().state, ()) is None
