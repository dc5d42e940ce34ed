"""Drafts for a person rest on facts, and leave open what only the person knows."""

from __future__ import annotations

from datetime import timedelta

import pytest

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
    """Facts, whom the decision favours, a numbered plan."""
    play = Play().to(HOUR).decided("denied")
    draft = draft_for("metric-restoration", play.state, play.now, WORDS)
    assert draft is not None
    assert "with this result: claim denied, decided in our favour." in draft
    assert "1. [what you change]" in draft


def test_an_appeal_after_the_decision_has_a_draft_once_something_is_new() -> None:
    """It says what came in since, and asks to look again."""
    play = Play({"claim": {"reason": "not_received"}}).to(HOUR).decided("granted_seller_funded")
    assert draft_for("post-decision-appeal", play.state, play.now, WORDS) is None
    play.reply("says_received", text="It was with my neighbour.")
    draft = draft_for("post-decision-appeal", play.state, play.now, WORDS)
    assert draft is not None
    assert "the buyer replied" in draft
    assert "We ask you to reverse the decision of" in draft


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Wir bitten Sie, die Rate an Bestellmängeln noch einmal zu prüfen."),
        ("ja", "注文不良率について、改めてご確認をお願いいたします。"),
    ],
)
def test_letters_speak_the_language_of_the_marketplace(language: str, said: str) -> None:
    """By the same phrasebook as the appeal."""
    play = Play().to(HOUR).decided("denied")
    assert play.state.policy is not None
    policy = play.state.policy.model_copy(update={"appeal_language": language})
    state = play.state.model_copy(update={"policy": policy})
    draft = draft_for("metric-restoration", state, play.now, WORDS)
    assert draft is not None
    assert said in draft.splitlines()[0]


def test_other_tasks_have_no_draft() -> None:
    """Only letters are drafted."""
    play = Play().to(HOUR)
    assert draft_for("answer-buyer", play.state, play.now, WORDS) is None
