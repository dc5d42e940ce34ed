"""An appeal after the decision tells what is known to help, and a person says what helps."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from atoz.appeal.compose import compose, text_of
from atoz.appeal.lint import lint
from atoz.appeal.news import left_out, new_facts, news
from atoz.appeal.packet.letters import letter_dossier
from atoz.playbook import events as ev
from atoz.playbook.edition import JUDGED
from atoz.playbook.events import Finding
from atoz.playbook.model import Intent
from tests.support.cases import DAY, HOUR, Play, World, library

Channel = Literal["operator", "email", "webhook"]
WORDS = library().appeal_words
NOT_RECEIVED: dict[str, Any] = {"claim": {"reason": "not_received"}}


def lost(*changes: dict[str, Any]) -> Play:
    """A claim that was granted against us a day ago."""
    return Play(*changes).to(5 * DAY).decided("granted_seller_funded").to(6 * DAY)


def told(play: Play) -> str:
    """The draft of the appeal."""
    return text_of(compose(play.state, play.now, WORDS, language="en"))


def found(play: Play, text: str | None = None) -> dict[str, Finding]:
    """The findings about it, by their rule."""
    text = told(play) if text is None else text
    return {each.rule: each for each in lint(text, play.state, play.now, WORDS)}


@pytest.mark.parametrize(
    ("reason", "intents"),
    [("damaged", ("says_withdrawn",)), ("not_received", ("says_received",))],
)
def test_a_buyer_who_takes_it_back_is_news(reason: str, intents: tuple[Intent, ...]) -> None:
    """He withdrew, or has what he claimed to miss."""
    play = lost({"claim": {"reason": reason}}).reply(*intents, text="It was with my neighbour.")
    assert "It was with my neighbour." in told(play)
    assert "not-known-to-help" not in found(play)


@pytest.mark.parametrize(
    ("reason", "intents"),
    [
        ("damaged", ("says_received",)),
        ("not_received", ("says_received", "wants_refund")),
        ("not_received", ("says_withdrawn", "hostile")),
        ("not_received", ("other",)),
        ("not_received", ("question",)),
    ],
)
def test_any_other_mail_is_no_news_before_somebody_says_so(
    reason: str, intents: tuple[Intent, ...]
) -> None:
    """It may speak for the buyer, so nothing is told of it, and a finding says so."""
    play = lost({"claim": {"reason": reason}}).reply(*intents, text="It broke on day one.")
    assert told(play) == ""
    assert new_facts(play.state.facts) == ()
    assert "wrong-stage" in found(play)
    [mail] = play.facts("reply_received")
    assert f"`helps {mail.id}`" in found(play)["not-known-to-help"].message


def test_a_mail_that_a_person_picks_is_news_with_its_pictures() -> None:
    """The sentences rest on that word, too."""
    play = lost().reply(text="I mistook the colour.", photos=1)
    play.done("read-reply", "helps")
    [said] = [fact for fact in play.facts("task_done") if fact.data.get("verdict")]
    sentences = compose(play.state, play.now, WORDS, language="en")
    quoting = [each for each in sentences if "I mistook the colour." in each.text]
    assert [said.id in each.facts for each in quoting] == [True]
    assert "Exhibit 1" in told(play)
    assert not left_out(play.state.facts)


def test_what_speaks_for_the_buyer_is_left_out_and_not_even_attached() -> None:
    """Beside a new fact that helps: of two mails the one."""
    play = lost().reply(text="It is broken.", photos=2).done("read-reply", "harms")
    play.reply(text="My son did it.").done("read-reply-2", "Helps")
    assert "My son did it." in told(play)
    assert "It is broken." not in told(play)
    assert "Exhibit" not in told(play)
    assert found(play)["speaks-against"].severity == "warn"
    letter = letter_dossier("post-decision-appeal", play.state, play.now, WORDS)
    assert letter is not None
    assert letter.attached == ()


def test_a_person_may_pick_one_of_several_and_change_his_mind() -> None:
    """By its fact, also when the task is closed; the newest word counts."""
    play = lost().reply(text="It is broken.").reply(text="It was my son.")
    first, second = (fact.id for fact in play.facts("reply_received"))
    play.done("read-reply", f"helps {second}")
    assert {n.fact.id: n.helps for n in news(play.state.facts)} == {first: None, second: True}
    play.done("read-reply", f"harms {second}")
    assert {n.fact.id: n.helps for n in news(play.state.facts)} == {first: None, second: False}
    wrong = ev.TaskDone(at=play.now, by="approver-1", task="read-reply", receipt="helps f1")
    assert play.why_not(wrong) == f"read-reply is about {first}, {second}, not about f1"


def test_a_note_is_no_verdict() -> None:
    """Receipts of such tasks are free, as ever."""
    play = lost().reply(text="It is broken.").done("read-reply", "it helps nobody")
    assert news(play.state.facts)[0].helps is None
    assert play.facts("task_done")[-1].data["receipt"] == "it helps nobody"


@pytest.mark.parametrize(
    ("values", "helps"),
    [
        ({"shipment": {"signature": "A. Byer"}}, True),
        ({"shipment": {"carrier_notes": "Handed over."}}, True),
        ({"shipment": {"signature": False}}, None),
        ({"shipment": {"status": "never_shipped"}}, None),
        ({"claim": {"buyer_comment": "It is all broken."}}, None),
        ({"claim": {"reason": "damaged"}}, None),
        ({"claim": {"max_estimated_delivery": "2026-08-21"}}, True),
        ({"return": {"received_at": "2026-09-12"}}, None),
        ({"listing": {"title": "Lamp, cream"}}, True),
    ],
)
def test_values_that_a_person_adds_help_unless_they_are_the_buyers(
    values: dict[str, Any], helps: bool | None
) -> None:
    """A scan, a note, our listing; not the buyer's words, nor that something is not there."""
    play = lost().amend(values)
    assert [each.helps for each in news(play.state.facts)] == [helps]


def test_an_edited_text_that_leans_on_what_harms_is_told_where() -> None:
    """The finding names the sentence."""
    play = lost(NOT_RECEIVED).reply("says_withdrawn", text="I withdrew it today.")
    play.reply(text="The parcel was wet inside.").done("read-reply", "harms")
    own = told(play) + "\nThe buyer wrote: “The parcel was wet inside.”"
    assert found(play, own)["speaks-against"].sentence == len(own.splitlines()) - 1


# The buyer's pictures -------------------------------------------------------------------------


def damaged(channel: Channel = "email") -> Play:
    """A claim that something came broken, with two pictures of it."""
    play = Play({"claim": {"reason": "damaged"}}, world=World(channel=channel)).to(2 * DAY)
    return play.reply(text="See the crack.", photos=2)


def objections(play: Play) -> list[str]:
    """The rules that object to the text as it stands."""
    assert play.state.appeal is not None
    return [each.rule for each in play.state.appeal.findings]


def test_pictures_that_nobody_looked_at_need_a_person() -> None:
    """The text waits for a yes, which is given knowingly."""
    play = damaged().to(3 * DAY + HOUR)
    appeal = play.state.appeal
    assert appeal is not None
    assert [f.rule for f in appeal.findings] == ["photos-unseen"]
    assert "'0.jpg', '1.jpg'" in appeal.findings[0].message
    assert "approve-appeal" in play.open_tasks()
    assert "submit-appeal" not in play.open_tasks()


def test_who_hands_the_text_in_sees_the_pictures() -> None:
    """By hand nothing goes unseen: the task to look at them stands beside the one to hand in."""
    play = damaged("operator").to(3 * DAY + HOUR)
    assert objections(play) == []
    assert {"review-photos", "submit-appeal"} <= set(play.open_tasks())


def test_pictures_that_were_looked_at_go_without_a_word() -> None:
    """As soon as the task is done; a picture that comes later is looked at, too."""
    play = damaged().to(2 * DAY + HOUR).done("review-photos")
    play.to(3 * DAY + HOUR)
    assert objections(play) == []
    assert "approve-appeal" not in play.open_tasks()
    later = damaged().to(2 * DAY + HOUR).done("review-photos").reply(photos=1)
    later.to(3 * DAY + HOUR)
    assert objections(later) == ["photos-unseen"]


def test_pictures_that_speak_for_the_buyer_are_approved_knowingly() -> None:
    """Also where that is said when the text is with a person already: it is written anew."""
    play = damaged("operator").to(2 * DAY + HOUR).done("review-photos").to(3 * DAY + HOUR)
    assert "submit-appeal" in play.open_tasks()
    play.done("review-photos", "harms")
    assert objections(play) == ["photos-against"]
    assert "submit-appeal" not in play.open_tasks()
    assert "approve-appeal" in play.open_tasks()
    older = Play({"claim": {"reason": "damaged"}}, edition=JUDGED - 1).to(2 * DAY).reply(photos=1)
    older.done("review-photos").to(3 * DAY + HOUR)
    late = ev.TaskDone(at=older.now, by="approver-1", task="review-photos", receipt="harms")
    assert older.why_not(late) is not None


def test_files_of_ours_are_known() -> None:
    """A person of the shop added them."""
    play = Play({"claim": {"reason": "damaged"}}).to(2 * DAY)
    file = ev.Attachment(name="packed.jpg", type="image/jpeg", size=1, sha256="a" * 64)
    play.take(ev.EvidenceAdded(at=play.now, by="approver-1", file=file)).to(4 * DAY)
    assert objections(play) == []
