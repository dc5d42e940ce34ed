"""The dates, times, amounts, numbers and codes that a text states, in the forms of our languages.

It exists so that each of them can be looked for among the facts: `89,90 €` and `89.90 EUR` are the
same amount, `12. September 2026` and `2026-09-12` the same day. A form with two readings has both.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from atoz.appeal.lint_words import LintWords
from atoz.appeal.spelled import in_figures
from atoz.words.unseen import without_unseen

Kind = Literal["date", "time", "amount", "number", "code", "hours", "days", "measure"]

_WHOLE = frozenset({"JPY", "KRW"})
_LONG_CODE = 8
"""So many digits in a row are no quantity: a tracking number, compared sign by sign."""

_REMEMBERED = 500

_NUMBER = (
    r"\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,3}[.,]\d{2}(?![\d])"
    r"|\d{1,3}(?:[.,'’\u00a0\u202f]\d{3}){1,4}(?:[.,]\d{1,2})?(?![\d])"
    r"|\d+(?:[.,]\d{1,4})?(?![\d])"
)
_LEFT, _RIGHT = r"(?<![A-Za-z\d])", r"(?![A-Za-z\d])"


class Value(NamedTuple):
    """A value as it stands in a text, with the keys under which a fact may hold it."""

    kind: Kind
    keys: tuple[str, ...]
    text: str


def values_in(text: str, words: LintWords) -> tuple[Value, ...]:
    """Every value of a text in order; order ids and what numbers a list or an exhibit left out."""
    return tuple(_values(text, words)) if len(text) > _REMEMBERED else _remembered(text, words)


@lru_cache(maxsize=1_024)
def _remembered(text: str, words: LintWords) -> tuple[Value, ...]:
    """A sentence is looked at by several rules, and the same sentences come again."""
    return tuple(_values(text, words))


def _values(text: str, words: LintWords) -> Iterator[Value]:
    for match in _master(words).finditer(in_figures(_shown(text), words)):
        kind = match.lastgroup
        rule = _RULES.get(kind or "")
        if rule is not None:
            value = rule(match, words)
            if value is not None:
                yield value


def key_of_day(day: date) -> str:
    """The key of a whole date."""
    return day.isoformat()


def keys_of_day(day: date) -> tuple[str, ...]:
    """Every key under which a date can be named: whole, without its year, without its day, its year."""
    return (day.isoformat(), f"{day:%m-%d}", f"{day:%Y-%m}")


def amount_key(amount: Decimal, currency: str) -> str:
    """The key of an amount in its currency."""
    return f"{amount.normalize():f} {currency}"


def number_key(number: Decimal) -> str:
    """The key of a bare number, however many decimals it is written with."""
    return f"{number.normalize():f}"


# How each form is read ----------------------------------------------------------------------------


def _iso(match: re.Match[str], _: LintWords) -> Value | None:
    return _dated(match, [(match["y"], match["m"], match["d"])])


def _japanese(match: re.Match[str], _: LintWords) -> Value | None:
    return _dated(match, [(match["jy"], match["jm"], match["jd"])])


def _pointed(match: re.Match[str], _: LintWords) -> Value | None:
    """`12.09.2026`, `09/12/2026`: the day first or the month first, where both can be."""
    first, second, year = match["p1"], match["p2"], match["py"]
    year = f"20{year}" if year and len(year) == 2 else year
    return _dated(match, [(year, second, first), (year, first, second)])


def _worded(match: re.Match[str], words: LintWords) -> Value | None:
    month = words.months.get(match["w_month"].lower())
    return _dated(match, [(match["w_year"], str(month), match["w_day"])])


def _month(match: re.Match[str], words: LintWords) -> Value | None:
    month = words.months.get((match["v_month"] or match["u_month"]).lower())
    return _dated(match, [(match["v_year"] or match["u_year"], str(month), match["v_day"])])


def _dated(
    match: re.Match[str], readings: list[tuple[str | None, str, str | None]]
) -> Value | None:
    """A date by its possible readings; one that no calendar has stays a value that nothing holds."""
    keys = [key for reading in readings if (key := _day_key(*reading)) is not None]
    return Value("date", tuple(dict.fromkeys(keys)), match.group().strip())


def _day_key(year: str | None, month: str, day: str | None) -> str | None:
    try:
        # A leap year, so that the 29th of February is a day where no year is named.
        known = date(int(year or 2024), int(month), int(day or 1))
    except ValueError:
        return None
    if day is None:
        return f"{known:%Y-%m}"
    return known.isoformat() if year else f"{known:%m-%d}"


def _time(match: re.Match[str], _: LintWords) -> Value | None:
    hour, minute = int(match["h"]), int(match["min"])
    half = (match["half"] or "").lower()[:1]
    hour = hour % 12 + 12 if half == "p" else hour % 12 if half == "a" else hour
    return Value("time", (f"{hour:02}:{minute:02}",), match.group().strip())


def _money(match: re.Match[str], words: LintWords) -> Value | None:
    return _amount(match.group(), match["n2"], match["behind"], words)


def _price(match: re.Match[str], words: LintWords) -> Value | None:
    return _amount(match.group(), match["n1"], match["before"], words)


def _amount(text: str, number: str, sign: str, words: LintWords) -> Value:
    keys = [
        amount_key(amount, currency)
        for currency in sorted(words.currencies.get(sign.lower(), ()))
        for amount in _readings(number, currency)
    ]
    return Value("amount", tuple(keys), text.strip())


def _span(match: re.Match[str], _: LintWords) -> Value | None:
    kind: Kind = "hours" if match["hours"] else "days"
    times = 7 if match["weeks"] else 1
    keys = tuple(number_key(times * number) for number in _readings(match["n3"], ""))
    return Value(kind, keys, match.group().strip())


def _measure(match: re.Match[str], _: LintWords) -> Value | None:
    keys = tuple(map(number_key, _readings(match["n4"], "")))
    return Value("measure", keys, match.group().strip())


def _code(match: re.Match[str], _: LintWords) -> Value | None:
    return Value("code", (match.group().lower(),), match.group())


def _number(match: re.Match[str], _: LintWords) -> Value | None:
    written = match.group()
    if written.isdigit() and len(written) >= _LONG_CODE:
        return Value("code", (written,), written)
    return Value("number", tuple(map(number_key, _readings(written, ""))), written)


def _readings(number: str, currency: str) -> list[Decimal]:
    """What a written number can mean: `1.249` is a thousand and more, or one and a quarter."""
    *groups, last = re.split(r"[.,'’\s]", number)
    if not groups:
        return [Decimal(last)]
    whole, split = Decimal("".join((*groups, last))), Decimal(f"{''.join(groups)}.{last}")
    if len(last) != 3:
        return [split]
    return [whole] if currency else [whole, split]


_RULES = {
    "iso": _iso,
    "ja": _japanese,
    "pointed": _pointed,
    "worded": _worded,
    "month": _month,
    "price": _price,
    "mixed": _code,
    "time": _time,
    "money": _money,
    "span": _span,
    "measure": _measure,
    "code": _code,
    "number": _number,
}


@lru_cache(maxsize=8)
def _master(words: LintWords) -> re.Pattern[str]:
    """One pattern for every form: at each place the first that fits is meant."""
    months = _any(words.months, r"\w")
    signs = _any(words.currencies, r"\w")
    hours, days, weeks = (_any(_units(words, name), r"\w") for name in ("hours", "days", "weeks"))
    measures = "|".join(map(_stem, _units(words, "measures")))
    labels = _any(_units(words, "labels"), r"\w")
    by_figure: Mapping[str, str] = {
        "order": r"(?<!\d)\d{3}-\d{7}-\d{7}(?!\d)",
        "mark": rf"(?:^|(?<=\n))\d{{1,2}}[.)](?=\s)(?!\s(?:{months}))",
        "iso": r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?!\d)",
        "ja": r"(?:(?<!\d)(?P<jy>\d{4})年\s?)?(?<!\d)(?P<jm>\d{1,2})月\s?(?:(?P<jd>\d{1,2})日)?",
        "pointed": (
            r"(?<![\d.,])(?P<p1>\d{1,2})(?P<sep>[./-])\s?(?P<p2>\d{1,2})(?P=sep)\s?"
            r"(?P<py>\d{4}|\d{2})?(?![\d])(?<=[\d.])"
        ),
        "worded": (
            rf"(?<!\d)(?P<w_day>\d{{1,2}})(?:st|nd|rd|th|er|º|°|\.)?\s(?:of\s|de\s|di\s)?"
            rf"(?P<w_month>{months})\.?(?:,?\s(?:de\s|del\s)?(?P<w_year>\d{{4}}))?"
        ),
        "time": (
            r"(?<![\d:])(?P<h>\d{1,2}):(?P<min>\d{2})(?::\d{2})?(?!\d|:\d)"
            r"(?:\s?(?P<half>[ap])\.?m\b)?"
        ),
        "money": rf"{_LEFT}(?P<n2>{_NUMBER})\s?(?P<behind>{signs})",
        "span": rf"{_LEFT}(?P<n3>{_NUMBER})(?:\s|-)?(?:(?P<hours>{hours})|(?P<weeks>{weeks})|{days})",
        "measure": rf"{_LEFT}(?P<n4>{_NUMBER})\s?(?:{measures})",
        "code": rf"{_LEFT}\d{{1,40}}[A-Za-z][A-Za-z\d]*",
        "number": rf"{_LEFT}(?:{_NUMBER})",
    }
    by_word: Mapping[str, str] = {
        "label": rf"(?:{labels})\s?\d{{1,2}}(?!\d)(?![.,]\d)",
        "bracket": r"(?:^|(?<=\n))\(\d{1,2}\)(?=\s)",
        "month": (
            rf"(?P<v_month>{months})\.?\s(?P<v_day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)"
            rf"(?:,?\s(?P<v_year>\d{{4}})(?!\d))?"
            rf"|(?P<u_month>{months})\s(?:de\s|del\s)?(?P<u_year>\d{{4}})(?!\d)"
        ),
        "price": rf"(?P<before>{signs})\s?(?P<n1>{_NUMBER})",
        "mixed": r"[A-Za-z]{1,40}\d[A-Za-z\d]*",
    }
    figures, named = (_joined(forms) for forms in (by_figure, by_word))
    # Every form has a figure: at most places there is none near, and one look says so.
    return re.compile(
        rf"(?=\d)(?:{figures})|(?<![A-Za-z\d])(?=[^\d\s]{{1,40}}[^\S\n]?(?:de |del )?\d)(?:{named})",
        re.IGNORECASE,
    )


def _joined(forms: Mapping[str, str]) -> str:
    return "|".join(f"(?P<{name}>{form})" for name, form in forms.items())


def _units(words: LintWords, name: str) -> list[str]:
    return [each for file in words.files for each in getattr(file, name)]


def _any(names: Mapping[str, object] | list[str], inner: str) -> str:
    """One of these words, the longest first, none of them within another word."""
    ordered = sorted(dict.fromkeys(names), key=lambda name: (-len(name), name))
    return "|".join(_bounded(name, inner) for name in ordered) or "(?!)"


def _stem(unit: str) -> str:
    """A unit with any ending, where it has a star."""
    return re.escape(unit[:-1]) + r"\w*" if unit.endswith("*") else _bounded(unit, r"\w")


def _shown(text: str) -> str:
    """One width, and no sign within a number that nobody sees."""
    return unicodedata.normalize("NFKC", without_unseen(text))


def _bounded(name: str, inner: str) -> str:
    before = "(?<![A-Za-z])" if name[0].isascii() and name[0].isalpha() else ""
    behind = f"(?!{inner})" if name[-1].isalpha() and ord(name[-1]) < 0x3000 else ""
    return before + re.escape(name) + behind
