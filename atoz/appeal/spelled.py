"""Numbers and days that a text spells in words, written in figures: `three weeks`, `the sixteenth of August`.

It exists because a made-up number is as made up in words. A word for a number counts only before what
is counted or measured, so that `the two of us` and `for two reasons` state nothing.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from atoz.appeal.lint_words import LintWords
from atoz.appeal.phrases import plain


def in_figures(text: str, words: LintWords) -> str:
    """The text with such numbers and days in figures; all else as it stands."""
    numbers, days = _patterns(words)
    if numbers.search(text) is None and days.search(text) is None:
        return text
    known, ordinals = _known(words)
    text = days.sub(lambda m: str(ordinals[plain(m["ordinal"])]), text)
    return numbers.sub(lambda m: str(_sum(m["number"] or m["wide"], known)), text)


def _sum(written: str, known: Mapping[str, int]) -> int:
    """`fifty-nine` is the sum of its parts; a word of its own is what it is."""
    whole = plain(written)
    if whole in known:
        return known[whole]
    return sum(known[part] for part in re.split(r"[- ]", whole))


@lru_cache(maxsize=8)
def _known(words: LintWords) -> tuple[dict[str, int], dict[str, int]]:
    numbers = {plain(name): value for f in words.files for name, value in f.numbers.items()}
    ordinals = {plain(name): value for f in words.files for name, value in f.ordinals.items()}
    return numbers, ordinals


@lru_cache(maxsize=8)
def _patterns(words: LintWords) -> tuple[re.Pattern[str], re.Pattern[str]]:
    known, ordinals = _known(words)
    spaced = _any(name for name in known if name.isascii() or name[0] < "\u3040")
    wide = "|".join(re.escape(name) for name in known if name[0] >= "\u3040") or "(?!)"
    units = [
        unit
        for f in words.files
        for unit in (*f.hours, *f.days, *f.weeks, *f.measures, *f.counted, *f.currencies)
    ]
    worded = "|".join(
        _unit(unit) for unit in dict.fromkeys(units) if unit[0].isalpha() and unit[0] < "\u3040"
    )
    counted = "|".join(re.escape(unit) for unit in units if unit[0] >= "\u3040") or "(?!)"
    numbers = re.compile(
        rf"(?<![\w-])(?P<number>(?:{spaced})(?:[- ](?:{spaced}))?)(?=[- ](?:[^\W\d_]{{2,20}} )?(?:{worded}))"
        rf"|(?P<wide>(?<![\u3400-\u9fff])(?:{wide}))(?={counted})",
        re.IGNORECASE,
    )
    months = _any(words.months)
    day = _any(ordinals)
    days = re.compile(
        rf"(?<![\w-])(?:the )?(?P<ordinal>{day})(?=(?: of)? (?:{months})(?!\w))", re.IGNORECASE
    )
    return numbers, days


def _any(names: Iterable[str]) -> str:
    """One of these words, the longest first."""
    ordered = sorted(set(names), key=lambda name: (-len(name), name))
    return "|".join(map(re.escape, ordered)) or "(?!)"


def _unit(written: str) -> str:
    return re.escape(written.rstrip("*")) + (r"\w*" if written.endswith("*") else r"(?!\w)")
