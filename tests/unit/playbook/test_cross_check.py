"""The proof against brute force: nothing is accepted that any life breaks.

`make cross-check` counts more of it; what it found is held here, each as a case of its own.
"""

from __future__ import annotations

import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from atoz.playbook.prove import worst_case
from atoz.playbook.structure import flaws
from atoz.playbook.walk import walk
from atoz.playbook.walk_claims import opened
from atoz.playbook.walk_nodes import Walked
from tests.support.brute import Counted, compare, count
from tests.support.cases import ARRIVED, DAY, HOUR, SECOND, Play, playbook
from tests.support.drawn_playbooks import a_playbook, some_hours

MESSAGE = {"id": "write", "at": "16h", "send": "deescalate"}
ASK = {"id": "person", "after": "write", "wait": "12h", "ask": "handle-claim"}
HELD = playbook(MESSAGE, ASK, limit="5d")


def test_fifteen_playbooks_by_brute_force() -> None:
    """No false accept, and no refusal for time that not one life bears out."""
    counted = count(playbooks=15, lives=15, seed=7)
    assert counted.false_accepts == []
    assert counted.false_refusals == []
    assert counted.accepted >= 5
    assert counted.refused_for_time >= 1


@settings(max_examples=12, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_any_playbook_that_is_accepted_keeps_its_promises(chance: random.Random) -> None:
    """Drawn and made smaller by hypothesis."""
    counted = Counted()
    compare(a_playbook(chance), some_hours(chance), chance, 8, counted)
    assert counted.false_accepts == []


@settings(max_examples=30, deadline=None)
@given(
    chance=st.randoms(use_true_random=False), late=st.integers(0, 30), limit=st.integers(20, 250)
)
def test_the_choice_accepts_nothing_that_the_walk_rejects(
    chance: random.Random, late: int, limit: int
) -> None:
    """For any claim's own arrival, limit and instant of taking up: one verdict."""
    book, hours = a_playbook(chance), some_hours(chance)
    at = ARRIVED + timedelta(seconds=chance.randrange(300 * 86_400))
    now, due = at + late * HOUR, at + limit * HOUR
    if list(flaws(book)) or not worst_case(book, at, now, due, hours).fits:
        return
    found = walk(opened(book, at, now, due, hours), Walked(), replies=False)
    twice = found.broken is not None and "answered already" in found.broken.message
    assert found.broken is None or twice


def test_a_hold_moves_no_handing_over_behind_its_latest_start() -> None:
    """The message waits for the end of the hold; the person who shall answer is asked in time."""
    play = Play(due(5), playbooks=(HELD,)).to(HOUR)
    for hours in range(1, 97, 40):
        play.to(hours * HOUR).reply("says_withdrawn")
    latest = 5 * DAY - 4 * HOUR - 4 * HOUR
    assert "handle-claim" not in play.to(latest - SECOND).open_tasks()
    assert "handle-claim" in play.to(latest).open_tasks()


def test_a_claim_of_an_older_edition_asks_when_it_did() -> None:
    """A claim that runs keeps the rules that it was opened under."""
    play = Play(due(5), playbooks=(HELD,), edition=3).to(HOUR)
    for hours in range(1, 97, 40):
        play.to(hours * HOUR).reply("says_withdrawn")
    assert "handle-claim" not in play.to(5 * DAY - HOUR).open_tasks()


def due(days: int) -> dict[str, dict[str, str]]:
    """The notice states when the answer is due."""
    return {"claim": {"response_due": (ARRIVED + days * DAY).isoformat()}}
