"""The law of an appeal: take any one fact away, and exactly the sentences that cite it change or vanish.

Each test removes every recorded fact of a claim, one after the other, composes again, and compares.
`pytest tests/unit/appeal/test_mutation_law.py -v -s` shows what each removal did.
"""

from __future__ import annotations

import pytest

from atoz.appeal.compose import compose
from atoz.claims.facts import Fact
from atoz.playbook.events import Sentence
from tests.support.appeals import LANGUAGES, LIVES, WORDS, Life

Text = tuple[Sentence, ...]


def silences(fact: Fact) -> bool:
    """Whether a fact takes something back: without it more can be said."""
    speaks_against = fact.data.get("verdict") == "harms"
    return fact.kind == "message_refused" or fact.data.get("value", "") is None or speaks_against


def without(life: Life, fact: Fact) -> Text:
    """What would be said if this fact had not been recorded."""
    facts = tuple(each for each in life.state.facts if each.id != fact.id)
    return compose(
        life.state.model_copy(update={"facts": facts}), life.now, WORDS, stage=life.stage
    )


def steps_in(life: Life, fact: Fact) -> Fact | None:
    """The older fact of the same value, which holds again where a correction is taken away."""
    older = [f for f in life.state.facts if f.kind == fact.kind and "value" in fact.data]
    place = older.index(fact) if fact in older else 0
    found = older[place - 1] if place else None
    return found if found and found.data["value"] is not None else None


def faults(life: Life, fact: Fact, before: Text, after: Text) -> list[str]:
    """What breaks the law when this fact is taken away."""
    standing = [each.text for each in before if fact.id not in each.facts]
    citing = [each.text for each in before if fact.id in each.facts]
    grounds = {each.text: each.facts for each in after}
    older = steps_in(life, fact)
    found = [f"changed without citing it: {text}" for text in standing if text not in grounds]
    if not found and [text for text in grounds if text in standing] != standing:
        found.append("what stands has another order")
    found += [
        f"cites it and stands all the same: {text}"
        for text in citing
        if text in grounds and not (older and older.id in grounds[text])
    ]
    new = [text for text in grounds if text not in (*standing, *citing)]
    if len(new) > len(citing) and not silences(fact):
        found += [f"said only without it: {text}" for text in new]
    return found


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_a_fact_taken_away_changes_exactly_what_cites_it(life: Life) -> None:
    """All other sentences stand, letter for letter and in their order."""
    before = compose(life.state, life.now, WORDS, stage=life.stage)
    broken = {}
    cited = 0
    for fact in life.state.facts:
        after = without(life, fact)
        found = faults(life, fact, before, after)
        cited += any(fact.id in each.facts for each in before)
        if found:
            broken[f"{fact.id} {fact.kind}"] = found
    print(  # noqa: T201 - the measure of the law, shown with -s
        f"\n  {len(before)} sentences, {len(life.state.facts)} facts taken away one by one,"
        f" {cited} of them cited: {len(broken)} break the law"
    )
    assert before
    assert broken == {}


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_every_language_rests_on_the_same_facts(life: Life) -> None:
    """So the law that holds in one language holds in all."""
    told = {
        language: [
            each.facts
            for each in compose(life.state, life.now, WORDS, language=language, stage=life.stage)
        ]
        for language in LANGUAGES
    }
    assert all(facts == told["en"] for facts in told.values())
