"""The folder that stands in for a mail server: whole files, once, for their owner only."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from atoz.mail.outbox import OutboxMailer, file_name
from atoz.mail.outgoing import wire_bytes
from tests.support.mails import TO, message


async def test_the_outbox_keeps_a_message_once_for_its_owner_only(tmp_path: Path) -> None:
    """One file per Message-ID, whole, readable by nobody else; again is harmless."""
    folder = tmp_path / "out" / "box"
    for text in ("first", "the same id, another text"):
        assert (await OutboxMailer(folder).send(message(text), TO)).sent
    (file,) = folder.iterdir()
    assert file.name == "claim-111-0000102-0000102.deescalate.1@fernlane.example.eml"
    assert file.read_bytes() == wire_bytes(message("first"))
    assert file.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


async def test_an_outbox_that_cannot_be_written_is_a_no_for_now(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "taken").write_text("x")
    found = await OutboxMailer(tmp_path / "taken").send(message(), TO)
    assert found.outcome == "refused_for_now"


async def test_the_outbox_refuses_what_no_server_would_take(tmp_path: Path) -> None:
    """Trying things out does not hide a fault."""
    folder = tmp_path / "outbox"
    assert (await OutboxMailer(folder).send(message(), "a, b")).outcome == "refused"
    assert (await OutboxMailer(folder).send(EmailMessage(), TO)).outcome == "refused"
    assert not folder.exists()


@pytest.mark.parametrize(
    "hostile", ["<../../x@y>", "<.hidden@y>", "<a/b@y>", "<" + "x" * 300 + "@y>"]
)
def test_a_file_name_is_harmless_and_its_own(hostile: str) -> None:
    """No path, no hidden file, no name too long; different ids never meet."""
    name = file_name(hostile)
    assert len(name) < 200
    assert "/" not in name
    assert not name.startswith(".")
    assert name != file_name(hostile + "z")
