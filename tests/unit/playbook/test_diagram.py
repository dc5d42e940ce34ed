"""A playbook is drawn as the engine follows it: what is shown was seen to happen."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from atoz.playbook.diagram import mermaid, notes, when
from atoz.playbook.diagram_svg import svg
from atoz.playbook.model import Playbook
from atoz.playbook.transitions import Drawn, transitions
from tests.support.cases import DAY, HOUR, REACTIONS, Play, library, playbook, variant

NAMES = [book.name for book in library().playbooks]


def drawn(book: Playbook, step: str) -> Drawn:
    """What was seen of one step."""
    return next(each for each in transitions(book).steps if each.id == step)


def test_steps_stand_at_the_instants_at_which_they_act() -> None:
    """In silence: as the documented playbook says."""
    seen = {step.id: step.at for step in transitions(library().playbook("documented")).steps}
    assert seen == {"deescalate": DAY, "request-photos": 3 * DAY, "appeal": 4 * DAY}


def test_a_condition_is_drawn_because_it_was_seen_to_skip() -> None:
    """What a step names but never decides is not drawn: here it is skipped for every claim."""
    photos = drawn(library().playbook("documented"), "request-photos")
    assert photos.skipped_when == (("reason_not_received", True), ("photos_on_file", True))
    only = drawn(variant("documented", {"deescalate": {"only_if": ["delivered"]}}), "deescalate")
    assert only.skipped_when == (("delivered", False),)
    assert list(notes(only)) == ["skipped unless the shipment is delivered"]


def test_a_wait_that_an_answer_ends_is_drawn_so() -> None:
    """And one that nothing ends is not."""
    assert drawn(library().playbook("documented"), "appeal").sooner == "buyer_answered"
    waits = variant("documented", {"appeal": {"or_when": "delivered"}})
    assert drawn(waits, "appeal").sooner == "delivered"
    assert drawn(library().playbook("delivered-proof"), "appeal").sooner is None


@pytest.mark.parametrize(
    ("rules", "approval"),
    [
        ({"approval": "never"}, ()),
        ({}, ("when a check finds something", "the facts alone go")),
        (
            {"approval": "always", "if_unapproved": "hand_over"},
            ("always", "a person has the claim"),
        ),
        ({"if_unapproved": "hold"}, ("when a check finds something", "it waits")),
    ],
)
def test_what_follows_without_a_yes_was_seen(
    rules: dict[str, str], approval: tuple[str, ...]
) -> None:
    """The engine was let to wait for nobody."""
    assert drawn(variant("documented", {"appeal": rules}), "appeal").approval == approval


def test_replies_and_decisions_are_drawn_by_what_they_did() -> None:
    """Holds, answers, tasks, the end of messages."""
    seen = transitions(library().playbook("documented"))
    replies, decisions = dict(seen.replies), dict(seen.decisions)
    assert replies["says_withdrawn"] == ("hold 2d", "task confirm-withdrawal")
    assert replies["asks_how_to_withdraw"] == ("send withdraw_help",)
    assert replies["stop_contact"] == ("stop messages",)
    assert {status.value: tasks for status, tasks in decisions.items()}["denied"] == (
        "metric-restoration",
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_drawing_is_a_document_that_names_every_step(name: str) -> None:
    """Well formed, with a title and a description; nothing in it is fetched or run."""
    text = svg(library().playbook(name))
    root = ET.fromstring(text)  # noqa: S314 - our own drawing
    words = " ".join(root.itertext())
    for step in library().playbook(name).steps:
        assert step.id in words
        assert when(drawn(library().playbook(name), step.id)) in words
    assert "<script" not in text
    assert text.count("http") == 1, "the name of the format alone"


@pytest.mark.parametrize("name", NAMES)
def test_the_flowchart_names_every_step_and_reply(name: str) -> None:
    """One line each."""
    text = mermaid(library().playbook(name))
    assert text.startswith("flowchart TD\n")
    for step in library().playbook(name).steps:
        assert f"step_{step.id.replace('-', '_')}[" in text
    assert text.count('>"buyer: ') == len(REACTIONS)


def test_nothing_in_a_title_ends_the_text_around_it() -> None:
    """A playbook's author may write what they like."""
    book = variant("documented", title='<b>"x"</b> & y ' * 20)
    ET.fromstring(svg(book))  # noqa: S314 - our own drawing
    assert '"]' not in mermaid(book).splitlines()[1].removesuffix('"])')


def test_with_a_claim_each_step_shows_how_it_stands() -> None:
    """Done, held, to come: in words, not by colour alone."""
    play = Play().to(DAY + HOUR).reply("says_withdrawn").to(2 * DAY)
    assert play.state.playbook is not None
    text = svg(play.state.playbook, play.state, play.now)
    assert ">done<" in text
    assert (
        ">next, acts Fri 11 Sep 18:00 UTC<" in text or ">held, acts Fri 11 Sep 19:00 UTC<" in text
    )
    assert ">to come, acts " in text
    assert svg(play.state.playbook, play.state, play.now) == text


def test_a_step_that_is_reached_by_nothing_is_drawn_as_such() -> None:
    """Planned behind the end of everything that is foreseen."""
    ask = {"id": "ask", "at": "0h", "ask": "handle-claim"}
    book = playbook(ask, {"id": "x", "after": "ask", "send": "deescalate"})
    assert drawn(book, "x").at is None
    assert ">never<" in svg(book)
    assert drawn(book, "ask").at == timedelta(0)
