"""How a claim stands, in one word and in one document; whose attention it wants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from atoz.playbook import events as ev
from atoz.playbook.edition import PAUSE_SHOWN
from atoz.playbook.standing import standing
from atoz.playbook.state import open_claim
from atoz.playbook.view import attention, condition, details_markdown, first_clock, status_view
from tests.support.cases import ARRIVED, BLOCKED, DAY, HOUR, SECOND, Play, claim_file


def test_the_document_of_a_claim_on_its_way() -> None:
    """The last step, the next one and its instant, the clocks."""
    play = Play().to(DAY + HOUR)
    view = status_view(play.state, play.now)
    assert view == {
        "workflow_id": "claim-111-0000199-0000199",
        "order_id": "111-0000199-0000199",
        "marketplace": "US",
        "received_at": "2026-09-08T18:00:00Z",
        "playbook": "documented",
        "playbook_digest": play.state.playbook_digest,
        "status": "under_review",
        "step": "deescalate",
        "state": "waiting",
        "next_step": "request-photos",
        "next_at": "2026-09-11T18:00:00Z",
        "acted": "deescalate",
        "acts_next": "request-photos",
        "acts_at": "2026-09-11T18:00:00Z",
        "clocks": [
            {
                "name": "response",
                "due": "2026-09-15T18:00:00Z",
                "source": play.clock().source,
                "stopped_at": None,
                "stopped_by": None,
                "missed": False,
            }
        ],
        "tasks": [],
        "held": None,
        "paused": False,
        "appeal": None,
    }


@pytest.mark.parametrize(
    ("play", "word"),
    [
        (lambda: Play().to(HOUR), "waiting"),
        (lambda: Play().to(HOUR).reply("hostile"), "needs_operator"),
        (lambda: Play().to(HOUR).reply("says_withdrawn"), "held"),
        (lambda: Play().to(HOUR).reply("says_withdrawn").pause(), "paused"),
        (lambda: Play().to(HOUR).decided("granted_seller_funded"), "decided"),
        (lambda: Play().to(HOUR).decided("denied"), "closed"),
        (lambda: Play().to(HOUR).decided("denied").to(40 * DAY), "archived"),
    ],
)
def test_one_word(play: Callable[[], Play], word: str) -> None:
    """The most telling one."""
    shown = play()
    assert condition(shown.state, shown.now) == word
    assert word in details_markdown(shown.state, shown.now)


def test_a_claim_that_is_not_open_yet() -> None:
    """It can be looked at all the same."""
    state = open_claim("claim-x", claim_file(), ARRIVED)
    view = status_view(state, ARRIVED)
    assert (view["state"], view["playbook"], view["next_step"]) == ("opening", None, None)
    assert attention(state, ARRIVED) == "none"


@pytest.mark.parametrize(
    ("play", "level"),
    [
        (lambda: Play().to(HOUR), "none"),
        (lambda: Play().to(HOUR).reply("hostile"), "task"),
        (lambda: Play().to(HOUR).reply("question"), "urgent"),
        (lambda: Play().to(6 * DAY - HOUR), "task"),
        (lambda: Play().to(6 * DAY), "urgent"),
        (lambda: Play().to(7 * DAY), "missed"),
        (lambda: Play().to(6 * DAY).done("submit-appeal", "R"), "none"),
    ],
)
def test_attention(play: Callable[[], Play], level: str) -> None:
    """A task, one that is due within a day, a deadline that was missed."""
    shown = play()
    assert attention(shown.state, shown.now) == level


@pytest.mark.parametrize(
    ("play", "level"),
    [
        (lambda: Play().to(HOUR).pause(), "paused"),
        (lambda: Play().to(HOUR).pause().resume(), "none"),
        (lambda: Play().to(HOUR).reply("hostile").pause(), "task"),
        (lambda: Play().to(HOUR).pause().to(6 * DAY - SECOND), "paused"),
        (lambda: Play().to(HOUR).pause().to(6 * DAY), "urgent"),
        (lambda: Play().to(HOUR).pause().to(7 * DAY), "missed"),
        (lambda: Play().to(6 * DAY).done("submit-appeal", "R").pause(), "paused"),
        (lambda: Play().to(HOUR).pause().decided("denied").done("metric-restoration"), "none"),
        (lambda: Play(edition=PAUSE_SHOWN - 1).to(HOUR).pause().to(6 * DAY), "none"),
    ],
)
def test_a_pause_stops_no_clock(play: Callable[[], Play], level: str) -> None:
    """A paused claim needs somebody from a day before a clock of its own ends, whatever else is open."""
    shown = play()
    assert attention(shown.state, shown.now) == level


NOT_RECEIVED = {"claim": {"reason": "not_received"}}


def test_a_step_that_is_skipped_neither_acted_nor_acts_next() -> None:
    """`step` and `next_step` name it as they always did."""
    play = Play(NOT_RECEIVED).to(DAY + HOUR)
    view = status_view(play.state, play.now)
    assert (view["next_step"], view["next_at"]) == ("request-photos", "2026-09-11T18:00:00Z")
    assert (view["acts_next"], view["acts_at"]) == ("appeal", "2026-09-12T18:00:00Z")
    play.to(3 * DAY)
    view = status_view(play.state, play.now)
    assert (view["step"], view["acted"]) == ("request-photos", "deescalate")
    assert (view["next_step"], view["acts_next"]) == ("appeal", "appeal")


def test_what_will_be_overtaken_does_not_act_next() -> None:
    """Two mails that were held up wait for the same morning: only the later one goes."""
    play = Play().to(22 * HOUR).pause().to(83 * HOUR).resume()
    assert play.state.run("deescalate").state == "waiting"
    view = status_view(play.state, play.now)
    assert (view["next_step"], view["acts_next"]) == ("deescalate", "request-photos")
    assert view["acts_at"] == view["next_at"]
    stands = {each.id: each.stands for each in standing(play.state, play.now)}
    assert stands == {"deescalate": "drop", "request-photos": "next", "appeal": "later"}


def test_before_anything_acted_a_skipped_step_is_no_step_that_acted() -> None:
    """A person left out the first one."""
    play = Play().to(HOUR).skip("deescalate")
    view = status_view(play.state, play.now)
    assert (view["step"], view["acted"], view["acts_next"]) == (
        "deescalate",
        None,
        "request-photos",
    )


def test_the_answer_to_a_reply_is_a_step_that_acted() -> None:
    """It belongs to no step of the playbook."""
    play = Play(NOT_RECEIVED).to(DAY + HOUR).reply("asks_how_to_withdraw").to(3 * DAY)
    view = status_view(play.state, play.now)
    assert (view["step"], view["acted"]) == ("request-photos", "withdraw-help")


def test_a_paused_claim_foresees_nothing() -> None:
    """Until it is resumed no step acts."""
    view = status_view(Play().to(HOUR).pause().state, ARRIVED + HOUR)
    assert (view["next_step"], view["acts_next"], view["acts_at"]) == (None, None, None)


@pytest.mark.parametrize(
    ("play", "clock"),
    [
        (lambda: Play().to(HOUR), "response"),
        (lambda: Play().to(HOUR).reply("question"), "buyer_reply"),
        (lambda: Play().to(HOUR).reply("question").done("answer-buyer"), "response"),
        (lambda: Play().to(6 * DAY).done("submit-appeal", "R"), None),
        (lambda: Play().to(6 * DAY).done("submit-appeal", "R").reply("question"), "buyer_reply"),
        (lambda: Play().to(HOUR).decided("granted_seller_funded"), "post_decision_appeal"),
        (lambda: Play().to(HOUR).decided("denied"), None),
        # Missed: it is shown until a person has looked, then the next one is.
        (lambda: Play().to(7 * DAY), "response"),
        (lambda: Play().to(7 * DAY).done("missed-deadline"), None),
        (lambda: Play().to(HOUR).reply("question").to(25 * HOUR), "buyer_reply"),
    ],
)
def test_the_clock_that_ends_first(play: Callable[[], Play], clock: str | None) -> None:
    """Whichever it is: the answer's, the buyer's, the one after the decision."""
    found = first_clock(play().state)
    assert (found.id if found else None) == clock


def test_an_information_request_may_end_first() -> None:
    """Its clock is shown in place of the answer's, and the answer's again once it is answered."""
    play = Play().to(HOUR)
    asked = ev.InformationRequested(at=play.now, message_id="<i@x>", due=play.now + DAY)
    play.take(asked)
    assert first_clock(play.state) == play.clock("information_request")
    play.done("answer-information", "R")
    assert first_clock(play.state) == play.clock()


def test_a_hold_says_until_when_and_why() -> None:
    """And is gone when it is over."""
    play = Play().to(HOUR).reply("says_withdrawn")
    reply = play.facts("reply_received")[0].id
    held = status_view(play.state, play.now)["held"]
    assert held == {"until": "2026-09-10T19:00:00Z", "because": reply}
    assert status_view(play.to(49 * HOUR).state, play.now)["held"] is None


# Tasks about the text ---------------------------------------------------------------------------

BOUND = ("text", "language", "findings", "digest", "revision", "edited_by", "attachments")


def shown(play: Play, kind: str) -> dict[str, Any]:
    """An open task as `status` and `tasks` show it."""
    tasks = status_view(play.state, play.now)["tasks"]
    return next(task for task in tasks if task["kind"] == kind)


def test_a_task_about_the_text_carries_what_its_digest_binds() -> None:
    """The text, its language, files and findings; what is asked stands beside it."""
    play = Play(findings=BLOCKED).to(3 * DAY).reply(photos=1).to(4 * DAY)
    appeal, task = play.state.appeal, shown(play, "approve-appeal")
    assert appeal is not None
    assert (task["text"], task["digest"]) == (appeal.text, appeal.digest)
    assert (task["revision"], task["edited_by"], task["language"]) == (1, None, "en")
    assert task["asks"].startswith("Read the text and its findings.")
    assert task["findings"][0] == {
        "rule": "spelling",
        "severity": "warn",
        "sentence": None,
        "message": "look at it",
    }
    file = {"name": "0.jpg", "type": "image/jpeg", "size": 100, "sha256": f"{0:064x}"}
    assert task["attachments"] == [file]
    play.approve()
    assert {key: shown(play, "submit-appeal")[key] for key in BOUND} == {
        key: task[key] for key in BOUND
    }


def test_a_rejected_text_stands_beside_the_task_to_write_it_anew() -> None:
    """Who edits it starts from it; his own name shows afterwards."""
    play = Play(findings=BLOCKED).to(4 * DAY).reject()
    assert shown(play, "rewrite-appeal")["text"]
    play.edit("rewrite-appeal", "My own words. " * 30)
    task = shown(play, "approve-appeal")
    assert (task["text"], task["edited_by"]) == ("My own words. " * 30, "approver-1")


def test_a_file_that_came_too_late_is_no_attachment_of_the_packet() -> None:
    """The digest does not bind it."""
    play = Play().to(7 * DAY - HOUR)
    file = ev.Attachment(name="late.pdf", type="application/pdf", size=9, sha256="a" * 64)
    play.take(ev.EvidenceAdded(at=play.now, by="approver-1", file=file))
    assert shown(play, "submit-appeal")["attachments"] == []


def test_other_tasks_say_what_they_ask() -> None:
    """And carry no text of ours."""
    task = shown(Play().to(HOUR).reply("hostile"), "read-reply")
    assert task["asks"] == task["text"]
    assert "attachments" not in task
