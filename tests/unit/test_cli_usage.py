"""What the command says to a line that it cannot run: one line, exit 2, and nothing is contacted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from atoz.cli.app import VERBS as VERBS_OF
from atoz.cli.app import build, main, needed, wants_json
from atoz.cli.words import left, plain
from tests.support.cases import ARRIVED, DAY, HOUR, MINUTE

ORDER = "111-0000102-0000102"
CLAIMS = ("start", "amend", "refunded", "reply", "status", "timeline", "list", "decide")
TASKS = ("request-information", "tasks", "done", "approve", "reject", "edit")
OVERRIDES = ("pause", "resume", "skip", "due", "add-evidence")
VERBS = (*CLAIMS, *TASKS, *OVERRIDES, "up", "demo", "rehearse", "playbook")

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A state folder of its own, and an address where no server is."""
    monkeypatch.setenv("ATOZ_STATE", str(tmp_path / "var"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")


def sample(root: Path) -> str:
    """A case file."""
    return str(root / "samples" / "cases" / "buyer-silent.json")


def test_up_is_no_worker_among_several_builds(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing begins on a deployment before a build is promoted: `up` would stand there ready and idle."""
    monkeypatch.setenv("ATOZ_DEPLOYMENT", "atoz")
    assert main(["up", "-o", "json"]) == 1
    assert "unset it" in json.loads(capsys.readouterr().out)["error"]
    assert not (tmp_path / "var").exists()


def test_the_help_names_every_verb(capsys: Captured) -> None:
    """A verb that nobody finds does not exist."""
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert [verb for verb in VERBS if verb not in shown] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_its_own_help(verb: str, capsys: Captured) -> None:
    """`VERB --help` ends well, and every verb but the group can answer in JSON."""
    assert main([verb, "--help"]) == 0
    assert verb == "playbook" or "--output" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (["explode"], "explode"),
        (["status"], "ORDER"),
        (["status", ORDER, "--nix"], "--nix"),
        (["status", ORDER, "-o", "xml"], "xml"),
        (["decide", ORDER, "--status", "lost"], "lost"),
        (["decide", ORDER, "--status", "denied", "--odr-counts", "perhaps"], "perhaps"),
        (["list", "--attention", "much"], "much"),
        (["list", "--limit", "0"], "limit"),
        (["list", "--limit", "1001"], "limit"),
        (["list", "--view", "all"], "all"),
        (["list", "--view", "needs-you", "--step", "appeal"], "leave the filters out"),
        (["due", ORDER, "lunch", "2026-09-08T09:00:00Z"], "lunch"),
        (["due", ORDER, "response", "tomorrow"], "2026-09-08T09:00:00Z"),
        (["due", ORDER, "response", "2026-09-08T09:00:00"], "no time zone"),
        (["approve", ORDER, "approve-appeal"], "--digest"),
        (["reject", ORDER, "approve-appeal"], "--why"),
        (["refunded", ORDER], "--amount"),
        (["playbook", "simulate", "documented"], "--case"),
    ],
)
def test_a_line_that_makes_no_sense_is_exit_2(
    line: list[str], named: str, capsys: Captured
) -> None:
    """One line on stderr that names what is wrong; stdout stays clean."""
    assert main(line) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert named in captured.err


def test_an_error_is_a_document_where_one_was_asked_for(capsys: Captured) -> None:
    """A program reads stdout, also when the line itself could not be read."""
    assert main(["status", ORDER, "--nix", "-o", "json"]) == 2
    assert json.loads(capsys.readouterr().out).keys() == {"error", "exit"}
    assert main(["status", "17", "-o", "json"]) in (3, 4)
    assert json.loads(capsys.readouterr().out)["exit"] in (3, 4)


def test_no_server_is_exit_4_and_says_where_it_was_looked_for(capsys: Captured) -> None:
    """The line says what to start."""
    assert main(["status", ORDER]) == 4
    said = capsys.readouterr().err
    assert "127.0.0.1:1" in said
    assert "atoz up" in said


def test_a_bad_claim_file_is_refused_before_anything_is_contacted(
    tmp_path: Path, capsys: Captured
) -> None:
    """Every problem in one line, each with its path; the marketplaces that are known are named."""
    file = tmp_path / "claim.json"
    claim = {"order_id": "17", "marketplace": "XX", "amount": "-1", "colour": "red"}
    file.write_text(json.dumps({"claim": claim, "buyer": {"relay": "nobody"}}), "utf-8")
    assert main(["start", str(file)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    for path in ("order_id", "marketplace", "amount", "currency", "notified_at", "colour"):
        assert f"claim.{path}: " in said
    assert "buyer.relay: " in said
    assert "known: DE, ES, FR, IT, JP, UK, US" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "line 1, column 2"),
        (b"[]", "one JSON object"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b" " * 600_000, "500,000 are allowed"),
    ],
)
def test_a_file_that_is_no_claim_is_told_in_one_line(
    content: bytes, said: str, tmp_path: Path, capsys: Captured
) -> None:
    """Whatever its bytes are."""
    file = tmp_path / "claim.json"
    file.write_bytes(content)
    assert main(["start", str(file)]) == 1
    captured = capsys.readouterr().err
    assert said in captured
    assert captured.count("\n") == 1


def test_a_bad_setting_is_told_by_name(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    """The command refuses what the worker refuses, in the same words."""
    monkeypatch.setenv("ATOZ_SMTP_PORT", "harbour")
    assert main(["status", ORDER]) == 1
    assert "ATOZ_SMTP_PORT" in capsys.readouterr().err


def test_simulate_plays_a_case_without_a_server(root: Path, capsys: Captured) -> None:
    """The document has the keys of `timeline`."""
    line = ["playbook", "simulate", "documented", "--case", sample(root), "-o", "json"]
    assert main(line) == 0
    document = json.loads(capsys.readouterr().out)
    assert document.keys() == {"timeline", "outcome"}
    assert {entry["kind"] for entry in document["timeline"]} >= {"message_sent", "claim_closed"}
    assert document["outcome"]["playbook"] == "documented"


def test_simulate_forces_the_playbook_that_is_named_or_given(
    root: Path, tmp_path: Path, capsys: Captured
) -> None:
    """By name or by file, whatever the rules of choice would take."""
    text = (root / "playbooks" / "short-limit.yaml").read_text("utf-8")
    file = tmp_path / "mine.yaml"
    file.write_text(text.replace("name: short-limit", "name: mine"), "utf-8")
    for playbook, name in (("short-limit", "short-limit"), (str(file), "mine")):
        line = ["playbook", "simulate", playbook, "--case", sample(root), "-o", "json"]
        assert main(line) == 0
        assert json.loads(capsys.readouterr().out)["outcome"]["playbook"] == name


def test_simulate_refuses_an_unknown_playbook_and_a_bad_case(
    root: Path, tmp_path: Path, capsys: Captured
) -> None:
    """With the nearest name, and with every problem of the case at once."""
    assert main(["playbook", "simulate", "documentd", "--case", sample(root)]) == 1
    assert "documented" in capsys.readouterr().err
    bad = tmp_path / "case.json"
    bad.write_text('{"claim": {"order_id": "1"}, "events": [{"type": "sunrise"}]}', "utf-8")
    assert main(["playbook", "simulate", "documented", "--case", str(bad)]) == 1
    said = capsys.readouterr().err
    assert "claim.order_id" in said
    assert "events.0" in said


def test_people_see_columns_without_colour_in_a_pipe(root: Path, capsys: Captured) -> None:
    """No escape sequences, no trailing blanks, one line per fact."""
    assert main(["playbook", "simulate", "documented", "--case", sample(root)]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert [line for line in shown.splitlines() if line != line.rstrip()] == []
    assert "message sent" in shown


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (["status", "-o", "json"], True),
        (["-ojson"], True),
        (["--output=json"], True),
        (["--output", "json"], True),
        (["reply", "--text", "json"], False),
        ([], False),
    ],
)
def test_what_counts_as_asking_for_json(line: list[str], expected: bool) -> None:
    """Only the option does."""
    assert wants_json(line) is expected


def test_words_of_outsiders_cannot_steer_a_terminal() -> None:
    """Control signs and line breaks become spaces."""
    assert plain("a\x1b[31m\nb\u202ec") == "a [31m bc"


def test_time_left_is_said_in_two_units() -> None:
    """Ahead and behind, from days to minutes."""
    assert left(ARRIVED + 2 * DAY + 3 * HOUR, ARRIVED) == "in 2 d 3 h"
    assert left(ARRIVED + 3 * HOUR + 5 * MINUTE, ARRIVED) == "in 3 h 5 min"
    assert left(ARRIVED - 5 * MINUTE, ARRIVED) == "5 min ago"


@pytest.mark.parametrize("module", VERBS_OF)
def test_the_table_of_verbs_names_what_each_module_has(module: str) -> None:
    """A verb that the table leaves out is found by nobody, one too many by everybody."""
    whole = get_command(build([module]))
    assert tuple(_verbs(whole)) == VERBS_OF[module]


def _verbs(command: Any, *before: str) -> Iterator[str]:
    """Every verb below a command, with the names of its groups before it."""
    for name, each in getattr(command, "commands", {"": command}).items():
        if hasattr(each, "commands"):
            yield from _verbs(each, *before, name)
        else:
            yield " ".join([*before, name])


@pytest.mark.parametrize(
    ("line", "modules"),
    [
        ("playbook check documented --help", {"playbooks"}),
        ("mail read -", {"mail"}),
        ("packet 111-0000102-0000102", {"packets"}),
        ("why list", {"reasons"}),
        ("migrate", {"migrating"}),
        ("appeal explode", {"appeals", "packets"}),
        ("playbook --help", {"plays", "playbooks", "authoring", "fuzzing"}),
        ("explode", set(VERBS_OF)),
        ("--help", set(VERBS_OF)),
        ("", set(VERBS_OF)),
        ("-o json status", set(VERBS_OF)),
    ],
)
def test_a_line_reads_the_modules_of_its_verb_alone(line: str, modules: set[str]) -> None:
    """Nobody waits for what other verbs import; a group's help needs the group, a slip needs all."""
    assert set(needed(line.split())) == modules
