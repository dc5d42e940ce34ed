"""A phrasebook is whole or refused: with file, line, column, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from atoz.appeal.phrasebook import Phrasebook
from atoz.playbook.load import read_yaml
from atoz.playbook.problems import PlaybookRefused

CHANGES = [
    ("number {tracking}", "number {traking}", "{traking} is not known in this sentence"),
    ("with {carrier}, tr", "with a carrier, tr", "{carrier} is missing: the sentence needs"),
    ("on order {order}, filed", "on {order}, {order}", "write each placeholder once"),
    ("order was placed", "order no. 5 was placed", "leave figures out"),
    ('  shipped_only: "{when}: the order was shipped."\n', "", "`shipped_only` is missing"),
    (
        "  shipped_only:",
        "  shiped_only:",
        "unknown key `shiped_only`: did you mean `shipped_only`?",
    ),
    ("  damaged: a damaged item\n", "", "`damaged` is missing"),
    ("  denied: claim denied, decided in our favour\n", "", "`denied` is missing"),
    ("  title: Answer", "  titel: Answer", "unknown key `titel`: did you mean `title`?"),
    ("marks: {open", "marks: {opens", "unknown key `opens`"),
    ('"{when}: we wrote to the buyer."', '"{when!r}"', "nothing else between the braces"),
    ('"{when}: we wrote to the buyer."', '"{when.year}"', "is not known in this sentence"),
    ('"{when}: we wrote to the buyer."', '"{when} {"', "a brace stands alone"),
    ('"{when}: we wrote to the buyer."', '"{when} {{x}}"', "nothing else between the braces"),
    ('"{when}: we wrote to the buyer."', '" {when}."', "without spaces around it"),
    ('"{when}: we wrote to the buyer."', '"{when}\\u202e."', "without unseen signs"),
    ('"{when}: we wrote to the buyer."', '{one: "{when}", other: "{when}"}', "it counts nothing"),
    (
        '    other: "{when}: the buyer replied, with {n} files."\n',
        "",
        "the forms `one` and `other`",
    ),
]


@pytest.fixture(scope="module")
def english(root: Path) -> str:
    """The shipped English file."""
    return (root / "playbooks" / "appeal" / "en.yaml").read_text("utf-8")


def read(text: str) -> Phrasebook:
    """The phrasebook that a text holds."""
    return read_yaml(text, "en.yaml", Phrasebook)


def test_the_forms_of_a_count(english: str) -> None:
    """One hour has a form of its own; a language without a difference writes one text."""
    silence = read(english).sentences.silence
    said = {"asked": "A", "now": "B"}
    assert silence.filled({**said, "n": "1"}).startswith("In the hour since our message of A")
    assert silence.filled({**said, "n": "2"}).startswith("In the 2 hours since our message of A")


def test_values_are_no_patterns(english: str) -> None:
    """A brace in a carrier's name stays one."""
    shipped = read(english).sentences.shipped_with
    assert "with {when} {0}." in shipped.filled({"when": "D", "carrier": "{when} {0}"})


def test_a_quote_ends_where_its_marks_end(english: str) -> None:
    """Marks within it are others, in any language."""
    quoted = read(english).quoted("She “said” „so“, «oui», 「はい」")
    assert quoted == '“She "said" "so", "oui", 『はい』”'


@pytest.mark.parametrize(("old", "new", "said"), CHANGES)
def test_what_does_not_fit_is_refused_with_its_place(
    english: str, old: str, new: str, said: str
) -> None:
    """The line is that of the fault, or of the table in which something is missing."""
    assert old in english
    with pytest.raises(PlaybookRefused) as refused:
        read(english.replace(old, new))
    messages = [problem.message for problem in refused.value.problems]
    assert any(said in message for message in messages), messages
    assert all(problem.line > 1 for problem in refused.value.problems)
