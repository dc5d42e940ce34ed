"""A mail server on loopback that keeps what it is given: the demo really sends, and reads back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


class Caught(NamedTuple):
    """A mail as it came over the wire: the envelope's addresses and the message."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def message_id(self) -> str:
        """The mail's own id, with its angle brackets."""
        return str(self.message["Message-ID"] or "").strip()


class Catcher:
    """Takes every mail."""

    def __init__(self) -> None:
        self.mails: list[Caught] = []
        self.port = 0

    def with_id(self, message_id: str) -> list[Caught]:
        """The mails that came with this Message-ID."""
        return [mail for mail in self.mails if mail.message_id == message_id]

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: "SMTP", session: "Session", envelope: "Envelope"
    ) -> str:
        """Keep a mail that was transmitted whole."""
        del server, session
        message = BytesParser(EmailMessage, policy=default).parsebytes(
            envelope.original_content or b""
        )
        recipients = tuple(str(address) for address in envelope.rcpt_tos)
        self.mails.append(Caught(str(envelope.mail_from), recipients, message))
        return "250 kept"


@asynccontextmanager
async def catching(catcher: Catcher | None = None) -> AsyncIterator[Catcher]:
    """A catcher that listens on a free port of loopback until the block ends."""
    # A development dependency: only who plays needs it.
    from aiosmtpd.smtp import SMTP  # noqa: PLC0415

    handler = catcher or Catcher()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="catcher.invalid", loop=loop), HOST, 0
    )
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        server.close()
        await server.wait_closed()
