"""How values look to a person: instants in their own zone, time left with a word beside the colour."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from atoz.claims.base import parse_span
from atoz.playbook.said import Said
from atoz.playbook.told import arrived, told, told_by
from atoz.web.commands import COMMAND, as_form
from atoz.web.words import Words
from atoz.web.words.shipped import TITLES

SOON = timedelta(hours=24)

_ADVICE = ("refused", "closed", "stay", "problem", "value", "file_told")
"""Parts of the engine's sentences that come back as text and say what to do."""
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z)")


class Badge(NamedTuple):
    """How much time is left: a kind for the colour, a sign and words for everybody."""

    kind: str
    sign: str
    words: str


@dataclass(frozen=True)
class Looks:
    """One reader: language, zone, and the instant (UTC) at which they look."""

    words: Words
    zone: ZoneInfo
    now: datetime

    def when(self, instant: str | None) -> Markup:
        """An instant in the reader's zone, with UTC when the pointer rests on it."""
        if not instant:
            return Markup("")
        at = datetime.fromisoformat(instant)
        utc = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            instant, utc, self.calendar(instant)
        )

    def told_by(self, fact: Mapping[str, object]) -> str:
        """Who did it, where a person or a program did; "" for the playbook and for mails."""
        return told_by(fact)

    def arrived(self, fact: Mapping[str, Any]) -> str:
        """When it came, where somebody told it later; else ""."""
        return self.say(arrived(fact, self.calendar))

    def within(self, words: str) -> Markup:
        """The engine's words with each instant in them in the reader's zone."""
        parts = _INSTANT.split(words)
        return Markup("").join(
            self.when(part) if number % 2 else part for number, part in enumerate(parts)
        )

    def led(self, words: str) -> Markup:
        """The same of what the engine or the service advises: a command in it is a link to its form.

        Never of what an outsider wrote, whose words lead nowhere.
        """
        words = self._own(self.words.heard(words, *_ADVICE))
        parts = COMMAND.split(words)
        return Markup("").join(
            as_form(part, words, self.words) if number % 2 else self.within(part)
            for number, part in enumerate(parts)
        )

    def wrong(self, path: str, said: str) -> Markup:
        """What is wrong with a value by its path; what nobody put in the reader's language is quoted."""
        told = self.words.wrong(path, said)
        return self.within(self._own(told) if told in said else self.say(told))

    def verbatim(self, words: str) -> str:
        """English that has no words in the reader's language: it is said that it is a quotation."""
        return self.words("error.verbatim", words=words)

    def _own(self, words: str) -> str:
        return self.say(words) if isinstance(words, Said) else self.verbatim(words)

    def calendar(self, instant: str) -> str:
        """An instant in the reader's zone: `2026-09-08 11:00`."""
        return f"{datetime.fromisoformat(instant).astimezone(self.zone):%Y-%m-%d %H:%M}"

    def day(self, day: date) -> str:
        """A day of these weeks: `Tue 09-08`."""
        return f"{self.words(f'weekday.{day.weekday()}')} {day:%m-%d}"

    def span(self, span: timedelta) -> str:
        """A length of time in days and hours, hours and minutes, or minutes."""
        minutes = int(span.total_seconds() // 60)
        days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
        if days:
            return self.words("span.days", days=days, hours=hours)
        if hours:
            return self.words("span.hours", hours=hours, minutes=rest)
        return self.words("span.minutes", minutes=rest)

    def spelled(self, span: str) -> str:
        """A span as a playbook writes it, `36h`: whole days without hours, whole hours without minutes."""
        found = parse_span(span)
        if found and not found % timedelta(days=1):
            return self.words("span.whole_days", days=found.days)
        if found < timedelta(days=1) and not found % timedelta(hours=1):
            return self.words("span.whole_hours", hours=found // timedelta(hours=1))
        return self.span(found)

    def clock_time(self, instant: str | datetime) -> str:
        """The time of day in the reader's zone."""
        at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        return f"{at.astimezone(self.zone):%H:%M}"

    def left(self, due: str | None) -> Badge:
        """The time left until an instant."""
        if not due:
            return Badge("none", "–", self.words("badge.none"))
        span = datetime.fromisoformat(due) - self.now
        if span < timedelta(0):
            return Badge("overdue", "▲", self.words("badge.overdue", span=self.span(-span)))
        kind, sign = ("soon", "◆") if span <= SOON else ("left", "○")
        return Badge(kind, sign, self.words("badge.left", span=self.span(span)))

    def paused(self, since: str) -> Badge:
        """For how long a claim is paused."""
        span = self.span(max(self.now - datetime.fromisoformat(since), timedelta(0)))
        return Badge("paused", "‖", self.words("badge.paused", span=span))

    def clock(self, clock: Mapping[str, object]) -> Badge:
        """How a clock of a claim stands."""
        if clock.get("missed"):
            return Badge("overdue", "▲", self.words("badge.missed"))
        if clock["stopped_at"]:
            return Badge("met", "✓", self.words("badge.met"))
        return self.left(str(clock["due"]))

    def told(self, fact: Mapping[str, object]) -> str:
        """What a fact says beyond its kind."""
        return self.say(told(fact, self.calendar))

    def say(self, said: str) -> str:
        """What the engine said, in the reader's language."""
        return self.words.say(said, self.spelled)

    def heard(self, text: str, *parts: str) -> Markup:
        """A kept text of the engine's, of one of these parts; what is none of them as it was written."""
        return self.said(self.words.heard(text, *parts))

    def drawn(self, said: str) -> str:
        """What a drawing writes, also the title of a shipped playbook."""
        return self.say(said if isinstance(said, Said) else self.words.heard(said, TITLES.part))

    def said(self, said: str) -> Markup:
        """What the engine said, in the reader's language and zone."""
        return self.within(self.say(said))
