"""What a notice states in figures: the order, until when an answer is due, until when to appeal.

It exists because a deadline is the one thing that must not be misread: one that only holds for a case
that may come (`should we need more`) starts no clock, one of an appeal is no deadline to answer.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from atoz.mail.dating import LONGEST, Calendar
from atoz.mail.lexicon import Lexicon, Sentences, sentences
from atoz.mail.patterns import fold

_ORDER = re.compile(r"(?<![0-9])[0-9]{3}-[0-9]{7}-[0-9]{7}(?![0-9])")
_DIGIT = re.compile(r"[0-9]")
_DASHES = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "---------")
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
_DAY = timedelta(days=1)


def order_ids(text: str) -> tuple[str, ...]:
    """The different order ids of a text, in order."""
    return tuple(dict.fromkeys(_ORDER.findall(text.translate(_DASHES).translate(_WIDE))))


def order_of(layers: Iterable[str]) -> str | None:
    """The order that the first layer with any names; where that names several, the one that the next
    layers name alone. None where it cannot be told.
    """
    wanted: tuple[str, ...] = ()
    for layer in layers:
        found = order_ids(layer)
        wanted = tuple(each for each in found if each in wanted) if wanted else found
        if len(wanted) == 1:
            return wanted[0]
    return None


class Stated(NamedTuple):
    """When an answer is due by the notice's own words (UTC), and in how many days where it counts them."""

    due: datetime | None = None
    days: int | None = None
    note: str | None = None


def deadline(text: str, lexicons: Sequence[Lexicon], calendar: Calendar, *, asked: bool) -> Stated:
    """The earliest unconditional deadline to answer, by the first language that states one.

    Only sentences that ask something of the seller count (`we will decide within 7 days` does not);
    where `asked`, because the whole mail asks something, any other counts after them.
    """
    found = Sentences(_counting(fold(text), lexicons))
    for anything in (False, True) if asked else (False,):
        for lexicon in lexicons:
            stated = _earliest(found, lexicon, calendar, anything=anything)
            if stated != Stated():
                return stated
    return Stated()


def _counting(folded: str, lexicons: Sequence[Lexicon]) -> Iterator[str]:
    """The sentences with a digit or a number's word: no other states a deadline, and most have none."""
    words = {word for lexicon in lexicons for word in lexicon.dates.number_words if word in folded}
    for sentence in sentences(folded):
        if _DIGIT.search(sentence) or any(word in sentence for word in words):
            yield sentence


def _earliest(listed: Sentences, lexicon: Lexicon, calendar: Calendar, *, anything: bool) -> Stated:
    found = Stated()
    for sentence, bared in lexicon.each(listed):
        if not lexicon.states(bared) or lexicon.appeals.search(bared):
            continue
        if anything or lexicon.duties.search(bared):
            found = _earlier(found, _stated(sentence, lexicon, calendar))
    return found


def appeal_until(text: str, lexicons: Sequence[Lexicon], calendar: Calendar) -> date | None:
    """The last day to appeal a decision, on the marketplace's calendar."""
    listed = Sentences(_counting(fold(text), lexicons))
    for lexicon in lexicons:
        for sentence, bared in lexicon.each(listed):
            if lexicon.appeals.search(bared):
                due = _stated(sentence, lexicon, calendar).due
                if due:
                    return due.astimezone(ZoneInfo(calendar.zone)).date()
    return None


def _stated(sentence: str, lexicon: Lexicon, calendar: Calendar) -> Stated:
    """What one sentence states: a day, a period, or the earlier of both."""
    instants = lexicon.dates.instants(sentence, calendar)
    named = _in_reach(Stated(min(instants)), calendar) if instants else Stated()
    period = lexicon.dates.period(sentence)
    if period is None:
        return named
    days = None if period % _DAY else period // _DAY
    due = calendar.written + period if calendar.written else None
    counted = Stated(due, days, None if due else "a period without a date to count from")
    return _earlier(counted, named)._replace(days=days)


def _in_reach(stated: Stated, calendar: Calendar) -> Stated:
    """A named day that is past or far away is no deadline but something else."""
    if stated.due and calendar.written:
        ahead = stated.due - calendar.written
        if not timedelta(0) < ahead <= LONGEST:
            return Stated(note="a day that is past or far away is no deadline")
    return stated


def _earlier(one: Stated, other: Stated) -> Stated:
    if one.due is None or other.due is None:
        return one if one.due else other if other != Stated() else one
    return min(one, other, key=lambda stated: (stated.due, stated.days or 0))
