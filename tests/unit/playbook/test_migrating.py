"""A running claim moves to another edition of its playbook only where nothing acts twice or is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atoz.claims.status import Status
from atoz.playbook import events as ev
from atoz.playbook.apply import apply
from atoz.playbook.migrating import judge
from atoz.playbook.model import Playbook
from atoz.playbook.moving import pinned
from atoz.playbook.prove import worst_case
from atoz.playbook.remaining import worst_from
from atoz.playbook.schedule import due_at
from atoz.playbook.state import CaseState
from atoz.playbook.walk import walk
from atoz.playbook.walk_claims import opened
from atoz.playbook.walk_nodes import Walked
from atoz.playbook.walk_on import judge_by_walk, lies_with_a_person, walk_on
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
    variant,
)

SOONER = variant("documented", {"request-photos": {"at": "2d"}}, version=2)


def edited(**steps: dict[str, Any]) -> Playbook:
    """The documented playbook with steps changed; `_` in a name stands for `-`."""
    return variant("documented", {name.replace("_", "-"): step for name, step in steps.items()})


def without(step: str, *more: dict[str, Any], name: str = "documented") -> Playbook:
    """A shipped playbook without a step, and with others behind the rest."""
    whole = library().playbook(name).model_dump(mode="json", exclude_defaults=True)
    steps = [each for each in whole["steps"] if each["id"] != step]
    return Playbook.model_validate({**whole, "steps": [*steps, *more]})


def move(play: Play, book: Playbook, **more: Any) -> ev.Migrated:
    """The act of moving a claim."""
    named = {"digest": book.digest, "playbook": book, "why": "better", **more}
    return ev.Migrated.model_validate({"at": play.now, "by": "approver-1", "key": "m", **named})


def reasons(play: Play, book: Playbook) -> str:
    """Why the claim stays, in one line."""
    return "; ".join(judge(play.state, book, play.now).reasons)


def test_a_claim_moves_and_follows_the_new_plan() -> None:
    """What has acted stands; the rest goes by the new playbook."""
    play = Play().to(DAY + HOUR)
    judged = judge(play.state, SOONER, play.now)
    assert judged.safe
    assert judged.old_next is not None
    assert judged.new_next is not None
    assert judged.old_next.at - play.arrived == 3 * DAY
    assert judged.new_next.at - play.arrived == 2 * DAY
    play.take(move(play, SOONER)).to(6 * DAY)
    assert play.sent() == {"deescalate": DAY, "request-photos": 2 * DAY}
    assert play.when("appeal_drafted") == [3 * DAY]


def test_a_move_is_recorded_with_who_why_and_both_digests() -> None:
    """An override like every other."""
    play = Play().to(HOUR)
    old = play.state.playbook_digest
    play.take(move(play, SOONER))
    (fact,) = play.facts("overridden")
    assert fact.source == "operator:approver-1"
    assert fact.data == {
        "what": "migrate",
        "playbook": "documented",
        "digest": SOONER.digest,
        "version": 2,
        "old_digest": old,
        "old_version": 1,
        "why": "better",
    }
    assert play.state.playbook_digest == SOONER.digest


def test_the_same_act_twice_moves_once() -> None:
    """Its key makes a repeat harmless."""
    play = Play().to(HOUR)
    play.take(move(play, SOONER))
    before = play.state.facts_recorded
    again = move(play, SOONER)
    assert play.why_not(again) is not None, "the workflow asks for the key first"
    assert apply(play.state, again).facts_recorded == before


def test_a_move_can_be_taken_back_by_the_old_digest() -> None:
    """The claim knows the playbook that it had, also when no file holds it any more."""
    play = Play().to(HOUR)
    old = play.state.playbook_digest
    play.take(move(play, SOONER))
    play.take(ev.Migrated(at=play.now, by="approver-1", key="back", digest=old))
    assert play.state.playbook_digest == old
    assert [book.digest for book in play.state.former] == [SOONER.digest]
    play.to(6 * DAY)
    assert play.sent() == {"deescalate": DAY, "request-photos": 3 * DAY}


def test_a_digest_that_the_claim_does_not_know_is_refused() -> None:
    """It names those that it knows."""
    play = Play().to(HOUR)
    why = play.why_not(ev.Migrated(at=play.now, digest="0" * 16))
    assert why == "0000000000000000 is no playbook that this claim knows; earlier ones: none"
    lie = move(play, SOONER).model_copy(update={"digest": "1" * 16})
    assert "is no playbook that this claim knows" in str(play.why_not(lie))


def test_a_claim_that_changed_meanwhile_is_looked_at_again() -> None:
    """Whoever looked at another digest than the pinned one decides nothing."""
    play = Play().to(HOUR)
    why = play.why_not(move(play, SOONER, expects="0" * 16))
    assert why is not None
    assert why.endswith("look again")


@pytest.mark.parametrize(
    ("book", "why"),
    [
        (
            without("deescalate"),
            "`deescalate` has acted, and the new playbook has no step of this id",
        ),
        (
            edited(deescalate={"send": "withdraw_help"}),
            "`deescalate` has acted (send deescalate); in the new playbook it is to send withdraw_help",
        ),
        (
            without("deescalate", {"id": "calm-down", "at": "4d", "send": "deescalate"}),
            "`calm-down` would send deescalate a second time: `deescalate` did",
        ),
        (edited(request_photos={"at": "5d"}), "not proved for this claim's limit"),
        (
            variant("documented", applies={"marketplaces": ["DE"]}),
            "the new playbook does not apply to this claim",
        ),
        (library().playbook("documented"), "it follows this playbook already"),
    ],
)
def test_what_is_not_safe_stays_and_says_why(book: Playbook, why: str) -> None:
    """After the first mail went."""
    play = Play().to(DAY + HOUR)
    assert why in reasons(play, book)
    assert why in str(play.why_not(move(play, book)))


def test_a_step_whose_time_has_gone_by_is_not_left_out_by_a_move() -> None:
    """A message that stands before one that has gone would be overtaken."""
    play = Play().to(3 * DAY + HOUR)
    early = without("none", {"id": "thanks", "at": "2d", "send": "withdraw_help"})
    steps = sorted(early.steps, key=lambda step: step.id != "thanks")
    first = early.model_copy(update={"steps": tuple(steps)})
    assert "`thanks` would be skipped: overtaken by a later step" in reasons(play, first)


def test_a_late_step_that_the_new_playbook_leaves_out_is_told() -> None:
    """Planned long ago there, and to be skipped when late."""
    play = Play().to(DAY - MINUTE)
    book = edited(deescalate={"at": "1h", "if_late": "skip"})
    assert "`deescalate` would be skipped: late" in reasons(play, book)


def test_a_new_step_is_not_called_like_an_answer_that_went() -> None:
    """It would count as done: the buyer asked how to withdraw, and that answer has the same name."""
    play = Play().to(HOUR).reply("asks_how_to_withdraw")
    more = without("none", {"id": "withdraw-help", "at": "2d", "send": "withdraw_help"})
    assert "`withdraw-help` is the name of something that acted already" in reasons(play, more)


def test_a_drafted_appeal_has_acted() -> None:
    """Its step must stay what it is, although nothing was handed in yet."""
    play = Play(findings=BLOCKED).to(4 * DAY + HOUR)
    assert play.open_tasks() == {"approve-appeal"}
    gone = without("appeal", {"id": "answer", "after": "request-photos", "submit": "appeal"})
    assert "`appeal` has acted" in reasons(play, gone)
    assert "`answer` would submit appeal a second time" in reasons(play, gone)
    assert judge(play.state, edited(appeal={"approval": "always"}), play.now).safe


def test_a_step_that_a_person_has_must_stay_what_it_is() -> None:
    """The task of `refund-first` is open; another wait for it changes nothing."""
    play = Play(NEVER_SHIPPED).to(HOUR)
    assert play.book == "refund-first"
    book = variant("refund-first", operator_lead="6h")
    assert judge(play.state, book, play.now).safe
    assert "`refund` has acted" in reasons(
        play, without("refund", {"id": "x", "at": "1h", "ask": "handle-claim"}, name="refund-first")
    )


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (lambda p: p.decided(Status.DENIED), "the marketplace has decided"),
        (lambda p: p.refund("58.00"), "the order was refunded"),
    ],
)
def test_a_claim_that_is_over_stays(end: Any, why: str) -> None:
    """There is nothing left to change."""
    play = Play().to(DAY + HOUR)
    end(play)
    assert why in reasons(play, SOONER)


def test_the_walk_refuses_what_the_sum_lets_pass() -> None:
    """A person has the packet for an hour: the sum takes it as posted, but a longer lead ends too late."""
    play = Play(findings=BLOCKED).to(6 * DAY - 4 * HOUR)
    assert play.open_tasks() >= {"submit-appeal"}
    book = variant("documented", operator_lead="12h")
    assert judge(play.state, book, play.now).safe
    judged = judge_by_walk(play.state, book, play.now)
    assert (judged.safe, judged.proved) == (False, False)
    assert "the answer is in only after limit less margin" in judged.reasons[0]
    assert judge_by_walk(play.state, variant("documented", operator_lead="5h"), play.now).safe


def test_a_claim_is_moved_as_it_was_walked_or_not_at_all() -> None:
    """What comes in between look and act makes it another claim."""
    play = Play().to(DAY + HOUR)
    seen = play.state.facts_recorded
    assert play.why_not(move(play, SOONER, facts_known=seen)) is None
    play.reply("says_withdrawn")
    why = play.why_not(move(play, SOONER, facts_known=seen))
    assert why == (
        f"the claim has {play.state.facts_recorded} facts now, and had {seen} when it was looked at: "
        "look again"
    )
    assert play.why_not(move(play, SOONER)) is None, (
        "who does not say what he saw is judged by the sum"
    )


def test_what_lies_with_a_person_is_what_the_sum_does_not_know() -> None:
    """A text, a packet, a question that a step asked, a hold; not a claim that goes by its plan."""
    assert not lies_with_a_person(Play().to(3 * DAY + HOUR).state)
    assert lies_with_a_person(Play(findings=BLOCKED).to(4 * DAY + HOUR).state)
    assert lies_with_a_person(Play().to(4 * DAY + HOUR).state)
    assert lies_with_a_person(Play().to(DAY).reply("says_withdrawn").state)
    assert lies_with_a_person(Play(NEVER_SHIPPED).to(HOUR).state)


def test_a_hold_ends_no_later_than_the_answer_begins() -> None:
    """A claim that is held while it moves is walked with its hold, and with the next one."""
    play = Play().to(DAY + HOUR).reply("says_withdrawn")
    assert judge_by_walk(play.state, SOONER, play.now).proved
    assert walk_on(pinned(play.state, SOONER), play.now).latest == 6 * DAY


def test_a_paused_claim_is_proved_as_if_it_went_on() -> None:
    """Who pauses has the claim in his own hands; a move says nothing of that."""
    play = Play().to(DAY + HOUR)
    play.take(ev.Paused(at=play.now, key="p", by="approver-1", why="wait"))
    assert judge_by_walk(play.state, SOONER, play.now).proved


def test_whoever_is_overdue_has_the_claim() -> None:
    """The packet lies with a person for longer than his lead: the move changes nothing for him."""
    play = Play().to(5 * DAY)
    assert "submit-appeal" in play.open_tasks()
    assert judge_by_walk(play.state, variant("documented", operator_lead="3h"), play.now).proved


@pytest.mark.parametrize("name", ["delivered-proof", "refund-first"])
def test_from_its_beginning_a_claim_is_walked_as_a_check_walks_it(name: str) -> None:
    """The same engine, the same promises: the latest answer of all paths is the same."""
    book = library().playbook(name)
    play = Play(due_in(book.limit))
    policy, due = play.state.policy, play.arrived + book.limit
    assert policy is not None
    claim = next(opened(book, play.arrived, play.arrived, due, policy.sending_hours))
    found, checked = walk_on(claim, play.arrived), walk([claim], Walked())
    assert found.broken == checked.broken is None
    assert found.latest == checked.latest


@pytest.mark.parametrize("findings", [(), BLOCKED])
@pytest.mark.parametrize("hours", [97, 124, 138])
def test_a_persons_own_text_is_walked_as_any(hours: int, findings: tuple[ev.Finding, ...]) -> None:
    """It is checked once and keeps its words; what the walk answers to the check is this very text."""
    play = Play(findings=findings).to(hours * HOUR)
    play.edit(next(iter(play.open_tasks())), "These are my own words.")
    assert judge_by_walk(play.state, SOONER, play.now).proved
    assert walk_on(pinned(play.state, SOONER), play.now).moves < 1_000


def test_a_persons_text_that_comes_after_the_time_to_approve_lies_with_that_person() -> None:
    """The facts alone went to a person by then; the text waits for its yes, and nothing is forgotten."""
    play = Play(findings=BLOCKED).to(142 * HOUR).edit("submit-appeal", "Mine.")
    assert "approve-appeal-2" in play.open_tasks()
    assert walk_on(play.state, play.now).broken is None


def test_a_claim_with_more_paths_than_are_walked_stays_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is not walked to its end is not proved: no promise is said to be broken."""
    monkeypatch.setattr("atoz.playbook.walk_on.MOST_MOVES", 20)
    play = Play().to(DAY + HOUR)
    judged = judge_by_walk(play.state, SOONER, play.now)
    assert (judged.safe, judged.proved) == (False, False)
    assert judged.reasons == ("not proved for this claim's limit: too many paths to prove",)


def test_an_answered_claim_moves_without_a_proof() -> None:
    """Once the clock is stopped nothing has to be in time; the mail behind it may still change."""
    play = Play(PROVEN).to(3 * HOUR).done("submit-appeal", receipt="R1")
    judged = judge(play.state, variant("delivered-proof", {"deescalate": {"at": "2d"}}), play.now)
    assert judged.safe
    assert judged.worst is None


def test_a_moved_claim_that_is_amended_keeps_its_edition() -> None:
    """Choosing anew, as an amendment does before the first step, takes the new edition."""
    play = Play().to(HOUR)
    play.take(move(play, SOONER))
    play.amend({"claim": {"reason": "damaged"}})
    assert play.state.playbook_digest == SOONER.digest


def test_a_moved_claim_travels() -> None:
    """Carried into a fresh run it is the same claim, its former playbooks with it."""
    play = Play().to(HOUR)
    play.take(move(play, SOONER))
    carried = CaseState.model_validate_json(play.state.model_dump_json())
    assert carried.playbook is not None
    assert carried.playbook.digest == SOONER.digest
    assert [book.digest for book in carried.former] == [library().playbook("documented").digest]


@pytest.mark.parametrize("name", [book.name for book in library().playbooks])
def test_before_anything_acted_the_rest_is_the_whole_proof(name: str) -> None:
    """The very worst case by which a playbook is chosen."""
    play = Play(due_in(7 * DAY))
    state = play.state.model_copy(update={"runs": {}, "appeal": None})
    book, policy = library().playbook(name), state.policy
    assert policy is not None
    hours, due = policy.sending_hours, due_at(state)
    assert worst_from(state, book, play.now, due, hours) == worst_case(
        book, play.arrived, play.now, due, hours
    )


@settings(max_examples=60, deadline=None)
@given(
    hours=st.integers(0, 100),
    first=st.integers(1, 48),
    at=st.integers(1, 96),
    wait=st.integers(0, 48),
)
def test_no_move_that_is_safe_sends_twice_or_comes_late(
    hours: int, first: int, at: int, wait: int
) -> None:
    """Whatever the edit and whenever it comes: each message once, and the answer in time."""
    book = edited(
        deescalate={"at": f"{first}h"},
        request_photos={"at": f"{at}h"},
        appeal={"wait": f"{wait}h"},
    )
    play = Play().to(timedelta(hours=hours))
    if not judge(play.state, book, play.now).safe:
        return
    play.take(move(play, book)).to(8 * DAY)
    templates = [fact.data["template"] for fact in play.facts("message_sent")]
    assert len(templates) == len(set(templates))
    # Two that fall due in the same night overtake each other, whoever follows the playbook.
    alone = Play(playbooks=[book, library().playbook("hand-over")]).to(8 * DAY)
    assert {fact.data["template"] for fact in alone.facts("message_sent")} <= set(templates)
    (task,) = [fact for fact in play.facts("task_opened") if fact.data["kind"] == "submit-appeal"]
    assert task.at <= play.clock().due - book.margin - book.operator_lead
