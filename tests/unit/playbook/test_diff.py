"""What changed between two playbooks is told by meaning, one sentence for each change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from atoz.playbook.diff import differences
from atoz.playbook.load import load_playbook
from atoz.playbook.model import Playbook
from tests.support.cases import PLAYBOOKS, REACTIONS, library, variant

TEXT = (PLAYBOOKS / "documented.yaml").read_text("utf-8")


def sentences(new: Playbook, old: str = "documented") -> list[str]:
    """What is told of the way from a shipped playbook to another."""
    return [change.sentence for change in differences(library().playbook(old), new)]


@pytest.mark.parametrize(
    "text",
    [
        "# Another comment.\n" + TEXT,
        "\n".join(line for line in TEXT.splitlines() if not line.lstrip().startswith("#")),
        TEXT.replace("limit: 7d", "limit: 168h").replace("wait: 24h", "wait: 1d"),
        TEXT.replace("operator_lead: 4h\n", ""),
        TEXT.replace("  - id: deescalate\n    at: 1d\n", "  - at: 24h\n    id: deescalate\n"),
        TEXT.replace("title: The documented playbook", "title: Another name for it"),
    ],
)
def test_what_changes_no_meaning_is_not_told(text: str) -> None:
    """Comments, order of keys, spellings of a span, defaults, the title."""
    assert differences(library().playbook("documented"), load_playbook(text, "x.yaml")) == []


@pytest.mark.parametrize(
    ("steps", "more", "said"),
    [
        ({}, {"margin": "12h"}, "The margin: 1d before, 12h now."),
        (
            {},
            {"applies": {"marketplaces": ["US", "DE"]}},
            "Whom it applies to: the marketplaces: any before, US, DE now.",
        ),
        ({"deescalate": {"at": "2d"}}, {}, "Step `deescalate` acts at 2d instead of at 1d."),
        (
            {"appeal": {"wait": "0h"}},
            {},
            "Step `appeal` acts after request-photos instead of 1d after request-photos.",
        ),
        (
            {"request-photos": {"send": "withdraw_help"}},
            {},
            (
                "Step `request-photos` does something else: send withdraw_help instead of send "
                "request_photos."
            ),
        ),
        (
            {"request-photos": {"skip_if": ["photos_on_file"]}},
            {},
            (
                "Step `request-photos`, what skips it: reason_not_received, photos_on_file before, "
                "photos_on_file now."
            ),
        ),
        (
            {},
            {"on_reply": {**REACTIONS, "hostile": [{"hold": "6h"}, {"stop_messages": True}]}},
            "A reply that is read as hostile: hold 6h, stop messages instead of task read-reply.",
        ),
        (
            {},
            {"on_decision": {}},
            "A decision denied opens nothing instead of metric-restoration.",
        ),
    ],
)
def test_each_change_is_one_sentence(
    steps: dict[str, dict[str, Any]], more: dict[str, Any], said: str
) -> None:
    """In the words of the file."""
    assert said in sentences(variant("documented", steps, **more))


def test_steps_are_told_apart_by_their_id() -> None:
    """One that is called otherwise is gone, and another is new; the order is told, too."""
    moved = TEXT.replace("id: deescalate", "id: calm-down")
    assert sentences(load_playbook(moved, "x.yaml")) == [
        "Step `deescalate` is gone (at 1d: send deescalate).",
        "Step `calm-down` is new: at 1d, send deescalate.",
    ]
    first, second, third = library().playbook("documented").steps
    turned = library().playbook("documented").model_copy(update={"steps": (second, first, third)})
    assert sentences(turned) == [
        (
            "The steps stand in another order: request-photos, deescalate, appeal; before deescalate, "
            "request-photos, appeal."
        )
    ]


def test_every_field_of_a_playbook_can_be_told() -> None:
    """Where two digests differ something is said: between all that are shipped, both ways."""
    books = library().playbooks
    for old in books:
        for new in books:
            assert bool(differences(old, new)) == (old.digest != new.digest), (old.name, new.name)


def test_values_stand_beside_the_sentence_as_in_the_file() -> None:
    """For programs: a path, and both values in the spelling of a playbook."""
    (change,) = differences(
        library().playbook("documented"), variant("documented", retry_budget="90m")
    )
    assert change[:3] == ("retry_budget", "1h", "1h30m")


def test_where_it_was_written_is_no_difference(tmp_path: Path) -> None:
    """The same playbook in another file is the same."""
    other = load_playbook(TEXT, str(tmp_path / "copy.yaml"))
    assert other.written != library().playbook("documented").written
    assert differences(library().playbook("documented"), other) == []
    assert other.digest == library().playbook("documented").digest
