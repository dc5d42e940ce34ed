"""The appeal says what recorded facts hold, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from atoz.appeal.compose import attachments_of, compose, digest_of, text_of
from atoz.claims.facts import Fact
from atoz.playbook import events as ev
from atoz.playbook.events import Sentence
from atoz.playbook.state import CaseState
from tests.support.cases import ARRIVED, DAY, HOUR, MINUTE, NEVER_SHIPPED, PROVEN, Play, library

WORDS = library().appeal_words
ORDER = "111-0000199-0000199"
JAPAN: dict[str, Any] = {
    "claim": {"marketplace": "JP", "amount": "4980", "currency": "JPY"},
    "buyer": {"language": "ja"},
}
SPARE: dict[str, Any] = {
    "claim": {"order_date": None, "ship_by": None, "max_estimated_delivery": None},
    "shipment": {
        "carrier": None,
        "tracking_number": None,
        "shipped_at": None,
        "first_scan_at": None,
        "delivered_at": None,
    },
}
RETURNED: dict[str, Any] = {"return": {"received_at": "2026-09-09", "refunded": True}}


def lives() -> Iterator[tuple[str, Play]]:
    """Claims of many kinds, each at a moment when an appeal could be written."""
    yield "silent", Play().to(4 * DAY)
    yield "at once", Play(PROVEN).to(2 * HOUR)
    yield "photos", Play().to(2 * DAY).reply("other", photos=2, text="See 2 pictures!").to(3 * DAY)
    yield "replies", Play().to(DAY + HOUR).reply("hostile", text="I paid 58 dollars.").to(5 * DAY)
    yield "part refund", Play().to(2 * DAY).refund("8.50").to(4 * DAY)
    yield "bounced", Play(sends=["sent", "refused"]).to(4 * DAY)
    yield "unknown", Play(sends=["unknown"]).to(30 * HOUR).done("settle-send", "sent").to(4 * DAY)
    yield "japan", Play(JAPAN).to(5 * DAY)
    yield "spare", Play(SPARE).to(4 * DAY)
    yield "returned", Play(RETURNED).to(4 * DAY)
    yield "never shipped", Play(NEVER_SHIPPED).to(2 * DAY)
    yield "help", Play().to(2 * DAY).reply("asks_how_to_withdraw").to(4 * DAY)
    yield "opted out", Play().to(2 * DAY).reply("stop_contact").to(4 * DAY)


LIVES = dict(lives())
each = pytest.mark.parametrize("life", LIVES)
both = pytest.mark.parametrize("facts_only", [False, True])


def written(life: str, *, facts_only: bool = False) -> tuple[Sentence, ...]:
    """The sentences of the appeal of a life, as of its moment."""
    play = LIVES[life]
    return compose(play.state, play.now, WORDS, language="en", facts_only=facts_only)


@each
@both
def test_every_sentence_rests_on_recorded_facts(life: str, facts_only: bool) -> None:
    """On at least one, and each of them is there."""
    known = {fact.id for fact in LIVES[life].state.facts}
    for sentence in written(life, facts_only=facts_only):
        assert sentence.facts, sentence.text
        assert set(sentence.facts) <= known


@each
@both
def test_no_number_date_or_amount_is_made_up(life: str, facts_only: bool) -> None:
    """Each stands in a fact that its sentence rests on, or is counted from one."""
    play = LIVES[life]
    by_id = {fact.id: fact for fact in play.state.facts}
    for sentence in written(life, facts_only=facts_only):
        held = _held(play, [by_id[fact] for fact in sentence.facts])
        text = re.sub(r"^Exhibit \d+:", "", sentence.text)
        for number in re.findall(r"\d[\d.,:-]*\d|\d", text):
            assert number in held, f"{number} in: {sentence.text}"


def _held(play: Play, facts: list[Fact]) -> str:
    """All that the facts say, with their days and minutes in the marketplace's zone."""
    assert play.state.policy is not None
    zone = ZoneInfo(play.state.policy.zone)
    values = [str(value) for fact in facts for value in fact.data.values()]
    stated = [datetime.fromisoformat(value) for value in values if INSTANT.fullmatch(value)]
    instants = [*(fact.at for fact in facts), *stated]
    local = [f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (*instants, play.now)]
    hours = [str((play.now - instant) // HOUR) for instant in instants]
    money = [f"{float(value):.2f}" for value in values if AMOUNT.fullmatch(value)]
    return " ".join([*values, *local, *hours, *money])


INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:]+Z")
AMOUNT = re.compile(r"\d+(\.\d+)?")


@each
def test_the_facts_alone_leave_out_words_and_offers(life: str) -> None:
    """No quote, nothing that we promise; position and request stay."""
    text = text_of(written(life, facts_only=True))
    assert "“" not in text
    assert "to settle this directly" not in text
    assert re.match(_POSITION, text)
    assert re.match(_REQUEST, text.splitlines()[-1])
    assert set(written(life, facts_only=True)) <= set(written(life))


@each
def test_the_order_of_an_appeal(life: str) -> None:
    """Position, dated chronology, evidence, the buyer's words, the offer, the request."""
    lines = [sentence.text for sentence in written(life)]
    kinds = [_part(line) for line in lines]
    assert kinds == sorted(kinds)
    dates = [line.partition(": ")[0] for line, kind in zip(lines, kinds, strict=True) if kind == 1]
    assert dates == sorted(dates)


def _part(line: str) -> int:
    starts = [
        rf"{_POSITION}|This answer states what our records",
        r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?: ",
        r"In the \d+ hours since|As of |We answered the buyer's message",
        r"Exhibit \d+: ",
        r"The buyer wrote|On \d{4}-\d\d-\d\d \d\d:\d\d the buyer wrote",
        r"Our offer",
        _REQUEST,
    ]
    return next(n for n, start in enumerate(starts) if re.match(start, line))


_POSITION = "This is our answer to the A-to-z Guarantee claim of "
_REQUEST = "We ask you to (?:close the claim of|decide the claim on order)"


@each
def test_the_text_names_its_order_and_no_other(life: str) -> None:
    """And the amount in the currency's own form."""
    text = text_of(written(life))
    assert set(re.findall(r"\d{3}-\d{7}-\d{7}", text)) == {ORDER}
    assert ("4980 JPY" in text) is (life == "japan")


def test_evidence_is_numbered() -> None:
    """Tracking, proofs, files, in one row."""
    play = Play(PROVEN, {"shipment": {"signature": "A. Byer", "buy_shipping": True}}).to(HOUR)
    play.reply(photos=1).to(2 * HOUR)
    lines = [s.text for s in compose(play.state, play.now, WORDS) if s.text.startswith("Exhibit")]
    assert lines == [
        "Exhibit 1: the UPS tracking record 1Z0000000300000199.",
        "Exhibit 2: the signature on delivery (A. Byer).",
        "Exhibit 3: postage bought through Buy Shipping.",
        "Exhibit 4: the picture 0.jpg, attached.",
    ]


def test_a_files_name_is_data() -> None:
    """Nothing in it reads as part of the text."""
    play = Play().to(HOUR)
    name = "a.pdf, attached.\nWe admit it\u202e <b>"
    file = ev.Attachment(name=name, type="application/pdf", size=1, sha256="a" * 64)
    play.take(ev.EvidenceAdded(at=play.now, by="approver-1", file=file))
    lines = [s.text for s in compose(play.state, play.now, WORDS) if "Exhibit 2" in s.text]
    assert lines == ["Exhibit 2: the file a.pdf_ attached._We admit it_ _b_, attached."]


# Silence ----------------------------------------------------------------------------------------


def silence(state: CaseState, play: Play) -> str | None:
    """What the appeal says of an answer that did not come."""
    said = [s for s in compose(state, play.now, WORDS) if s.text.startswith("In the ")]
    assert len(said) <= 1
    return said[0].text if said else None


def test_silence_is_stated_with_the_time_since_the_request() -> None:
    """As of now, in the marketplace's zone, resting on the message that was sent."""
    play = Play().to(4 * DAY)
    assert silence(play.state, play) == (
        "In the 24 hours since our message of 2026-09-11 11:00, as of 2026-09-12 11:00, "
        "no reply has reached us."
    )
    [sentence] = [s for s in compose(play.state, play.now, WORDS) if s.text.startswith("In the ")]
    assert sentence.facts == (play.facts("message_sent", "request-photos")[0].id,)


@pytest.mark.parametrize(("after", "said"), [(59 * MINUTE, False), (60 * MINUTE, True)])
def test_silence_needs_an_hour(after: timedelta, said: bool) -> None:
    """Nobody answers at once."""
    play = Play().to(3 * DAY + after)
    assert (silence(play.state, play) is not None) is said


def test_there_is_no_silence_before_anything_was_asked() -> None:
    """An early appeal says nothing of an answer."""
    play = Play(PROVEN).to(3 * HOUR)
    assert silence(play.state, play) is None


@pytest.mark.parametrize("intent", ["other", "question", "stop_contact", "says_withdrawn"])
def test_any_reply_since_ends_the_silence(intent: Any) -> None:
    """A question is a reply."""
    play = Play().to(3 * DAY + HOUR).reply(intent).to(4 * DAY)
    assert silence(play.state, play) is None


def test_a_reply_before_the_request_does_not_answer_it() -> None:
    """No reply since then."""
    play = Play().to(3 * DAY - HOUR).reply("question").to(4 * DAY)
    assert silence(play.state, play) is not None


def test_a_request_that_came_back_was_never_made() -> None:
    """Then the first mail counts; with that gone, too, nothing is said."""
    play = Play().to(3 * DAY)
    [first, second] = play.facts("message_sent")
    play.take(_bounce(play, second, "<b1>")).to(3 * DAY + 2 * HOUR)
    said = silence(play.state, play)
    assert said is not None
    assert "since our message of 2026-09-09 11:00" in said
    play.take(_bounce(play, first, "<b2>"))
    assert silence(play.state, play) is None
    text = text_of(compose(play.state, play.now, WORDS))
    assert "we wrote to the buyer" not in text
    assert "asked the buyer" not in text
    assert "Our offer" not in text


def _bounce(play: Play, sent: Fact, message_id: str) -> ev.MessageBounced:
    original = sent.data["message_id"]
    return ev.MessageBounced(at=play.now, message_id=message_id, original=original)


def test_a_picture_on_file_is_not_denied() -> None:
    """It came before the request was settled: no word of pictures then."""
    play = Play().to(2 * DAY).reply(photos=1).to(2 * DAY + HOUR)
    play.state = play.state.model_copy(
        update={"facts": tuple(f for f in play.state.facts if f.kind != "reply_received")}
    )
    said = silence(play.state, play)
    assert said is not None
    assert "no reply has reached us" in said
    assert "no picture" not in text_of(compose(play.state, play.now, WORDS))


# Values that change -----------------------------------------------------------------------------


def test_the_newest_value_holds() -> None:
    """And one that was taken back is not said any more."""
    play = (
        Play()
        .to(HOUR)
        .amend(
            {
                "claim": {"buyer_comment": None, "amount": "40.00"},
                "shipment": {"carrier": "DHL", "delivered_at": None},
            }
        )
    )
    text = text_of(compose(play.state, play.now, WORDS))
    assert "claim of 40.00 USD" in text
    assert "shipped with DHL" in text
    assert "UPS" not in text
    assert "recorded the delivery" not in text
    assert "None" not in text
    assert "The buyer wrote in the claim" not in text


def test_days_are_the_marketplaces_days() -> None:
    """Eight in the evening in UTC is the next morning in Tokyo."""
    late = {"claim": {"notified_at": "2026-09-08T20:00:00Z"}}
    japan, us = Play(JAPAN, late), Play(late)
    assert "2026-09-09 05:00: the claim reached us." in text_of(
        compose(japan.state, ARRIVED, WORDS, language="en")
    )
    assert "2026-09-08 13:00: the claim reached us." in text_of(compose(us.state, ARRIVED, WORDS))


# The digest -------------------------------------------------------------------------------------


def test_a_digest_binds_text_and_files() -> None:
    """The order of the files is no matter, everything else is."""
    one = digest_of("text", ["a:1", "b:2"])
    assert one == digest_of("text", ["b:2", "a:1"])
    others = {
        digest_of("text ", ["a:1", "b:2"]),
        digest_of("text", ["a:1"]),
        digest_of("text", ["a:1", "b:3"]),
        digest_of("text\x00a:1", ["b:2"]),
        digest_of("text", ["a:1\x00b:2"]),
    }
    assert one not in others
    assert len(others) == 5


def test_files_are_named_with_their_digest() -> None:
    """As they were recorded."""
    play = Play().to(HOUR).reply(photos=2)
    assert attachments_of(play.state) == (f"0.jpg:{0:064x}", f"1.jpg:{1:064x}")


# The parts --------------------------------------------------------------------------------------


@each
def test_each_sentence_says_which_part_it_is_of(life: str) -> None:
    """In the order of an appeal; a packet shows its headings by it."""
    order = ["position", "chronology", "evidence", "statement", "solution", "request"]
    places = [order.index(sentence.section or "") for sentence in written(life)]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] == 5
