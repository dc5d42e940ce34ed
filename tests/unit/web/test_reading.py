"""What an edit changed, told to the letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoz.web.reading import Change, changes

TEXTS = st.text("ab. !?\n\t。灯", max_size=40)


@given(old=TEXTS, new=TEXTS)
def test_both_texts_are_in_the_difference(old: str, new: str) -> None:
    """Without what came it is the old text, without what went the new one."""
    found = changes(old, new)
    assert "".join(each.text for each in found if each.kind != "new") == old
    assert "".join(each.text for each in found if each.kind != "gone") == new


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_sentence_below_the_text_changes_none_of_its_words(end: str) -> None:
    """Only what was written is new."""
    old = "The parcel came. Our offer stands."
    assert changes(old + end, f"{old}\n\nThe lamp works.{end}")[0] == Change("same", old)


def test_one_word_is_one_change() -> None:
    """The rest of its sentence stays."""
    found = changes("The parcel came late. It is here.", "The parcel came early. It is here.")
    assert [each.kind for each in found] == ["same", "gone", "new", "same"]
    assert (found[1].text, found[2].text) == ("late. ", "early. ")
