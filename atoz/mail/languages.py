"""Which language a text is in: the marketplace's, unless a long text clearly is in another.

It exists because a wrong language is worse than the usual one: short texts are never guessed.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from atoz.mail.mime import attempt

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_LONG = 120
_LONG_WITHOUT_SPACES = 50
_READ = 3_000
_SURE = 0.98
_LETTERS = re.compile(r"[^\W\d_]+")
_SPACELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# What buyers in Europe, America and Japan write.
_KNOWN = [
    "ar",
    "cs",
    "da",
    "de",
    "en",
    "es",
    "fi",
    "fr",
    "it",
    "ja",
    "ko",
    "nl",
    "no",
    "pl",
    "pt",
    "ru",
    "sv",
    "tr",
    "zh",
]


def language_of(text: str, prior: str | None) -> str | None:
    """The language code of a text; `prior`, the marketplace's, unless a long text is surely in another."""
    letters = "".join(_LETTERS.findall(text[: 2 * _READ]))
    spaceless = len(_SPACELESS.findall(letters))
    if len(letters) < (_LONG_WITHOUT_SPACES if 2 * spaceless > len(letters) else _LONG):
        return prior
    code, sure = attempt(lambda: _classified(text[:_READ]), ("", 0.0))
    return code if sure >= _SURE else prior


def _classified(text: str) -> tuple[str, float]:
    code, sure = _identifier().classify(text)
    return str(code), float(sure)


@lru_cache(maxsize=1)
def _identifier() -> "LanguageIdentifier":
    """The model, loaded when the first long text is read: it takes a second and 80 MB."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - see above

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_KNOWN)
    return identifier
