"""Two statements of a buyer's side by side: only where the words can mean nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from atoz.appeal.compose import compose
from tests.support.cases import DAY, Play, library

WORDS = library().appeal_words
NOTHING_CAME: dict[str, Any] = {
    "claim": {"reason": "not_received", "buyer_comment": "Nothing came to my house."}
}


def contradiction(play: Play) -> str | None:
    """What the appeal says of it."""
    said = [s.text for s in compose(play.state, play.now, WORDS) if " was filed as " in s.text]
    assert len(said) <= 1
    return said[0] if said else None


def replied(text: str, **claim: Any) -> Play:
    """A claim that nothing came, and then a message."""
    play = Play(NOTHING_CAME, {"claim": claim}).to(DAY + DAY / 4)
    return play.reply(text=text)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Hello. The parcel arrived broken. I want my money.", "The parcel arrived broken."),
        ("It arrived today.", "It arrived today."),
        ("I received the wrong lamp.", "I received the wrong lamp."),
        ("Das Paket kam kaputt an.", "Das Paket kam kaputt an."),
        ("Le colis est arrivé cassé.", "Le colis est arrivé cassé."),
        ("Il pacco è arrivato rotto.", "Il pacco è arrivato rotto."),
        ("El paquete llegó roto.", "El paquete llegó roto."),
        ("届いた商品が割れていました。", "届いた商品が割れていました。"),
    ],
)
def test_both_statements_are_quoted(text: str, quoted: str) -> None:
    """Word for word, and nothing is said about whoever wrote them."""
    assert contradiction(replied(text)) == (
        "The claim was filed as an item not received and says “Nothing came to my house.”; "
        f"the buyer's message of 2026-09-09 17:00 says “{quoted}”"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Your tracking link is broken.",
        "It did not arrive broken, it did not arrive at all.",
        "Has it arrived broken at your warehouse?",
        "The tracking page says that it arrived.",
        "I have not received the wrong item, I have received nothing.",
        "When will it arrive?",
        "Wann kommt das Paket an?",
        "You are a liar, it arrived broken!!",
        "",
    ],
)
def test_what_may_mean_something_else_is_no_contradiction(text: str) -> None:
    """A denial, a question, hearsay; and what may not be quoted is not told either."""
    assert contradiction(replied(text)) is None


def test_only_a_claim_that_nothing_came_is_contradicted() -> None:
    """A damaged item did arrive."""
    assert contradiction(replied("It arrived broken.", reason="damaged")) is None


def test_a_claim_without_words_is_contradicted_by_its_reason() -> None:
    """And the newest such message counts."""
    play = replied("It arrived today.", buyer_comment=None).reply(text="It arrived broken.")
    assert contradiction(play) == (
        "The claim was filed as an item not received; "
        "the buyer's message of 2026-09-09 17:00 says “It arrived broken.”"
    )
