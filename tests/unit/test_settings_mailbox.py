"""The settings of the mailbox stand or fall together, and what is missing is named."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from atoz.errors import BadInput
from atoz.mail.imap_account import ImapAccount, MailboxError, MailboxRefused
from atoz.settings import Settings

Patch = pytest.MonkeyPatch

GOOD = {
    "IMAP_HOST": "imap.shop.example",
    "IMAP_USERNAME": "seller",
    "IMAP_PASSWORD": "geheim",
    "AUTHSERV_ID": "mx.shop.example",
}


def read(monkeypatch: Patch, **variables: str) -> Settings:
    """The settings under these variables."""
    for name, value in variables.items():
        monkeypatch.setenv(f"ATOZ_{name}", value)
    return Settings()


def account(monkeypatch: Patch, **variables: str) -> ImapAccount:
    """The account of good settings and these."""
    found = read(monkeypatch, **{**GOOD, **variables}).imap_account()
    assert found is not None
    return found


def test_without_a_host_no_mailbox_is_read() -> None:
    """The default: mail comes in by hand."""
    assert Settings().imap_account() is None
    with pytest.raises(BadInput, match="ATOZ_AUTHSERV_ID"):
        _ = Settings().trusted_server


def test_a_whole_account(monkeypatch: Patch) -> None:
    """TLS on its own port, the inbox, a keyword, two weeks back."""
    found = account(monkeypatch)
    assert (found.port, found.security, found.folder) == (993, "tls", "INBOX")
    assert (found.done_folder, found.since) == (None, timedelta(days=14))
    assert found.secret() == "geheim"
    assert "geheim" not in repr(found)


def test_done_mail_may_move(monkeypatch: Patch) -> None:
    """For servers that keep no keywords; the folder may have a colon and blanks."""
    assert account(monkeypatch, IMAP_DONE="move:Claims: done").done_folder == "Claims: done"


def test_the_port_follows_from_the_security(monkeypatch: Patch) -> None:
    """And may be another one."""
    assert account(monkeypatch, IMAP_SECURITY="STARTTLS").port == 143
    assert account(monkeypatch, IMAP_PORT="1993").port == 1993


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        ({"AUTHSERV_ID": ""}, "ATOZ_AUTHSERV_ID: is missing"),
        ({"AUTHSERV_ID": "mx one"}, "ATOZ_AUTHSERV_ID: write the name that your mail server"),
        ({"IMAP_USERNAME": ""}, "ATOZ_IMAP_USERNAME: is missing"),
        ({"IMAP_PASSWORD": ""}, "ATOZ_IMAP_PASSWORD: is missing"),
        ({"IMAP_OAUTH_COMMAND": "token"}, "ATOZ_IMAP_OAUTH_COMMAND: stands beside ATOZ_IMAP_PASS"),
        ({"IMAP_SECURITY": "none"}, "ATOZ_IMAP_SECURITY: none sends the password readable"),
        ({"IMAP_DONE": "flag"}, "ATOZ_IMAP_DONE: write keyword, or move:FOLDER"),
        ({"IMAP_DONE": "move:"}, "ATOZ_IMAP_DONE: write keyword, or move:FOLDER"),
        ({"IMAP_FOLDER": 'IN"BOX'}, "ATOZ_IMAP_FOLDER: write a folder"),
        ({"IMAP_EVERY": "10s"}, "ATOZ_IMAP_EVERY: write a span from 1m to 1d"),
        ({"IMAP_SINCE": "12h"}, "ATOZ_IMAP_SINCE: write a span from 1d"),
        ({"IMAP_TIMEOUT": "0"}, "ATOZ_IMAP_TIMEOUT: write a span from 1s"),
        ({"IMAP_LARGEST": "5"}, "ATOZ_IMAP_LARGEST: write bytes"),
        ({"IMAP_CA_FILE": "nowhere.pem"}, "ATOZ_IMAP_CA_FILE: write the path"),
        ({"IMAP_HOTS": "x"}, "ATOZ_IMAP_HOTS: is no setting; did you mean ATOZ_IMAP_HOST?"),
    ],
)
def test_a_fault_says_what_to_write(
    monkeypatch: Patch, variables: dict[str, str], fault: str
) -> None:
    """One line, the setting's own name, the way out."""
    with pytest.raises(BadInput) as error:
        read(monkeypatch, **{**GOOD, **variables})
    (line,) = str(error.value).splitlines()
    assert line.startswith(fault)


def test_a_password_file_is_read_anew_each_time(monkeypatch: Patch, tmp_path: Path) -> None:
    """A changed password needs no restart; a lost file is told by its setting's name."""
    file = tmp_path / "password"
    file.write_text("first\n")
    found = account(monkeypatch, IMAP_PASSWORD="", IMAP_PASSWORD_FILE=str(file))
    assert found.secret() == "first"
    file.write_text("second\n")
    assert found.secret() == "second"
    file.unlink()
    with pytest.raises(MailboxRefused, match="ATOZ_IMAP_PASSWORD_FILE"):
        found.secret()


def token_of(script: str) -> str:
    """What the account takes for a token when this script is the command."""
    command = (sys.executable, "-c", script)
    return ImapAccount(host="h", port=1, username="u", token_command=command).token()


def test_a_command_prints_the_token() -> None:
    """Its end of line is none of the token."""
    assert token_of("print('ya29.token')") == "ya29.token"


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("raise SystemExit('geheim')", MailboxError),
        ("pass", MailboxRefused),
        ("print('two geheim')", MailboxRefused),
    ],
)
def test_a_command_that_fails_tells_no_secret(script: str, error: type[MailboxError]) -> None:
    """Neither what it printed nor how it was called."""
    with pytest.raises(error) as fault:
        token_of(script)
    assert "ATOZ_IMAP_OAUTH_COMMAND" in str(fault.value)
    assert "geheim" not in str(fault.value)
    assert fault.value.__cause__ is None
