"""Of which kind a mail is: by its header, else its form and sender, else its subject, else its words.

It exists so that the strongest sign decides: the header is the marketplace's own and in no language,
a subject is localised, words can be anybody's. A buyer's relay address only ever brings a buyer's
message, whatever its subject claims.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from re import Pattern

from atoz.mail.figures import order_ids
from atoz.mail.lexicon import Lexicon, Sentences, sentences
from atoz.mail.mime import Mail, Part
from atoz.mail.notices import Market, NoticeRules
from atoz.mail.patterns import fold
from atoz.mail.plain import domain_of, one_line
from atoz.mail.reading import CLAIM_KINDS, Kind
from atoz.mail.returned import is_report, outcome_of

_READ = 4_000
_UNKNOWN = "neither a header, the subject nor the words say what it is"


@dataclass(frozen=True)
class Known:
    """A mail's kind; `why` says why it is `other`, `note` what was odd about its header."""

    kind: Kind
    why: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Letter:
    """What the kind is read from."""

    mail: Mail
    parts: Sequence[Part]
    sender: str | None
    subject: str
    text: str
    market: Market | None
    lexicons: Sequence[Lexicon]


def kind_of(letter: Letter, rules: NoticeRules) -> Known:
    """The kind by the first sign that knows one."""
    named, note = _by_header(letter, rules)
    if named == "claim_opened" and _requests(letter, exactly=True):
        return Known("information_request")
    if named:
        return Known(named)
    if is_report(letter.mail, letter.sender):
        return _report(letter)
    if letter.market and letter.sender and domain_of(letter.sender) in letter.market.relays:
        return Known("buyer_message", note=note)
    return replace(_by_its_words(letter), note=note)


def _by_its_words(letter: Letter) -> Known:
    """The kind that the subject names, else the first sentences.

    `Action required` stands on many mails of a marketplace: without an order it is about no claim.
    """
    requested: Kind | None = "information_request" if _requests(letter, exactly=False) else None
    found = requested or _by_subject(letter) or _by_text(letter)
    if found in CLAIM_KINDS and not order_ids(f"{letter.subject} {letter.text}"):
        return Known("other", why="it names no order")
    if found in CLAIM_KINDS and _unrelated(letter):
        return Known("other", why="it is about a claim of another sort")
    return Known(found) if found else Known("other", why=_UNKNOWN)


def _unrelated(letter: Letter) -> bool:
    """Whether the subject or the first sentences speak of another sort of claim, such as SAFE-T."""
    folded = fold(f"{letter.subject}\n{letter.text[:_READ]}")
    return any(lexicon.unrelated.search(lexicon.bare(folded)) for lexicon in letter.lexicons)


def market_of(
    mail: Mail, sender: str | None, rules: NoticeRules
) -> tuple[Market | None, str | None]:
    """The marketplace that a mail names: by its header, without one by the sender's domain; and a
    note where the header names one that is not known.
    """
    for headers in rules.headers:
        if mail.headers(headers.marketplace_header):
            named = mail.only(headers.marketplace_header) or "(several)"
            market = rules.market_of_id(named)
            note = f"{headers.marketplace_header} {one_line(named, 40)} is not known"
            return market, None if market else note
    return (rules.market_of_domain(domain_of(sender)) if sender else None), None


def _by_header(letter: Letter, rules: NoticeRules) -> tuple[Kind | None, str | None]:
    """The kind that a header names; a header that stands twice and differs names none."""
    for headers in rules.headers:
        if letter.mail.headers(headers.kind_header):
            named = letter.mail.only(headers.kind_header) or "(several)"
            kind = headers.kinds.get(named)
            note = f"{headers.kind_header} {one_line(named, 80)} is not known"
            return kind, None if kind else note
    return None, None


def _requests(letter: Letter, *, exactly: bool) -> bool:
    """Whether the subject begins with `Action required:` in any language.

    The header of a claim is the same with and without it. Against that header only the marketplace's
    own spelling counts; capitals are a forger's.
    """
    same: Callable[[str], str] = str.strip if exactly else fold
    beginnings = [same(request) for lexicon in letter.lexicons for request in lexicon.requests]
    return same(letter.subject).startswith(tuple(beginnings))


def _report(letter: Letter) -> Known:
    outcome = outcome_of(letter.subject, letter.parts, letter.lexicons)
    if outcome == "failed":
        return Known("bounce")
    why = (
        "delivery is only delayed or done"
        if outcome == "delayed"
        else "it does not say what became of it"
    )
    return Known("other", why=f"a report about a delivery: {why}")


def _by_subject(letter: Letter) -> Kind | None:
    subject = fold(letter.subject)
    for lexicon in letter.lexicons:
        bared = lexicon.bare(lexicon.without_prefixes(subject))
        found = _first(lexicon.subjects, bared)
        if found:
            return found
    return None


def _by_text(letter: Letter) -> Kind | None:
    listed = Sentences(sentences(fold(letter.text[:_READ])))
    for lexicon in letter.lexicons:
        for _, bared in lexicon.each(listed):
            found = _first(lexicon.bodies, bared)
            if found:
                return found
    return None


def _first(patterns: Mapping[Kind, Pattern[str]], bared: str) -> Kind | None:
    return next((kind for kind, words in patterns.items() if words.search(bared)), None)
