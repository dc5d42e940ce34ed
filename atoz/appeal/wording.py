"""Words of appeals: how reasons are named, and which of the buyer's sentences may be quoted.

The bans hold inside quotes, too: a sentence with an insult, shouting or doubled exclamation
marks is left out whole, never shortened or softened.
"""

import re
from itertools import zip_longest

from atoz.words.unseen import without_unseen

REASONS = {
    "not_received": "an item not received",
    "not_as_described": "an item not as described",
    "damaged": "a damaged item",
    "defective": "a defective item",
    "wrong_item": "a wrong item",
    "missing_parts": "missing parts",
    "return_not_refunded": "a return not refunded",
    "return_refused": "a return refused",
    "refund_wrong_amount": "a refund of a wrong amount",
    "other": "another reason",
}

_WORDS = "liar|lying|thief|thieves|stupid|sue|lawyer"
_STEMS = "scam|fraud|crook|idiot|betrug|betrüg|lugner|lügner|abzocke|arnaque|truff|estafa"
_SIGNS = "詐欺|嘘つき"
# A parcel lies somewhere, too: only who says so of a person means it.
_LIES = "(?:he|she|you|who|buyer|customer|seller|all|of|these|his|her|their|your) lies"
_BANNED = re.compile(rf"\b(?:{_LIES}|{_WORDS}|(?:{_STEMS})\w*)\b|{_SIGNS}", re.IGNORECASE)

# A search whose every branch begins with a letter of its own skips through a text; one that
# begins with \b or ignores case looks at each place. Hence the hint before the whole pattern,
# and the look back behind the first capital.
_HINT = re.compile(f"lies|{_WORDS}|{_STEMS}|{_SIGNS}")
_CAPITALS = re.compile(r"[A-ZÄÖÜ](?<!\w.)[A-ZÄÖÜ]{3,}(?:\s+[A-ZÄÖÜ]{2,})+\b")
_DOUBLED = re.compile(r"[!！][!！]")
# A full stop within a number or a name ends no sentence.
_BOUNDARY = re.compile(r"((?<=[.!?])\s+|(?<=[。！？])(?![.!?。！？])\s*|\n+)")
QUOTE_LIMIT = 400


def banned_words(text: str) -> list[str]:
    """The insulting or threatening words in a text, as they stand."""
    if _HINT.search(text.lower()) is None:
        return []
    return [match.group() for match in _BANNED.finditer(text)]


def shouts(text: str) -> bool:
    """Whether a text shouts: doubled exclamation marks or words in capitals side by side."""
    return _DOUBLED.search(text) is not None or _CAPITALS.search(text) is not None


def quotable(text: str) -> str:
    """The whole sentences of a buyer's text that an appeal may quote, up to a limit.

    They stand as they were written; where one is left out between them, or behind them for the
    limit, `[…]` says so.
    """
    clean = without_unseen(text).replace("“", '"').replace("”", '"')
    parts = _BOUNDARY.split(clean)
    quote, joint = "", ""
    for sentence, gap in zip_longest(map(str.strip, parts[::2]), parts[1::2]):
        if not sentence:
            continue
        if banned_words(sentence) or shouts(sentence):
            joint = " […] "
            continue
        if len(quote) + len(sentence) > QUOTE_LIMIT:
            return f"{quote} […]" if quote else ""
        quote += (joint if quote else "") + sentence
        joint = " " if gap else ""
    return quote
