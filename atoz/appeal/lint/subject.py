"""The text under check, with whatever several rules look at, computed once and only when asked for."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from atoz.appeal.held import Held
from atoz.appeal.ledger import undelivered
from atoz.appeal.lint_words import LintWords
from atoz.appeal.matching import Matched, Matcher
from atoz.appeal.phrases import plain
from atoz.appeal.sentences import without_quotes
from atoz.appeal.words import AppealWords
from atoz.claims.facts import Fact
from atoz.playbook.events import Finding, Sentence
from atoz.playbook.said import Said
from atoz.playbook.state import CaseState


class Subject:
    """One text of one claim, as known at `now` (UTC)."""

    def __init__(
        self,
        text: str,
        state: CaseState,
        now: datetime,
        words: AppealWords,
        composed: tuple[Sentence, ...] = (),
    ) -> None:
        self.text = text
        self.state = state
        self.now = now
        self.words = words
        self._composed = composed
        self._matcher = Matcher(text, state, now, words)

    @property
    def lint(self) -> LintWords:
        """The words that rules look for."""
        return self.words.lint

    @cached_property
    def sentences(self) -> tuple[Matched, ...]:
        """The text's sentences with their facts."""
        if self._composed and self.text == "\n".join(each.text for each in self._composed):
            return tuple(Matched(each.text, each.facts, "composed") for each in self._composed)
        return self._matcher.matched

    @cached_property
    def theirs(self) -> tuple["Theirs", ...]:
        """The sentences that a person wrote or changed: nobody vouches for what they say."""
        return tuple(
            Theirs(number, each)
            for number, each in enumerate(self.sentences)
            if each.how != "composed"
        )

    @cached_property
    def own(self) -> str:
        """What the writer says himself, plain: the text without its quotes."""
        return plain(without_quotes(self.text))

    @property
    def language(self) -> str | None:
        """The language in which the text is written, as far as its words show it."""
        found = self._matcher.language
        return found.language if found else None

    @cached_property
    def held(self) -> Held:
        """The values that the facts hold. Asked of an opened claim only."""
        return self._matcher.held

    @cached_property
    def undelivered(self) -> frozenset[str]:
        """The ids of sent messages that came back."""
        return undelivered(self.state.facts)

    @cached_property
    def delivered(self) -> tuple[Fact, ...]:
        """Messages that went out and did not come back, oldest first."""
        gone = self.undelivered
        return tuple(
            fact for fact in self.state.facts if fact.kind == "message_sent" and fact.id not in gone
        )

    def day(self, at: datetime) -> str:
        """The day of an instant in the marketplace's zone."""
        zone = ZoneInfo(self.state.policy.zone) if self.state.policy else None
        return at.astimezone(zone).date().isoformat()


class Theirs:
    """A sentence of a person's: its number from 0, and what it says without quotes."""

    def __init__(self, number: int, sentence: Matched) -> None:
        self.number = number
        self.sentence = sentence

    @property
    def text(self) -> str:
        """As it stands."""
        return self.sentence.text

    @cached_property
    def said(self) -> str:
        """Its own words, plain, without quotes."""
        return plain(without_quotes(self.sentence.text))


Rule = Callable[[Subject], Iterator[Finding]]


def block(rule: str, message: Said, sentence: int | None = None) -> Finding:
    """A finding that needs a person before the text goes."""
    return Finding(rule=rule, severity="block", message=message, sentence=sentence)


def warn(rule: str, message: Said, sentence: int | None = None) -> Finding:
    """A finding that makes the text weaker, not wrong."""
    return Finding(rule=rule, severity="warn", message=message, sentence=sentence)


def cut(text: str) -> str:
    """A piece of the text as a message shows it: one line, not long."""
    flat = " ".join(text.split())
    return repr(flat if len(flat) <= _SHOWN else flat[:_SHOWN] + "…")


_SHOWN = 60
