"""The folder that stands in for a mail server: whole files, once, for their owner only."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from atoz.errors import BadInput
from atoz.keeping import open_vault
from atoz.mail.outbox import OutboxMailer, file_name
from atoz.mail.outgoing import wire_bytes
from atoz.service import outbox
from atoz.wiring import build_mailer
from tests.support.mails import TO, message
from tests.support.server import shop_settings


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


async def test_a_sealed_outbox_shows_nothing_and_gives_all(tmp_path: Path) -> None:
    """By the key of the claim that a mail is about; plain mails from before are read beside it."""
    settings = shop_settings(tmp_path)
    vault = open_vault(settings)
    assert vault is not None
    folder = settings.outbox_folder
    notice = message("Order 111-0000103-0000103 waits.", message_id="<notice.1@fernlane.example>")
    notice.replace_header("Subject", "111-0000103-0000103: hand in the appeal")
    await OutboxMailer(folder).send(message("as before", message_id="<old@fernlane.example>"), TO)
    for _ in range(2):
        assert (await OutboxMailer(folder, vault).send(message("Dear Mr Quartz"), TO)).sent
    assert (await OutboxMailer(folder, vault).send(notice, TO)).sent
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "old@fernlane.example.eml",
        "claim-111-0000102-0000102.deescalate.1@fernlane.example.eml.sealed",
        "notice.1@fernlane.example.eml.sealed",
    }
    assert not any(b"Quartz" in path.read_bytes() for path in folder.iterdir())
    found = {mail.name: mail for mail in await outbox.mails(settings)}
    assert "Dear Mr Quartz" in str(found["claim-111-0000102-0000102.deescalate.1@fernlane.example"])
    assert "as before" in str(found["old@fernlane.example"].content)
    await vault.keys.destroy("claim-111-0000103-0000103")
    erased = await outbox.mail(settings, "notice.1@fernlane.example.eml.sealed")
    assert erased.document["erased"]
    with pytest.raises(BadInput, match="has no mail 'nothing'"):
        await outbox.mail(settings, "nothing")


async def test_an_outbox_that_is_asked_for_lies_open(tmp_path: Path) -> None:
    """Who names a folder wants to open what lies there; without a name it is sealed."""
    for more, ending in (({}, ".sealed"), ({"outbox": tmp_path / "mine"}, ".eml")):
        settings = shop_settings(tmp_path, **more)
        await build_mailer(settings).send(message(), TO)
        (file,) = settings.outbox_folder.iterdir()
        assert file.suffix == ending


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
