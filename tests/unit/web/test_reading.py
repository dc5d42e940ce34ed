"""A text in pieces and two texts compared: to the letter, whatever they are."""

from __future__ import annotations

import time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoz.errors import BadInput
from atoz.playbook.parts import Sentence
from atoz.web.amending import amended, instant_in, written
from atoz.web.reading import Change, changes, pieces
from tests.support.cases import claim_file

TEXTS = st.text(alphabet="ab .!?\n\t中文。é", max_size=60)


@given(TEXTS, TEXTS)
def test_a_comparison_tells_both_texts(old: str, new: str) -> None:
    """What stayed and went is the old one, what stayed and came the new one; no two neighbours alike."""
    found = changes(old, new)
    assert "".join(each.text for each in found if each.kind != "new") == old
    assert "".join(each.text for each in found if each.kind != "gone") == new
    assert all(a.kind != b.kind for a, b in pairwise(found))


def test_a_comparison_marks_words() -> None:
    """A word, or a sign of a script that writes no spaces, and nothing around it."""
    assert changes("The shade is cream today.", "The shade is white today.") == [
        Change("same", "The shade is "),
        Change("gone", "cream "),
        Change("new", "white "),
        Change("same", "today."),
    ]
    assert changes("退款金额", "退货金额")[1:3] == [Change("gone", "款"), Change("new", "货")]


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_sentence_below_the_text_changes_none_of_its_words(end: str) -> None:
    """Only what was written is new."""
    old = "The parcel came. Our offer stands."
    assert changes(old + end, f"{old}\n\nThe lamp works.{end}")[0] == Change("same", old)


def test_long_texts_are_compared_in_time() -> None:
    """The longest edit that is taken, changed everywhere."""
    old, new = "the same word again " * 1_000, "another word of it all " * 900
    begun = time.process_time()
    assert changes(old, new)
    assert time.process_time() - begun < 5


@given(TEXTS, st.lists(TEXTS, max_size=5))
def test_pieces_are_the_text(text: str, sentences: list[str]) -> None:
    """Whatever the sentences are, nothing of the text is lost, doubled or moved."""
    found = pieces(text, [Sentence(text=each, facts=("f1",)) for each in sentences])
    assert "".join(piece.text for piece in found) == text


def test_each_piece_knows_its_sentence() -> None:
    """The same sentence twice is two; what stands between belongs to none."""
    same = Sentence(text="It came.", facts=("f1",))
    found = pieces("It came.\n\nIt came. ", [same, same.model_copy(update={"facts": ("f2",)})])
    assert [(each.text, each.number, each.facts) for each in found] == [
        ("It came.", 0, ("f1",)),
        ("\n\n", None, ()),
        ("It came.", 1, ("f2",)),
        (" ", None, ()),
    ]


def test_an_amendment_is_what_was_changed() -> None:
    """A value that was emptied is unknown again; a flag is a flag, another word a name."""
    file = claim_file()
    assert written(file, "shipment.carrier") == "UPS"
    assert written(file, "shipment.signature") == ""
    typed = {"shipment.carrier": " ", "shipment.signature": "Yes", "claim.reason": "damaged "}
    assert amended(file, typed) == {
        "shipment": {"carrier": None, "signature": True},
        "claim": {"reason": "damaged"},
    }
    assert amended(file, {"shipment.signature": "M. Ode"})["shipment"]["signature"] == "M. Ode"
    with pytest.raises(BadInput, match="nothing was changed"):
        amended(file, {"shipment.carrier": "UPS", "nonsense": "x"})


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("2026-09-08T11:00", "2026-09-08T09:00:00Z"),
        (" 2026-12-08 11:00 ", "2026-12-08T10:00:00Z"),
        ("2026-09-08T11:00:00+08:00", "2026-09-08T03:00:00Z"),
        ("2026-09-08T11:00:00Z", "2026-09-08T11:00:00Z"),
        ("", None),
        ("0001-01-01T00:00", None),
        ("soon", None),
    ],
)
def test_an_instant_is_the_readers(typed: str, instant: str | None) -> None:
    """In their zone, unless it names one; what is none is told."""
    if instant is None:
        with pytest.raises(BadInput, match="is no instant"):
            instant_in(ZoneInfo("Europe/Berlin"), typed)
    else:
        assert instant_in(ZoneInfo("Europe/Berlin"), typed) == instant
