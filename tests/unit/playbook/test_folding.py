"""Very many open information requests share clocks and tasks: no deadline is lost, and none moves later."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from atoz.playbook.agenda import agenda
from atoz.playbook.edition import BOUNDED, CURRENT
from atoz.playbook.folding import MOST_MISSED, MOST_RUNNING
from atoz.playbook.state import CaseState, Task
from tests.support.cases import DAY, HOUR, MINUTE, Play

FIRST = 3 * DAY
"""When the first of the requests below is due, after the claim's arrival."""


def asked(number: int, edition: int = CURRENT) -> Play:
    """A claim with so many requests, due an hour apart from the third day on."""
    play = Play(edition=edition).to(2 * DAY)
    for each in range(number):
        play.asked(FIRST + each * HOUR, f"<i{each}@market.example>")
    return play


def requests(state: CaseState) -> list[Task]:
    """The open tasks that ask for an answer to one."""
    return [task for task in state.tasks if task.open and task.kind == "answer-information"]


def test_as_many_as_a_person_reads_stand_apart() -> None:
    """Each with a clock and a task of its own."""
    tasks = requests(asked(MOST_RUNNING).state)
    assert len(tasks) == len({task.clock for task in tasks}) == MOST_RUNNING
    assert {task.stands_for for task in tasks} == {None}


@pytest.mark.parametrize(
    ("due", "under"),
    [
        (FIRST + 90 * MINUTE, 2),
        (FIRST + HOUR, 2),
        (FIRST + 30 * DAY, MOST_RUNNING),
        (FIRST, 1),
    ],
)
def test_one_more_goes_under_the_last_that_ends_no_later(due: timedelta, under: int) -> None:
    """Its end is kept by a clock that rings before; nothing else moves."""
    play = asked(MOST_RUNNING)
    before = {clock.id: clock.due for clock in play.state.clocks}
    play.asked(due, "<more@market.example>")
    assert {clock.id: clock.due for clock in play.state.clocks} == before
    task = requests(play.state)[under - 1]
    newest = play.facts("information_requested")[-1]
    assert newest.data["under"] == task.id
    assert newest.id in task.refs
    assert task.stands_for == 2
    assert "this stands for 2" in str(task.warning)


def test_one_that_ends_before_all_moves_the_first_to_its_own_end() -> None:
    """And its warnings come anew."""
    play = asked(MOST_RUNNING).asked(FIRST - 4 * HOUR, "<more@market.example>")
    task = requests(play.state)[0]
    clock = play.state.clock(str(task.clock))
    assert clock is not None
    assert clock.due == task.due == play.arrived + FIRST - 4 * HOUR
    assert clock.source == "<more@market.example>"
    play.to(FIRST - 4 * HOUR + MINUTE)
    assert [fact.data["clock"] for fact in play.facts("deadline_missed")] == [clock.id]


def test_people_are_told_of_each_that_goes_under_another() -> None:
    """A task of which they know already is told anew: it asks for more."""
    play = asked(MOST_RUNNING)
    told = len(play.world.done)
    play.asked(FIRST + 30 * DAY, "<more@market.example>")
    (notice,) = [do for _, do in play.world.done[told:] if type(do).__name__ == "Notify"]
    assert notice.tasks == (requests(play.state)[-1].id,)  # type: ignore[union-attr] # a notice


def test_a_receipt_stops_the_clock_of_those_that_share_it_and_no_other() -> None:
    """The next request has a clock of its own again."""
    play = asked(MOST_RUNNING + 5)
    last = requests(play.state)[-1]
    play.done(last.id, receipt="R-1")
    assert len(requests(play.state)) == MOST_RUNNING - 1
    play.asked(FIRST + 30 * DAY, "<more@market.example>")
    assert requests(play.state)[-1].stands_for is None


def test_no_end_is_lost_or_moves_later_whatever_comes() -> None:
    """At any time each unanswered request is under an open task that ends no later, or ran out in time."""
    chance = random.Random(10)  # noqa: S311 - repeatable
    play, dues = Play().to(2 * DAY), dict[str, datetime]()
    for number in range(400):
        due = timedelta(minutes=chance.randrange(2 * 24 * 60, 12 * 24 * 60))
        play.asked(due, f"<i{number}@market.example>")
        dues[play.facts("information_requested")[-1].id] = play.arrived + due
        if number % 40 == 0:
            play.to(play.now - play.arrived + 2 * HOUR)
        tasks = requests(play.state)
        assert len(tasks) <= MOST_RUNNING + MOST_MISSED + 1
        ends = sorted(task.due for task in tasks if task.due)
        assert sum(task.stands_for or 1 for task in tasks) == len(dues)
        assert all(ends[0] <= due for due in dues.values())
    missed = {fact.data["clock"] for fact in play.facts("deadline_missed")}
    overdue = [due for due in dues.values() if due <= play.now]
    assert bool(missed) == bool(overdue)


def test_missed_ones_join_the_one_that_was_missed_before() -> None:
    """Requests that were over when they came: nobody is asked a thousand times, and none is forgotten."""
    play = Play().to(2 * DAY)
    for number in range(200):
        play.asked(DAY + number * MINUTE, f"<i{number}@market.example>")
    tasks = requests(play.state)
    assert len(tasks) <= MOST_MISSED + 1
    assert sum(task.stands_for or 1 for task in tasks) == 200
    assert len(play.facts("deadline_missed")) == 200
    first = min(play.arrived + DAY + number * MINUTE for number in range(200))
    assert min(task.due for task in tasks if task.due) == first


def test_questions_that_nobody_answers_for_weeks_are_bounded_too() -> None:
    """Each day the oldest of them runs out, and the next one starts a clock."""
    play = Play().to(2 * DAY)
    for day in range(2, 60):
        play.to((day + 1) * DAY + HOUR).reply("question", text="Why?")
    clocks = [clock for clock in play.state.clocks if clock.name == "buyer_reply"]
    assert len(clocks) <= MOST_MISSED + 1
    assert len({clock.id for clock in clocks}) == len(clocks)


def test_claims_of_an_earlier_edition_keep_them_apart() -> None:
    """As their histories have it."""
    play = asked(MOST_RUNNING + 10, edition=BOUNDED - 1)
    assert len(requests(play.state)) == MOST_RUNNING + 10
    assert "under" not in play.facts("information_requested")[-1].data


def test_a_thousand_open_requests_plan_little() -> None:
    """What the agenda looks at grows with what is kept apart, and not with what came."""
    play = asked(1_000)
    assert len(list(agenda(play.state, play.now))) < 100
    assert len(play.state.model_dump_json()) < 500_000
