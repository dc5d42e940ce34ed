"""Mails that were written down because there is no mail server, opened for whoever runs the shop."""

import asyncio
import email
import email.policy
from email.errors import MessageError
from pathlib import Path
from typing import Any, NamedTuple

from atoz.errors import BadInput
from atoz.keeping import open_vault
from atoz.mail import outbox
from atoz.mail.plain import one_line
from atoz.settings import Settings
from atoz.vault.sealed import Unsealable
from atoz.vault.vault import Erased

_LONGEST = 300


class Mail(NamedTuple):
    """One mail of the outbox: its name without an ending, and its bytes, None where it was erased."""

    name: str
    content: bytes | None

    @property
    def document(self) -> dict[str, Any]:
        """`{name, to, subject, date, erased}`; what cannot be read of it is null."""
        said = _headers(self.content or b"")
        return {"name": self.name, **said, "erased": self.content is None}


async def mails(settings: Settings) -> list[Mail]:
    """Every mail of the outbox, oldest first. Raises BadInput where one was altered, or cannot be read."""
    paths = await asyncio.to_thread(outbox.mails, settings.outbox_folder)
    return [Mail(_name(path), await _opened(settings, path)) for path in paths]


async def mail(settings: Settings, name: str) -> Mail:
    """The mail of this name, whatever ending is given. Raises BadInput where there is none."""
    wanted = _name(Path(name))
    paths = await asyncio.to_thread(outbox.mails, settings.outbox_folder)
    path = next((path for path in paths if _name(path) == wanted), None)
    if path is None:
        raise BadInput(
            f"{settings.outbox_folder} has no mail {wanted[:80]!r}: `atoz outbox` lists them"
        )
    return Mail(wanted, await _opened(settings, path))


def _name(path: Path) -> str:
    return path.name.removesuffix(outbox.SEALED).removesuffix(outbox.PLAIN)


async def _opened(settings: Settings, path: Path) -> bytes | None:
    vault = open_vault(settings)
    try:
        content = await asyncio.to_thread(path.read_bytes)
        return await vault.open(content) if vault else content
    except Erased:
        return None
    except Unsealable as fault:
        raise BadInput(f"{path} was altered: remove it, or restore it from a backup") from fault
    except OSError as fault:
        raise BadInput(f"{path} cannot be read: {fault.strerror}") from fault


def _headers(content: bytes) -> dict[str, str | None]:
    names = ("to", "subject", "date")
    try:
        message = email.message_from_bytes(content, policy=email.policy.default)
        found = {name: message[name] for name in names}
    except (MessageError, ValueError, LookupError):
        return dict.fromkeys(names)
    return {
        name: None if said is None else one_line(said, _LONGEST) for name, said in found.items()
    }
