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
# Words that every text of the language is full of; where those of the marketplace's own language are
# by far the most, nobody needs the model.
_EVERYDAY: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "de": "der die das und ich nicht ist ein eine zu es mit den auf sie wir für habe hat dass im von"
        " dem sich auch bitte aber noch war wie mir mich bei so",
        "en": "the and i to a is it of that was you not for in my this have with on but are be as at your"
        " they we please me has been so what there",
        "es": "el la de que y a en un se no haber por con su para como estar lo le los las una me mi"
        " es está he ha pero muy ya del al por favor",
        "fr": "le la les de des et je ne pas est un une en que vous à pour dans ce il du au avec sur mon"
        " ma mais plus nous été ai c'est",
        "it": "il la di che e non è un una per sono ho con mi in da ma del della ha si le i al lo come"
        " più mio mia questo grazie",
    }.items()
}
_FULL_OF = 0.25
_FAR = 2
_FEW_WORDS = 12
_WORDS = re.compile(r"[^\W\d_']+(?:'[^\W\d_]+)?")

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
    if prior is not None and _plainly_in(text[:_READ]) == prior:
        return prior
    code, sure = attempt(lambda: _classified(text[:_READ]), ("", 0.0))
    return code if sure >= _SURE else prior


def plainly_other(text: str, language: str) -> str | None:
    """The language in which a text plainly is, where that is another one; None where nobody is sure."""
    letters = _LETTERS.findall(text[:_READ])
    kana = sum(len(_SPACELESS.findall(word)) for word in letters)
    if kana > sum(map(len, letters)) / 2:
        return None if language == "ja" else "ja"
    if len(letters) < _FEW_WORDS:
        return None
    found = _plainly_in(text)
    return found if found != language else None


def _plainly_in(text: str) -> str | None:
    """The language that a long text is in by its everyday words, which the others lack."""
    words = _WORDS.findall(text.lower())
    shares = {
        language: sum(map(everyday.__contains__, words)) / max(len(words), 1)
        for language, everyday in _EVERYDAY.items()
    }
    best, second = sorted(shares, key=shares.__getitem__, reverse=True)[:2]
    plain = shares[best] >= _FULL_OF and shares[best] >= _FAR * shares[second]
    return best if plain else None


def _classified(text: str) -> tuple[str, float]:
    code, sure = _identifier().classify(text)
    return str(code), float(sure)


@lru_cache(maxsize=1)
def _identifier() -> "LanguageIdentifier":
    """The model, loaded when a long text is not plainly in the usual language: a second and 80 MB."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - see above

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_KNOWN)
    return identifier
