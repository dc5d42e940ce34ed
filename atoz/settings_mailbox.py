"""The settings of the mailbox that is read: apart from the others, since they stand or fall together.

`Settings` inherits them; their variables are `ATOZ_IMAP_*`, `ATOZ_AUTHSERV_ID` and
`ATOZ_SENT_FOLDER`.
"""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from atoz.claims.base import Span
from atoz.errors import BadInput
from atoz.mail.imap_account import DEFAULT_IMAP_PORTS, ImapAccount, ImapSecurity
from atoz.settings_reading import Fault, lower

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_FOLDER = r"^[^\x00-\x1f\x7f\"\\*%]{1,200}$"

_NO_AUTHSERV_ID = (
    "is missing; without it no mail is trusted: write the name that stands first in the "
    "Authentication-Results of your mail"
)


class MailboxSettings(BaseSettings):
    """Where mail comes in; without a host none is read."""

    imap_host: str | None = Field(None, description="a mail server, like imap.shop.example")
    imap_port: int | None = Field(None, ge=1, le=65535, description="a port from 1 to 65535")
    imap_security: Annotated[ImapSecurity, BeforeValidator(lower)] = Field(
        "tls", description="tls, starttls or none"
    )
    imap_username: str | None = Field(None, description="the account's name")
    imap_password: SecretStr | None = Field(None, description="the account's password")
    imap_password_file: Path | None = Field(None, description="a readable file with the password")
    imap_oauth_command: str | None = Field(
        None, repr=False, description="a command that prints an access token for XOAUTH2"
    )
    imap_folder: str = Field("INBOX", pattern=_FOLDER, description="a folder, like INBOX")
    imap_done: str = Field(
        "keyword",
        pattern=r"^(?:keyword|move:[^\x00-\x1f\x7f\"\\*%]{1,200})$",
        description="keyword, or move:FOLDER where the server keeps no keywords",
    )
    imap_since: Span = Field(
        default="14d", validate_default=True, description="a span from 1d to 365d, like 14d"
    )
    imap_every: Span = Field(
        default="10m", validate_default=True, description="a span from 1m to 1d, like 10m"
    )
    imap_timeout: Span = Field(
        default="30s", validate_default=True, description="a span from 1s to 5m, like 30s"
    )
    imap_largest: int = Field(
        30_000_000, ge=100_000, le=100_000_000, description="bytes, from 100000 to 100000000"
    )
    imap_ca_file: Path | None = Field(
        None, description="a file of certificates to trust, for a server with its own"
    )
    authserv_id: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$",
        description="the name that your mail server gives itself in Authentication-Results",
    )
    sent_folder: str | None = Field(
        None, pattern=_FOLDER, description="the folder of sent mail, like Sent"
    )

    def mailbox_conflicts(self) -> Iterator[Fault]:
        """Settings of the mailbox that do not fit together."""
        yield from self._spans()
        if not self.imap_host:
            return
        if not self.authserv_id:
            yield "authserv_id", _NO_AUTHSERV_ID
        if not self.imap_username:
            yield "imap_username", "is missing; write the account's name"
        yield from self._secrets()
        if self.imap_ca_file and not self.imap_ca_file.is_file():
            yield "imap_ca_file", "write the path of a readable file of certificates"

    def _spans(self) -> Iterator[Fault]:
        bounds = {
            "imap_since": (86_400, 365 * 86_400),
            "imap_every": (60, 86_400),
            "imap_timeout": (1, 300),
        }
        for name, (least, most) in bounds.items():
            if not least <= getattr(self, name).total_seconds() <= most:
                yield name, f"write {type(self).model_fields[name].description}"

    def _secrets(self) -> Iterator[Fault]:
        ways = ("imap_password", "imap_password_file", "imap_oauth_command")
        given = [name for name in ways if getattr(self, name)]
        if not given:
            yield "imap_password", "is missing; write it, or a password file, or a token command"
        for name in given[1:]:
            yield name, f"stands beside ATOZ_{given[0].upper()}; write only one of them"
        if self.imap_password_file and not self.imap_password_file.is_file():
            yield "imap_password_file", "write the path of a readable file with the password"
        if self.imap_oauth_command and not _words(self.imap_oauth_command):
            yield "imap_oauth_command", "write a command with its quotes closed"
        if self.imap_security == "none" and self.imap_host not in _LOOPBACK:
            yield "imap_security", "none sends the password readable to all; write tls or starttls"

    def imap_account(self) -> ImapAccount | None:
        """How mail comes in, or None: then no mailbox is read."""
        if not self.imap_host or not self.imap_username:
            return None
        moves, _, folder = self.imap_done.partition(":")
        return ImapAccount(
            host=self.imap_host,
            port=self.imap_port or DEFAULT_IMAP_PORTS[self.imap_security],
            security=self.imap_security,
            username=self.imap_username,
            password=self.imap_password,
            password_file=self.imap_password_file,
            token_command=tuple(_words(self.imap_oauth_command or "")),
            folder=self.imap_folder,
            done_folder=folder if moves == "move" else None,
            since=self.imap_since,
            timeout=self.imap_timeout,
            ca_file=self.imap_ca_file,
        )

    @property
    def trusted_server(self) -> str:
        """Whose Authentication-Results count. Raises BadInput where none is set."""
        if self.authserv_id is None:
            raise BadInput("ATOZ_AUTHSERV_ID: is missing; without it no mail is trusted")
        return self.authserv_id


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return []
