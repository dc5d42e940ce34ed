"""Sends of unknown fate, settled by the folder of sent mail: what lies there has left us.

A claim asks a person what became of such a send. Which claims ask stands in a small document each, so
that a pass over the mailbox need not ask all claims; where the folder has the Message-ID, the question
is answered. What it does not have proves nothing: the question stays.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple, Protocol

from atoz.claims.base import Instant, Record
from atoz.mail.imap import Mailbox, MailSession

_FOLDER = "unsettled"
_LOG = logging.getLogger("atoz.mailbox")

CLOCKS_APART = timedelta(days=1)
"""Servers keep local dates: a mail of today may lie in the folder as one of yesterday."""


class UnknownSend(Record):
    """A send of a claim of which nobody knows whether it left, tried at `at`; `fact` says so there.

    Without a Message-ID no folder can tell: a person's own question.
    """

    workflow_id: str
    task: str
    fact: str
    message_id: str | None
    at: Instant


class Sends(Protocol):
    """The claims that ask, wherever they run. Everything raises NoServer or NoWorker for now."""

    async def unsettled(self, workflow_id: str) -> Sequence[UnknownSend]:
        """The sends of which this claim asks what became of them; none where it does not run."""
        ...

    async def was_sent(self, send: UnknownSend) -> bool:
        """Tell the claim that it left us; False where it asks no more. Again changes nothing."""
        ...


class SentFolder(NamedTuple):
    """The folder of sent mail, asked by itself: before a message of unknown fate goes again."""

    mailbox: Mailbox
    folder: str

    async def holds(self, message_id: str, tried_at: Instant) -> bool:
        """Whether a mail of this id, tried at this instant, lies there. Raises MailboxError."""
        since = (tried_at - CLOCKS_APART).date()
        async with self.mailbox.session() as session:
            return await session.sent(message_id, self.folder, since)


class Documents(Protocol):
    """Where documents are kept."""

    async def put_document(self, path: str, content: bytes) -> None:
        """Keep a document."""
        ...

    async def remove_document(self, path: str) -> object:
        """Let go of a document; one that is gone already is no fault."""
        ...

    async def list(self, prefix: str = "") -> list[str]:
        """The paths of the documents below a folder, sorted."""
        ...


def asking_path(workflow_id: str) -> str:
    """Where it lies that this claim asks."""
    return f"{_FOLDER}/{workflow_id}"


class Asking(Protocol):
    """Remembers which claims ask what became of a send."""

    async def ask(self, workflow_id: str) -> None:
        """This claim asks; again is harmless. Never raises: a person is asked all the same."""
        ...


class Questions:
    """The claims that ask, each a document of the store."""

    def __init__(self, store: Documents) -> None:
        self._store = store

    async def ask(self, workflow_id: str) -> None:
        """See Asking."""
        try:
            await self._store.put_document(asking_path(workflow_id), b"settle-send\n")
        except Exception:  # noqa: BLE001 - see below
            # Whatever the store's own trouble is called: operators must be told in any case.
            whose = {"workflow_id": workflow_id}
            _LOG.exception("the question of %s could not be kept", workflow_id, extra=whose)

    async def all(self) -> list[str]:
        """The workflow ids of the claims that ask."""
        found = await self._store.list(_FOLDER)
        return [path.removeprefix(f"{_FOLDER}/") for path in found]

    async def answered(self, workflow_id: str) -> None:
        """This claim asks no more; again is harmless."""
        await self._store.remove_document(asking_path(workflow_id))


class Settling(NamedTuple):
    """Looks for sends of unknown fate in one folder, and tells the claims that ask."""

    sends: Sends
    store: Documents
    folder: str

    async def settle(self, session: MailSession) -> int:
        """Answer what the folder answers: how many sends. Raises MailboxRefused without the folder."""
        questions = Questions(self.store)
        settled = 0
        for workflow_id in await questions.all():
            asked = await self.sends.unsettled(workflow_id)
            if not asked:
                await questions.answered(workflow_id)
            for send in asked:
                since = (send.at - CLOCKS_APART).date()
                if send.message_id and await session.sent(send.message_id, self.folder, since):
                    settled += await self.sends.was_sent(send)
        return settled
