"""`why` says what made, moved or blocks a step, in stable sentences by the rules that decide.

The words stand in `golden/why.txt`; `UPDATE_GOLDEN=1` writes them anew, and a changed word is read
like a changed rule.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from atoz.claims.status import Status
from atoz.errors import BadInput
from atoz.playbook import events as ev
from atoz.playbook.why import places, why, why_all, why_of
from tests.support.cases import (
    BLOCKED,
    DAY,
    HOUR,
    MINUTE,
    NEVER_SHIPPED,
    PROVEN,
    Play,
    due_in,
    library,
    playbook,
    variant,
)

GOLDEN = Path(__file__).parent / "golden" / "why.txt"
EVENING = {"claim": {"notified_at": "2026-09-09T05:00:00Z", "filed_at": "2026-09-09T05:00:00Z"}}
"""22:00 in Los Angeles: a day later the sending hours are over."""


ON_ITS_WAY = {
    "claim": {"reason": "not_received"},
    "shipment": {"status": "in_transit", "delivered_at": None},
}


def _unreachable() -> dict[str, Any]:
    return {"buyer": {"relay": None}, "claim": {"reason": None, "buyer_comment": None}}


def with_(name: str, *changes: dict[str, Any], **steps: dict[str, Any]) -> Play:
    """A claim whose only candidates are a changed playbook and the one that hands over."""
    book = variant(name, {key.replace("_", "-"): step for key, step in steps.items()})
    return Play(*changes, playbooks=[book, library().playbook("hand-over")])


def overslept() -> Play:
    """An outage over both messages."""
    return Play().oversleep(3 * DAY + HOUR)


def blocked() -> Play:
    """A check of the appeal blocks it."""
    found = (ev.Finding(rule="shouting", severity="block", message="do not shout"), *BLOCKED)
    return Play(findings=found).to(4 * DAY + HOUR)


SCENES: dict[str, tuple[Callable[[], Play], str]] = {
    "done": (lambda: Play().to(DAY + HOUR), "deescalate"),
    "waiting for its time": (Play, "deescalate"),
    "waiting for the step before": (Play, "appeal"),
    "the wait ended early": (lambda: Play().to(3 * DAY + HOUR).reply("other"), "appeal"),
    "shifted, to come": (lambda: Play(EVENING).to(HOUR), "deescalate"),
    "shifted, done": (lambda: Play(EVENING).to(2 * DAY), "deescalate"),
    "held": (lambda: Play().to(2 * DAY).reply("says_withdrawn"), "request-photos"),
    "held, done": (
        lambda: Play().to(2 * DAY).reply("says_withdrawn").to(5 * DAY),
        "request-photos",
    ),
    "paused": (lambda: Play().to(HOUR).pause(), "deescalate"),
    "skipped by a condition": (
        lambda: Play().to(2 * DAY).reply("photos", photos=1).to(3 * DAY + HOUR),
        "request-photos",
    ),
    "to be skipped by a condition": (
        lambda: Play(ON_ITS_WAY),
        "request-photos",
    ),
    "skipped by a person": (lambda: Play().to(HOUR).skip("deescalate"), "deescalate"),
    "skipped when late": (
        lambda: with_("documented", deescalate={"if_late": "skip"}).oversleep(2 * DAY),
        "deescalate",
    ),
    "asks when late": (
        lambda: with_("documented", deescalate={"if_late": "ask"}).oversleep(2 * DAY),
        "deescalate",
    ),
    "only for others": (
        lambda: with_("documented", deescalate={"only_if": ["signature_on_file"]}).to(DAY + HOUR),
        "deescalate",
    ),
    "overtaken": (overslept, "deescalate"),
    "messages stopped": (lambda: Play().to(HOUR).reply("stop_contact"), "deescalate"),
    "refused": (lambda: Play(sends=["refused"]).to(DAY + HOUR), "deescalate"),
    "tried again": (lambda: Play(sends=["refused_for_now"]).to(DAY + MINUTE), "deescalate"),
    "of unknown fate": (lambda: Play(sends=["unknown"]).to(DAY + HOUR), "deescalate"),
    "waiting for approval": (lambda: Play(findings=BLOCKED).to(4 * DAY + HOUR), "appeal"),
    "blocked by a check": (blocked, "appeal"),
    "rejected": (lambda: Play(findings=BLOCKED).to(4 * DAY + HOUR).reject(), "appeal"),
    "with a person who posts it": (lambda: Play().to(4 * DAY + HOUR), "appeal"),
    "handed in": (
        lambda: Play().to(4 * DAY + HOUR).done("submit-appeal", receipt="R-77"),
        "appeal",
    ),
    "hurried": (
        lambda: (
            Play()
            .to(3 * DAY + HOUR)
            .reply("says_withdrawn")
            .to(4 * DAY + HOUR)
            .reply("says_withdrawn")
        ),
        "appeal",
    ),
    "after a decision": (lambda: Play().to(HOUR).decided(Status.DENIED), "deescalate"),
    "after a refund": (lambda: Play().to(HOUR).refund("58.00"), "deescalate"),
    "incomplete": (lambda: Play(_unreachable()).to(HOUR), "deescalate"),
    "handed over": (
        lambda: with_("documented", appeal={"approval": "always", "if_unapproved": "hand_over"}).to(
            6 * DAY
        ),
        "appeal",
    ),
    "asked of a person": (lambda: Play(NEVER_SHIPPED).to(HOUR), "refund"),
    "at once when it arrives": (lambda: Play(due_in(8 * HOUR)).to(HOUR), "hand-over"),
    "an answer before the mail": (lambda: Play(PROVEN).to(HOUR), "appeal"),
    "right after another": (
        lambda: Play(
            playbooks=[
                playbook(
                    {"id": "a", "at": "1d", "send": "deescalate"},
                    {"id": "b", "after": "a", "submit": "appeal"},
                ),
                library().playbook("hand-over"),
            ]
        ),
        "b",
    ),
}


def answer(play: Play, step: str) -> dict[str, Any]:
    """The whole answer."""
    found = why(play.state, step, play.now)
    assert found is not None
    return found


def written() -> Iterator[str]:
    """Every scene with its words."""
    for name, (make, step) in SCENES.items():
        found = answer(make(), step)
        yield f"== {name}: {step}: {found['verdict']}"
        yield from found["sentences"]
        yield from (f"  needs: {need}" for need in found["needs"])
        yield ""


def test_the_words_are_the_committed_ones() -> None:
    """For every way in which a step can stand or have ended."""
    text = "\n".join(written())
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, "utf-8")
    assert text == GOLDEN.read_text("utf-8")


def test_a_step_that_asked_before_the_decision_tells_what_came_of_it() -> None:
    """Who was asked, and how that ended; and nothing promises that the step acts again."""
    play = Play(NEVER_SHIPPED).to(HOUR).decided(Status.ORDER_REFUNDED)
    asked, ended, decided = answer(play, "refund")["sentences"][1:]
    assert asked.startswith("A person was asked at ")
    assert asked.endswith(": Refund the order now.")
    assert ended.endswith(": ended by the decision: order_refunded.")
    assert decided.endswith("No step acts after a decision.")
    assert "reopened is answered by a person" in answer(play, "refund")["needs"][0]


def test_the_answer_to_a_reply_is_named_as_what_it_is() -> None:
    """`status` shows it like a step; `why` says where it is told."""
    play = Play().to(2 * DAY).reply("asks_how_to_withdraw").to(2 * DAY + HOUR)
    with pytest.raises(BadInput, match="withdraw-help is no step of the playbook but the answer"):
        why_of(play.state, "withdraw-help", play.now)


@pytest.mark.parametrize("name", SCENES)
def test_every_answer_has_the_same_keys(name: str) -> None:
    """Programs read them; the facts that an answer names are facts of the claim."""
    make, step = SCENES[name]
    play = make()
    found = answer(play, step)
    assert list(found) == [
        "step",
        "state",
        "verdict",
        "playbook",
        "playbook_digest",
        "rule",
        "file",
        "line",
        "planned_at",
        "acts_at",
        "facts",
        "clock",
        "shift",
        "hold",
        "pause",
        "needs",
        "sentences",
    ]
    assert set(found["facts"]) <= {fact.id for fact in play.state.facts}
    for sentence in (*found["sentences"], *found["needs"]):
        assert sentence.endswith((".", "?")), sentence
        assert "None" not in sentence


def test_an_answer_names_file_and_line_of_its_rule() -> None:
    """Where the author finds it; the digest is of the meaning alone."""
    found = answer(Play(), "request-photos")
    assert found["rule"] == (
        "documented: request-photos, at: 3d, send: request_photos, "
        "skip_if: [reason_not_received, photos_on_file]"
    )
    text = Path(library_file()).read_text("utf-8").splitlines()
    assert text[found["line"] - 1] == "  - id: request-photos"
    assert list(places(found)) == [f"documented.yaml:{found['line']}"]


def library_file() -> Path:
    """The file of the documented playbook."""
    return Path(__file__).parents[3] / "playbooks" / "documented.yaml"


def test_a_claim_from_before_places_were_kept_has_none() -> None:
    """Its rule is told all the same."""
    state = Play().state
    assert state.playbook is not None
    old = state.model_copy(update={"playbook": state.playbook.model_copy(update={"written": None})})
    found = why(old, "deescalate", state.started_at)
    assert found is not None
    assert (found["file"], found["line"], list(places(found))) == (None, None, [])


def test_a_step_that_the_playbook_lacks_has_no_answer() -> None:
    """None, for the caller to say what there is."""
    assert why(Play().state, "nonsense", Play().now) is None


def test_all_steps_are_answered_in_their_order() -> None:
    """One answer for each, the same as when it is asked alone."""
    play = Play().to(DAY + HOUR)
    found = why_all(play.state, play.now)
    assert [each["step"] for each in found] == ["deescalate", "request-photos", "appeal"]
    assert found == [answer(play, each["step"]) for each in found]


@pytest.mark.parametrize("hours", [0, 20, 30, 70, 80])
@pytest.mark.parametrize("changes", [{}, EVENING, PROVEN, due_in(49 * HOUR)])
def test_what_is_foreseen_is_what_happens(hours: int, changes: dict[str, Any]) -> None:
    """If nobody says anything, each step acts at the instant that `why` told for it."""
    play = Play(changes).to(timedelta(hours=hours))
    told = {each["step"]: each["acts_at"] for each in why_all(play.state, play.now)}
    play.to(9 * DAY)
    first: dict[str, Any] = {}
    for fact in play.state.facts:
        if fact.step is not None:
            first.setdefault(fact.step, fact.at)
    for step, at in told.items():
        if at is not None:
            assert first[step].isoformat().replace("+00:00", "Z") == at, step
