"""Where and as whom mail is read: one frozen model, so that settings and tests make it alike."""

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from atoz.claims.base import Record
from atoz.errors import AtozError
from atoz.mail.plain import one_line

ImapSecurity = Literal["none", "starttls", "tls"]
DEFAULT_IMAP_PORTS: dict[ImapSecurity, int] = {"none": 143, "starttls": 143, "tls": 993}

TOKEN_PATIENCE = timedelta(seconds=30)
_LONGEST_TOKEN = 20_000


class MailboxError(AtozError):
    """The mailbox cannot be read at the moment."""

    permanent = False


class MailboxRefused(MailboxError):  # noqa: N818 - named for what happened
    """The mailbox refuses us: the account, its folder or its keywords are not as the settings say."""

    permanent = True


class ImapAccount(Record):
    """An account and its folder. `timeout` holds for the connection and for each command."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)]
    security: ImapSecurity = "tls"
    username: str
    password: SecretStr | None = None
    password_file: Path | None = None
    token_command: tuple[str, ...] = ()
    folder: str = "INBOX"
    done_folder: str | None = None
    """Where a mail that is done moves to; None: it stays and gets a keyword."""
    since: timedelta = timedelta(days=14)
    """How far back mail is looked at: what is older was there before us."""
    timeout: timedelta = timedelta(seconds=30)
    ca_file: Path | None = None

    def secret(self) -> str:
        """The password, read anew each time: a file may have been changed by its owner.

        Raises MailboxRefused when the file cannot be read.
        """
        if self.password_file is None:
            return self.password.get_secret_value() if self.password else ""
        try:
            return self.password_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as fault:
            raise MailboxRefused("ATOZ_IMAP_PASSWORD_FILE cannot be read as text") from fault

    def token(self) -> str:
        """The access token that the command prints now; it blocks. Raises MailboxError, whatever fails.

        The command runs without a shell. What it prints shows in no error.
        """
        try:
            done = subprocess.run(  # noqa: S603 - the owner of the settings wrote the command
                self.token_command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TOKEN_PATIENCE.total_seconds(),
                check=True,
                text=True,
            )
        except subprocess.TimeoutExpired as fault:
            raise MailboxError("ATOZ_IMAP_OAUTH_COMMAND gave no token in time") from fault
        except (OSError, ValueError, subprocess.CalledProcessError) as fault:
            why = fault.strerror if isinstance(fault, OSError) else type(fault).__name__
            raise MailboxError(f"ATOZ_IMAP_OAUTH_COMMAND failed: {one_line(why, 100)}") from None
        token = done.stdout.strip()
        if not token or not token.isprintable() or " " in token or len(token) > _LONGEST_TOKEN:
            raise MailboxRefused("ATOZ_IMAP_OAUTH_COMMAND printed no token")
        return token
