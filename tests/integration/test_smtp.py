"""How far a message came, told from what the server really said: at each phase, over each security."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from atoz.mail.outbox import OutboxMailer, file_name
from atoz.mail.outgoing import build_message, wire_bytes
from atoz.mail.smtp import Security, SmtpAccount, SmtpMailer
from tests.support.certificates import certificate_for_loopback
from tests.support.loopback import listening

TO = "zqc02x7k2m9p4@marketplace.amazon.com"
SENDER = "claims@fernlane.example"
QUICK = timedelta(seconds=0.5)

Script = dict[str, str]
"""What a scripted server answers to each command; `drop` ends the connection, `hang` is silence."""

GOOD: Script = {
    "greeting": "220 ready",
    "EHLO": "250-mx.example\r\n250 AUTH PLAIN LOGIN",
    "AUTH": "235 welcome",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "content": "250 queued as 7",
    "QUIT": "221 bye",
}


def message(text: str = "Hello,\n\n.a line that opens with a dot\n") -> EmailMessage:
    """A message as the activities build it."""
    return build_message(
        sender=SENDER,
        to=TO,
        subject="Your order 111-0000102-0000102",
        text=text,
        message_id="<claim-111-0000102-0000102.deescalate.1@fernlane.example>",
        date=datetime(2026, 9, 9, 9, tzinfo=UTC),
    )


def account(port: int, security: Security = "none", **more: object) -> SmtpAccount:
    """An account at a server of this test, with short patience."""
    return SmtpAccount.model_validate(
        {"host": "127.0.0.1", "port": port, "security": security, "timeout": QUICK}
        | {"final_reply": QUICK}
        | more
    )


class ScriptedServer:
    """Answers each command with its line; notes the commands and the bytes of content it got."""

    def __init__(self, script: Script) -> None:
        self.script = GOOD | script
        self.commands: list[str] = []
        self.content = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._answer("greeting", writer):
            return
        while line := await reader.readline():
            command = line.split()[0].decode().upper()
            self.commands.append(command)
            if not await self._answer(command, writer):
                return
            if command == "DATA" and self.script["DATA"].startswith("354"):
                if self.script["content"] == "drop in the middle":
                    self.content = await reader.read(20)
                    return
                self.content = await reader.readuntil(b"\r\n.\r\n")
                if not await self._answer("content", writer):
                    return

    async def _answer(self, phase: str, writer: asyncio.StreamWriter) -> bool:
        answer = self.script[phase]
        if answer == "hang":
            await asyncio.sleep(30)
        if answer in {"drop", "hang"}:
            return False
        writer.write(answer.encode("latin-1") + b"\r\n")
        await writer.drain()
        return True


async def attempt(script: Script, **more: object) -> tuple[str, ScriptedServer, str]:
    """Outcome, server and detail of one message to a scripted server."""
    server = ScriptedServer(script)
    async with listening(server.serve) as port:
        found = await SmtpMailer(account(port, **more)).send(message(), TO)  # type: ignore[arg-type] # names of fields
    return found.outcome, server, found.detail


async def test_a_message_that_the_server_takes_is_sent() -> None:
    """The content arrives whole, opening dots doubled, and the reply is kept."""
    outcome, server, detail = await attempt({})
    assert outcome == "sent"
    assert detail == "250 queued as 7"
    assert server.commands == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]
    expected = wire_bytes(message()).replace(b"\r\n.a line", b"\r\n..a line")
    assert server.content == expected + b".\r\n"


@pytest.mark.parametrize("phase", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "content"])
async def test_a_5xx_reply_is_a_lasting_no_at_every_phase(phase: str) -> None:
    """The server said no for good: it has not taken the message."""
    outcome, server, detail = await attempt({phase: "550 no such user here"})
    assert outcome == "refused"
    assert detail == "550 no such user here"
    assert bool(server.content) == (phase == "content")


@pytest.mark.parametrize("phase", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "content"])
async def test_a_4xx_reply_is_a_no_for_now_at_every_phase(phase: str) -> None:
    """The server said later: it has not taken the message."""
    outcome, _, detail = await attempt({phase: "451-greylisted\r\n451 try later"})
    assert outcome == "refused_for_now"
    assert "greylisted" in detail


@pytest.mark.parametrize("phase", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("what", ["drop", "hang", "gibberish", "999 what"])
async def test_what_breaks_before_the_content_is_a_no_for_now(phase: str, what: str) -> None:
    """Nothing was transmitted, so nothing can have been taken."""
    outcome, server, _ = await attempt({phase: what})
    assert outcome == "refused_for_now"
    assert server.content == b""


@pytest.mark.parametrize("what", ["drop", "drop in the middle", "hang", "gibberish", "354 more"])
async def test_what_breaks_after_the_content_began_is_unknown(what: str) -> None:
    """The server may have taken it: nobody may say refused, nobody may send again blindly."""
    outcome, server, _ = await attempt({"content": what})
    assert outcome == "unknown"
    assert server.content


@pytest.mark.parametrize("what", ["drop", "hang", "500 no", "gibberish"])
async def test_a_bad_farewell_changes_nothing(what: str) -> None:
    """The message was taken before."""
    outcome, _, _ = await attempt({"QUIT": what})
    assert outcome == "sent"


async def test_a_refused_connection_is_a_no_for_now() -> None:
    """Nobody listens there."""
    async with listening(ScriptedServer({}).serve) as port:
        pass
    assert (await SmtpMailer(account(port)).send(message(), TO)).outcome == "refused_for_now"


async def test_a_name_that_is_no_host_is_a_no_for_now() -> None:
    """A name service fails, or a setting is being corrected."""
    nowhere = account(25, host="mail.fernlane.invalid")
    assert (await SmtpMailer(nowhere).send(message(), TO)).outcome == "refused_for_now"


@pytest.mark.parametrize(
    "to", ["", "a@x.example, b@x.example", "a@x.example> NOTIFY=NEVER", "a@x\r\n"]
)
async def test_a_bad_recipient_never_reaches_a_server(to: str) -> None:
    """It is refused before anything is connected."""
    found = await SmtpMailer(account(1)).send(message(), to)
    assert found.outcome == "refused"
    assert "write one address" in found.detail


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ({"AUTH": "535 wrong"}, "refused"),
        ({"AUTH": "454 later"}, "refused_for_now"),
        ({"AUTH": "drop"}, "refused_for_now"),
        ({"EHLO": "250 mx.example"}, "refused"),
        ({"EHLO": "250-mx.example\r\n250 AUTH NTLM"}, "refused"),
    ],
)
async def test_a_login_that_fails(script: Script, outcome: str) -> None:
    """A wrong password will stay wrong; a server in trouble may recover."""
    found, server, detail = await attempt(script, username="seller", password="geheim")
    assert found == outcome
    assert "MAIL" not in server.commands
    assert "geheim" not in detail


class Inbox:
    """aiosmtpd's end: the envelopes that arrived, and the login that it asks for."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take every message."""
        self.envelopes.append(envelope)
        return "250 taken"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, login: object
    ) -> AuthResult:
        """One account."""
        right = isinstance(login, LoginPassword) and login == LoginPassword(b"seller", b"geheim")
        return AuthResult(success=right, handled=False)


@asynccontextmanager
async def real_server(
    inbox: Inbox, security: Security, tls: ssl.SSLContext | None
) -> AsyncIterator[int]:
    """Aiosmtpd on a free port, asking for a login."""

    def protocol() -> SMTP:
        return SMTP(
            inbox,
            authenticator=inbox.authenticate,
            auth_required=True,
            auth_require_tls=security == "starttls",
            require_starttls=security == "starttls",
            tls_context=tls if security == "starttls" else None,
        )

    loop = asyncio.get_running_loop()
    wrapped = tls if security == "tls" else None
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=wrapped)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
async def test_a_message_arrives_over_each_security(security: Security) -> None:
    """A real server, a login, a certificate that is checked."""
    inbox, (server_tls, client_tls) = Inbox(), certificate_for_loopback()
    async with real_server(inbox, security, server_tls) as port:
        ours = account(port, security, username="seller", password=SecretStr("geheim"))
        found = await SmtpMailer(ours, client_tls).send(message(), TO)
        assert found.outcome == "sent", found
    (envelope,) = inbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [TO])
    assert envelope.original_content == wire_bytes(message())


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(security: Security) -> None:
    """The password does not go to whoever answers."""
    inbox, (server_tls, _) = Inbox(), certificate_for_loopback()
    async with real_server(inbox, security, server_tls) as port:
        ours = account(port, security, username="seller", password=SecretStr("geheim"))
        found = await SmtpMailer(ours).send(message(), TO)
    assert found.outcome == "refused_for_now"
    assert "certificate" in found.detail.lower()
    assert inbox.envelopes == []


async def test_a_server_without_starttls_gets_neither_password_nor_message() -> None:
    """No silent step back to plain text."""
    outcome, server, detail = await attempt(
        {}, security="starttls", username="u", password="geheim"
    )
    assert outcome == "refused_for_now"
    assert "STARTTLS" in detail
    assert set(server.commands) <= {"EHLO", "QUIT"}


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
