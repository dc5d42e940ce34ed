"""A folder instead of a mail server: what would have gone out lies there, sealed or as `.eml` files.

It exists for trying things out and for sellers without SMTP. The composition root says loudly that
nothing leaves the machine while this is in use. With a vault a mail is sealed with the key of the claim
that it is about, by its Message-ID or its subject.
"""

import asyncio
import hashlib
import os
import re
import tempfile
from email.message import EmailMessage
from pathlib import Path

import obstore

from atoz.claims.claim import ORDER_ID, claim_id_of
from atoz.mail.outgoing import Delivery, Mailer, delivery, id_of, sender_of, wire_bytes
from atoz.mail.plain import plain_address
from atoz.vault.data_keys import SHOP
from atoz.vault.vault import Vault, owner_of

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+=-]{0,180}")


PLAIN, SEALED = ".eml", ".eml.sealed"
"""How the names of mails end that lie readable, and of those that do not."""


class OutboxMailer:
    """Writes each message to `<folder>/<message id>.eml`, for its owner only, or sealed beside it.

    The same Message-ID again changes nothing and is `sent` again.
    """

    def __init__(self, folder: Path, vault: Vault | None = None, *, delivers: bool = False) -> None:
        """`delivers`: whoever plays a case takes what lies here for what the buyer got."""
        self._folder = folder
        self._vault = vault if vault and vault.seals else None
        self._delivers = delivers

    async def send(self, message: EmailMessage, to: str) -> Delivery:
        """Write the message. A folder that cannot be written is `refused_for_now`."""
        try:
            plain_address(to)
            sender_of(message)
            name = file_name(id_of(message), SEALED if self._vault else PLAIN)
        except ValueError as fault:
            return delivery("refused", f"not sendable: {fault}")
        try:
            content = wire_bytes(message)
            if self._vault:
                content = await self._vault.seal(_owner(message), content)
            await asyncio.to_thread(self._write, name, content)
        except (OSError, obstore.exceptions.BaseError) as fault:
            return delivery("refused_for_now", f"the outbox cannot be written: {_why(fault)}")
        found = delivery("sent", f"written to the outbox as {name}")
        return found.model_copy(update={"reached_nobody": not self._delivers})

    def _write(self, name: str, content: bytes) -> None:
        """All or nothing: a reader, or a crash in between, never sees half a message."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = self._folder / name
        if target.exists():
            return
        # mkstemp makes the file with mode 0600.
        handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


class MustArrive:
    """A way out for what counts as done once it is sent: where it would reach nobody, it is refused."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    async def send(self, message: EmailMessage, to: str) -> Delivery:
        """As the other mailer; what was only written down is `refused`."""
        found = await self._mailer.send(message, to)
        if not found.reached_nobody:
            return found
        return delivery(
            "refused", f"no mail server is configured, it reached nobody: {found.detail}"
        )


def mails(folder: Path) -> list[Path]:
    """What lies in an outbox, oldest first."""
    found = (path for path in folder.glob("*") if path.name.endswith((PLAIN, SEALED)))
    return sorted(found, key=lambda path: (path.stat().st_mtime, path.name))


def _owner(message: EmailMessage) -> str:
    """Whose key seals it: of the claim whose order stands in its Message-ID or else its subject."""
    for name in ("Message-ID", "Subject"):
        if found := ORDER_ID.search(str(message[name])):
            return owner_of(claim_id_of(found.group()))
    return SHOP


def _why(fault: Exception) -> object:
    return fault.strerror if isinstance(fault, OSError) and fault.strerror else fault


def file_name(message_id: str, ending: str = PLAIN) -> str:
    """A file name for a Message-ID: itself where it is harmless, else its sha256."""
    bare = message_id.strip().removeprefix("<").removesuffix(">")
    if not _SAFE.fullmatch(bare):
        bare = hashlib.sha256(bare.encode("utf-8", "replace")).hexdigest()
    return f"{bare}{ending}"
