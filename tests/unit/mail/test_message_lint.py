"""A message to a buyer obeys the marketplace's rules; each rule fires at its edge and not beside it."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoz.cli.app import main
from atoz.library import default_folder, load_library
from atoz.mail.lint import LONGEST, Message, lint
from atoz.mail.render import BadTemplate
from atoz.mail.template_checks import check_templates
from atoz.mail.templates_folder import load_templates

BANS = load_library().bans
TEMPLATES = load_templates(default_folder() / "templates")
ORDER = "111-0000102-0000102"
PLAIN = f"Hello, we are sorry about your order {ORDER}. Please reply to this message."


def rules(text: str, **more: str) -> set[str]:
    """The rules that fire."""
    values = {"text": text, "language": "en", "order_id": ORDER, **more}
    return {finding.rule for finding in lint(Message(**values), BANS)}  # type: ignore[arg-type] # plain words


def test_a_plain_message_has_no_finding() -> None:
    """Calm, about its order, in the buyer's language."""
    assert rules(PLAIN) == set()


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("See https://shop.example/help.", "link"),
        ("Visit lamp-shop.com today.", "link"),
        ("Write to help@lamp-shop.example.", "address"),
        ("Call +49 170 1234567.", "phone"),
        ("Call (089) 123-4567-89.", "phone"),
        ("Thank you 😀", "emoji"),
        ("Thank you ☺", "emoji"),
        ("Please <b>reply</b>.", "html"),
        ("A &nbsp; space.", "html"),
        ("Please change your review.", "reviews"),
        ("Bitte ändern Sie Ihre Bewertung.", "reviews"),
        ("レビューをお願いします。", "reviews"),
        ("You get a gift card.", "inducement"),
        ("Sie erhalten einen Gutschein.", "inducement"),
        ("We will take legal action.", "threat"),
        ("You are a liar.", "insult"),
        ("Sehr unverschämt.", "insult"),
        ("Please reply!!", "shouting"),
        ("PLEASE REPLY NOW.", "shouting"),
        ("Dear {{ name }},", "placeholder"),
        ("Dear [NAME],", "placeholder"),
        ("About order 111-0000999-0000999.", "other-order"),
        ("Reply\u202eplease.", "control"),
    ],
)
def test_what_must_not_stand_in_a_message(words: str, rule: str) -> None:
    """It stops the message, and the finding names the rule alone."""
    assert rules(f"{PLAIN} {words}") == {rule}


@pytest.mark.parametrize(
    "words",
    [
        f"Order {ORDER} again.",
        "It was delivered on 2026-08-15.",
        "The tracking number is 1Z0000000300000102.",
        "It costs 1.249,00 EUR and comes with UPS.",
        "We use DHL. It is fast.",
        "Thank you! We hope to hear from you.",
        "The preview of the lamp is on the page.",
        "The parcel lies at the depot.",
    ],
)
def test_harmless_neighbours(words: str) -> None:
    """An order, a date, a tracking number, a price and a single mark are none of it."""
    assert rules(f"{PLAIN} {words}") == set()


def test_a_proactive_message_names_its_order_an_answer_need_not() -> None:
    """The buyer who asked knows which order it is."""
    assert rules("Hello, please reply.", template="deescalate") == {"order-id"}
    assert rules("Hello, these are the steps.", template="withdraw_help") == set()


def test_length_to_the_character() -> None:
    """2,000 characters go, one more does not."""
    text = PLAIN + " " + "a " * LONGEST
    assert rules(text[:LONGEST]) == set()
    assert rules(text[: LONGEST + 1]) == {"too-long"}


def test_the_buyers_language() -> None:
    """A long text plainly in another language; a short one is never guessed."""
    german = TEMPLATES.render("request_photos", "de", {"order_id": ORDER}).text
    assert "language" in rules(german)
    assert "language" not in rules(german, language="de")
    assert "language" not in rules(f"Guten Tag, Ihre Bestellung {ORDER}.")


def test_important_in_the_subject_asks_for_care() -> None:
    """It stops nothing: its rule is for a person to judge."""
    (finding,) = lint(Message(PLAIN, "[Important] Your order", "en", ORDER), BANS)
    assert (finding.rule, finding.severity, finding.sentence) == ("important", "warn", None)


HOSTILE = (
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "a\r\nBcc: x@evil.example",
    "\u202edlrow\u0000",
    "x" * 10_000,
)


@pytest.mark.parametrize(("language", "name"), sorted(TEMPLATES))
def test_every_shipped_template_in_every_language_has_no_finding(language: str, name: str) -> None:
    """With plain values nothing is found; hostile ones stay literal, on one line and bounded."""
    plain = {"order_id": ORDER, "marketplace": "Amazon", "seller_name": "Lamp Shop"}
    rendered = TEMPLATES.render(name, language, plain)
    found = lint(Message(rendered.text, rendered.subject, language, ORDER, name), BANS)
    assert found == ()
    for value in HOSTILE:
        hostile = TEMPLATES.render(name, language, {**plain, "seller_name": value})
        assert "49" not in hostile.text.replace(ORDER, "")
        assert "\r" not in hostile.text + hostile.subject
        assert "\u202e" not in hostile.text
        assert "\n" not in hostile.subject
        assert len(hostile.text) < len(rendered.text) + 1_000


def test_all_languages_have_all_templates() -> None:
    """Seven purposes in six languages."""
    languages, names = {key[0] for key in TEMPLATES}, {key[1] for key in TEMPLATES}
    assert languages == {"de", "en", "es", "fr", "it", "ja"}
    assert set(TEMPLATES) == set(product(languages, names))
    assert len(names) == 7


def test_a_template_that_breaks_a_rule_stops_the_worker(tmp_path: Path) -> None:
    """File and rule are named; so is a language that is missing."""
    folder = tmp_path / "templates"
    for language in ("en", "de"):
        (folder / language).mkdir(parents=True)
    head = "subject: Your order {{ order_id }}\npurpose: x\nstatuses: under_review\n\n"
    (folder / "en" / "ask.txt").write_text(head + "Hello. Please write a review.\n", "utf-8")
    with pytest.raises(BadTemplate) as refused:
        check_templates(load_templates(folder), BANS, ["en", "de"])
    assert "templates/en/ask.txt: reviews: 'review'" in str(refused.value)
    assert "templates/de/ask.txt is missing" in str(refused.value)


@given(st.text(max_size=3_000), st.text(max_size=200))
def test_no_text_breaks_the_check(text: str, subject: str) -> None:
    """It finds or it does not: it never raises."""
    lint(Message(text, subject, "en", ORDER), BANS)


@pytest.mark.parametrize("piece", ["a.", "1 2-", "<a ", "+1 ", "A ", "{{", "x@", "www", "!", "[A"])
def test_a_hostile_repetition_costs_little(piece: str) -> None:
    """100,000 characters of it are answered, as every text is."""
    assert lint(Message(piece * (100_000 // len(piece))), BANS) is not None


def test_the_command_says_what_it_finds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Code 1 for a block, 0 without one; a first line `subject:` is the subject."""
    file = tmp_path / "message.txt"
    file.write_text("subject: About your REVIEW!!\nHello.\n", "utf-8")
    assert main(["message", "lint", str(file), "-o", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {f["rule"] for f in found} == {"reviews", "shouting"}
    assert {f["sentence"] for f in found} == {None}
    file.write_text(PLAIN, "utf-8")
    assert main(["message", "lint", str(file)]) == 0


def test_the_command_renders_in_any_language(capsys: pytest.CaptureFixture[str]) -> None:
    """For the order of a case; an unknown language is one line that says what to add."""
    case = str(Path(__file__).resolve().parents[3] / "samples/cases/buyer-silent.json")
    for language in ("de", "en", "es", "fr", "it", "ja"):
        words = ["message", "render", "deescalate", "--case", case, "--language", language]
        assert main([*words, "-o", "json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["language"], found["findings"]) == (language, [])
        assert ORDER in found["subject"]
    assert main(["message", "render", "deescalate", "--case", case, "--language", "xx"]) == 1
    assert "add xx/deescalate.txt" in capsys.readouterr().err
