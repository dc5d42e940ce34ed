"""A message to a buyer obeys the marketplace's rules; each rule fires at its edge and not beside it."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoz.claims.status import Status
from atoz.cli.app import main
from atoz.errors import BadInput
from atoz.library import default_folder
from atoz.mail.lint import HEAVIEST, LONGEST, lint
from atoz.mail.message import File, Message
from atoz.mail.render import BadTemplate, Template, Templates
from atoz.mail.template_checks import check_seller_name, check_templates
from atoz.mail.templates_folder import load_templates
from atoz.mail.writing import Order, Writing
from atoz.playbook.load import read_yaml
from atoz.service.claim_files import read_case
from atoz.words.bans import KINDS, Kind, WordList
from tests.support.cases import library

BANS = library().bans
WORDS = [
    read_yaml(path.read_text("utf-8"), path.name, WordList)
    for path in sorted((default_folder() / "bans").glob("*.yaml"))
]
TEMPLATES = load_templates(default_folder() / "templates")
WRITING = library().writing(TEMPLATES)
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
        ("Plea\u200dse reply.", "control"),
        ("Plеase reply.", "lookalike"),  # one letter is Cyrillic
        ("Write r e v i e w s for us.", "reviews"),
        ("Write a ｒｅｖｉｅｗ for us.", "reviews"),
        ("Write a revİew for us.", "reviews"),
        ("Voici un bon d’achat.", "inducement"),
        ("See bit.ly/abc for it.", "link"),
        ("See Www.lamps.example for it.", "link"),
        ("Write to lamps (at) shop (dot) example.", "address"),
        ("Write to my gmail account.", "address"),
        ("Call 0170 1234567 any time.", "phone"),
        ("Call 03-1234-5678 any time.", "phone"),
        ("Call 01701234567 any time.", "phone"),
        ("Thank you :-)", "emoji"),
        ("Thank you <3", "emoji"),
        ("I AM SO SORRY.", "shouting"),
        ("C’EST URGENT.", "shouting"),
        ("Please reply!?!", "shouting"),
        ("Please reply‼", "shouting"),
        ("Dear [Your name],", "placeholder"),
        ("Dear ____,", "placeholder"),
        ("Follow us there.", "promotion"),
    ],
)
def test_what_must_not_stand_in_a_message(words: str, rule: str) -> None:
    """It stops the message, and the finding names the rule alone."""
    assert rules(f"{PLAIN} {words}") == {rule}


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_of_every_list_is_found_in_any_case_beside_all_others(kind: Kind) -> None:
    """Of a list only the phrases are tried whose longest word a text holds: none is passed over."""
    phrases = [phrase.removesuffix("*") for each in WORDS for phrase in getattr(each, kind)]
    for said in phrases:
        loud = said.replace("ß", "ẞ").upper()
        for disguised in (said, loud, loud.replace("I", "İ"), said.title()):
            assert BANS.find(kind, f"Well, {disguised}!"), disguised
    together = BANS.find(kind, "; ".join(phrases))
    apart = {found for said in phrases for found in BANS.find(kind, said)}
    assert set(together) == apart


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
        "It was delivered on 08.09.2026 at 10:30.",
        "Thank you.It helps us.",
        "We shipped it with UPS, DHL and USPS.",
        "Open “Your Orders” → “Order Details”.",
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


def test_a_verified_address_of_the_marketplace_may_be_written() -> None:
    """Policy data marks it; an unverified one is described, not written."""
    text = f"{PLAIN} Write to claims@amazon.example."
    known = Message(text, "", "en", ORDER, allowed_addresses=frozenset({"claims@amazon.example"}))
    assert lint(known, BANS) == ()
    assert rules(text) == {"address"}
    assert all(not addresses for addresses in WRITING.verified.values())


def test_the_orders_own_number_is_no_telephone() -> None:
    """A tracking number may be all digits."""
    text = f"{PLAIN} The parcel is 09981234567."
    assert rules(text) == {"phone"}
    assert lint(Message(text, "", "en", ORDER, numbers=frozenset({"09981234567"})), BANS) == ()


WITHDRAW = {
    "en": "You can withdraw your claim.",
    "de": "Sie können den Antrag zurückziehen.",
    "fr": "Vous pouvez retirer la réclamation.",
    "it": "Può ritirare il reclamo.",
    "es": "Puede retirar la reclamación.",
    "ja": "申請を取り下げることができます。",
}


@pytest.mark.parametrize(("language", "words"), WITHDRAW.items())
def test_withdrawing_is_spoken_of_once_and_never_after_the_decision(
    language: str, words: str
) -> None:
    """Unless the buyer asked: an answer to his own question is no asking."""
    del language
    once, again = Message(words), Message(words, asked_before=True)
    late = Message(words, decided=True)
    answer = Message(words, template="withdraw_help", asked_before=True)
    fired = [{f.rule for f in lint(m, BANS)} for m in (once, again, late, answer)]
    assert fired == [set(), {"withdrawal"}, {"withdrawal"}, set()]


def test_the_shipped_way_keeps_that_rule() -> None:
    """The first message tells the way; told again it is stopped, and so it is after the decision."""
    values = {"order_id": ORDER, "marketplace": "Amazon US"}
    for language in ("de", "en", "es", "fr", "it", "ja"):
        order = Order("US", language, values, Status.UNDER_REVIEW, ("deescalate",))
        assert "withdrawal" in {f.rule for f in WRITING.write("deescalate", order).findings}
        assert WRITING.write("request_photos", order).findings == ()
        assert WRITING.write("withdraw_help", order).findings == ()
        with pytest.raises(BadInput, match="may not be sent while the claim is denied"):
            WRITING.write("deescalate", order._replace(status=Status.DENIED))


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (File("a.pdf", "application/pdf", HEAVIEST), None),
        (File("a.jpg", "image/jpeg", HEAVIEST + 1), "10,000,001 bytes: at most 10,000,000"),
        (File("a.gif", "image/gif", 1), "attach PDF, JPEG, PNG or TXT"),
        (File("a.txt", "text/plain", 0), None),
        (File("a.zip", "application/zip", 1), "attach PDF, JPEG, PNG or TXT"),
    ],
)
def test_files_are_of_four_kinds_and_not_heavy(file: File, said: str | None) -> None:
    """To the byte."""
    found = lint(Message(PLAIN, "", "en", ORDER, files=(file,)), BANS)
    assert [f.rule for f in found] == (["attachment"] if said else [])
    assert said is None or said in found[0].message


def test_a_lone_word_in_capitals_asks_for_care() -> None:
    """It may be a brand: it stops nothing."""
    (finding,) = lint(Message(f"{PLAIN} It is URGENT now."), BANS)
    assert (finding.rule, finding.severity) == ("capitals", "warn")


HOSTILE = {
    "<script>alert(1)</script>": "html",
    "{{ 7 * 7 }}": "placeholder",
    "{% for x in y %}": "placeholder",
    "a\r\nBcc: x@evil.example": "address",
    "visit https://evil.example/x": "link",
    "lamp-shop.com": "link",
    "+49 170 1234567": "phone",
    "Lamps \U0001f600": "emoji",
    "re\u200dview us": "reviews",
    "gift card": "inducement",
    "BUY NOW TODAY": "shouting",
    "lаmp": "lookalike",  # the second letter is Cyrillic
    "111-0000999-0000999": "other-order",
    "x" * 10_000: "",
    "\u202edlrow\u0000": "",
    "مرحبا שלום": "",
    "%s %(x)s {0}": "placeholder",
}
"""Values that outsiders or a bad setting may bring, and the rule that must stop the message for them."""


@pytest.mark.parametrize(("language", "name"), sorted(TEMPLATES))
def test_every_shipped_template_in_every_language_has_no_finding(language: str, name: str) -> None:
    """On every marketplace; hostile values stay literal, on one line, bounded, and are found."""
    order = Order("US", language, {"order_id": ORDER, "marketplace": "Amazon"})
    plain = WRITING.write(name, order, "Lamp Shop")
    for market in sorted(WRITING.pages):
        order = order._replace(marketplace=market)
        assert WRITING.write(name, order, "Lamp Shop").findings == ()
    for value, rule in HOSTILE.items():
        hostile, found = WRITING.write(name, order, value)
        assert "49" not in hostile.text.replace(ORDER, "").replace("+49", "")
        assert "\r" not in hostile.text + hostile.subject
        assert "\u202e" not in hostile.text
        assert "\n" not in hostile.subject
        assert len(hostile.text) < len(plain.rendered.text) + 1_000
        assert {rule} - {""} <= {finding.rule for finding in found if finding.severity == "block"}


@pytest.mark.parametrize("value", list(HOSTILE))
def test_a_hostile_carrier_or_number_stays_literal(value: str) -> None:
    """Facts come from files and mails: whatever template says them."""
    head = "subject: {{ order_id }} {{ carrier }}\npurpose: x\nstatuses: under_review\n\n"
    body = "By {{ carrier }}, {{ tracking_number }} of {{ marketplace }}."
    one = Templates({("en", "x"): Template.parse(head + body, "x.txt")})
    values = dict.fromkeys(("carrier", "tracking_number", "marketplace"), value)
    found = one.render("x", "en", {**values, "order_id": ORDER})
    assert found.text.count("\n") == 1
    assert "\n" not in found.subject
    assert len(found.text) < 1_000


CASES = sorted((Path(__file__).resolve().parents[3] / "samples/cases").glob("*.json"))


def test_every_template_for_every_sample_case_in_every_language() -> None:
    """Each rendered with the facts of each case, held against every rule: not one finding."""
    count = 0
    for path in CASES:
        case = read_case(path.read_bytes())
        claim, shipment = case.claim, case.shipment
        values = {
            "order_id": claim.order_id,
            "marketplace": library().policy(claim.marketplace).name,
            "carrier": shipment.carrier if shipment else None,
            "tracking_number": shipment.tracking_number if shipment else None,
        }
        for language, name in sorted(TEMPLATES):
            status = TEMPLATES[language, name].statuses[0]
            order = Order(claim.marketplace, language, values, status)
            for seller in ("", "Lamp Shop"):
                assert WRITING.write(name, order, seller).findings == ()
                count += 1
    assert count == len(CASES) * len(TEMPLATES) * 2 > 500


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
    text = head + "Hello.\nPlease write a review.\n"
    (folder / "en" / "ask.txt").write_text(text, "utf-8")
    with pytest.raises(BadTemplate) as refused:
        check_templates(Writing(load_templates(folder), BANS), ["en", "de"])
    assert "templates/en/ask.txt:6: reviews: 'review'" in str(refused.value)
    assert "templates/de/ask.txt:1: is missing" in str(refused.value)


def test_a_template_that_needs_what_is_not_always_known_stops_the_worker() -> None:
    """A claim may have no carrier: the template says so, or is refused."""
    head = "subject: {{ order_id }}\npurpose: x\nstatuses: under_review\n\n"
    one = Template.parse(head + "Hello, it came by {{ carrier }}.", "en/x.txt")
    with pytest.raises(
        BadTemplate, match="carrier is not known for this order: not known of every"
    ):
        check_templates(Writing(Templates({("en", "x"): one}), BANS), ["en"])


@pytest.mark.parametrize("name", ["lamps.com", "Bonus Shop", "ACME LAMP SHOP", "Lamps ☆", "[Name]"])
def test_a_seller_name_that_stops_every_message_stops_the_worker(name: str) -> None:
    """Found when the settings are read beside the rules, not a day into a claim."""
    with pytest.raises(BadTemplate, match="ATOZ_SELLER_NAME stops every message"):
        check_seller_name(name, BANS)


@pytest.mark.parametrize("name", ["", "Lamp Shop", "Lampen Grün GmbH & Co. KG", "ランプ店", "IKEA"])
def test_a_plain_seller_name_stops_nothing(name: str) -> None:
    """None at all, with a firm's form, in another script, a brand in capitals."""
    check_seller_name(name, BANS)


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
