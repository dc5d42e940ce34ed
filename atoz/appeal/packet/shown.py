"""Anybody's text as a page may show it: what is unseen goes, what is endless is cut or can break.

Nothing here makes text safe against markup: the page takes every value as data, never as markup. It is
about what would mislead the eye (direction overrides), break the page (a word without an end, a tower
of accents) or flood it.
"""

import re
import unicodedata

REPLACED = "\ufffd"
_BREAK = "\u200b"
_LONGEST_RUN = 24
_MOST_ACCENTS = 3

# Joiners stay: whole scripts are written with them.
_UNSEEN = re.compile(
    "[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u061c\u00ad]"
)
_RUN = re.compile(rf"[!-~\u00a1-\u024f]{{{_LONGEST_RUN + 1},}}")
_PIECE = re.compile(rf".{{{_LONGEST_RUN}}}")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


def shown(text: str) -> str:
    """The text for a page, line ends kept: unseen signs out, other controls as a replacement sign."""
    plain = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
    plain = "".join(_signs(plain))
    plain = _LINES.sub("\n", _SPACES.sub(" ", plain)).strip()
    return _RUN.sub(_breakable, plain)


def _signs(text: str) -> list[str]:
    """Sign by sign: controls and what is no character replaced, towers of accents cut."""
    out, accents = [], 0
    for sign in text:
        kind = unicodedata.category(sign)
        accents = accents + 1 if kind in {"Mn", "Me"} else 0
        if (
            sign in "\n\t"
            or (kind[0] != "C" and accents <= _MOST_ACCENTS)
            or sign in "\u200c\u200d"
        ):
            out.append(sign)
        elif kind[0] == "C":
            out.append(REPLACED)
    return out


def _breakable(run: re.Match[str]) -> str:
    """A word without an end gets places where a line may break; they are not seen."""
    return _PIECE.sub(lambda piece: piece.group() + _BREAK, run.group())
