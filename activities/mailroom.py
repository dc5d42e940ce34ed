"""The ports of the mailbox pass: what it needs of claims, of the desk, of the store and of the reader.

It exists so that a pass can be tried without any server, and says in one place what is asked of one.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol, Self

from atoz.claims.base import Record
from atoz.claims.claim import ClaimFile
from atoz.mail.read import OpenMail
from atoz.mail.routing import Answered
from atoz.playbook import events as ev

Standing = Literal["running", "over", "unknown"]


NoteSort = Literal["quarantined", "unknown-order", "other"]


class Note(Record):
    """Something for a person at the desk, and what it is about.

    `held` waits there for its claim; `refs` lie in the store.
    """

    key: str
    title: str
    text: str = ""
    order_id: str = ""
    refs: tuple[str, ...] = ()
    held: bool = False
    sort: NoteSort = "other"


class Held(Record):
    """A mail that waits at the desk for its claim; `ref` is the sha256 of the mail in the store."""

    key: str
    order_id: str
    ref: str


class Office(Protocol):
    """Claims and the desk, wherever they run. Everything raises NoServer or NoWorker for now."""

    async def start(self, file: ClaimFile) -> Literal["started", "same", "running", "over"]:
        """Start a claim. `same`: it was started by this very file, `running`: by another one.

        Raises BadInput where the claim cannot be started.
        """
        ...

    async def standing(self, order_id: str) -> Standing:
        """How the claim of an order stands."""
        ...

    async def tell(self, order_id: str, event: ev.Event) -> bool:
        """Tell a claim what happened; False where none runs."""
        ...

    async def answered(self, answer: Answered) -> bool:
        """Tell a claim that its buyer was answered; False where nothing there waited for that."""
        ...

    async def put(self, note: Note) -> None:
        """Put a note on the desk; the same key again changes nothing."""
        ...

    async def held(self) -> Sequence[Held]:
        """What waits at the desk for its claim, oldest first."""
        ...

    async def attached(self, key: str) -> None:
        """A held mail has reached its claim: its task is done."""
        ...


class Store(Protocol):
    """Where mails, files and documents are kept."""

    def of_order(self, order_id: str | None) -> Self:
        """The same for what belongs to the claim of an order; without one, for the shop."""
        ...

    async def put(self, content: bytes, type: str) -> str:  # noqa: A002 - as in a reference
        """Keep a file and give its sha256."""
        ...

    async def get(self, sha256: str) -> bytes:
        """A file's content."""
        ...

    async def put_document(self, path: str, content: bytes) -> None:
        """Keep a document."""
        ...

    async def get_document(self, path: str) -> bytes | None:
        """A document, or None."""
        ...


class OpenMails(Protocol):
    """Reads a mail: never raises, takes its time for a large one."""

    def __call__(self, raw: bytes) -> OpenMail:
        """What a mail says, with its files within reach."""
        ...


class Mailroom(NamedTuple):
    """What delivering needs of the world."""

    office: Office
    store: Store
