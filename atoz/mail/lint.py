"""What must not be in a message to a buyer: one small rule per function, each finding with its advice.

Source: the marketplaces' rules on buyer messages, in the domain notes. A finding of severity `block`
stops the message; `warn` asks for care. The words that some rules look for are data (`playbooks/bans`).
"""

import re
import unicodedata
from collections.abc import Callable, Iterator

from atoz.claims.claim import ORDER_ID
from atoz.mail.languages import plainly_other
from atoz.mail.message import Message
from atoz.mail.plain import one_line
from atoz.playbook.parts import Finding
from atoz.words.bans import Bans, Kind
from atoz.words.tone import hole_in, lone_capitals, shouted
from atoz.words.unseen import mixed_alphabets, unseen_in

LONGEST = 2_000
"""Characters of a message. Source: the domain notes."""

ANSWERS = frozenset(
    {"withdraw_help", "recharge_help", "thank_for_photos", "answer_needed_ack", "refund_confirmed"}
)
"""Templates that answer the buyer, who asked: all others are proactive, and name their order."""

ATTACHABLE = frozenset({"application/pdf", "image/jpeg", "image/png", "text/plain"})
HEAVIEST = 10_000_000
"""Kinds of files, and bytes of one, that a message may carry. Source: the domain notes."""

# The ending of a host is small or all capitals: `us.It`, a missed space, is none.
_ENDING = (
    "com|net|org|info|shop|store|online|site|xyz|app|biz|co|me|io|ly|gl|tv|de|at|ch|fr|be|nl|it|es"
    "|pt|jp|uk|us|ca|au|pl|se|cn|eu|link|click"
)
_LINK = re.compile(
    r"\b[hH][tT][tT][pP][sS]?:|\b[wW]{3}\.|(?<![\w@.-])[A-Za-z0-9-]{2,63}\.(?:"
    rf"{_ENDING}|{_ENDING.upper()})(?![\w.-]*@)(?![\w-])"
)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_HIDDEN_ADDRESS = re.compile(
    r"(?i)\b[\w.+-]{1,64}\s?[(\[{]\s?(?:at|@)\s?[)\]}]\s?\w|\b(?:gmail|outlook|hotmail|yahoo|icloud)\b"
)
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\s?\d{1,2}[./]\s?(?:\d{4}|\d{2})?(?!\d)")
_PHONE = re.compile(r"(?<![\w-])(?:\+|00)?\(?\d{2,5}\)?(?:[ ./-]\(?\d{2,5}\)?){2,5}(?![\w-])")
_PLUS = re.compile(r"(?<!\w)\+\d[\d ()/.-]{6,}\d")
_TRUNK = re.compile(r"(?<![\w.,-])\(?0\d{1,4}\)?[ /-]?\d{4,10}(?![\w-])")
_HTML = re.compile(r"(?i)</?[a-z][a-z0-9]*(?:\s[^<>]{0,200})?/?>|&(?:[a-z]{2,8}|#\d{1,6});")
_IMPORTANT = re.compile(r"(?i)\[(?:important|wichtig|importante|重要)\]")
_SMILE = re.compile(r"(?<![\w:;])[:;]'?-?[)(DP](?!\w)|<3(?!\d)|\(\^[^\w\s]{1,2}\^\)|\^_\^")
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff\u20e3\u3030\u303d\u3297\u3299\ufe0f]"
)
_BANNED: dict[Kind, tuple[str, str]] = {
    "insults": ("insult", "leave it out: calm and kind is what helps"),
    "threats": ("threat", "no threat and no talk of the law"),
    "reviews": ("reviews", "no word on reviews, ratings or feedback"),
    "inducements": ("inducement", "nothing may look like a reward for withdrawing"),
    "promotion": ("promotion", "nothing but the order"),
}


def lint(message: Message, bans: Bans) -> tuple[Finding, ...]:
    """Every finding, rule by rule. `sentence` counts from 0; None is the subject or the whole."""
    found = [finding for rule in _RULES for finding in rule(message)]
    return (*found, *_banned(message, bans), *_withdrawal(message, bans))


def _found(
    message: Message, pattern: re.Pattern[str], rule: str, advice: str, severity: str = "block"
) -> Iterator[Finding]:
    """A finding for each place, the subject first."""
    for number, part in message.as_read:
        if match := pattern.search(part):
            yield _finding(rule, f"{match.group()[:60]!r}: {advice}", number, severity)


def _finding(rule: str, said: str, number: int | None = None, severity: str = "block") -> Finding:
    return Finding.model_validate(
        {"rule": rule, "severity": severity, "sentence": number, "message": said}
    )


def _links(message: Message) -> Iterator[Finding]:
    yield from _found(message, _LINK, "link", "no links leave the marketplace's own pages")


def _addresses(message: Message) -> Iterator[Finding]:
    for number, part in message.as_read:
        for address in _ADDRESS.findall(part):
            if address.lower() not in message.allowed_addresses:
                said = (
                    f"{address[:60]!r}: no e-mail address but the marketplace's own verified ones"
                )
                yield _finding("address", said, number)
        if hidden := _HIDDEN_ADDRESS.search(_ADDRESS.sub("", part)):
            yield _finding("address", f"{hidden.group()[:60]!r}: no e-mail addresses", number)


def _phones(message: Message) -> Iterator[Finding]:
    """An order id, a date or a tracking number is none."""
    for number, part in message.as_read:
        plain = _DATE.sub("", ORDER_ID.sub("", part))
        for known in message.numbers:
            plain = plain.replace(known, "")
        match = _PLUS.search(plain) or _PHONE.search(plain) or _TRUNK.search(plain)
        if match and 7 <= sum(sign.isdigit() for sign in match.group()) <= 15:
            yield _finding("phone", f"{match.group()[:40]!r}: no telephone numbers", number)


def _emojis(message: Message) -> Iterator[Finding]:
    for number, part in message.places:
        if sign := _EMOJI.search(part):
            name = unicodedata.name(sign.group(), "a sign").lower()
            yield _finding("emoji", f"{name}: no emojis", number)
        elif smile := _SMILE.search(part):
            yield _finding("emoji", f"{smile.group()!r}: no emoticons", number)


def _html(message: Message) -> Iterator[Finding]:
    yield from _found(message, _HTML, "html", "plain text only")


def _placeholders(message: Message) -> Iterator[Finding]:
    for number, part in message.as_read:
        hole = hole_in(_HTML.sub("", _IMPORTANT.sub("", part)))
        if hole:
            yield _finding("placeholder", f"{hole[:60]!r}: fill it in", number)


def _shouting(message: Message) -> Iterator[Finding]:
    """A lone word may be a name."""
    for number, part in message.as_read:
        if loud := shouted(part):
            said = f"{loud[:60]!r}: no words in capitals, no doubled exclamation marks"
            yield _finding("shouting", said, number)
        elif lone := lone_capitals(part):
            said = f"{lone[:60]!r}: write it in small letters, unless it is a name"
            yield _finding("capitals", said, number, "warn")


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
    """Hidden signs break a word up; letters of two alphabets in one word only look like it."""
    for number, part in message.places:
        if sign := unseen_in(part):
            said = f"an invisible sign U+{ord(sign):04X}: take it out"
            yield _finding("control", said, number)
        if word := mixed_alphabets(part):
            said = f"{word[:60]!r} mixes letters of two alphabets: write it anew"
            yield _finding("lookalike", said, number)


def _files(message: Message) -> Iterator[Finding]:
    """PDF, JPEG, PNG and plain text, none of them heavier than 10 MB."""
    for file in message.files:
        name = one_line(file.name, 60)
        if file.type not in ATTACHABLE:
            said = f"{name!r} is {one_line(file.type, 60)}: attach PDF, JPEG, PNG or TXT"
            yield _finding("attachment", said)
        if file.size > HEAVIEST:
            said = f"{name!r} has {file.size:,} bytes: at most {HEAVIEST:,}"
            yield _finding("attachment", said)


def _banned(message: Message, bans: Bans) -> Iterator[Finding]:
    whole = "\n".join(part for _, part in message.as_read)
    for kind, (rule, advice) in _BANNED.items():
        for number, part in message.as_read if bans.find(kind, whole) else ():
            for word in bans.find(kind, part):
                yield _finding(rule, f"{word!r}: {advice}", number)


def _withdrawal(message: Message, bans: Bans) -> Iterator[Finding]:
    """Once, and never after the decision; an answer to the buyer's own question is no asking."""
    if message.template in ANSWERS or not (message.asked_before or message.decided):
        return
    why = "the claim is decided" if message.decided else "an earlier message has told it already"
    for number, part in message.as_read:
        for word in bans.find("withdrawal", part):
            yield _finding("withdrawal", f"{word!r}: {why}, leave it out", number)


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
    _files,
)
