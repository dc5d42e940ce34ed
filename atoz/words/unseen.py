"""Signs that nobody sees, and letters that look like others: a text as a person reads it.

It exists so that a word with a zero-width joiner, or with a Cyrillic letter that looks Latin, is the
word that a person reads, for every check that looks for words. Pure.
"""

import re
import unicodedata
from functools import lru_cache

_HIDDEN = frozenset({"Cc", "Cf", "Cs"})
_RARE = re.compile(r"[^\n\t -~]")
_LINE_ENDS = {"\r": None, "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
_LINES = str.maketrans(_LINE_ENDS)

_LOOKALIKES = str.maketrans(
    "авекмнорстухіѕјһԁԛԝАВЕКМНОРСТУХІЅЈԌαεικνορτυχϲΑΒΕΖΗΙΚΜΝΟΡΤΥΧıɑɡʟ",
    "abekmhopctyxisjhdqwABEKMHOPCTYXISJGaeikvoptuxcABEZHIKMNOPTYXiagl",
)
"""Letters of other alphabets by the Latin ones that they look like. Source: Unicode's confusables."""

_LOOKALIKE = re.compile(f"[{''.join(map(chr, _LOOKALIKES))}]")

_SIGNS = {**dict.fromkeys("’‘ʼ´", "'"), **dict.fromkeys("‐‑", "-")}

_OTHER_LETTER = re.compile(r"[\u0370-\u052f]")
_LATIN_LETTER = re.compile(r"[A-Za-zÀ-ɏ]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SPACED = re.compile(r"(?<!\w)[^\W\d_](?:([ .*_-])[^\W\d_])(?:\1[^\W\d_]){2,18}(?!\w)")
"""`l.i.a.r`: four single letters or more, with one and the same sign between them."""

_APART = re.compile(r"[ .*_-][^\W\d_][ .*_-][^\W\d_](?!\w)")
"""What every such word holds, found by its signs: at most places of a text stands a letter."""


def without_unseen(text: str) -> str:
    """The text without control, format and unencodable signs; its lines and tabs stay."""
    rare = set(_RARE.findall(text))  # few signs, however long the text: each is looked at once
    if not rare.isdisjoint(_LINE_ENDS):
        text = text.translate(_LINES)
    return _RARE.sub(_shown, text) if any(map(_is_hidden, rare)) else text


def unseen_in(text: str) -> str | None:
    """The first sign of the text that nobody sees, or None; line ends and tabs are none."""
    return next(filter(_is_hidden, _RARE.findall(text.replace("\r\n", "\n"))), None)


@lru_cache(maxsize=64)
def as_read(text: str) -> str:
    """The text as its reader takes it: one width, no hidden sign, Latin for what looks Latin."""
    if _RARE.search(text) is not None:
        text = unicodedata.normalize("NFKC", without_unseen(text))
        rare = set(_RARE.findall(text))
        if any(map(_is_mark, rare)):
            text = _RARE.sub(_unmarked, text)
        if _LOOKALIKE.search(text) is not None:
            text = _WORD.sub(_latin, text)
        for sign in rare & _SIGNS.keys():
            text = text.replace(sign, _SIGNS[sign])
        text = text.replace("`", "'")
    if _APART.search(text) is None:
        return text
    return _SPACED.sub(lambda m: m[0].replace(m[1], ""), text)


def mixed_alphabets(text: str) -> str | None:
    """The first word in which Latin letters stand beside Greek or Cyrillic ones, or None."""
    if _OTHER_LETTER.search(text) is None:
        return None
    return next((word for word in _WORD.findall(text) if _is_mixed(word)), None)


def _is_mixed(word: str) -> bool:
    return bool(_OTHER_LETTER.search(word) and _LATIN_LETTER.search(word))


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign) == "Mn"


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) in _HIDDEN


def _unmarked(match: re.Match[str]) -> str:
    return "" if _is_mark(match[0]) else match[0]


def _latin(match: re.Match[str]) -> str:
    return match[0].translate(_LOOKALIKES)


def _shown(match: re.Match[str]) -> str:
    return "" if _is_hidden(match[0]) else match[0]
