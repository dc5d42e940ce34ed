"""`appeal draft` and `appeal lint` as a person calls them: no server, one document, clear refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from atoz.cli.app import main
from tests.support.running import ROOT

CASES = sorted((ROOT / "samples" / "cases").glob("*.json"))
SILENT = ROOT / "samples" / "cases" / "buyer-silent.json"


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the document."""
    code = main([*words, "-o", "json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_every_sample_case_has_a_draft(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each sentence of the text rests on facts; a case without an appeal says as of when it is written."""
    code, found = ran(capsys, "appeal", "draft", "--case", str(case))
    assert code == 0
    assert found["text"] == "\n".join(sentence["text"] for sentence in found["sentences"])
    assert all(sentence["facts"] for sentence in found["sentences"])
    expected = json.loads(case.read_text("utf-8"))["expected"]
    assert (found["note"] is None) == ("appeal_contains" in expected)
    assert all(words in found["text"] for words in expected.get("appeal_contains", ()))


def test_a_text_as_it_was_drafted_has_no_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And its digest is that of the draft."""
    _, drafted = ran(capsys, "appeal", "draft", "--case", str(SILENT))
    text = tmp_path / "appeal.txt"
    text.write_text(drafted["text"], "utf-8")
    code, checked = ran(capsys, "appeal", "lint", str(text), "--case", str(SILENT))
    assert (code, checked["findings"]) == (0, [])
    assert checked["digest"] == drafted["digest"]


def test_a_blocked_text_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each finding says its rule, how grave it is and what to do."""
    text = tmp_path / "appeal.txt"
    text.write_text("The buyer is a LIAR AND A THIEF!! Order [ORDER].", "utf-8")
    code, checked = ran(capsys, "appeal", "lint", str(text), "--case", str(SILENT))
    assert code == 1
    rules = {finding["rule"] for finding in checked["findings"]}
    assert {"too-short", "order-id", "insult", "shouting", "placeholder"} <= rules
    assert {"rule", "severity", "sentence", "message"} == set(checked["findings"][0])


@pytest.mark.parametrize("at", ["2026-09-10T09:00:00Z", "2026-09-10T11:00:00+02:00"])
def test_a_draft_as_of_an_instant_knows_nothing_later(
    at: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two days after the notice the photo request has not gone."""
    code, found = ran(capsys, "appeal", "draft", "--case", str(SILENT), "--at", at)
    assert (code, found["at"]) == (0, "2026-09-10T09:00:00Z")
    assert "offered to settle" in found["text"]
    assert "photos" not in found["text"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("draft", "--case", str(SILENT), "--at", "2026-09-01T00:00:00Z"),
            "the claim arrives later",
        ),
        (("draft", "--case", str(SILENT), "--at", "tomorrow"), "is no instant"),
        (("draft", "--case", "nowhere.json"), "No such file"),
        (("lint", "nowhere.txt", "--case", str(SILENT)), "No such file"),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the code is not 0."""
    assert main(["appeal", *words]) in (1, 2)
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
