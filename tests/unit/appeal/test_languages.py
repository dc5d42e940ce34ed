"""Every composed text passes our own check, in every language, and is traced back sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from atoz.appeal.compose import compose, text_of
from atoz.appeal.lint import lint
from atoz.appeal.lint.whole import FEWEST_SENTENCES, SHORTEST
from atoz.appeal.matching import Matcher
from atoz.appeal.patterns import Sentences
from atoz.appeal.stage import stage_of
from atoz.claims.facts import Fact
from atoz.playbook.events import Sentence
from tests.support.appeals import LANGUAGES, LIVES, WORDS, Life

lives = pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
languages = pytest.mark.parametrize("language", LANGUAGES)

OF_THE_CLAIM = frozenset({"closed", "late", "wrong-stage", "delivery-evidence", "too-long"})
"""Findings about what the claim is, or how much is known of it: no words mend them."""

UNSEEN = frozenset({"photos-unseen", "not-known-to-help", "speaks-against"})
"""Findings about what nobody has looked at."""


def written(life: Life, language: str, *, facts_only: bool = False) -> tuple[Sentence, ...]:
    """The appeal of a life."""
    return compose(
        life.state, life.now, WORDS, language=language, facts_only=facts_only, stage=life.stage
    )


def test_the_six_languages_of_the_marketplaces_are_there() -> None:
    """As the policies name them."""
    assert LANGUAGES == ["de", "en", "es", "fr", "it", "ja"]


@lives
def test_what_is_composed_has_no_finding(life: Life) -> None:
    """In no language, with the buyer's words or with the facts alone."""
    for language in LANGUAGES:
        for facts_only in (False, True):
            composed = written(life, language, facts_only=facts_only)
            found = lint(text_of(composed), life.state, life.now, WORDS, sentences=composed)
            assert {f.rule for f in found} <= OF_THE_CLAIM | UNSEEN, (language, found)


@lives
def test_every_sentence_is_traced_back(life: Life) -> None:
    """A text as it was composed, handed in by a person: each sentence keeps its facts."""
    if life.stage not in (None, stage_of(life.state)):
        return
    for language in LANGUAGES:
        composed = written(life, language)
        text = text_of(composed)
        found = Matcher(text, life.state, life.now, WORDS).matched
        assert [m.text for m in found if m.how != "composed"] == []
        assert {f for m in found for f in m.facts} == {f for s in composed for f in s.facts}
        findings = lint(text, life.state, life.now, WORDS)
        assert {f.rule for f in findings} <= OF_THE_CLAIM | UNSEEN, (language, findings)


@languages
def test_a_claim_of_which_next_to_nothing_is_known_has_a_text(language: str) -> None:
    """Long enough, true, and without a finding: order, amount and the day of the notice are enough."""
    life = LIVES["thin"]
    composed = written(life, language)
    text = text_of(composed)
    wide = len(re.findall(r"[\u3040-\u30ff\u3400-\u9fff]", text))
    assert len(text) + wide >= SHORTEST
    assert len(composed) >= FEWEST_SENTENCES
    assert lint(text, life.state, life.now, WORDS, sentences=composed) == ()
    assert "None" not in text


@languages
def test_no_word_of_another_language_is_left(language: str) -> None:
    """A phrasebook is not half translated: no sentence of it stands in the English one."""
    own, english = WORDS.book(language).sentences, WORDS.book("en").sentences
    same = [key for key, pattern in own if pattern.other == getattr(english, key).other]
    assert same == ([] if language != "en" else list(Sentences.model_fields))


def test_every_sentence_of_the_phrasebooks_is_said_somewhere() -> None:
    """No words are kept that no claim can say."""
    said = "\n".join(text_of(written(life, "en")) for life in LIVES.values())
    book = WORDS.book("en").sentences
    unsaid = [key for key, pattern in book if not _shape(pattern.other).search(said)]
    assert set(unsaid) <= UNSAID, unsaid


UNSAID = {
    # Messages that no shipped playbook sends of itself; a shop's own may.
    "sent_recharge_help",
    "sent_refund_confirmed",
    "sent_answer_needed_ack",
    "sent_thank_for_photos",
    "sent_other",
    # An amount stands in every claim file; these are said where its fact is taken away.
    "position_of_order",
    "request_of_order",
}


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^\n]+", re.escape(pattern)))


# No value is made up -----------------------------------------------------------------------------


@lives
def test_no_number_date_or_amount_is_made_up(life: Life) -> None:
    """Each stands in a fact that its sentence cites, or follows from those by arithmetic."""
    for language in LANGUAGES:
        for sentence in written(life, language):
            held = _numbers(" ".join(_held(life, _cited(life, sentence))))
            assert _numbers(sentence.text) <= held, sentence.text


@lives
def test_no_name_is_made_up(life: Life) -> None:
    """A word is the phrasebook's own, or stands in a fact that the sentence cites."""
    assert life.state.policy is not None
    for language in LANGUAGES:
        own = _own_words(language) | _words(life.state.policy.zone)
        for sentence in written(life, language):
            held = _words(" ".join(str(fact.data) for fact in _cited(life, sentence)))
            assert _words(sentence.text) <= own | held, sentence.text


@cache
def _own_words(language: str) -> set[str]:
    book = WORDS.book(language)
    forms = (form or "" for _, pattern in book.sentences for form in (pattern.one, pattern.other))
    return _words(" ".join((*forms, *book.reasons.values(), *book.statuses.values())))


def _cited(life: Life, sentence: Sentence) -> list[Fact]:
    return [fact for fact in life.state.facts if fact.id in sentence.facts]


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d[\d.,:-]*\d|\d", text))


def _words(text: str) -> set[str]:
    """Words of Latin letters: Japanese has no spaces, and its names here are Latin, too."""
    return set(re.findall(r"[A-Za-zÀ-ÿ]{2,}", text))


def _held(life: Life, facts: list[Fact]) -> Iterator[str]:
    """What facts say, their instants on the marketplace's calendar, and what follows from them."""
    assert life.state.policy is not None
    zone = ZoneInfo(life.state.policy.zone)
    texts = " ".join(str(fact.data) for fact in facts)
    yield texts
    yield from (f"{float(text):.2f}" for text in re.findall(r"'(\d+(?:\.\d+)?)'", texts))
    yield from map(str, range(1, len(facts) + 1))  # so many facts, or the number of an exhibit
    stated = [datetime.fromisoformat(text) for text in _INSTANT.findall(texts)]
    local = [at.astimezone(zone) for at in (life.now, *stated, *(fact.at for fact in facts))]
    yield from (f"{at:%Y-%m-%d %H:%M}" for at in local)
    for a, b in product(local, local):
        yield f"{(b - a) // _HOUR} {-((a - b) // _HOUR)}"
    days = {date.fromisoformat(text) for text in _DAY.findall(texts)} | {at.date() for at in local}
    window = life.state.policy.filing_window
    spans = (
        window.opens_after_order,
        window.opens_after_latest_delivery,
        window.closes_after_latest_delivery,
    )
    later = {day + span for day in days for span in spans}
    yield from map(str, (*days, *later, *(span.days for span in spans)))
    yield from (str((b - a).days) for a, b in product(days | later, days))


_HOUR = timedelta(hours=1)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:]+Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
