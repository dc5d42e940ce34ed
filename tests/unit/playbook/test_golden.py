"""Golden timelines: one long life per shipped playbook, to the second.

A replay of histories does not see changed waits; these files do. `UPDATE_GOLDEN=1` writes them
anew: read the difference as you would read a change of the rules, because it is one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atoz.claims.base import instant_text
from tests.support.cases import (
    BLOCKED,
    DAY,
    HOUR,
    MINUTE,
    NEVER_SHIPPED,
    PROVEN,
    Play,
    library,
)

GOLDEN = Path(__file__).parent / "golden"
SHOWN = (
    "again_at",
    "amount",
    "attachments",
    "channel",
    "clock",
    "due",
    "facts_only",
    "hours",
    "intents",
    "outcome",
    "playbook",
    "receipt",
    "result",
    "revision",
    "rule",
    "status",
    "task",
    "template",
    "until",
    "whole",
    "why",
)
"""What a row shows of a fact's data: all that the rules decide, no text that a template decides."""


def documented() -> Play:
    """Questions, a hold, photos that a person hands in, a receipt, a claim that is lost, its window."""
    play = Play(sends=["refused_for_now", "refused_for_now"])
    play.to(DAY + 20 * MINUTE).reply("asks_how_to_withdraw")
    play.to(30 * HOUR).reply("question").to(40 * HOUR).done("answer-buyer")
    play.to(2 * DAY).reply("says_withdrawn")
    play.to(4 * DAY + 3 * HOUR).reply(photos=2)
    play.to(4 * DAY + 5 * HOUR).done("submit-appeal", "R-1")
    play.to(6 * DAY).decided("granted_seller_funded")
    return play.to(9 * DAY).reply("says_received").to(67 * DAY)


def delivered_proof() -> Play:
    """Approved, edited, approved again, posted; then the mail; denied."""
    play = Play(PROVEN, findings=BLOCKED).to(3 * HOUR).approve()
    play.to(4 * HOUR).edit("submit-appeal", "My own words, and an order: 111-0000199-0000199.")
    play.to(5 * HOUR).approve().to(6 * HOUR).done("submit-appeal-2", "R-2")
    play.to(2 * DAY).asked(4 * DAY).to(3 * DAY).done("answer-information", "R-3")
    return play.to(5 * DAY).decided("denied").to(36 * DAY)


def refund_first() -> Play:
    """Nobody refunds in time; warned, missed, refunded in parts; no decision for weeks."""
    play = Play(NEVER_SHIPPED).to(7 * DAY + HOUR).refund("20.00").to(8 * DAY).refund("38.00")
    return play.to(30 * DAY).decided("order_refunded").to(61 * DAY)


def short_limit() -> Play:
    """48 hours in Germany: nobody approves, the facts go, nobody posts them, it is missed."""
    arrived = "2026-09-11T05:30:00Z"
    changes: dict[str, Any] = {
        "claim": {
            "marketplace": "DE",
            "currency": "EUR",
            "filed_at": arrived,
            "notified_at": arrived,
            "response_due": "2026-09-13T05:30:00Z",
        },
        "buyer": {"language": "de"},
    }
    play = Play(changes, findings=BLOCKED).to(30 * HOUR).reply("hostile")
    return play.to(3 * DAY)


def hand_over() -> Play:
    """A bare notice with a day to answer: completed, handled by a person, withdrawn, reopened."""
    bare: dict[str, Any] = {
        "claim": {"reason": None, "response_due": "2026-09-09T18:00:00Z"},
        "shipment": None,
    }
    play = (
        Play(bare)
        .to(HOUR)
        .amend({"claim": {"reason": "damaged"}, "shipment": {"status": "delivered"}})
    )
    play.to(20 * HOUR).done("handle-claim", "R-4").to(2 * DAY).decided("withdrawn")
    play.to(3 * DAY).decided("under_review", "<reopened>").to(9 * DAY).done(
        "review-reopened", "R-5"
    )
    return play.to(10 * DAY).decided("granted_amazon_funded", "<last>").to(41 * DAY)


LIVES: dict[str, Callable[[], Play]] = {
    "documented": documented,
    "delivered-proof": delivered_proof,
    "refund-first": refund_first,
    "short-limit": short_limit,
    "hand-over": hand_over,
}


def rows(play: Play) -> list[str]:
    """The timeline, one line a fact: instant, kind, step, what the rules decided."""
    shown = []
    for fact in play.state.facts:
        if fact.on_timeline:
            data = [f"{key}={_word(fact.data[key])}" for key in SHOWN if key in fact.data]
            words = [instant_text(fact.at), fact.kind, fact.step or "-", *data]
            shown.append("  ".join(words))
    return shown


def _word(value: object) -> str:
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)


def test_every_shipped_playbook_has_a_golden_timeline() -> None:
    """A new playbook brings its own."""
    assert set(LIVES) == {book.name for book in library().playbooks}
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(LIVES)


@pytest.mark.parametrize("name", LIVES)
def test_a_golden_timeline_holds_to_the_second(name: str) -> None:
    """Every instant, kind, step and decided value."""
    play = LIVES[name]()
    found = rows(play)
    path = GOLDEN / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert found == json.loads(path.read_text("utf-8"))
    assert play.facts("playbook_chosen")[-1].data["playbook"] == name


@pytest.mark.parametrize("name", LIVES)
def test_a_golden_life_ends(name: str) -> None:
    """In the archive, or missed and said so."""
    play = LIVES[name]()
    assert play.state.archive_ref is not None or "missed-deadline" in play.open_tasks()
