"""`why` says what made, moved or blocks a step, in the words of the very rules that decide."""

from __future__ import annotations

from atoz.claims.status import Status
from atoz.playbook.why import why
from tests.support.cases import DAY, HOUR, Play


def said(play: Play, step: str) -> str:
    """The sentences of the answer."""
    answer = why(play.state, step, play.now)
    assert answer is not None
    return " ".join(answer["sentences"])


def test_a_step_that_waits_says_from_what_it_counts() -> None:
    """Its rule, its plan, and when it acts."""
    play = Play()
    answer = why(play.state, "deescalate", play.now)
    assert answer is not None
    assert answer["rule"] == "documented: deescalate, at: 1d, send: deescalate"
    assert answer["acts_at"] == answer["planned_at"]
    assert "24h" in said(play, "deescalate") or "1d after the claim arrived" in said(
        play, "deescalate"
    )
    assert "Next: deescalate is due" in said(play, "deescalate")


def test_a_step_that_is_over_names_its_facts() -> None:
    """The message that was sent."""
    play = Play().to(DAY + HOUR)
    answer = why(play.state, "deescalate", play.now)
    assert answer is not None
    sent = next(fact.id for fact in play.state.facts if fact.kind == "message_sent")
    assert sent in answer["facts"]
    assert f"({sent})" in said(play, "deescalate")


def test_a_skipped_step_says_by_which_condition() -> None:
    """Photos are on file, so they are not asked for."""
    play = Play().to(2 * DAY).reply("photos", photos=1).to(3 * DAY + HOUR)
    assert "Step skipped at" in said(play, "request-photos")
    assert "photos_on_file" in said(play, "request-photos")


def test_a_step_after_another_waits_for_it() -> None:
    """And says for which."""
    assert "It waits for request-photos, which is not over." in said(Play(), "appeal")


def test_what_stops_a_claim_stops_its_steps() -> None:
    """Paused, decided, refunded: each in one sentence."""
    assert "paused" in said(Play().pause(), "deescalate")
    assert "has decided" in said(Play().to(HOUR).decided(Status.DENIED), "deescalate")
    assert "was refunded" in said(Play().to(HOUR).refund("58.00"), "deescalate")


def test_a_hold_is_told_with_the_fact_that_made_it() -> None:
    """The buyer said that the claim is withdrawn."""
    play = Play().to(2 * DAY).reply("says_withdrawn")
    assert "holds it until" in said(play, "request-photos")


def test_a_step_that_the_playbook_lacks_has_no_answer() -> None:
    """None, for the caller to say what there is."""
    assert why(Play().state, "nonsense", Play().now) is None
