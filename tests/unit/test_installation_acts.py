"""Acts on the installation by the command: each has its role, its `--as` and its line in the journal."""

from __future__ import annotations

import io
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from atoz.access.journal import Entry, Journal
from atoz.access.people import Users
from atoz.access.tokens import Tokens
from atoz.cli import deeds
from atoz.cli.app import build, main
from atoz.harness.devserver import database_of
from atoz.service.policy import INSTALLATION, JOURNALED, LEAST, Role, permitted

PASSWORD = "four plain words here"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

_READS = "it reads, and prints what it read"
_FILES = "it works on files of whoever calls it"
_PROCESS = "it is a process, or one of its own; who starts it owns the machine"
NO_ACT = {
    **dict.fromkeys(("up", "codec-server", "demo", "board"), _PROCESS),
    **dict.fromkeys(("rehearse", "playbook simulate", "playbook fuzz"), _PROCESS),
    **dict.fromkeys(("users list", "tokens list", "keys list", "access log"), _READS),
    **dict.fromkeys(("status", "timeline", "list", "report", "why", "tasks"), _READS),
    **dict.fromkeys(("desk list", "desk show", "migrate preview", "verify"), _READS),
    **dict.fromkeys(("deploy status", "outbox", "packet", "appeal verify"), _READS),
    **dict.fromkeys(("mail read", "message render", "message lint", "playbook check"), _FILES),
    **dict.fromkeys(("appeal draft", "appeal lint", "playbook new", "playbook diff"), _FILES),
    **dict.fromkeys(("playbook diagram", "playbook schema", "playbook reference"), _FILES),
}
"""Verbs that are no act of the policy, and why."""

OTHERS = {
    "desk attach": "done",
    "desk discard": "done",
    "mail sync": "mail-sync",
    "migrate apply": "migrate",
    "migrate revert": "migrate",
}
"""Acts that are not named like their verbs."""


def verbs(command: Any, *before: str) -> Iterator[tuple[str, Any]]:
    """Every verb of the command with its name."""
    for name, each in command.commands.items():
        if hasattr(each, "commands"):
            yield from verbs(each, *before, name)
        else:
            yield " ".join([*before, name]), each


def test_every_verb_is_an_act_of_the_policy_or_a_reason_stands_here() -> None:
    """A new verb fails until somebody has looked; one that is an act takes `--as`."""
    found = dict(verbs(get_command(build())))
    acts = {name: getattr(verb.callback, "act", None) for name, verb in found.items()}
    assert {name for name, act in acts.items() if act is None} == NO_ACT.keys()
    named = {name: OTHERS.get(name, name) for name in acts if name not in NO_ACT}
    assert {name: act for name, act in acts.items() if act} == named
    assert set(named.values()) == LEAST.keys() - {"look"} | INSTALLATION.keys()
    for name in named:
        assert any("--as" in option.opts for option in found[name].params), name


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder that is not there yet, and a password at standard input."""
    monkeypatch.setenv("ATOZ_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(deeds, "account", lambda: "machine")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n" * 9))
    return tmp_path / "state"


def told(state: Path) -> list[tuple[str, str, str]]:
    """The journal, oldest first: act, by whom, how it ended."""
    entries = reversed(Journal(state / "access").newest(99).entries)
    return [(each.act, each.by, each.outcome) for each in entries]


def newest(state: Path) -> Entry:
    """Its last entry."""
    return Journal(state / "access").newest(1).entries[0]


@pytest.fixture
def people(state: Path) -> Users:
    """One user of each role, named like it."""
    users = Users(state / "access")
    for role in Role:
        users.add(f"{role}-1", role, None, NOW)
    return users


WITHOUT_SERVER = {
    "users add": "users add new-1 --role viewer --no-password",
    "users remove": "users remove agent-1",
    "tokens new": "tokens new erp --role agent",
    "tokens revoke": "tokens revoke TOKEN",
    "keys new": "keys new",
    "keys rotate": "keys rotate",
    "keys retire": "keys retire none",
    "backup": "backup TMP/data --keys TMP/keys",
    "restore": "restore STATE --keys TMP/keys --state TMP/fresh",
    "login": "login",
}
CONNECT = {"keys strict", "deploy promote"}
"""Asked where they have connected, as every act on a claim is."""


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", WITHOUT_SERVER)
def test_a_role_does_what_the_policy_lets_it(
    act: str, role: Role, state: Path, people: Users, tmp_path: Path
) -> None:
    """A refusal changes nothing, ends with 1, and is in the journal with who tried."""
    key, _ = Tokens(state / "access").new("erp", Role.AGENT, NOW)
    before = {path.name: path.read_bytes() for path in (state / "access").iterdir()}
    line = WITHOUT_SERVER[act].replace("TOKEN", key).replace("TMP", str(tmp_path))
    line = f"{line} --as {role}-1".replace("STATE", str(state))
    code = main([*line.split(), "-o", "json"])
    if permitted(role, act):
        # What is refused from here on is refused for its own reasons.
        assert (code == 0) == (act not in {"keys rotate", "keys retire", "backup", "restore"})
        # A restore that failed made no state folder, and so no journal.
        ended = [(act, f"{role}-1", "done" if code == 0 else "failed")]
        assert told(state) == ([] if act == "restore" else ended)
        return
    assert code == 1
    last = newest(state)
    assert (last.act, last.by, last.account, last.outcome) == (
        act,
        f"{role}-1",
        "machine",
        "refused",
    )
    after = {path.name: path.read_bytes() for path in (state / "access").iterdir()}
    assert {name for name in after if after[name] != before.get(name)} == {"journal.jsonl"}
    assert people.all().keys() == {"viewer-1", "agent-1", "approver-1"}


def test_every_act_of_the_installation_is_tried_by_every_role() -> None:
    """But those that connect, which integration tests try."""
    assert WITHOUT_SERVER.keys() | CONNECT == INSTALLATION.keys()
    assert JOURNALED - INSTALLATION.keys() == {"mail-sync"}


def test_the_first_user_is_added_by_whoever_owns_the_machine(state: Path) -> None:
    """And the next ones; the account stands beside the name."""
    assert main(["users", "add", "approver-1", "--role", "approver"]) == 0
    assert main(["users", "add", "viewer-1", "--role", "viewer", "--as", "approver-1"]) == 0
    assert main(["users", "add", "agent-1", "--role", "agent"]) == 0
    assert (newest(state).account, newest(state).outcome) == ("machine", "done")
    assert newest(state).on == {"name": "agent-1", "role": "agent"}


def test_nobody_makes_himself_an_approver(
    state: Path, people: Users, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By his own name, by one that nobody has, or by somebody else's from his own account."""
    line = ["users", "add", "viewer-1", "--role", "approver", "--no-password"]
    assert main([*line, "--as", "viewer-1"]) == 1
    assert main([*line, "--as", "aprover-1"]) == 1
    assert "aprover-1 is none of the users here: name one with --as" in capsys.readouterr().err
    monkeypatch.setattr(deeds, "account", lambda: "viewer-1")
    assert main([*line, "--as", "approver-1"]) == 1
    assert people.all()["viewer-1"].role is Role.VIEWER
    assert [each[2] for each in told(state)] == ["refused"] * 3


def test_no_secret_is_in_the_journal(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No password, token, link or key, of acts that have one."""
    for line in ("users add a-1 --role approver", "keys new", "keys rotate"):
        assert main(line.split()) == 0
    capsys.readouterr()
    assert main(["tokens", "new", "erp", "--role", "agent", "--only", "pause", "-o", "json"]) == 0
    assert main(["login", "-o", "json"]) == 0
    token, link = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    # Who revokes what leaked may give the token in place of its id.
    assert main(["tokens", "revoke", token["token"]]) == 1
    assert newest(state).outcome == "failed"
    assert token["token"].rpartition("_")[2][:8] not in capsys.readouterr().err
    text = (state / "access" / "journal.jsonl").read_text("utf-8")
    assert f'"id":"{token["id"]}"' in text
    ring = json.loads((state / "keys" / "ring.json").read_text("utf-8"))
    secrets = {PASSWORD, token["token"].rpartition("_")[2], link["login"].rpartition("/")[2]}
    secrets |= {each["key"] for each in ring["keys"]}
    assert len(secrets) == 5
    assert not [secret for secret in secrets if secret in text]


def test_nothing_is_done_unrecorded(state: Path, people: Users) -> None:
    """Where the journal cannot be written."""
    (state / "access" / "journal.jsonl").mkdir()
    assert main(["users", "remove", "viewer-1"]) == 1
    assert "viewer-1" in people.all()


def test_a_restore_asks_the_users_of_the_backup(
    state: Path, people: Users, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is recorded in the folder that it makes, after the journal that came along; a refusal at home."""
    with closing(sqlite3.connect(database_of(state))) as database:
        database.execute("CREATE TABLE claims (id)")
    data, keys, back = (str(tmp_path / name) for name in ("data", "keys", "back"))
    assert main(["backup", data, "--keys", keys, "--as", "approver-1"]) == 0
    people.add("agent-1", Role.APPROVER, None, NOW)
    line = ["restore", data, "--keys", keys, "--state", back, "--as"]
    assert main([*line, "agent-1"]) == 1
    assert "agent-1 has the role agent" in capsys.readouterr().err
    assert not Path(back).exists()
    assert told(state)[-1] == ("restore", "agent-1", "refused")
    assert main([*line, "approver-1"]) == 0
    # The copy was made while the backup had begun, and was not at its end.
    ended = [("backup", "approver-1", "begun"), ("restore", "approver-1", "done")]
    assert told(Path(back)) == ended


def test_root_leaves_no_files_that_the_service_cannot_read(
    state: Path, people: Users, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Users and keys are of whoever wrote them last: root works as the folder's owner, or not at all."""
    line = ["users", "remove", "viewer-1"]
    if os.geteuid() == 0:
        os.chown(state, 4321, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert main(line) == 1
    assert "sudo -u" in capsys.readouterr().err
    assert "viewer-1" in people.all()
    if os.getuid() == 0:
        os.chown(state, 0, -1)
    else:
        monkeypatch.undo()
    assert main(line) == 0
    assert "viewer-1" not in people.all()


def test_a_slip_leaves_no_state_folder_behind(state: Path) -> None:
    """An act that failed where no installation is, though it looked there."""
    assert main(["keys", "rotate"]) == 1
    assert not (state / "access").exists()


@pytest.mark.usefixtures("people")
def test_the_log_is_read_newest_first(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a limit, as a document and for people; a line that is none is counted."""
    for name in ("viewer-1", "agent-1"):
        assert main(["users", "remove", name, "--as", "approver-1"]) == 0
    with (state / "access" / "journal.jsonl").open("ab") as file:
        file.write(b'{"id":')
    capsys.readouterr()
    assert main(["access", "log", "--limit", "1", "-o", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (entry,) = found["entries"]
    assert (entry["on"], entry["by"], found["damaged"]) == ({"name": "agent-1"}, "approver-1", 1)
    assert entry.keys() == {"id", "at", "act", "by", "account", "on", "outcome", "ended_at"}
    assert entry["at"].endswith("Z")
    assert main(["access", "log"]) == 0
    page = capsys.readouterr().out
    assert page.index("agent-1") < page.index("viewer-1")
    assert "cannot be read: 1" in page


def test_the_first_user_is_told_who_stays_free(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The machine's account, where it is no user: once, and how to hold it to a role."""
    for name, told_so in (("approver-1", True), ("agent-1", False)):
        assert main(["users", "add", name, "--role", "approver"]) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert ("machine is no user" in said) is told_so
        assert ("atoz users add machine --role" in said) is told_so
    assert Users(state / "access").all().keys() == {"approver-1", "agent-1"}


def test_an_account_that_is_the_first_user_itself_is_told_nothing(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has a role."""
    assert main(["users", "add", "machine", "--role", "approver"]) == 0
    assert "is no user" not in capsys.readouterr().out
    assert Users(state / "access").all().keys() == {"machine"}
