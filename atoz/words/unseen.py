"""Signs that nobody sees and that change what is read: taken out before a text is quoted or compared.

It exists so that a word with a zero-width joiner within is the word that a person reads. Pure.
"""

import re
import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs"})
_RARE = re.compile(r"[^\n\t -~]")
_LINES = str.maketrans({"\r": None, "\x85": "\n", "\u2028": "\n", "\u2029": "\n"})


def without_unseen(text: str) -> str:
    """The text without control, format and unencodable signs; its lines and tabs stay."""
    return _RARE.sub(_shown, text.translate(_LINES))


def unseen_in(text: str) -> str | None:
    """The first sign of the text that nobody sees, or None."""
    return next((m[0] for m in _RARE.finditer(text) if not _shown(m)), None)


def _shown(match: re.Match[str]) -> str:
    return "" if unicodedata.category(match[0]) in _HIDDEN else match[0]
