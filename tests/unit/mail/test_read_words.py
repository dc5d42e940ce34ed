"""The buyer's own words: between the marked lines, without what they answer, in their language."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from atoz.mail.bodies import from_html
from atoz.mail.charsets import decoded, scrubbed, words_of
from tests.support.incoming import ORDERS, Incoming, said

MARKERS = {
    "US": ("Message:", "End message"),
    "UK": ("Message: ", "End message"),
    "DE": ("Nachricht:", "Ende der Nachricht"),  # codespell:ignore ende
    "FR": ("Message :", "Fin du message"),
    "IT": ("Messaggio:", "Fine messaggio"),
    "ES": ("Mensaje:", "Fin del mensaje"),
    "JP": ("メッセージ：", "メッセージ終了"),
}
WORDS = "The glass is cracked.\nPlease help."


def framed(words: str, market: str = "US") -> str:
    """The mail around a buyer's words."""
    begins, ends = MARKERS[market]
    return (
        f"You have received a message.\n\n# {ORDERS[market]}:\n1 / Lamp [ASIN: B0FAKE0103]\n\n"
        f"------------- {begins} -------------\n\n{words}\n\n------------- {ends} -------------\n\n"
        "For Your Information: messages are kept.\n[commMgrTok:AFAKETOKEN0103]\n"
    )


def message(text: str, market: str = "US", *, html: bool = False) -> Incoming:
    """A buyer's mail."""
    subject = f"Re: order (Order: {ORDERS[market]})"
    return Incoming(text, subject, market=market, kind="buyer_message", html=html)


@pytest.mark.parametrize("market", MARKERS)
def test_only_the_words_between_the_marked_lines_are_the_buyers(market: str) -> None:
    """In every language of the markers."""
    found = said(message(framed(WORDS, market), market))
    assert (found.text, found.order_id, found.trusted) == (WORDS, ORDERS[market], True)
    assert found.notes == ()


def test_the_words_are_found_in_a_mail_of_html_only() -> None:
    """Some mails have no plain part."""
    html = "<html><body><p>" + framed(WORDS).replace("\n", "<br>") + "</p></body></html>"
    assert said(message(html, html=True)).text == WORDS


def test_a_language_that_nobody_listed_still_has_marked_lines() -> None:
    """The form is known without the words: a label with a colon, one without."""
    text = "x\n------------- Bericht: -------------\nHallo\n------------- Einde bericht -------------\ny"
    assert said(message(text)).text == "Hallo"


def test_a_buyer_who_writes_a_marked_line_loses_nothing() -> None:
    """From the first beginning to the last end."""
    words = "One.\n------------- End message -------------\nTwo."
    assert said(message(framed(words))).text == words


def test_without_marked_lines_the_whole_text_counts() -> None:
    """And an end that is missing ends with the mail."""
    assert said(message("Just this.")).text == "Just this."
    assert said(message("a\n------------- Message: -------------\nJust this.")).text == "Just this."


QUOTES = [
    "On Mon, 7 Sep 2026 at 10:00, Lamp Shop <x@y.example> wrote:\n> Dear buyer,\n> please send pictures",
    "On Mon, 7 Sep 2026 at 10:00, Lamp Shop\n<x@y.example> wrote:\n\nDear buyer,\nplease send pictures",
    "Am 07.09.2026 um 10:00 schrieb Lamp Shop:\n> Guten Tag,\n> bitte senden Sie Bilder",  # codespell:ignore
    "Am Mo., 7. Sept. 2026 um 10:00 Uhr schrieb Lamp Shop\n<x@y.example>:\n\nGuten Tag",
    "Le lun. 7 sept. 2026 à 10:00, Lamp Shop <x@y.example> a écrit :\n\nBonjour",
    "Il giorno lun 7 set 2026 10:00 Lamp Shop <x@y.example> ha scritto:\n\nBuongiorno",
    "El lun, 7 sept 2026 a las 10:00, Lamp Shop (<x@y.example>) escribió:\n\nHola",
    "2026年9月7日(月) 10:00 Lamp Shop <x@y.example>:\n\nこんにちは",
    "-----Original Message-----\nFrom: Lamp Shop\nSent: Monday\n\nDear buyer",
    "From: Lamp Shop <x@y.example>\nSent: Monday, 7 September 2026\nTo: Jo\nSubject: Your order\n\nDear",
    "Von: Lamp Shop <x@y.example>\nGesendet: Montag, 7. September 2026\nAn: Jo\nBetreff: Ihre\n\nGuten",
    "------------- Message: -------------\n\nDear buyer,\nplease send pictures",
    "> Dear buyer,\n> please send pictures",
]


@pytest.mark.parametrize("quote", QUOTES)
def test_the_mail_that_is_answered_is_left_out(quote: str) -> None:
    """Its words are the seller's: they must not be read as the buyer's."""
    found = said(message(framed(f"{WORDS}\n\n{quote}")))
    assert found.text == WORDS
    assert found.notes == ("a quoted mail below the words is left out",)


def test_an_answer_below_the_quote_stays() -> None:
    """Some write below, some between."""
    below = "On Mon, 7 Sep 2026, Lamp Shop wrote:\n> Please send pictures\n> today\n\nNo pictures."
    assert said(message(framed(below))).text == "No pictures."
    between = "> Is it broken?\nYes.\n> Do you have pictures?\nNo."
    assert said(message(framed(between))).text == "Yes.\nNo."


def test_a_text_of_quotes_alone_stays_as_it_is() -> None:
    """Nothing left would be worse than too much."""
    assert said(message(framed("> only this"))).text == "> only this"


@pytest.mark.parametrize(
    ("market", "text", "intents"),
    [
        ("DE", "Ich ziehe den Antrag nicht zurück.", ("other",)),
        ("DE", "Ich habe den Antrag zurückgezogen.", ("says_withdrawn",)),
        ("US", "Ich habe den Antrag zurückgezogen.", ("says_withdrawn",)),
        ("DE", "I have withdrawn the claim.", ("says_withdrawn",)),
        ("US", "I have withdrawn the claim.", ("says_withdrawn",)),
        ("FR", "Je veux un remboursement.", ("wants_refund",)),
        ("US", "Ok.", ("other",)),
    ],
)
def test_intents_are_read_in_the_language_of_the_words(
    market: str, text: str, intents: tuple[str, ...]
) -> None:
    """The marketplace's first; where that list finds nothing, any that fits."""
    assert said(message(framed(text, market), market)).intents == intents


ENGLISH = (
    "Hello, the lamp that you sent me arrived yesterday and the glass is broken in two places. I would"
    " like to know what you are going to do about it, because I need a lamp for the weekend. Thank you."
)


@pytest.mark.parametrize(
    ("market", "text", "language"),
    [
        ("DE", "Thank you very much, it is broken.", "de"),
        ("DE", ENGLISH, "en"),
        ("US", ENGLISH, "en"),
        ("DE", "1234567890 " * 50, "de"),
        ("DE", "x" * 500, "de"),
        (
            "US",
            (
                "ランプが割れていました。写真を送りますので、確認をお願いします。早めに返金していただけると助かります。"
                "よろしくお願いいたします。"
            ),
            "ja",
        ),
    ],
)
def test_a_long_text_tells_its_language_a_short_one_is_the_marketplaces(
    market: str, text: str, language: str
) -> None:
    """A wrong language is worse than the usual one."""
    assert said(message(framed(text, market), market)).language == language


@pytest.mark.parametrize(
    ("market", "language"),
    [
        ("US", "en"),
        ("UK", "en"),
        ("DE", "de"),
        ("FR", "fr"),
        ("IT", "it"),
        ("ES", "es"),
        ("JP", "ja"),
    ],
)
def test_a_notice_is_in_the_language_of_its_marketplace(market: str, language: str) -> None:
    """No model is loaded for it."""
    assert said(Incoming("Hello", "x", market=market, kind="claim_opened")).language == language


def test_without_a_marketplace_there_is_no_language_to_assume() -> None:
    """Unknown is unknown."""
    mail = replace(message("Hello"), marketplace_header=False, sender="x@y.example")
    assert said(mail).language is None


def test_the_order_of_a_buyers_mail_is_the_marketplaces_word_first() -> None:
    """A buyer who names another order does not move the mail there."""
    other = ORDERS["UK"]
    named = message(framed(f"It is about {other}."))
    assert said(named).order_id == ORDERS["US"]
    in_subject = replace(named, subject=f"{other} (Order: {ORDERS['US']})")
    assert said(in_subject).order_id == ORDERS["US"]
    answered = (("In-Reply-To", f"<claim-{other}.deescalate.1@lamp-shop.example>"),)
    assert said(replace(message("Hi"), subject="Hi", extra=answered)).order_id == other


def test_ids_and_references_thread_the_answer() -> None:
    """What an answer needs, and nothing that is no id."""
    extra = (("In-Reply-To", "<a@x>"), ("References", "<a@x> junk <b@y>\r\n <c@z>"))
    found = said(replace(message("Hi"), extra=extra))
    assert (found.in_reply_to, found.references) == ("<a@x>", ("<a@x>", "<b@y>", "<c@z>"))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\u202egpj.exe\u202c\x00\x1b[31m\ufeff\u200b", "gpj.exe[31m"),
        ("👩\u200d👧 ü\t", "👩\u200d👧 ü\t"),
        ("a\ud800b", "ab"),
    ],
)
def test_what_nobody_sees_is_not_kept(written: str, shown: str) -> None:
    """Controls and marks of direction would change what a page shows."""
    assert scrubbed(written) == shown


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        ("ü".encode(), "utf-8", "ü"),
        ("ü".encode("latin-1"), "ISO-8859-1", "ü"),
        ("写真".encode("iso-2022-jp"), "ISO-2022-JP", "写真"),
        ("写真".encode("cp932"), "Shift_JIS", "写真"),
        ("ü".encode("latin-1"), "utf-8", "ü"),
        ("ü".encode(), "no-such-charset", "ü"),
        ("ü".encode(), "idna", "ü"),
        (b"\\x41", "unicode_escape", "\\x41"),
        (b"x", '"utf-8"', "x"),
        (
            b"It is a long text \xff with one bad byte.",
            "utf-8",
            "It is a long text \ufffd with one bad byte.",
        ),
    ],
)
def test_text_is_decoded_by_charsets_that_mails_use(raw: bytes, charset: str, text: str) -> None:
    """An unknown one costs no mail, an odd codec of Python is none."""
    assert decoded(raw, charset) == text


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("=?utf-8?q?B=C3=BCcher_neu?=", "Bücher neu"),
        ("=?utf-8?B?5rG65a6a?= =?utf-8?B?5rG65a6a?=", "決定決定"),
        ("=?utf-8?B?5rG65a6a?", "=?utf-8?B?5rG65a6a?"),
        ("=?utf-8?B?!!!?= x", " x"),
        ("=?x-none?q?a?= b", "a b"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
    ],
)
def test_encoded_words_of_a_subject_are_decoded(header: str, text: str) -> None:
    """As far as they can be."""
    assert words_of(header) == text


def test_html_becomes_text_without_targets_and_scripts() -> None:
    """The words of a link are shown, where it leads is not."""
    html = (
        "<html><head><style>p{}</style><script>alert(1)</script></head><body><p>One<br>Two</p>"
        '<a href="https://evil.example/">amazon.com</a><img src="https://evil.example/1x1"></body></html>'
    )
    assert from_html(html).split() == ["One", "Two", "amazon.com"]


def test_a_plain_part_that_says_nothing_gives_way_to_the_html_one() -> None:
    """Alternatives are not always equal."""
    body = base64.b64encode(b"<p>claim of $58.00</p>")
    raw = (
        Incoming(kind="claim_opened").raw().partition(b"MIME-Version")[0]
        + b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n'
        + b"--a\r\nContent-Type: text/plain\r\n\r\n  \r\n--a\r\nContent-Type: text/html\r\n"
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + body
        + b"\r\n--a--\r\n"
    )
    assert str(said(raw).amount) == "58.00"
