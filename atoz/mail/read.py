"""The reader of incoming mail: bytes in, one frozen reading out, and nothing that raises.

It exists because everything reaches a seller by mail, and anybody may write one. It opens no file and
asks no clock: what it knows stands in the rules, when a mail was written stands in the mail.
"""

import hashlib
from dataclasses import dataclass

from atoz.mail import files
from atoz.mail.mime import Part, attempt, parse
from atoz.mail.notices import NoticeRules
from atoz.mail.reader import Reader
from atoz.mail.reading import MailFile, Reading, reading_document

__all__ = ["NoticeRules", "OpenMail", "Reading", "open_mail", "read", "reading_document"]


def read(raw: bytes, *, rules: NoticeRules, authserv_id: str | None) -> Reading:
    """What a mail says. Raises nothing, whatever the bytes are: what cannot be read is `other`.

    `authserv_id` is the id under which the seller's own mail server writes its checks; without one no
    mail is trusted.
    """
    return open_mail(raw, rules=rules, authserv_id=authserv_id).reading


@dataclass(frozen=True)
class OpenMail:
    """A mail that was read, with the contents of its files within reach.

    `unread` says what of it was left out, and is empty where nothing was.
    """

    reading: Reading
    parts: tuple[Part, ...] = ()
    unread: str = ""

    def content(self, file: MailFile) -> bytes:
        """The bytes of one of this mail's accepted files. Raises ValueError for a refused one."""
        if not file.accepted:
            raise ValueError(f"{file.name} was refused: {file.reason}")
        return files.content(self.parts[file.number])

    def forget(self, file: MailFile) -> None:
        """Let go of a file's text: a large mail need not lie in memory while its photos are decoded."""
        self.parts[file.number].set_payload("")


def open_mail(raw: bytes, *, rules: NoticeRules, authserv_id: str | None) -> OpenMail:
    """As `read`, with the files. Raises nothing."""
    return attempt(lambda: opened(raw, rules, authserv_id), None) or OpenMail(_unreadable(raw))


def opened(raw: bytes, rules: NoticeRules, authserv_id: str | None) -> OpenMail:
    """As `open_mail`, but a fault in the reader itself is raised, so that tests find it."""
    reader = Reader(parse(raw), rules, authserv_id, _made_id(raw))
    return OpenMail(reader.reading(), reader.parts, "; ".join(reader.left_out))


def _unreadable(raw: bytes) -> Reading:
    why = "it cannot be read at all"
    return Reading(kind="other", reason=why, reason_untrusted=why, message_id=_made_id(raw))


def _made_id(raw: bytes) -> str:
    """An id for a mail that has none: of its bytes, so that the same mail has the same."""
    return f"<sha256.{hashlib.sha256(raw).hexdigest()[:40]}@no-message-id.invalid>"
