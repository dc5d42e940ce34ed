"""What must not be in a message to a buyer: one small rule per function, each finding with its advice.

Source: the marketplaces' rules on buyer messages, in the domain notes. A finding of severity `block`
stops the message; `warn` asks for care. The words that some rules look for are data (`playbooks/bans`).
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from atoz.claims.claim import ORDER_ID
from atoz.mail.languages import plainly_other
from atoz.playbook.parts import Finding
from atoz.words.bans import Bans, Kind

LONGEST = 2_000
"""Characters of a message. Source: the domain notes."""

ANSWERS = frozenset(
    {"withdraw_help", "recharge_help", "thank_for_photos", "answer_needed_ack", "refund_confirmed"}
)
"""Templates that answer the buyer, who asked: all others are proactive, and name their order."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_LINK = re.compile(
    r"(?i)\bhttps?:|\bwww\.|(?<![\w@.-])[a-z0-9-]{2,63}\.(?:com|net|org|info|shop|store|de|fr|it|es|jp|uk|eu|io)\b"
)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE = re.compile(r"(?<![\w-])(?:\+|00)?\(?\d{2,5}\)?(?:[ ./-]\(?\d{2,5}\)?){2,5}(?![\w-])")
_PLUS = re.compile(r"(?<!\w)\+\d[\d ()/-]{6,}\d")
_HTML = re.compile(r"(?i)</?[a-z][a-z0-9]*(?:\s[^<>]{0,200})?/?>|&(?:[a-z]{2,8}|#\d{1,6});")
_PLACEHOLDER = re.compile(
    r"\{\{|\}\}|\{%|\[[A-Z][A-Z _]{2,30}\]|<[A-Z_ ]{3,30}>|\bTBD\b|\bTODO\b|\bXXX+\b"
)
_CAPITALS = re.compile(r"\b[^\W\d_a-zà-ÿ]{4,}(?:\s+[^\W\d_a-zà-ÿ]{2,})+\b")
_IMPORTANT = re.compile(r"(?i)\[(?:important|wichtig|importante|重要)\]")
_EMOJI_BLOCKS = ((0x1F000, 0x1FAFF), (0x2600, 0x27BF), (0x2B00, 0x2BFF), (0xFE0F, 0xFE0F))
_BANNED: dict[Kind, tuple[str, str]] = {
    "insults": ("insult", "leave it out: calm and kind is what helps"),
    "threats": ("threat", "no threat and no talk of the law"),
    "reviews": ("reviews", "no word on reviews, ratings or feedback"),
    "inducements": ("inducement", "nothing may look like a reward for withdrawing"),
    "promotion": ("promotion", "nothing but the order"),
}


@dataclass(frozen=True)
class Message:
    """A message as it would be read. What is not known is None, and its rule is silent."""

    text: str
    subject: str = ""
    language: str | None = None
    order_id: str | None = None
    template: str | None = None
    allowed_addresses: frozenset[str] = frozenset()


def lint(message: Message, bans: Bans) -> tuple[Finding, ...]:
    """Every finding, rule by rule. `sentence` counts from 0; None is the subject or the whole."""
    found = [finding for rule in _RULES for finding in rule(message)]
    return (*found, *_banned(message, bans))


def sentences(text: str) -> list[str]:
    """The text's sentences, roughly: enough to say where something stands."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def _found(
    message: Message, pattern: re.Pattern[str], rule: str, advice: str, severity: str = "block"
) -> Iterator[Finding]:
    """A finding for each place, the subject first."""
    for number, part in _places(message):
        if match := pattern.search(part):
            yield _finding(rule, f"{match.group()[:60]!r}: {advice}", number, severity)


def _places(message: Message) -> Iterator[tuple[int | None, str]]:
    yield None, message.subject
    yield from enumerate(sentences(message.text))


def _finding(rule: str, said: str, number: int | None = None, severity: str = "block") -> Finding:
    return Finding.model_validate(
        {"rule": rule, "severity": severity, "sentence": number, "message": said}
    )


def _links(message: Message) -> Iterator[Finding]:
    yield from _found(message, _LINK, "link", "no links leave the marketplace's own pages")


def _addresses(message: Message) -> Iterator[Finding]:
    for number, part in _places(message):
        for address in _ADDRESS.findall(part):
            if address.lower() not in message.allowed_addresses:
                yield _finding("address", f"{address[:60]!r}: no e-mail addresses", number)


def _phones(message: Message) -> Iterator[Finding]:
    """An order id, a date or a tracking number is none."""
    for number, part in _places(message):
        plain = re.sub(r"\b\d{4}-\d{2}-\d{2}\b", "", ORDER_ID.sub("", part))
        match = _PLUS.search(plain) or _PHONE.search(plain)
        if match and sum(sign.isdigit() for sign in match.group()) >= 7:
            yield _finding("phone", f"{match.group()[:40]!r}: no telephone numbers", number)


def _emojis(message: Message) -> Iterator[Finding]:
    for number, part in _places(message):
        signs = [s for s in part if any(a <= ord(s) <= b for a, b in _EMOJI_BLOCKS)]
        if signs:
            name = unicodedata.name(signs[0], "a sign").lower()
            yield _finding("emoji", f"{name}: no emojis", number)


def _html(message: Message) -> Iterator[Finding]:
    yield from _found(message, _HTML, "html", "plain text only")


def _placeholders(message: Message) -> Iterator[Finding]:
    yield from _found(message, _PLACEHOLDER, "placeholder", "fill it in")


def _shouting(message: Message) -> Iterator[Finding]:
    doubled = re.compile(r"[!！][!！]")
    yield from _found(message, doubled, "shouting", "one mark is enough")
    yield from _found(message, _CAPITALS, "shouting", "no capitals")


def _important(message: Message) -> Iterator[Finding]:
    """It overrides an opt-out, and its misuse is watched."""
    if _IMPORTANT.search(message.subject):
        said = "[Important] reaches buyers who opted out: only where the order cannot be fulfilled without"
        yield _finding("important", said, severity="warn")


def _order(message: Message) -> Iterator[Finding]:
    found = set(ORDER_ID.findall(f"{message.subject}\n{message.text}"))
    if message.order_id is None:
        return
    if message.order_id not in found and message.template not in ANSWERS:
        yield _finding("order-id", f"name the order {message.order_id}")
    for other in sorted(found - {message.order_id}):
        yield _finding("other-order", f"{other} is another order")


def _length(message: Message) -> Iterator[Finding]:
    if len(message.text) > LONGEST:
        yield _finding("too-long", f"{len(message.text)} characters; at most {LONGEST}")
    if not message.text.strip():
        yield _finding("empty", "there is no text")


def _language(message: Message) -> Iterator[Finding]:
    other = message.language and plainly_other(message.text, message.language)
    if other:
        yield _finding(
            "language", f"it is written in {other!r}, the buyer reads {message.language!r}"
        )


def _controls(message: Message) -> Iterator[Finding]:
    for number, part in _places(message):
        signs = [
            s for s in part if unicodedata.category(s) in {"Cc", "Cf"} and s not in "\t\u200c\u200d"
        ]
        if signs:
            yield _finding(
                "control", f"an invisible sign U+{ord(signs[0]):04X}: take it out", number
            )


def _banned(message: Message, bans: Bans) -> Iterator[Finding]:
    for kind, (rule, advice) in _BANNED.items():
        for number, part in _places(message):
            for word in bans.find(kind, part):
                yield _finding(rule, f"{word!r}: {advice}", number)


_RULES: tuple[Callable[[Message], Iterator[Finding]], ...] = (
    _length,
    _order,
    _language,
    _links,
    _addresses,
    _phones,
    _emojis,
    _html,
    _placeholders,
    _shouting,
    _important,
    _controls,
)
