"""Without a mail server a message lies in the outbox: on the timeline, and in no sentence of an appeal."""

from __future__ import annotations

from datetime import datetime

import pytest

from atoz.appeal.lint import lint
from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.acts import Do
from atoz.playbook.simulate import timeline
from atoz.playbook.state import CaseState
from atoz.playbook.told import on_calendar, told
from tests.support.cases import DAY, HOUR, Play, World, library

WHY = "written to the outbox as 1.eml"


class NoMailServer(World):
    """A world in which messages are only written down."""

    def perform(self, state: CaseState, do: Do, now: datetime) -> ev.Event:
        """As ever; a message reaches nobody."""
        event = super().perform(state, do, now)
        update = {"reached_nobody": True, "detail": WHY} if isinstance(do, acts.Send) else {}
        return event.model_copy(update=update)


@pytest.fixture
def play() -> Play:
    """A claim whose two messages lie in the outbox, at its appeal."""
    return Play(world=NoMailServer()).to(4 * DAY + HOUR)


def test_the_timeline_says_that_it_reached_nobody(play: Play) -> None:
    """The step is over as it would be; its fact says that it was not delivered, and where it lies."""
    sent = play.facts("message_sent")
    assert [fact.data["template"] for fact in sent] == ["deescalate", "request_photos"]
    assert {(fact.data["delivered"], fact.data["detail"]) for fact in sent} == {(False, WHY)}
    shown = [fact for fact in timeline(sent) if fact["kind"] == "message_sent"]
    for fact in shown:
        assert "written to the outbox, REACHED NOBODY" in told(fact, on_calendar("UTC"))


def test_a_message_that_was_sent_says_nothing_new() -> None:
    """Facts of claims that began before look as ever."""
    for fact in Play().to(4 * DAY).facts("message_sent"):
        assert not {"delivered", "detail"} & set(fact.data)


def test_a_person_is_asked_to_write(play: Play) -> None:
    """The task names the message and what to do; the playbook goes on as it would."""
    task = play.task("message-refused")
    assert "reached nobody" in task.text
    assert task.refs
    assert play.task("submit-appeal").open


def test_the_appeal_is_silent_about_it(play: Play) -> None:
    """No sentence rests on it, none says that we wrote, none that nobody answered."""
    appeal = play.state.appeal
    assert appeal is not None
    sent = {fact.id for fact in play.facts("message_sent")}
    assert not sent & {fact for sentence in appeal.sentences for fact in sentence.facts}
    for words in ("we wrote", "we asked", "has reached us", "our message", "hours since"):
        assert words not in appeal.text
    assert not appeal.findings


@pytest.mark.parametrize(
    "words",
    [
        "On 2026-09-09 we wrote to the buyer and offered to settle the matter.",
        "In the 24 hours since our message, as of 2026-09-12 09:00, no reply has reached us.",
    ],
)
def test_a_person_may_not_say_it_either(play: Play, words: str) -> None:
    """An edited text that says that we wrote, or that nobody answered, is blocked."""
    appeal = play.state.appeal
    assert appeal is not None
    found = lint(f"{appeal.text}\n{words}", play.state, play.now, library().appeal_words)
    assert "block" in {finding.severity for finding in found}
