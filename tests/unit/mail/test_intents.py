"""Holds what the reader makes of buyers' replies: the examples beside the lists, and the rules above them.

The rule behind all of them: a miss is read by a person, a false `says_withdrawn`, `says_received` or
`stop_contact` moves a claim.
"""

import re
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from atoz.mail.intents import Phrases, read_intents
from atoz.playbook.model import INTENTS

FOLDER = Path(__file__).resolve().parents[3] / "playbooks" / "phrases"
LANGUAGES = ("de", "en", "es", "fr", "it", "ja")
GUARDED = {"says_withdrawn", "says_received", "stop_contact"}
FULL = {"de": 25, "en": 25, "ja": 25}


def _yaml(path: Path) -> dict[str, object]:
    loaded: dict[str, object] = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    return loaded


LISTS = {language: _yaml(FOLDER / f"{language}.yaml") for language in LANGUAGES}
PHRASES = {language: Phrases.model_validate(lists) for language, lists in LISTS.items()}
EXAMPLES = {
    language: {
        text: tuple(str(meant).split())
        for text, meant in _yaml(FOLDER / "examples" / f"{language}.yaml").items()
    }
    for language in LANGUAGES
}


def _read(text: str, language: str | None, photos: int = 0) -> tuple[str, ...]:
    return read_intents(text, language=language, phrases=PHRASES, photos=photos)


def _examples() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for language, texts in EXAMPLES.items():
        for text, meant in texts.items():
            yield language, text, meant


ALL = [pytest.param(*row, id=f"{row[0]}-{number}") for number, row in enumerate(_examples())]


@pytest.mark.parametrize(("language", "text", "meant"), ALL)
def test_every_example_is_read_as_written_beside_it(
    language: str, text: str, meant: tuple[str, ...]
) -> None:
    """The examples beside the lists hold."""
    assert _read(text, language) == meant


@pytest.mark.parametrize("given_language", [None, *LANGUAGES])
def test_no_language_or_a_wrong_one_moves_no_claim(given_language: str | None) -> None:
    """A text without its language's code, or with another's, is missed rather than misread."""
    wrong = [
        (language, text)
        for language, text, meant in _examples()
        if GUARDED & set(_read(text, given_language)) - set(meant)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_examples_of_what_it_reads(language: str) -> None:
    """At least 25 texts where the product must be excellent, 8 elsewhere, and every intent of words."""
    assert len(EXAMPLES[language]) >= FULL.get(language, 8)
    found = {intent for meant in EXAMPLES[language].values() for intent in meant}
    assert found == set(INTENTS) - {"photos"}


class TestPhotos:
    """Images attached give `photos`; words about photos never do."""

    TEXT = "Here are two pictures. The glass is cracked right across."

    def test_attached_images_are_photos(self) -> None:
        """Two images, no other intent."""
        assert _read(self.TEXT, "en", photos=2) == ("photos",)

    def test_words_about_photos_are_not(self) -> None:
        """None attached: the buyer only says so."""
        assert _read(self.TEXT, "en") == ("other",)

    def test_photos_stand_first_beside_the_rest(self) -> None:
        """The order is that of the domain's list."""
        assert _read("Please refund me, you scammer.", "en", photos=1) == (
            "photos",
            "wants_refund",
            "question",
            "hostile",
        )

    @pytest.mark.parametrize("language", [None, "xx", "en"])
    def test_an_empty_text_with_photos(self, language: str | None) -> None:
        """Photos need no words and no language."""
        assert _read("", language, photos=1) == ("photos",)


class TestLanguage:
    """Which list is read."""

    @pytest.mark.parametrize("code", ["de", "DE", "de-DE", "de_AT", " de "])
    def test_codes_are_read_by_their_first_part(self, code: str) -> None:
        """Regions and case do not matter."""
        assert _read("Habe den Antrag zurückgezogen", code) == ("says_withdrawn",)

    @pytest.mark.parametrize("language", [None, "", "nl", "zz-ZZ", "日本"])
    def test_an_unknown_language_is_found_from_common_words(self, language: str | None) -> None:
        """Enough words of one language are enough."""
        assert _read("I have withdrawn the claim.", language) == ("says_withdrawn",)

    def test_too_few_words_are_not_guessed(self) -> None:
        """One word could be anything."""
        assert _read("zurückgezogen", None) == ("other",)

    @pytest.mark.parametrize("text", ["Waar is mijn pakket?", "Gdzie jest paczka？", "أين الطرد؟"])
    def test_a_question_mark_needs_no_language(self, text: str) -> None:
        """Something waits for an answer, whatever it is."""
        assert _read(text, None) == ("question",)

    def test_no_lists_at_all(self) -> None:
        """A folder without lists reads nothing and fails nowhere."""
        assert read_intents("I withdrew it", language="en", phrases={}) == ("other",)


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


DISGUISES: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "full width": _full_width,
    "curly quotes": lambda text: text.replace("'", "’"),
    "long white space": lambda text: re.sub(" ", " \t \u00a0 \r\n ", text),
    "direction marks": lambda text: "\u200f" + text.replace(" ", "\u202e \u202c") + "\u200e",
    "control characters": "\x00".join,
    "byte order mark": lambda text: "\ufeff" + text,
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("en", "I haven't withdrawn the claim and it doesn't work", ("other",)),
        ("en", "Done, I've withdrawn it. Where is the label?", ("says_withdrawn", "question")),
        ("de", "Ich ziehe den Antrag nicht zurück", ("other",)),
        (
            "de",
            "Habe den Antrag zurückgezogen. Wo bleibt das Etikett?",
            ("says_withdrawn", "question"),
        ),
        ("ja", "荷物が届きました。ラベルはどこですか?", ("says_received", "question")),
        ("fr", "J'ai retiré la réclamation", ("says_withdrawn",)),
        ("es", "¿Dónde está? He retirado la reclamación", ("says_withdrawn", "question")),
        ("it", "Il reclamo è stato ritirato", ("says_withdrawn",)),
    ],
)
def test_the_form_of_the_letters_does_not_matter(
    language: str, text: str, meant: tuple[str, ...], disguise: str
) -> None:
    """Case, width, composition, quotes, white space and invisible signs change nothing."""
    assert _read(DISGUISES[disguise](text), language) == meant


def _one_sentence(language: str) -> list[str]:
    return [
        text
        for text, meant in EXAMPLES[language].items()
        if GUARDED & set(meant) and not re.search(r"[.!?。?!].*\w", text)
    ]


@pytest.mark.parametrize(
    ("language", "frame"),
    [
        ("en", "If {}"),
        ("en", "It is not certain that {}"),
        ("en", "{} unless you say otherwise"),
        ("en", "{}?"),
        ("de", "Wenn {}"),
        ("de", "Falls nötig, {}"),
        ("de", "{}, sobald ich Ersatz habe"),
        ("de", "{}?"),
        ("ja", "返金されたら、{}"),
        ("ja", "{}?"),
        ("fr", "Si {}"),
        ("it", "Se {}"),
        ("es", "Si {}"),
    ],
)
def test_a_condition_or_a_question_takes_every_statement_back(language: str, frame: str) -> None:
    """None of the statements that move a claim survives being conditional, doubted or asked."""
    framed = [frame.format(text.rstrip("!?.。？")) for text in _one_sentence(language)]
    assert framed
    assert [text for text in framed if GUARDED & set(_read(text, language)) - _asked(text)] == []


def _asked(text: str) -> set[str]:
    """A statement before a real question stays one: `I withdrew it, can you send the label?`."""
    opened = re.search(r", (can|could|können|kann)|が、", text)
    return GUARDED if opened and text.endswith("?") else set()


class TestRefusedLists:
    """A phrase that cannot be read is refused when the lists are loaded, by its own words."""

    @pytest.mark.parametrize(
        ("phrase", "why"),
        [
            ("i (have withdrawn", "'i \\(have withdrawn'.*bracket"),
            ("i have) withdrawn", "'i have\\) withdrawn'.*bracket"),
            ("i <missing> it", "no set <missing>"),
            ("i [have] it", "'\\[' means nothing"),
            ("<round>", "contain one another"),
            ("i ? it", "`\\?` stands behind"),
            ("", "would fit any text"),
            ("please? (now)?", "would fit any text"),
        ],
    )
    def test_phrases(self, phrase: str, why: str) -> None:
        """The message names the phrase and what is wrong with it."""
        lists = {**LISTS["en"], "sets": {"round": ["<round>"]}, "intents": {"hostile": [phrase]}}
        with pytest.raises(ValueError, match=why):
            Phrases.model_validate({**lists, "blockers": {}, "topic": []} | _without_sets(lists))

    def test_unknown_keys_and_intents(self) -> None:
        """A misspelled key is not silently without effect."""
        wrongs: tuple[dict[str, object], ...] = (
            {"conditionalz": []},
            {"intents": {"withdrawn": ["x"]}},
        )
        for wrong in wrongs:
            with pytest.raises(ValueError, match=r"conditionalz|withdrawn"):
                Phrases.model_validate({**LISTS["en"], **wrong})


@given(st.text(st.sampled_from("ab ()|?<>^$.*[\\+{é取-'"), max_size=14))
def test_any_phrase_is_refused_or_reads(phrase: str) -> None:
    """Whatever a seller writes, loading says so; no mail ever meets a pattern that fails."""
    lists = {"language": "xx", "common": [], "intents": {"hostile": [phrase]}}
    try:
        loaded = Phrases.model_validate(lists)
    except ValueError:
        return
    read_intents("a b (a|b) ab é", language="xx", phrases={"xx": loaded})


def _without_sets(lists: dict[str, object]) -> dict[str, object]:
    """The other lists emptied, so that only the phrase under test is read."""
    return {
        key: []
        for key in lists
        if key not in {"language", "spaced", "gap", "letters", "words", "sets", "intents"}
        and isinstance(lists[key], list)
    }


LONG = [
    ("en", "i have not withdrawn the claim and it arrived "),
    ("en", "how do i "),
    ("de", "ich habe den antrag nicht "),
    ("de", "a, dass "),
    ("ja", "取り下げましたもう連絡"),
    ("ja", "?"),
    ("en", " \n"),
    ("en", "\ufdfa"),
    (None, "the und la de il "),
]


@pytest.mark.parametrize(("language", "piece"), LONG)
def test_a_hundred_thousand_characters_are_read_at_once(language: str | None, piece: str) -> None:
    """No text makes the reader slow: far under a second of computing, ten allowed."""
    text = piece * (100_000 // len(piece))
    start = time.process_time()
    _read(text, language)
    assert time.process_time() - start < 10


def test_the_module_reads_no_files() -> None:
    """Pure: the YAML text is parsed by the caller."""
    code = "import sys, atoz.mail.intents; print([m for m in sys.modules if 'yaml' in m])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


FRAGMENTS = sorted({word for _, text, _ in _examples() for word in re.split(r"(\W)", text) if word})


@given(
    text=st.one_of(
        st.text(st.characters(exclude_categories=()), max_size=200),
        st.lists(st.sampled_from(FRAGMENTS), max_size=40).map(" ".join),
        st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join),
    ),
    language=st.one_of(st.none(), st.sampled_from(LANGUAGES), st.text(max_size=5)),
    photos=st.integers(-1, 3),
)
def test_any_text_gives_a_valid_reading(text: str, language: str | None, photos: int) -> None:
    """Never raises; never empty; in the fixed order; `other` alone; `photos` exactly by attachment."""
    found = _read(text, language, photos)
    assert found
    assert list(found) == [intent for intent in INTENTS if intent in found]
    assert "other" not in found or found == ("other",)
    assert ("photos" in found) == (photos > 0)
