"""A sentence is its English text, knows its key and values, and is read back by its words."""

from __future__ import annotations

import copy
import json
import time
from datetime import timedelta

import pytest

from atoz.appeal.lint.sentences import FOUND
from atoz.harness.samples import sample_cases
from atoz.mail.sentences import ABOUT
from atoz.playbook.migrating import SAY as SAY_STAYS
from atoz.playbook.refusals import CLOSED, REFUSED
from atoz.playbook.said import Said, Sentences, word
from atoz.playbook.stored import NOTES, POLICIES, RESULTS, SOURCES
from atoz.playbook.tasks import ASKS
from atoz.service.problems import PROBLEMS
from atoz.web.words import ENGINE
from atoz.web.words.shipped import TITLES
from tests.support.cases import library

KEPT = (
    ASKS,
    CLOSED,
    FOUND,
    NOTES,
    POLICIES,
    PROBLEMS,
    REFUSED,
    RESULTS,
    SAY_STAYS,
    SOURCES,
    TITLES,
)
"""What comes back from a history, a file or another process as text."""
SAY = Sentences(
    "test", {"and": "{first}, {second}", "wait": "it waits {span}", "gone": "gone, now"}
)


def test_a_sentence_is_its_english_text() -> None:
    """For whoever prints it, compares it, or sends it as JSON."""
    said = SAY("wait", span=timedelta(hours=36))
    assert said == "it waits 36h"
    assert json.dumps([said]) == '["it waits 36h"]'
    assert (said.key, said.values) == ("test.wait", {"span": timedelta(hours=36)})


def test_a_copy_of_a_sentence_knows_as_much() -> None:
    """Whoever copies a state copies its sentences."""
    said = SAY("wait", span=timedelta(hours=36))
    made = copy.deepcopy(said)
    assert (made, made.key, made.values) == (said, said.key, said.values)


def kept_sentences() -> list[tuple[Sentences, str]]:
    """Every sentence that may come back as text."""
    return [(part, key) for part in KEPT for key in part.english if key != "and"]


@pytest.mark.parametrize(
    ("part", "key"), kept_sentences(), ids=lambda each: getattr(each, "part", each)
)
def test_a_kept_sentence_is_read_back_by_its_words(part: Sentences, key: str) -> None:
    """With the same key and values, whatever the others of its part look like."""
    values = {name: f"'{name}'" for name in names_of(part.english[key])}
    said = part(key, **values)
    found = part.heard(str.__str__(said))
    assert isinstance(found, Said)
    assert (found.key, {name: str(each) for name, each in found.values.items()}) == (
        f"{part.part}.{key}",
        values,
    )


def names_of(text: str) -> set[str]:
    """The values that a sentence is filled with."""
    return {part.partition("}")[0] for part in text.split("{")[1:]}


def test_a_list_is_read_back_whole() -> None:
    """A comma within one of its parts is none between two."""
    text = SAY.listed("gone, now", SAY("wait", span="2h"), None, "gone, now")
    found = SAY.heard(str(text))
    assert isinstance(found, Said)
    assert found.key == "test.and"
    assert (found.values["first"], found.values["second"]) == (
        "gone, now",
        "it waits 2h, gone, now",
    )
    assert SAY.heard("gone, now, and more") == "gone, now, and more"
    assert not isinstance(SAY.heard("gone, now, and more"), Said)


def test_no_text_keeps_the_reader_busy() -> None:
    """A buyer's subject, a server's answer: however often it repeats the words of our own sentences."""
    began = time.process_time()
    for part in ENGINE:
        for text in part.english.values():
            words = [each.partition("}")[2] or each for each in text.split("{")]
            for hostile in ("".join(each * 200 + "x" for each in words), f"{text}, " * 40):
                assert part.heard(f"{hostile}\0") == f"{hostile}\0"
    assert time.process_time() - began < 20, (
        "it took minutes where a value was tried at every length"
    )


def test_values_are_read_back_whole_whatever_is_in_them() -> None:
    """Words of ours within a buyer's are his: none is lost, and none becomes another value."""
    subject = "Re: it. It begins: <b>From me, subject no.</b>, or not"
    text = ABOUT("plain", sender="buyer@example.com", subject=subject)
    found = ABOUT.heard(f"{text}")
    assert isinstance(found, Said)
    assert ABOUT(found.key.rpartition(".")[2], **found.values) == text
    assert not isinstance(REFUSED.heard("paused, " * 40 + "the claim is not paused"), Said)


def test_what_is_no_sentence_stays_as_it_was_written() -> None:
    """A person's own words, a server's answer, a seller's playbook."""
    for part in KEPT:
        for text in ("", "550 no such relay", "My own playbook", "{at}", "x" * 10_000):
            found = part.heard(text)
            assert found == text
    assert not isinstance(NOTES.heard("550 no such relay"), Said)


def test_names_within_a_kept_sentence_are_known_as_what_they_are() -> None:
    """A status is a status, each missing value a value, the source of a limit a source."""
    decided = FOUND.heard("the claim is decided already (order refunded): no appeal is needed")
    assert isinstance(decided, Said)
    assert decided.values["status"] == word("status", "order_refunded", "order refunded")
    assert decided.values["status"].key == "status.order_refunded"
    missing = NOTES.heard(NOTES("complete", field="claim.reason, buyer.relay")[:])
    assert isinstance(missing, Said)
    assert missing.values["field"].values["first"].key == "field.claim.reason"


def test_every_shipped_source_and_title_is_known() -> None:
    """A changed word in a shipped file needs its translation changed, too."""
    policies = library().policies.values()
    for policy in policies:
        for limit in policy.limits:
            found = SOURCES.heard(f"policy {policy.marketplace}: {limit.source}")
            assert isinstance(found, Said)
            assert isinstance(found.values["rule"], Said), limit.source
    for title in [book.title for book in library().playbooks]:
        assert isinstance(TITLES.heard(title), Said), title
    for case in sample_cases().values():
        assert isinstance(TITLES.heard(case.title), Said), case.title


def test_every_part_is_called_otherwise() -> None:
    """Two with one name would say each other's sentences."""
    names = [part.part for part in ENGINE]
    assert len(names) == len(set(names))
    assert {part.part for part in KEPT} <= set(names)
