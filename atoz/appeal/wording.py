"""What no appeal may hold, whatever its language: insults, shouting, places left to fill in.

The bans hold inside quotes, too. Composer and check share these, so that what is composed passes.
"""

import re

from atoz.words.sieve import Sieve
from atoz.words.tone import shouted
from atoz.words.unseen import as_read

_WORDS = "liar|lying|thief|thieves|stupid|lawyer"
_STEMS = "scam|fraud|crook|idiot|betrug|betrüg|lugner|lügner|abzocke|arnaque|truff|estafa"
_SIGNS = "詐欺|嘘つき"
# A parcel lies somewhere, too: only who says so of a person means it.
_LIES = "(?:he|she|you|who|buyer|customer|seller|all|of|these|his|her|their|your) lies"
# `sue` alone is Italian for hers.
_SUES = "(?:to|will|would|shall|can|could|may|might|[a-z]+'ll) sue|sue (?:you|us|them|him|me|the|amazon)"
_BANNED = re.compile(rf"\b(?:{_LIES}|{_SUES}|{_WORDS}|(?:{_STEMS})\w*)\b|{_SIGNS}", re.IGNORECASE)

_SIEVE = Sieve(
    [
        "lies",
        "sue",
        *_WORDS.split("|"),
        *(f"{stem}*" for stem in _STEMS.split("|")),
        *_SIGNS.split("|"),
    ]
)
LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"”»」)]{1,200}"
    r"|(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,3}(?:com|net|org|info|shop|store|de|fr|it|es|jp|uk|eu|io)(?:/[^\s<>\"”»」)]{0,200})?(?![\w-])",
    re.IGNORECASE,
)
"""An address on the web, also without its beginning."""


def banned_words(text: str) -> list[str]:
    """The insulting or threatening words in a text, as they stand."""
    if next(_SIEVE.may_hold(text), None) is None:
        return []
    return [match.group() for match in _BANNED.finditer(as_read(text))]


def shouts(text: str) -> bool:
    """Whether a text shouts: doubled exclamation marks or words in capitals side by side."""
    return shouted(text) is not None
