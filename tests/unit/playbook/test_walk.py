"""Every path through the engine is walked, and whatever promise one of them breaks is found."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from atoz.claims.calendar import SendingHours
from atoz.library import proved_hours
from atoz.playbook import results
from atoz.playbook import walk_moves as moves
from atoz.playbook.checking import look_at
from atoz.playbook.model import Playbook
from atoz.playbook.walk import walk
from atoz.playbook.walk_claims import opened
from atoz.playbook.walk_nodes import Walked
from atoz.playbook.walk_words import PATH
from atoz.playbook.walking import flaws_of, walk_year
from tests.support.cases import DAY, HOUR, library, playbook, variant

FIRST = date(2026, 11, 23)
MARKETS = proved_hours(library().policies, FIRST)
ALWAYS = SendingHours(zone="UTC", opens=time(0), closes=time(0))
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
NAMES = [book.name for book in library().playbooks]
WRITE: dict[str, Any] = {"id": "write", "at": "1d", "send": "deescalate"}
APPEAL: dict[str, Any] = {"id": "appeal", "at": "2d", "submit": "appeal"}


def walked(book: Playbook, limit: timedelta | None = None, late: timedelta = 0 * HOUR) -> Walked:
    """All paths of the claims of one arrival, where a buyer may be written to at any hour."""
    due = AT + (limit or book.limit)
    return walk(opened(book, AT, AT + late, due, ALWAYS), Walked())


def broken(book: Playbook, limit: timedelta | None = None) -> str:
    """The first promise that a path breaks."""
    found = walked(book, limit).broken
    assert found is not None
    return found.message


@pytest.mark.parametrize("name", NAMES)
def test_no_path_of_a_shipped_playbook_breaks_a_promise(name: str) -> None:
    """Whatever buyers, people and servers do, the answer is in before limit less margin."""
    book = library().playbook(name)
    year = walk_year(book, MARKETS, FIRST)
    assert list(flaws_of(book, year)) == []
    assert year.walked.latest is not None
    assert year.walked.latest <= book.limit - book.margin
    assert {step.id for step in book.steps} <= year.walked.acted


def test_the_latest_path_uses_all_the_time_that_there_is() -> None:
    """Nobody approves, the facts alone go, every attempt is refused: a person posts at the last moment."""
    year = walk_year(library().playbook("documented"), MARKETS, FIRST)
    assert year.walked.latest == 6 * DAY
    words = [PATH.of(*moment.words) for moment in year.walked.latest_path]
    assert "appeal: nobody has approved" in words
    assert words[-1] == "a person does handle-claim"


def test_every_reply_and_every_end_of_a_send_is_tried() -> None:
    """A step that only a photo lets act does act, and so does the answer to a question."""
    thanks = {"id": "thanks", "at": "2d", "send": "request_photos", "only_if": ["photos_on_file"]}
    late = {**APPEAL, "at": "3d"}
    assert walked(playbook(WRITE, thanks, late)).acted == {
        "write", "thanks", "appeal", "withdraw-help",
    }  # fmt: skip


def test_a_text_that_is_held_for_approval_is_with_a_person() -> None:
    """Nobody approves and the playbook holds the text: its author wants a person's word, in time."""
    found = walked(playbook({**APPEAL, "if_unapproved": "hold"}))
    assert found.broken is None
    assert found.latest is not None


def test_an_answer_that_a_condition_drops_is_found() -> None:
    """The buyer answers, and nothing is planned any more."""
    book = playbook({**APPEAL, "skip_if": ["buyer_answered"]})
    assert broken(book).startswith("nobody answers the claim")


def test_a_plan_that_does_not_fit_is_found() -> None:
    """The appeal would begin before its own time: two days, then seven hours and the margin."""
    fits = 2 * DAY + 7 * HOUR + 4 * HOUR
    book = playbook(WRITE, APPEAL)
    assert walked(book, fits).broken is None
    assert broken(book, fits - timedelta(seconds=1)).startswith("it begins before its time")


def test_a_claim_that_is_taken_up_late_is_walked_from_then_on() -> None:
    """What is overdue goes at once; what still fits is kept."""
    book = playbook(WRITE, APPEAL)
    assert walked(book, 7 * DAY, late=3 * DAY).broken is None


def test_a_second_answer_is_found() -> None:
    """A fallback without a condition asks a person although the appeal is in."""
    book = playbook(APPEAL, {"id": "fallback", "at": "4d", "ask": "handle-claim"})
    assert broken(book) == "it answers a claim that is answered already"


def test_a_message_that_is_always_overtaken_is_told() -> None:
    """Two messages fall due at once and only the later one goes."""
    book = playbook(WRITE, {**WRITE, "id": "again", "send": "request_photos"}, APPEAL, margin="1d")
    owned = book.model_copy(update={"on_decision": library().playbook("documented").on_decision})
    looked = look_at(owned, {"X": ALWAYS}, FIRST)
    ((path, said),) = looked.found
    assert path == ("steps", 0, "id")
    assert said.startswith("`write` never acts")


def test_a_broken_rule_of_the_engine_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk goes through the engine itself: where that breaks a promise, nothing is proved."""
    monkeypatch.setattr(results, "_try_again_at", lambda work, _, __: work.at + DAY)
    monkeypatch.setattr(moves, "_attempt", lambda *_: (False, True))
    assert broken(library().playbook("documented"))


def test_a_playbook_with_endless_paths_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not walked to its end is refused, not accepted."""
    monkeypatch.setattr("atoz.playbook.walk.MOST_MOVES", 100)
    assert "more paths than can be walked" in broken(variant("documented"))
