"""The page for authors shows what the commands print: its outputs are run again."""

from __future__ import annotations

from pathlib import Path

import pytest

from atoz.cli.app import main
from tests.unit.test_cli_usage import nowhere

__all__ = ["nowhere"]


def shown(page: str, command: str) -> list[str]:
    """The lines that the page shows below a command."""
    return page.split(f"$ atoz {command}\n")[1].split("```", maxsplit=1)[0].splitlines()


def test_the_page_shows_what_is_printed(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Begun, refused on day five, proved on day two, compared, asked why."""
    page = (root / "docs" / "write-a-playbook.md").read_text("utf-8")
    monkeypatch.setenv("ATOZ_PLAYBOOKS", str(root / "playbooks"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "samples").symlink_to(root / "samples")

    def prints(command: str, code: int = 0) -> list[str]:
        assert main(command.split()) == code
        return capsys.readouterr().out.splitlines()

    begin = "playbook new my-shop --to my-shop.yaml"
    assert prints(begin) == shown(page, begin)
    book = Path("my-shop.yaml")
    text = book.read_text("utf-8")
    book.write_text(text.replace("    at: 3d\n", "    at: 5d\n"), "utf-8")
    refused = " ".join(prints("playbook check my-shop.yaml", 1))
    assert "write `request-photos.at:" in refused
    book.write_text(text.replace("    at: 3d\n", "    at: 2d\n"), "utf-8")
    assert "the proof holds" in prints("playbook check my-shop.yaml")[0]
    compare = "playbook diff documented my-shop.yaml"
    assert prints(compare) == shown(page, compare)
    asked = (
        "why --case samples/cases/buyer-silent.json --playbook my-shop.yaml "
        "--at 2026-09-10T12:00:00Z request-photos"
    )
    assert prints(asked) == shown(page, asked)


def test_a_file_that_is_there_is_never_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor is a name that is taken, nor one that is none."""
    there = tmp_path / "mine.yaml"
    there.write_text("mine", "utf-8")
    assert main(["playbook", "new", "mine", "--to", str(there)]) == 1
    assert there.read_text("utf-8") == "mine"
    assert main(["playbook", "new", "documented", "--to", str(tmp_path / "x.yaml")]) == 1
    assert main(["playbook", "new", "My Shop", "--to", str(tmp_path / "y.yaml")]) == 1
    assert "write `my-shop`" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.glob("*.yaml")) == ["mine.yaml"]
