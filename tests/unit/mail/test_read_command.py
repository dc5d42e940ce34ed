"""`mail read` as a person and as a program use it: no server, one document, one line for an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atoz.cli.app import main
from tests.support.incoming import ORDERS, SERVER, Incoming

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A state folder of its own, an address where no server is."""
    monkeypatch.setenv("ATOZ_STATE", str(tmp_path / "var"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")


@pytest.fixture
def notice(tmp_path: Path) -> str:
    """A notice in a file."""
    file = tmp_path / "notice.eml"
    subject = f"Claim received on order {ORDERS['US']}"
    file.write_bytes(Incoming("A claim of $58.00.\x1b[2J", subject, kind="claim_opened").raw())
    return str(file)


def test_a_program_gets_one_document(notice: str, capsys: Captured) -> None:
    """With the server's id given, or from the settings, or with neither."""
    assert main(["mail", "read", notice, "--authserv-id", SERVER, "-o", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["kind"], found["trusted"], found["amount"]) == ("claim_opened", True, "58.00")
    assert main(["mail", "read", notice, "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["reason_untrusted"] == "no authserv-id configured"


def test_the_servers_id_may_stand_in_the_settings(
    notice: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the mailbox pass has it; the option wins."""
    monkeypatch.setenv("ATOZ_AUTHSERV_ID", SERVER)
    assert main(["mail", "read", notice, "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["trusted"] is True
    assert main(["mail", "read", notice, "--authserv-id", "other.example", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["trusted"] is False


def test_a_person_sees_what_has_a_value_and_nothing_that_steers_the_terminal(
    notice: str, capsys: Captured
) -> None:
    """Plain lines, the words below."""
    assert main(["mail", "read", notice, "--authserv-id", SERVER]) == 0
    shown = capsys.readouterr().out
    assert "kind           claim opened\n" in shown
    assert "58.00 USD" in shown
    assert "\x1b" not in shown
    assert "status" not in shown


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path, capsys: Captured) -> None:
    """Exit 1, the reason on stderr."""
    assert main(["mail", "read", str(tmp_path / "none.eml")]) == 1
    assert capsys.readouterr().err.endswith("none.eml: No such file or directory\n")


def test_any_file_is_a_mail(tmp_path: Path, capsys: Captured) -> None:
    """What is none is `other`, with the reason; the command does not fail."""
    file = tmp_path / "noise.eml"
    file.write_bytes(bytes(range(256)) * 40)
    assert main(["mail", "read", str(file), "-o", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["kind"], found["trusted"]) == ("other", False)
    assert found["reason"]
