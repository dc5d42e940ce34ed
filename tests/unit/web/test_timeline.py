"""What one act left twice on the record stands once on the page, and every fact can still be linked to."""

from __future__ import annotations

from collections.abc import Sequence

from atoz.playbook.simulate import timeline
from atoz.web.timeline import Row, rows
from tests.support.cases import DAY, HOUR, Play


def shown(play: Play) -> list[Row]:
    """The rows of a played claim."""
    return rows(timeline(play.state.facts))


def kinds(found: Sequence[Row]) -> list[tuple[str, ...]]:
    """Each row's kind, and the kinds that it says with it."""
    return [(row.fact["kind"], *(fact["kind"] for fact in row.also)) for row in found]


def test_a_step_left_out_by_hand_is_one_row() -> None:
    """With the person's reason; the order behind it is a word in the row."""
    found = shown(Play().to(HOUR).skip("deescalate"))
    assert ("step_skipped", "overridden") in kinds(found)
    assert [row.fact["kind"] for row in found].count("overridden") == 0


def test_a_receipt_and_a_decision_are_one_row_each() -> None:
    """The task that the receipt ended, and the closing that the decision brought, are words in it."""
    play = Play().to(5 * DAY)
    found = kinds(shown(play.done("submit-appeal", "R-1").decided("withdrawn")))
    assert ("appeal_submitted", "task_done") in found
    assert ("decision_received", "claim_closed") in found


def test_tasks_of_one_instant_share_a_row() -> None:
    """A reply that opens two tasks opens them in one row; the reply itself stands alone."""
    found = shown(Play().to(2 * DAY).reply("question", photos=1))
    opened = [row for row in found if row.fact["kind"] == "task_opened"]
    assert [len(row.more) for row in opened] == [1]


def test_no_fact_is_lost() -> None:
    """Each stands in just one row."""
    play = Play().to(2 * DAY).reply("says_withdrawn").reply("question", photos=1)
    play.to(2 * DAY + HOUR).skip("request-photos").to(6 * DAY).decided("granted_amazon_funded")
    told = [fact["id"] for row in shown(play) for fact in (row.fact, *row.more, *row.also)]
    assert sorted(told) == sorted(fact["id"] for fact in timeline(play.state.facts))
