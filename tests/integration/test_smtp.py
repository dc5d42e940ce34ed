"""How far a message came, told from what the server really said: at each phase, over each security."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from atoz.mail.outgoing import wire_bytes
from atoz.mail.smtp import Security, SmtpAccount, SmtpMailer
from tests.support.certificates import certificate_for_loopback
from tests.support.loopback import listening
from tests.support.mails import SENDER, TO, message
from tests.support.scripted_smtp import Script, ScriptedServer

QUICK = timedelta(seconds=0.5)


def account(port: int, security: Security = "none", **more: object) -> SmtpAccount:
    """An account at a server of this test, with short patience."""
    return SmtpAccount.model_validate(
        {"host": "127.0.0.1", "port": port, "security": security, "timeout": QUICK}
        | {"final_reply": QUICK}
        | more
    )


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
