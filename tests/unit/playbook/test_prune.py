"""Carried state stays small whatever comes, and forgets nothing that an appeal or a rule needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from atoz.appeal.ledger import undelivered
from atoz.appeal.news import decision_of
from atoz.claims.facts import Fact
from atoz.claims.status import Status
from atoz.playbook import events as ev
from atoz.playbook.apply import apply
from atoz.playbook.edition import JUDGED
from atoz.playbook.grounds import grounds
from atoz.playbook.model import Intent
from atoz.playbook.prune import BULK, overflow, without
from atoz.playbook.prune_needs import MOST
from atoz.playbook.state import CaseState
from atoz.playbook.verdicts import verdicts
from tests.support.cases import ARRIVED, BLOCKED, DAY, HOUR, SECOND, Play

MEGABYTE = 1_000_000
FLOOD = 5_000


def pruned(state: CaseState) -> Iterator[tuple[CaseState, tuple[Fact, ...]]]:
    """The states after each part that leaves, as the workflow does it."""
    while part := overflow(state):
        state = without(state, part, f"facts/x/{len(state.fact_archives) + 1:05}.json")
        yield state, part


def flooded(
    state: CaseState, text: str, intents: tuple[Intent, ...] = ("other",), message_id: str = ""
) -> tuple[CaseState, list[Fact]]:
    """The state after 5,000 replies with this text, and the facts that left it on the way."""
    gone: list[Fact] = []
    for number in range(FLOOD):
        reply = ev.BuyerReplied.model_construct(
            at=state.started_at + 2 * DAY + number * SECOND,
            message_id=f"<{number:06}{message_id}@mail.example>",
            text=text,
            intents=intents,
            language="en",
            text_ref=f"texts/{number:06}",
            attachments=(),
        )
        state = apply(state, reply)
        for smaller, part in pruned(state):
            state = smaller
            gone += part
    return state, gone


@pytest.mark.parametrize(
    ("text", "message_id"),
    [
        ("x" * 2_000, ""),
        ("x" * 2_000, "y" * 900),
        ("\N{GRINNING FACE}" * 2_000, ""),
        ("写真" * 1_000, ""),
        ('"\\' * 1_000, ""),
        ("\x01" * 2_000, ""),
        ("", ""),
    ],
    ids=["latin", "long ids", "emoji", "japanese", "quotes", "controls", "empty"],
)
def test_five_thousand_replies_stay_under_a_megabyte(text: str, message_id: str) -> None:
    """Whatever they are made of."""
    state, gone = flooded(Play().to(2 * DAY).state, text, message_id=message_id)
    assert len(state.model_dump_json().encode()) < MEGABYTE
    kept = [fact for fact in state.facts if fact.kind == "reply_received"]
    assert len(kept) + sum(fact.kind == "reply_received" for fact in gone) == FLOOD
    assert state.facts[-1].id in {f"f{state.facts_recorded}", kept[-1].id}


def test_nothing_is_lost_and_nothing_doubled() -> None:
    """Archived and carried facts together are all facts, in order."""
    play = Play().to(2 * DAY)
    state, gone = flooded(play.state, "x" * 500)
    numbers = sorted(int(fact.id[1:]) for fact in (*gone, *state.facts))
    assert numbers == list(range(1, state.facts_recorded + 1))
    assert len(state.fact_archives) == len(set(state.fact_archives)) > 1


def test_each_part_is_small() -> None:
    """It goes through one activity."""
    state = Play().to(2 * DAY).state
    for number in range(FLOOD // 5):
        reply = ev.BuyerReplied(
            at=state.started_at + 2 * DAY, message_id=f"<{number}>", text="写" * 2_000
        )
        state = apply(state, reply)
    parts = [part for _, part in pruned(state)]
    assert parts
    for part in parts:
        assert sum(len(fact.model_dump_json().encode()) for fact in part) < MEGABYTE


def test_a_small_state_is_left_alone() -> None:
    """Up to a thousand facts of bulk."""
    state = Play().to(2 * DAY).state
    assert overflow(state) == ()
    for number in range(400):
        state = apply(state, ev.BuyerReplied(at=state.started_at, message_id=f"<{number}>"))
    assert overflow(state) == ()


def test_what_rules_look_at_again_stays() -> None:
    """Values, messages, the decision; and the newest reply, without which silence would be stated."""
    play = Play().to(3 * DAY + HOUR).reply("question", text="Why do you ask?")
    before = {fact.id for fact in play.state.facts if fact.kind not in BULK}
    state = play.state
    for number in range(3_000):
        state = apply(state, ev.DuplicateNoticed(at=play.now, message_id=f"<d{number}>"))
        state = [state, *(smaller for smaller, _ in pruned(state))][-1]
    assert before <= {fact.id for fact in state.facts}
    assert [fact.data["text"] for fact in state.facts if fact.kind == "reply_received"] == [
        "Why do you ask?"
    ]


def test_handled_ids_are_remembered_after_their_facts_left() -> None:
    """A reply that was archived is still not taken twice."""
    state, gone = flooded(Play().to(2 * DAY).state, "x" * 2_000)
    first = next(fact for fact in gone if fact.kind == "reply_received")
    again = ev.BuyerReplied(at=state.started_at + 3 * DAY, message_id=first.source)
    after = apply(state, again)
    assert after.facts[-1].kind == "duplicate_ignored"
    assert after.facts[-1].data["of"] == first.id


def test_a_question_asked_five_thousand_times_is_one_task() -> None:
    """With one clock."""
    state, _ = flooded(Play().to(2 * DAY).state, "Why?", intents=("question",))
    assert len([task for task in state.tasks if task.open]) == 1
    assert [clock.id for clock in state.clocks] == ["response", "buyer_reply"]


def decisions(number: int) -> ev.MarketplaceDecided:
    """One of a row that never ends: lost, reopened, lost again; now and then something else."""
    row = (Status.GRANTED_SELLER_FUNDED, Status.UNDER_REVIEW, Status.DENIED, Status.UNDER_REVIEW)
    return ev.MarketplaceDecided.vouched(
        at=ARRIVED + 4 * DAY + number * SECOND,
        message_id=f"<d{number}@market.example>",
        status=row[number % 4],
        funded_by=None,
        odr_counts=None,
        by=None,
        why=None,
    )


def bounces(number: int) -> ev.MessageBounced:
    """The same two messages come back again and again."""
    return ev.MessageBounced.vouched(
        at=ARRIVED + 4 * DAY + number * SECOND,
        message_id=f"<b{number}@relay.example>",
        original=SENT[number % 2],
        opted_out=number % 7 == 0,
        detail="mailbox full " * 20,
    )


SENT = [fact.data["message_id"] for fact in Play().to(4 * DAY).facts("message_sent")]


@pytest.mark.parametrize("flood", [decisions, bounces])
def test_ten_thousand_of_them_stay_small_and_nothing_is_lost(
    flood: Callable[[int], ev.Event],
) -> None:
    """What is carried is bounded; what left and what stayed are all facts, each once."""
    state, gone = Play().to(4 * DAY).state, list[Fact]()
    for number in range(10_000):
        state = apply(state, flood(number))
        if number % 50 == 0:
            for smaller, part in pruned(state):
                state = smaller
                gone += part
    assert len(state.model_dump_json().encode()) < MEGABYTE
    numbers = sorted(int(fact.id[1:]) for fact in (*gone, *state.facts))
    assert numbers == list(range(1, state.facts_recorded + 1))
    assert len(state.clocks) < 50


def test_after_a_flood_of_bounces_no_message_counts_as_delivered() -> None:
    """Of each message it is still known that it came back, and that the buyer opted out."""
    state = Play().to(4 * DAY).state
    before = undelivered(state.facts)
    for number in range(3_000):
        state = apply(state, bounces(number))
        state = [state, *(smaller for smaller, _ in pruned(state))][-1]
    sent = frozenset(fact.id for fact in state.facts if fact.kind == "message_sent")
    assert before == frozenset()
    assert undelivered(state.facts) == sent
    assert grounds("messages_stopped", state)


def test_after_a_flood_of_decisions_the_newest_of_each_is_known() -> None:
    """The appeal after a decision counts from the newest; `why` names it."""
    state = Play().to(4 * DAY).state
    for number in range(3_000):
        state = apply(state, decisions(number))
        state = [state, *(smaller for smaller, _ in pruned(state))][-1]
    newest = decision_of(state.facts)
    assert newest is not None
    assert newest.source == "<d2998@market.example>"
    statuses = {f.data["status"] for f in state.facts if f.kind == "decision_received"}
    assert statuses == {"granted_seller_funded", "under_review", "denied"}


def test_claims_of_an_earlier_edition_carry_what_they_carried() -> None:
    """What leaves when is part of their histories."""
    state = Play(edition=JUDGED - 1).to(4 * DAY).state
    for number in range(2_000):
        state = apply(state, bounces(number))
    assert overflow(state) == ()


def files(number: int) -> ev.EvidenceAdded:
    """What a person of the shop adds."""
    file = ev.Attachment(name=f"{number}.pdf", type="application/pdf", size=1, sha256="a" * 64)
    return ev.EvidenceAdded(at=ARRIVED + 2 * DAY, by="agent-1", key=f"f{number}", file=file)


def values(number: int) -> ev.Amended:
    """A carrier that is corrected again and again."""
    changed = {"shipment": {"carrier": f"carrier {number}"}}
    return ev.Amended(at=ARRIVED + 2 * DAY, by="agent-1", key=f"v{number}", values=changed)


def test_the_shops_own_files_outlast_a_flood_of_mails() -> None:
    """An answer goes with the proof that somebody added before, however much a buyer writes."""
    state = apply(Play().to(2 * DAY).state, files(1))
    state, gone = flooded(state, "x" * 2_000)
    assert [f.data["name"] for f in state.facts if f.kind == "evidence_added"] == ["1.pdf"]
    assert gone


def test_a_value_that_is_corrected_for_ever_is_carried_once() -> None:
    """The newest stays, with all values that were never touched; what was known of a text, too."""
    play = Play(findings=BLOCKED).to(4 * DAY + HOUR)
    appeal = play.state.appeal
    assert appeal is not None
    first = [f.id for f in play.state.facts if f.kind == "shipment.carrier"]
    before = {f.kind for f in play.state.facts if "value" in f.data}
    state = play.state
    for number in range(1_500):
        state = apply(state, values(number))
        state = [state, *(smaller for smaller, _ in pruned(state))][-1]
    carried = [f for f in state.facts if f.kind == "shipment.carrier"]
    assert carried[-1].data["value"] == "carrier 1499"
    assert [f.id for f in carried][:1] == first, "the text that lies there was written with it"
    assert len(carried) < 1_000
    assert before <= {f.kind for f in state.facts if "value" in f.data}


def test_of_replies_that_a_person_judged_the_newest_stay() -> None:
    """With what was said of them; the others leave with their verdicts."""
    state = Play().to(2 * DAY).state
    for number in range(1_500):
        at = state.started_at + 2 * DAY + number * SECOND
        reply = ev.BuyerReplied(at=at, message_id=f"<j{number}>", text="x", intents=("other",))
        state = apply(state, reply)
        task = state.open_task("read-reply")
        assert task is not None
        done = ev.TaskDone(at=at, by="a", key=f"j{number}", task=task.id, receipt="helps")
        state = apply(state, done)
        state = [state, *(smaller for smaller, _ in pruned(state))][-1]
    said = verdicts(state.facts)
    replies = [f for f in state.facts if f.kind == "reply_received"]
    assert len([f for f in replies if f.id in said]) >= MOST
    assert len(state.model_dump_json()) < MEGABYTE // 2


def test_the_first_withdrawal_is_known_after_a_flood_of_other_words() -> None:
    """Of each intent the newest reply stays: an appeal may rest on what the buyer said once."""
    play = Play().to(2 * DAY).reply("says_withdrawn", text="I have withdrawn the claim.")
    state, _ = flooded(play.state, "x" * 2_000)
    said = [f.data["intents"] for f in state.facts if f.kind == "reply_received"]
    assert said[0] == ["says_withdrawn"]
