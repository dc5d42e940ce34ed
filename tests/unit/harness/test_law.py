"""Two timelines are held against each other as the law says: a minute's slack, ids aside, nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from atoz.harness.law import differences

DATA = {"message_id": "<a>", "text": "as of 09:00, 20 hours later", "refs": ["f1"]}
ENTRY = {
    "id": "f1",
    "at": "2026-09-08T09:00:00Z",
    "kind": "message_sent",
    "step": "deescalate",
    "source": "playbook",
    "data": DATA,
}
OUTCOME = {"playbook": "documented", "clocks": {"response": "2026-09-15T09:00:00Z"}}


def apart(change: dict[str, Any], outcome: dict[str, Any] | None = None) -> list[str]:
    """What is said of a timeline of one entry against the same, changed."""
    one = {"timeline": [ENTRY], "outcome": OUTCOME}
    other = {"timeline": [{**ENTRY, **change}], "outcome": {**OUTCOME, **(outcome or {})}}
    return list(differences(one, other))


@pytest.mark.parametrize(
    "change",
    [
        {"id": "f2"},
        {"at": "2026-09-08T09:01:00Z"},
        {"data": {**DATA, "message_id": "<b>"}},
        {"data": {**DATA, "text": "as of 09:01, 19 hours later"}},
    ],
)
def test_ids_and_the_seconds_of_real_work_are_no_difference(change: dict[str, Any]) -> None:
    """Neither in an instant nor in a text."""
    assert apart(change) == []


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2026-09-08T09:01:01Z"},
        {"kind": "message_refused"},
        {"step": None},
        {"data": {**DATA, "text": "as of 09:00, never"}},
        {"data": {**DATA, "refs": []}},
        {"data": {**DATA, "more": 1}},
    ],
)
def test_all_else_is(change: dict[str, Any]) -> None:
    """Each one named with both sides."""
    [said] = apart(change)
    assert said.startswith("entry 0: really ")
    assert "; simulated " in said


@pytest.mark.parametrize(
    ("one", "other"),
    [("71 Stunden", "72 Stunden"), ("71時間が", "72時間が"), ("71 heures", "72 heures")],
)
def test_hours_that_passed_may_turn_in_every_language(one: str, other: str) -> None:
    """A second is enough for it."""
    two = [
        {"timeline": [{**ENTRY, "data": {"text": text}}], "outcome": OUTCOME}
        for text in (one, other)
    ]
    assert list(differences(*two)) == []


def test_an_entry_too_many_and_another_end_are_differences() -> None:
    """Whichever has it."""
    one, none = {"timeline": [ENTRY], "outcome": OUTCOME}, {"timeline": [], "outcome": OUTCOME}
    assert next(differences(one, none)).endswith("simulated nothing")
    assert next(differences(none, one)).startswith("entry 0: really nothing")
    late = {"clocks": {"response": "2026-09-15T09:02:00Z"}}
    assert apart({}, late)[0].startswith("clocks: really ")
