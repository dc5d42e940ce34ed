"""Mail out by SMTP, one command at a time, so that it is always known how far a message came.

Before its content is on the way nothing can have been taken: every failure there is certain. After
that only a final reply is; a break, a timeout or gibberish means `unknown`, never `refused`.
"""

import asyncio
import contextlib
import re
import ssl
from datetime import timedelta
from email.message import EmailMessage
from typing import Annotated, Literal

from aiosmtplib import SMTP, SMTPException, SMTPResponse, SMTPResponseException
from pydantic import Field, SecretStr

from atoz.claims.base import Record
from atoz.mail.outgoing import Delivery, delivery, sender_of, wire_bytes
from atoz.mail.plain import domain_of, plain_address

Security = Literal["none", "starttls", "tls"]
DEFAULT_PORTS: dict[Security, int] = {"none": 25, "starttls": 587, "tls": 465}

_START_INPUT = 354
_LINE_OPENING_DOT = re.compile(rb"(?m)^\.")
_FAREWELL = timedelta(seconds=5)
# Servers may scan a message before they answer: a hasty end here makes a message `unknown`.
# RFC 5321 4.5.3.2.6 advises 10 minutes; an activity must be done sooner.
_FINAL_REPLY = timedelta(minutes=2)


class SmtpAccount(Record):
    """Where and as whom mail goes out. `timeout` holds for the connection and for each command."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)]
    security: Security = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    timeout: timedelta = timedelta(seconds=30)
    final_reply: timedelta = _FINAL_REPLY
    """How long the server may think after the whole message was transmitted."""


class SmtpMailer:
    """Sends by an account. `tls_context` replaces the system's certificates (tests, own CAs)."""

    def __init__(self, account: SmtpAccount, tls_context: ssl.SSLContext | None = None) -> None:
        self._account = account
        self._tls_context = tls_context

    async def send(self, message: EmailMessage, to: str) -> Delivery:
        """One attempt over a connection of its own. Only a cancellation is raised."""
        try:
            sender, recipient, content = sender_of(message), plain_address(to), wire_bytes(message)
        except ValueError as fault:
            return delivery("refused", f"not sendable: {fault}")
        client = self._client(domain_of(sender))
        try:
            stopped = await self._up_to_content(client, sender, recipient)
            return stopped or await self._content(client, content)
        finally:
            client.close()

    def _client(self, own_name: str) -> SMTP:
        account = self._account
        return SMTP(
            hostname=account.host,
            port=account.port,
            # The default asks the name server for this machine's name, which may take long.
            local_hostname=own_name,
            timeout=account.timeout.total_seconds(),
            use_tls=account.security == "tls",
            start_tls=False,
            tls_context=self._tls_context,
        )

    async def _up_to_content(self, client: SMTP, sender: str, recipient: str) -> Delivery | None:
        """Everything before the content. None means: the server waits for it."""
        try:
            await client.connect()
            if self._account.security == "starttls":
                await client.starttls()
            await client.ehlo()
            if stopped := await self._login(client):
                return stopped
            await client.mail(sender)
            await client.rcpt(recipient)
            reply = await client.execute_command(b"DATA")
        except (SMTPException, OSError, ValueError) as fault:
            return _before_content(fault)
        return None if reply.code == _START_INPUT else _by_code(reply.code, reply.message)

    async def _login(self, client: SMTP) -> Delivery | None:
        account = self._account
        if account.username is None:
            return None
        password = account.password.get_secret_value() if account.password else ""
        try:
            await client.login(account.username, password)
        except SMTPResponseException:
            raise
        except SMTPException as fault:
            if isinstance(fault, OSError):
                raise
            # No code and no broken connection: the server offers no login that we know.
            return delivery("refused", f"login: {fault}")
        return None

    async def _content(self, client: SMTP, content: bytes) -> Delivery:
        """The content and the final reply: from the first byte on, silence means unknown."""
        protocol = client.protocol
        if protocol is None or not protocol.is_connected:
            return delivery("refused_for_now", "the connection broke before the content was begun")
        protocol.write(_LINE_OPENING_DOT.sub(b"..", content) + b".\r\n")
        try:
            reply = await protocol.read_response(self._account.final_reply.total_seconds())
        except (SMTPException, OSError) as fault:
            return delivery("unknown", f"no final reply after the content: {_words(fault)}")
        await self._farewell(client)
        return _final(reply)

    async def _farewell(self, client: SMTP) -> None:
        """A polite end; whatever happens to it changes nothing about the message."""
        with contextlib.suppress(SMTPException, OSError, asyncio.TimeoutError):
            patience = min(_FAREWELL, self._account.timeout)
            await client.quit(timeout=patience.total_seconds())


def _before_content(fault: Exception) -> Delivery:
    if isinstance(fault, SMTPResponseException):
        return _by_code(fault.code, fault.message)
    return delivery("refused_for_now", _words(fault))


def _by_code(code: int, words: str) -> Delivery:
    """A reply that ended the attempt before the content: 5xx is lasting, all else may pass."""
    lasting = 500 <= code <= 599
    return delivery("refused" if lasting else "refused_for_now", f"{code} {words}", code)


def _final(reply: SMTPResponse) -> Delivery:
    words = f"{reply.code} {reply.message}"
    if 200 <= reply.code <= 299:
        return delivery("sent", words, reply.code)
    if 400 <= reply.code <= 599:
        return _by_code(reply.code, reply.message)
    return delivery("unknown", f"a final reply that means nothing: {words}", reply.code)


def _words(fault: Exception) -> str:
    return str(fault) or type(fault).__name__
