"""Amounts as seven markets write them: `$1,088.10`, `1.249,00 €`, `EUR 45,90`, `¥4,980`, `4,980円`.

It exists so that no locale has to be guessed: a currency with two decimals never has three digits
behind its decimal sign, so a separator before three digits always groups thousands.
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from atoz.mail.lexicon import Lexicon
from atoz.mail.notices import Market, NoticeRules
from atoz.mail.patterns import fold

_WIDE = str.maketrans("０１２３４５６７８９．，￥＄￡", "0123456789.,¥$£")
_NEAR = 48
_MOST = 50
_WHOLE = frozenset({"JPY", "KRW"})
_NUMBER = (
    r"[0-9]{1,3}(?:[.,'’\xa0\u202f\u2009][0-9]{3}){1,4}(?:[.,][0-9]{1,2})?(?![0-9])"
    r"|[0-9]{1,3}(?: [0-9]{3}){1,4}[.,][0-9]{2}(?![0-9])"
    r"|[0-9]{1,10}(?:[.,][0-9]{1,2})?(?![0-9])"
)


class Found(NamedTuple):
    """An amount in a text."""

    amount: Decimal
    currency: str
    lead: str


def amount_of(
    text: str, rules: NoticeRules, market: Market | None, lexicons: tuple[Lexicon, ...]
) -> tuple[Decimal, str] | None:
    """The one amount that a notice is about, with its currency.

    That which a lead such as `claim of` introduces; else the only one there is. None where several
    different ones compete: no reading is better than a guessed one.
    """
    found = list(itertools.islice(_amounts(text, rules, market), _MOST))
    led = [
        each
        for each in found
        if any(lexicon.amounts.search(lexicon.bare(fold(each.lead))) for lexicon in lexicons)
    ]
    values = {(each.amount, each.currency) for each in led or found}
    return values.pop() if len(values) == 1 else None


def _amounts(text: str, rules: NoticeRules, market: Market | None) -> Iterator[Found]:
    wide = text.translate(_WIDE)
    policy = rules.policies.get(market.marketplace) if market else None
    own = policy.currency if policy else None
    behind = 0
    for match in _pattern(tuple(sorted(rules.currencies, key=len, reverse=True))).finditer(wide):
        currency = _currency(match["before"] or match["behind"], own, rules.currencies)
        amount = currency and _decimal(match["first"] or match["second"], currency)
        if amount and currency:
            yield Found(amount, currency, wide[max(behind, match.start() - _NEAR) : match.start()])
        behind = match.end()


def _currency(sign: str, own: str | None, known: Mapping[str, frozenset[str]]) -> str | None:
    """What a sign means: the market's own currency where it can, else the only one it can mean."""
    meant = known[sign]
    if own in meant:
        return own
    return next(iter(meant)) if len(meant) == 1 else None


def _decimal(number: str, currency: str) -> Decimal | None:
    """The number with the decimals of its currency; None where it has others, or is nothing."""
    parts = re.split(r"[.,'’\s]", number)
    decimals = parts[-1] if len(parts) > 1 and len(parts[-1]) < 3 else ""
    whole = "".join(parts[:-1] if decimals else parts)
    if currency in _WHOLE:
        return Decimal(whole) if not decimals and int(whole) else None
    value = Decimal(f"{whole}.{decimals.ljust(2, '0')}")
    return value or None


@lru_cache(maxsize=8)
def _pattern(signs: tuple[str, ...]) -> re.Pattern[str]:
    sign = "|".join(map(_sign, signs)) or "(?!)"
    return re.compile(
        rf"(?P<before>{sign})\s?(?P<first>{_NUMBER})"
        rf"|(?<![0-9.,-])(?P<second>{_NUMBER})\s?(?P<behind>{sign})"
    )


def _sign(sign: str) -> str:
    """A sign as a pattern; one of letters stands by itself."""
    before = r"(?<![A-Za-z])" if sign[0].isascii() and sign[0].isalpha() else ""
    behind = r"(?![A-Za-z])" if sign[-1].isascii() and sign[-1].isalpha() else ""
    return before + re.escape(sign) + behind
