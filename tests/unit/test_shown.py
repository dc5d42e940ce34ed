"""What lists show of a claim: each change at once, but of an older edition only what its history shows."""

from __future__ import annotations

import pytest

from atoz.claims.base import instant_text
from atoz.playbook.edition import CURRENT, PAUSE_SHOWN, SHOWN_AT_ONCE, TASKS_SHOWN
from tests.support.cases import DAY, HOUR, SECOND, Play
from workflows import names
from workflows.shown import changed, shown_values

OLD = SHOWN_AT_ONCE - 1
NOT_RECEIVED = {"claim": {"reason": "not_received"}}
CLOCK = names.CLOCK.name


def shown(play: Play) -> dict[str, str]:
    """What a list shows of it now."""
    return shown_values(play.state, play.now)


def test_the_clock_is_a_word_that_sorts_as_its_instant_does() -> None:
    """The instant comes first, then which clock it is."""
    play = Play().to(HOUR)
    assert shown(play)[CLOCK] == "2026-09-15T18:00:00Z response"
    answer = shown(play)[CLOCK]
    sooner = shown(play.reply("question"))[CLOCK]
    assert sooner == f"{instant_text(play.clock('buyer_reply').due)} buyer_reply"
    assert sooner < answer
    # A slice of due time begins with its first second and ends before its last one.
    assert instant_text(play.clock().due) <= answer < instant_text(play.clock().due + SECOND)


@pytest.mark.parametrize(
    ("edition", "asks"), [(OLD, False), (SHOWN_AT_ONCE, True), (CURRENT, True)]
)
def test_a_clock_alone_is_shown_at_once_by_claims_that_know_of_it(
    edition: int, *, asks: bool
) -> None:
    """One that ran before must not ask for an upsert that its history does not have."""
    old = {CLOCK: "2026-09-15T18:00:00Z response"}
    assert bool(changed(old, {CLOCK: "2026-09-10T18:00:00Z buyer_reply"}, edition)) == asks
    assert bool(changed({}, {names.ACTED.name: "deescalate"}, edition)) == asks
    assert changed(old, old, edition) == []


def test_an_older_claim_shows_its_clock_with_whatever_else_it_shows() -> None:
    """A task, a step: from then on its clock is true, too."""
    old = shown(Play(edition=OLD).to(HOUR))
    new = shown(Play(edition=OLD).to(HOUR).reply("question"))
    keys = {update.key for update in changed(old, new, OLD)}
    assert keys == {names.ATTENTION, names.CLOCK, names.TASKS}


@pytest.mark.parametrize(
    ("edition", "next_at"),
    [(OLD, "2026-09-11T18:00:00Z"), (SHOWN_AT_ONCE, "2026-09-12T18:00:00Z")],
)
def test_next_is_when_a_step_acts_and_not_when_one_is_skipped(edition: int, next_at: str) -> None:
    """Claims that ran before keep to what their histories show."""
    play = Play(NOT_RECEIVED, edition=edition).to(DAY + HOUR)
    assert shown(play)[names.NEXT_AT.name] == next_at


def test_what_was_skipped_is_shown_beside_what_acted() -> None:
    """The filter by step finds the one, a person reads the other."""
    values = shown(Play(NOT_RECEIVED).to(3 * DAY + HOUR))
    assert values[names.STEP.name] == "request-photos"
    assert values[names.ACTED.name] == "deescalate"


def test_a_claim_of_which_no_step_acted_says_so() -> None:
    """Else one that was left out by hand would look like one that acted."""
    assert names.ACTED.name not in shown(Play().to(HOUR))
    assert shown(Play().to(HOUR).skip("deescalate"))[names.ACTED.name] == names.NONE_ACTED


PAUSED, NEXT_AT = names.PAUSED.name, names.NEXT_AT.name


def test_a_pause_is_shown_since_when_it_holds_and_with_its_clock() -> None:
    """In one upsert with the step that no longer comes; whoever lets it go on takes it away."""
    running = Play().to(HOUR)
    paused = Play().to(HOUR).pause()
    told_of = told(shown(running), shown(paused))
    assert told_of[PAUSED] == instant_text(paused.now)
    assert told_of[NEXT_AT] is None
    assert shown(paused)[CLOCK] == shown(running)[CLOCK]
    later = paused.to(DAY)
    assert shown(later)[PAUSED] == told_of[PAUSED]
    assert PAUSED not in shown(later.resume())


def test_a_decided_claim_is_shown_as_paused_no_more() -> None:
    """No step of it would act; one that is reopened is paused still."""
    play = Play().to(HOUR).pause().decided("denied")
    assert PAUSED not in shown(play)
    assert PAUSED in shown(play.decided("under_review", "<again@mail.example>"))


def test_an_older_claim_shows_no_pause() -> None:
    """Its history has no such upsert."""
    assert PAUSED not in shown(Play(edition=PAUSE_SHOWN - 1).to(HOUR).pause())


TASKS = names.TASKS.name
BEFORE_TASKS = TASKS_SHOWN - 1


def told(old: dict[str, str], new: dict[str, str], edition: int = CURRENT) -> dict[str, object]:
    """The updates by name."""
    return {update.key.name: update.value for update in changed(old, new, edition)}


def test_each_open_task_is_a_word_and_none_takes_the_list_away() -> None:
    """Two of one kind stay two."""
    two = "answer-buyer answer-buyer"
    assert told({TASKS: "answer-buyer"}, {TASKS: two}) == {TASKS: two.split()}
    assert told({TASKS: "answer-buyer"}, {}) == {TASKS: None}


def test_a_task_that_nothing_waits_for_is_told_with_the_next_change() -> None:
    """An upsert is billed; the list is whole again as soon as there is one for another reason."""
    step, mail = {names.STEP.name: "appeal"}, {TASKS: "approve-appeal read-reply"}
    assert told({TASKS: "approve-appeal"}, mail) == {}
    assert told({TASKS: "approve-appeal"}, {**mail, **step}) == {TASKS: mail[TASKS].split(), **step}
    assert told(mail, {TASKS: "read-reply"}) == {TASKS: ["read-reply"]}


def test_tasks_alone_are_shown_at_once_by_claims_that_know_of_the_list() -> None:
    """One that ran before tells them along with something else."""
    step = {names.STEP.name: "appeal"}
    assert told({}, {TASKS: "answer-buyer"}, BEFORE_TASKS) == {}
    both = told({}, {TASKS: "answer-buyer", **step}, BEFORE_TASKS)
    assert both == {TASKS: ["answer-buyer"], **step}
