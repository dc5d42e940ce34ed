"""The words around the facts: in six languages, each whole, each with letters that the fonts have."""

from __future__ import annotations

import pytest

from atoz.appeal.packet.words import PacketWords
from atoz.playbook.load import read_yaml
from atoz.playbook.problems import PlaybookRefused
from tests.support.cases import PLAYBOOKS, library
from tests.support.packets import FONTS

LANGUAGES = ["de", "en", "es", "fr", "it", "ja"]


def test_six_languages() -> None:
    """Those of the marketplaces that have rules."""
    assert sorted(library().packets) == LANGUAGES
    spoken = {policy.appeal_language for policy in library().policies.values()}
    assert spoken <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_has_a_glyph(language: str) -> None:
    """A missing one would show as a mark in every PDF."""
    assert FONTS.lacking((PLAYBOOKS / "packet" / f"{language}.yaml").read_text("utf-8")) == set()


def test_every_language_has_a_word_for_the_same_facts() -> None:
    """English is the reference; what it has no word for is told by its kind in all of them."""
    kinds = {language: set(words.facts) for language, words in library().packets.items()}
    assert {
        language: each ^ kinds["en"] for language, each in kinds.items() if each ^ kinds["en"]
    } == {}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  claim: Filed as\n", "", "claim"),
        ("{n} more pages", "more pages", "write {n} once"),
        ("{n} more pages", "{m} more pages", "write {n} once"),
        ("  other: another reason\n", "", "`other` is missing"),
    ],
)
def test_what_is_amiss_is_refused(old: str, new: str, said: str) -> None:
    """When the worker starts, with its place."""
    text = (PLAYBOOKS / "packet" / "en.yaml").read_text("utf-8")
    assert old in text
    with pytest.raises(PlaybookRefused, match=said):
        read_yaml(text.replace(old, new), "en.yaml", PacketWords)
