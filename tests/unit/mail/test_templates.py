"""Holds the shipped templates to the marketplace's rules for buyer messages, in every language."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from atoz.claims.status import Status
from atoz.mail.render import Rendered
from atoz.mail.templates_folder import load_templates
from atoz.mail.writing import Order
from tests.support.cases import library

FOLDER = Path(__file__).resolve().parents[3] / "playbooks" / "templates"
TEMPLATES = load_templates(FOLDER)
LANGUAGES = ("de", "en", "es", "fr", "it", "ja")
NAMES = (
    "answer_needed_ack",
    "deescalate",
    "recharge_help",
    "refund_confirmed",
    "request_photos",
    "thank_for_photos",
    "withdraw_help",
)
ORDER = "111-0000102-0000102"
FULL = {
    "order_id": ORDER,
    "marketplace": "Amazon.de",
    "carrier": "UPS",
    "tracking_number": "1Z0000000300000102",
    "seller_name": "Fern Lane Goods",
}
PAGES = {
    "page_orders": "Your Orders",
    "page_details": "Order Details",
    "page_problem": "Problem with this order?",
    "page_withdraw": "Withdraw claim",
}
BARE = {"order_id": ORDER, "marketplace": "Amazon.de"}

# Words of reviews, feedback and stars; of a reward; of law and threats.
FORBIDDEN = {
    "en": r"review|feedback|rating|stars?\b|discount|voucher|gift|coupon|lawyer|legal|court|fraud",
    "de": r"bewert|rezension|feedback|sterne|rabatt|gutschein|geschenk|anwalt|gericht|betrug|recht",
    "fr": r"\bavis|évalu|commentaire|étoile|remise|\bbon\b d|cadeau|avocat|tribunal|fraude|juridi",
    "it": r"recension|feedback|valutazion|stelle|sconto|regalo|avvocat|tribunal|frode|legal",
    "es": r"reseña|opini|valoraci|estrella|descuento|vale\b|regalo|abogad|tribunal|fraude|legal",
    "ja": r"レビュー|評価|フィードバック|星|割引|クーポン|ギフト|弁護士|法的|詐欺",
}
WITHDRAW = {
    "en": r"withdraw",
    "de": r"zurückz",
    "fr": r"retir",
    "it": r"ritir",
    "es": r"retir",
    "ja": r"取り下げ",
}
everywhere = pytest.mark.parametrize("language", LANGUAGES)
every_message = pytest.mark.parametrize("name", NAMES)


def rendered(name: str, language: str, values: dict[str, str] = FULL) -> Rendered:
    """The shipped message, filled in."""
    return TEMPLATES.render(name, language, {**PAGES, **values})


def test_every_message_exists_in_every_language() -> None:
    """No buyer gets another language for want of a text, and no stray file is shipped."""
    assert set(TEMPLATES) == {(language, name) for language in LANGUAGES for name in NAMES}


@everywhere
@every_message
def test_a_message_keeps_the_blocking_rules(name: str, language: str) -> None:
    """Order id present; no address, link, shouting, emoji, HTML or hole; short."""
    for values in (FULL, BARE):
        found = rendered(name, language, values)
        for part in (found.subject, found.text):
            assert ORDER in part
            assert not re.search(r"@|http|www\.|!|！|[{}<>]|None", part)
            assert not re.search(r"\b[A-ZÄÖÜÀ-Ý]{3,}\b", part)
            assert not any(unicodedata.category(sign) in {"So", "Cs", "Co"} for sign in part)
        assert len(found.text) < 2_000
        assert len(found.subject) < 100
        # Nothing but the order id looks like a telephone number.
        assert not re.search(r"\d[\d /-]{6,}", found.text.replace(ORDER, ""))


@everywhere
@every_message
def test_a_message_names_no_review_no_reward_and_no_law(name: str, language: str) -> None:
    """Reviews, inducements, threats: not one word of them."""
    found = rendered(name, language)
    assert not re.search(FORBIDDEN[language], f"{found.subject}\n{found.text}".lower())


@everywhere
@every_message
def test_withdrawal_is_spoken_of_only_where_it_belongs(name: str, language: str) -> None:
    """The first message mentions it once; the help answers the buyer's own question."""
    spoken = re.search(WITHDRAW[language], rendered(name, language).text.lower())
    assert bool(spoken) == (name in {"deescalate", "withdraw_help", "recharge_help"})


@everywhere
@pytest.mark.parametrize("name", ["deescalate", "withdraw_help"])
@pytest.mark.parametrize("market", sorted(library().pages))
def test_the_way_to_withdraw_is_complete_and_in_order(
    market: str, name: str, language: str
) -> None:
    """Orders, details, the problem, withdraw: as the pages of the buyer's marketplace have it."""
    pages = library().pages[market]
    order = Order(market, language, FULL)
    text = library().writing(TEMPLATES).write(name, order).rendered.text
    names = pages.languages.get(language, pages.languages[pages.main])
    place = 0
    for _, step in names:
        place = text.index(step, place) + len(step)


def test_a_german_who_ordered_in_the_united_kingdom_sees_english_pages() -> None:
    """His text is German, the names of the pages are those that he will find."""
    text = (
        library().writing(TEMPLATES).write("withdraw_help", Order("UK", "de", FULL)).rendered.text
    )
    assert "Öffnen Sie „Your Orders“." in text
    assert "Die Bezeichnungen auf der Seite können leicht abweichen." in text


def test_every_marketplace_names_its_pages_in_its_own_language() -> None:
    """None is left to another one's words."""
    assert set(library().pages) == set(library().policies)
    for name, policy in library().policies.items():
        assert library().pages[name].main == policy.language


@everywhere
def test_nobody_is_asked_to_withdraw_after_a_decision(language: str) -> None:
    """The messages for open claims are not sent later; the re-charge route is not sent earlier."""
    for name in ("deescalate", "request_photos", "withdraw_help", "thank_for_photos"):
        assert TEMPLATES[language, name].statuses == (Status.UNDER_REVIEW,)
    recharge = TEMPLATES[language, "recharge_help"]
    assert set(recharge.statuses) == {Status.GRANTED_SELLER_FUNDED, Status.GRANTED_AMAZON_FUNDED}


@everywhere
@every_message
def test_a_message_is_signed(name: str, language: str) -> None:
    """With the seller's name, or with a plain word for the seller in the message's language."""
    assert rendered(name, language).text.rstrip().endswith("Fern Lane Goods")
    unsigned = rendered(name, language, BARE).text.rstrip().splitlines()[-1]
    assert 5 <= len(unsigned) <= 40


@every_message
def test_languages_agree_in_purpose_and_statuses(name: str) -> None:
    """A translation changes words, not rules."""
    variants = {
        (TEMPLATES[language, name].purpose, TEMPLATES[language, name].statuses)
        for language in LANGUAGES
    }
    assert len(variants) == 1
