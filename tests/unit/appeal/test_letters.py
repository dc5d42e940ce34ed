"""Drafts for a person rest on facts, and leave open what only the person knows."""

from __future__ import annotations

from datetime import timedelta

from atoz.appeal.letters import draft_for
from tests.support.cases import Play, library

HOUR = timedelta(hours=1)
WORDS = library().appeal_words


def test_an_information_request_has_a_draft_of_the_facts() -> None:
    """It names the order, and the person adds what was asked."""
    play = Play().to(HOUR)
    draft = draft_for("answer-information", play.state, play.now, WORDS)
    assert draft is not None
    assert play.state.file.claim.order_id in draft
    assert draft.endswith("[Answer what was asked beyond this.]")


def test_the_letter_for_the_metric_states_the_decision_and_asks_for_a_plan() -> None:
    """Facts, the decision in the marketplace's words, a numbered plan."""
    play = Play().to(HOUR).decided("denied")
    draft = draft_for("metric-restoration", play.state, play.now, WORDS)
    assert draft is not None
    assert "claim closed" in draft
    assert "1. [what you change]" in draft


def test_other_tasks_have_no_draft() -> None:
    """Only letters are drafted."""
    play = Play().to(HOUR)
    assert draft_for("answer-buyer", play.state, play.now, WORDS) is None
