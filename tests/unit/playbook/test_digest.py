"""Pinning by meaning: what changes a playbook's digest, and what does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atoz.playbook.load import load_playbook
from tests.support.cases import PLAYBOOKS, Play, library, playbook

SHIPPED = sorted(path for path in PLAYBOOKS.glob("*.yaml"))
DOCUMENTED = (PLAYBOOKS / "documented.yaml").read_text("utf-8")


def digest(text: str) -> str:
    """The digest of a playbook's text."""
    return load_playbook(text, "a.yaml").digest


def changed(old: str, new: str) -> str:
    """The documented playbook with one place written otherwise."""
    assert old in DOCUMENTED
    return DOCUMENTED.replace(old, new, 1)


@pytest.mark.parametrize(
    "text",
    [
        "# Another comment.\n" + DOCUMENTED,
        "\n".join(line for line in DOCUMENTED.splitlines() if not line.lstrip().startswith("#")),
        changed("limit: 7d", "limit: 168h"),
        changed("at: 1d", "at: 24h  # a day"),
        changed("wait: 24h", "wait: 1d"),
        changed("retry_budget: 1h", "retry_budget: 60m"),
        changed("    submit: appeal\n    approval: on_findings\n", "    submit: appeal\n"),
        changed("    send: deescalate\n", "    send: deescalate\n    if_late: send\n"),
        changed("    send: deescalate\n", "    send: deescalate\n    wait: 0h\n    skip_if: []\n"),
        changed("operator_lead: 4h\n", ""),
        changed("aftercare: 30d\n", ""),
        changed("  - id: deescalate\n    at: 1d\n", "  - at: 1d\n    id: deescalate\n"),
        changed("version: 1\n", "version: 1\nlate_after: 6h\n"),
        changed("title: The documented playbook", "title: Another name for it"),
        changed("[{task: review-photos}]", "\n    - task: review-photos"),
    ],
)
def test_the_same_meaning_has_the_same_digest(text: str) -> None:
    """Comments, order of keys, spellings of a span, defaults written out, style of YAML."""
    assert digest(text) == digest(DOCUMENTED)


@pytest.mark.parametrize(
    "text",
    [
        changed("limit: 7d", "limit: 6d"),
        changed("margin: 24h", "margin: 23h"),
        changed("version: 1", "version: 2"),
        changed("at: 1d", "at: 1d1s"),
        changed("wait: 24h", "wait: 0h"),
        changed("send: deescalate", "send: request_photos"),
        changed("[reason_not_received, photos_on_file]", "[reason_not_received]"),
        changed("approval: on_findings", "approval: always"),
        changed("submit_facts_only", "hold"),
        changed("{hold: 48h}", "{hold: 47h}"),
        changed("[{task: review-photos}]", "[{task: read-reply}]"),
        changed("denied: [metric-restoration]", "denied: []"),
        changed("rank: 30", "rank: 31"),
        changed("aftercare: 30d", "aftercare: 29d"),
        changed("    or_when: buyer_answered\n", ""),
    ],
)
def test_another_meaning_has_another_digest(text: str) -> None:
    """To the second."""
    assert digest(text) != digest(DOCUMENTED)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_digest_survives_being_written_and_read(path: Path) -> None:
    """As it is carried in a claim: whole, or without its default values."""
    book = library().playbook(path.stem)
    for carried in (
        book.model_dump_json(exclude_none=True),
        book.model_dump_json(exclude_defaults=True),
    ):
        again = type(book).model_validate_json(carried)
        assert again == book
        assert again.digest == book.digest


def test_a_claim_carries_its_rules_whole() -> None:
    """Defaults included: another edition of this program with other defaults changes nothing."""
    carried = json.loads(Play().state.model_dump_json())
    for rules in (carried["playbook"], *carried["candidates"]):
        assert rules["late_after"] == "6h"
        assert rules["margin"]
        assert all(step["if_late"] and step["if_unknown"] for step in rules["steps"])
    assert carried["policy"]["sending"]["weekdays"] == [0, 1, 2, 3, 4, 5, 6]


def test_the_digests_differ_and_are_short() -> None:
    """16 hex digits each."""
    digests = {book.digest for book in library().playbooks}
    assert len(digests) == len(SHIPPED)
    assert all(len(digest) == 16 and int(digest, 16) >= 0 for digest in digests)


def test_a_digest_is_a_constant_of_the_text() -> None:
    """A change here means that running claims would look unlike their playbook: say why."""
    book = playbook({"id": "appeal", "at": "1d", "submit": "appeal"})
    assert book.digest == "241caf8c373467e7"
