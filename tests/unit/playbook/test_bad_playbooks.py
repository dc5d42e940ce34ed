"""Playbooks as people get them wrong: each is refused at its line and column with what to write.

The files lie in `bad/`; the comments at their top say how `playbook check` refuses them.
"""

from __future__ import annotations

import json
import shutil
import time
from datetime import date
from pathlib import Path

import pytest

from atoz.cli.app import main
from atoz.library import load_policies, proved_hours
from atoz.playbook.checking import check_playbook, load_sound
from atoz.playbook.problems import PlaybookRefused
from tests.support.cases import PLAYBOOKS

BAD = Path(__file__).parent / "bad"
FILES = sorted(BAD.glob("*.yaml"))
FIRST = date(2026, 11, 23)
HOURS = proved_hours(load_policies(PLAYBOOKS), FIRST)
TEMPLATES = frozenset(path.stem for path in PLAYBOOKS.glob("templates/*/*.txt"))
MARK = "# refused: "


def test_there_are_many() -> None:
    """One for each habit that the reader knows."""
    assert len(FILES) >= 25


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_is_refused_as_its_first_lines_say(path: Path) -> None:
    """Every problem, its place, and what to write instead; in under two seconds."""
    text = path.read_text("utf-8")
    told = [line.removeprefix(MARK) for line in text.splitlines() if line.startswith(MARK)]
    began = time.process_time()
    checked = check_playbook(text, path.name, HOURS, FIRST, templates=TEMPLATES)
    assert time.process_time() - began < 2
    assert [f"{p.line}:{p.column}: {p.message}" for p in checked.problems] == told
    assert told
    assert not checked.ok


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("long.yaml", b"a: " + b"x" * 10_000_000, "1:1: 10,000,003 bytes are too many"),
        ("bytes.yaml", bytes(range(256)), "2:118: not UTF-8 text: save the file as UTF-8"),
        ("zeros.yaml", b"name: \0\0", "1:7: the control character U+0000: take it out"),
        ("latin.yaml", b"name: Stra\xdfe", "1:11: not UTF-8 text: save the file as UTF-8"),
        ("none.yaml", None, "1:1: cannot be read (No such file or directory): check the file"),
    ],
)
def test_what_is_no_playbook_text_is_refused_with_its_place(
    name: str,
    content: bytes | None,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same document as for any playbook: exit 1, no traceback."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert main(["playbook", "check", str(path), "-o", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    (error,) = document["errors"]
    assert f"{error['line']}:{error['column']}: {error['message']}".startswith(said)
    assert error["file"] == str(path)
    assert document["worst_case"] is None
    assert not document["ok"]


def test_a_folder_is_no_playbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor is a device or a pipe, which would never end."""
    folder = tmp_path / "x.yaml"
    folder.mkdir()
    for path in (str(folder), "/dev/zero"):
        assert main(["playbook", "check", path]) == 1
        shown = " ".join(capsys.readouterr().out.split())
        assert "cannot be read (it is no file): name a YAML file" in shown


def test_a_mark_at_the_beginning_is_no_text() -> None:
    """Some editors write U+FEFF in front of UTF-8."""
    good = (PLAYBOOKS / "documented.yaml").read_text("utf-8")
    assert load_sound("\ufeff" + good, "documented.yaml").name == "documented"


def test_a_playbook_of_the_folder_is_checked_while_another_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No other playbook is needed beside the one that is checked."""
    shutil.copytree(PLAYBOOKS, tmp_path, dirs_exist_ok=True)
    (tmp_path / "hand-over.yaml").rename(tmp_path / "good.yaml")
    (tmp_path / "broken.yaml").write_text("name: [", "utf-8")
    monkeypatch.setenv("ATOZ_PLAYBOOKS", str(tmp_path))
    assert main(["playbook", "check", "good", "-o", "json"]) == 0
    assert main(["playbook", "check", "broken", "-o", "json"]) == 1
    assert main(["playbook", "check", "goood"]) == 1
    assert "did you mean `good`?" in capsys.readouterr().err


def test_a_flaw_of_the_structure_is_refused_when_the_folder_is_loaded() -> None:
    """A worker does not start with a playbook that may leave a claim unanswered."""
    text = (BAD / "nobody-answers.yaml").read_text("utf-8")
    with pytest.raises(PlaybookRefused, match="nobody answers the claim"):
        load_sound(text, "x.yaml")
