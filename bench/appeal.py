"""How long it takes to write an appeal and to check it, in every language, grammar aside.

The text is that of a sample case when its playbook drafts it, a minute later each time, so that no
text was seen before. A person's own text is the composed one with a sentence of their own.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from rich.console import Console

from atoz.appeal.compose import compose, text_of
from atoz.appeal.lint import lint
from atoz.appeal.words import AppealWords
from atoz.claims.base import Record
from atoz.claims.case import CaseFile
from atoz.harness.script import script_of
from atoz.library import Library, default_folder, load_library
from atoz.mail.templates_folder import load_templates
from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.simulate import simulate
from atoz.playbook.state import CaseState, open_claim
from bench.engine import CASES, QuickWorld
from bench.showing import say_how, table
from bench.stopwatch import timing, yardstick

CASE = "buyer-silent"
LIMIT_MS = 20.0
"""Of composing and checking together."""

_OWN = "On 2026-09-09 we offered to settle the matter."


class Written(Record):
    """One language: milliseconds to compose and check, to check a person's text, and in yardsticks."""

    language: str
    sentences: int
    milliseconds: float
    own_milliseconds: float
    yardsticks: float


class Report(Record):
    """Every language that there is."""

    case: str
    languages: tuple[Written, ...]


class _Watching(QuickWorld):
    """Remembers the claim as it stood when its appeal was drafted."""

    drafted: tuple[CaseState, datetime] | None = None

    def perform(self, state: CaseState, do: acts.Do, now: datetime) -> ev.Event:
        """As ever."""
        if isinstance(do, acts.Draft):
            self.drafted = self.drafted or (state, now)
        return super().perform(state, do, now)


def measure(repeats: int) -> Report:
    """Compose and check the sample case in each language."""
    return Report(case=CASE, languages=tuple(_languages(repeats)))


def _languages(repeats: int) -> Iterator[Written]:
    library = load_library()
    state, at = _at_its_appeal(library)
    beside = timing(yardstick, repeats).median
    for language in sorted(library.appeal_words.books):
        pen = _Pen(state, at, library.appeal_words, language)
        timing(pen.write, repeats // 10)  # caches fill, once and for all
        both = timing(pen.write, repeats).median
        yield Written(
            language=language,
            sentences=len(pen.compose(at)),
            milliseconds=both,
            own_milliseconds=timing(pen.check_own, repeats).median,
            yardsticks=both / beside,
        )


def _at_its_appeal(library: Library) -> tuple[CaseState, datetime]:
    world = _Watching(library, load_templates(default_folder() / "templates"), "Fernlane Lamps")
    case = CaseFile.model_validate_json((CASES / f"{CASE}.json").read_text("utf-8"))
    start = open_claim("claim-bench", case.claim_file, case.claim.notified_at)
    simulate(start, script_of(case, library.phrases), case.operator, world)
    assert world.drafted is not None, "the sample case comes to its appeal"
    return world.drafted


class _Pen:
    """Writes the same appeal again and again, a minute later each time."""

    def __init__(self, state: CaseState, at: datetime, words: AppealWords, language: str) -> None:
        self._state, self._words, self._language = state, words, language
        self._minutes = (at + timedelta(minutes=minute) for minute in count())
        self._own = f"{text_of(self.compose(at))}\n{_OWN}"

    def compose(self, now: datetime) -> tuple[ev.Sentence, ...]:
        return compose(self._state, now, self._words, language=self._language)

    def write(self) -> None:
        now = next(self._minutes)
        composed = self.compose(now)
        lint(text_of(composed), self._state, now, self._words, sentences=composed)

    def check_own(self) -> None:
        lint(self._own, self._state, next(self._minutes), self._words)


def show(report: Report, screen: Console) -> None:
    """One line for each language."""
    shown = table(
        "An appeal, composed and checked",
        ("language", "sentences", "median ms", "limit", "yardsticks", "a person's own, ms"),
    )
    for each in report.languages:
        shown.add_row(
            each.language,
            str(each.sentences),
            f"{each.milliseconds:.2f}",
            f"{LIMIT_MS:g}",
            f"{each.yardsticks:.1f}",
            f"{each.own_milliseconds:.2f}",
        )
    screen.print(shown)
    say_how(
        screen,
        f"the case {report.case} when its appeal is drafted; each text is a new one, grammar aside; a "
        "yardstick is a fixed loop of plain Python in the same run",
    )
