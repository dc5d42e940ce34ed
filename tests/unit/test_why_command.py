"""`why --case` answers for a case that is only played: no server, at any instant of it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from atoz.claims.base import instant_text
from atoz.cli.app import main
from tests.unit.test_cli_usage import nowhere

__all__ = ["nowhere"]

Captured = pytest.CaptureFixture[str]


def case(root: Path, name: str) -> str:
    """A sample case."""
    return str(root / "samples" / "cases" / f"{name}.json")


def asked(capsys: Captured, *line: str) -> dict[str, object]:
    """The document of `why`."""
    assert main(["why", *line, "-o", "json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_every_step_of_a_case_at_its_end(root: Path, capsys: Captured) -> None:
    """In the order of the playbook, with what happened."""
    found = asked(capsys, "--case", case(root, "photos-on-day-two"))
    steps = found["steps"]
    assert isinstance(steps, list)
    assert [(each["step"], each["verdict"]) for each in steps] == [
        ("deescalate", "done"),
        ("request-photos", "after_decision"),
        ("appeal", "after_decision"),
    ]


def test_a_case_as_of_an_instant(root: Path, capsys: Captured) -> None:
    """What is due then has happened, and nothing after it: one second decides."""
    one = ("--case", case(root, "buyer-silent"), "request-photos")
    sent = datetime.fromisoformat(str(asked(capsys, *one)["sentences"]).split("Sent at ")[1][:20])
    before = asked(capsys, *one, "--at", (sent - timedelta(seconds=1)).isoformat())
    assert (before["verdict"], before["acts_at"]) == ("shifted", instant_text(sent))
    assert asked(capsys, *one, "--at", sent.isoformat())["verdict"] == "done"


def test_a_step_that_is_none_is_refused_with_the_nearest_name(root: Path, capsys: Captured) -> None:
    """One line, exit 1."""
    assert main(["why", "--case", case(root, "buyer-silent"), "photos"]) == 1
    assert "did you mean `request-photos`?" in capsys.readouterr().err


def test_another_playbook_is_asked_about(root: Path, capsys: Captured) -> None:
    """The case played with the one that is named."""
    found = asked(
        capsys, "--case", case(root, "buyer-silent"), "--playbook", "short-limit", "appeal"
    )
    assert found["playbook"] == "short-limit"
    assert str(found["rule"]).startswith("short-limit: appeal")


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ([], 2, "name the ORDER"),
        (["111-0000102-0000102", "--at", "2026-09-08T09:00:00Z"], 2, "belong to --case"),
        (["111-0000102-0000102", "appeal", "--case", "CASE"], 2, "no ORDER"),
        (["--case", "CASE", "--at", "2020-01-01T00:00:00Z"], 1, "the claim arrives later"),
    ],
)
def test_what_does_not_go_together_is_said(
    root: Path, capsys: Captured, line: list[str], code: int, said: str
) -> None:
    """In one line."""
    assert main(["why", *(case(root, "buyer-silent") if w == "CASE" else w for w in line)]) == code
    assert said in capsys.readouterr().err
