"""What every way out shares: how a message is built, and what can be known about its delivery.

It exists so that a header can carry nothing but a header, and so that "refused" is said only where
that is certain: what may have been taken is `unknown`, and is never sent again blindly.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Literal, NamedTuple, Protocol

from atoz.claims.base import Record
from atoz.mail.plain import has_controls, one_line, plain_address

Outcome = Literal["sent", "refused", "refused_for_now", "unknown"]
_LONGEST_DETAIL = 500
_LONGEST_HEADER = 900
_MESSAGE_ID = re.compile(r"<[!-;=?A-Z\[-~]+@[!-;=?A-Z\[-~]+>")
_THREADED = frozenset({"message-id", "in-reply-to", "references"})


class Delivery(Record):
    """What became of one attempt. `sent`: the other side took it, which is not yet delivered.

    `refused` is a lasting no, `refused_for_now` one that time may change; both are certain: nothing
    was taken. `unknown`: it may have been taken. `detail` is for people, at most 500 signs; it quotes the
    other side, who may quote the buyer: a log gets `logged`.
    """

    outcome: Outcome
    detail: str = ""
    status: int | None = None
    """The number of the other side's answer, where there was one."""
    reached_nobody: bool = False
    """It was only written down: there is no mail server to give it to."""

    @property
    def sent(self) -> bool:
        """Whether the other side took it."""
        return self.outcome == "sent"

    @property
    def logged(self) -> dict[str, str | int | None]:
        """What a log may hold of it: no word of the other side's."""
        return {"outcome": self.outcome, "status": self.status}


def delivery(outcome: Outcome, detail: object = "", status: int | None = None) -> Delivery:
    """A Delivery whose detail may come from an outsider: one line, bounded, encodable."""
    return Delivery(outcome=outcome, detail=one_line(detail, _LONGEST_DETAIL), status=status)


class Mailer(Protocol):
    """A way out for mail. Tries once; never raises for what the other side did or did not do."""

    async def send(self, message: EmailMessage, to: str) -> Delivery:
        """Hand `message` over for the one envelope recipient `to`."""
        ...


class MailFile(NamedTuple):
    """A file that goes with a message; `type` is a MIME type like `application/pdf`."""

    name: str
    type: str
    content: bytes


class _WirePolicy(EmailPolicy):
    """CRLF, 7-bit safe, and message ids left whole.

    The standard policy turns an id of more than 78 signs (marketplaces' are longer) into an
    encoded word, which breaks the thread. Ids are folded between each other only.
    """

    def fold(self, name: str, value: str) -> str:
        """A header as text, folded."""
        if name.lower() in _THREADED:
            return f"{name}: " + f"{self.linesep} ".join(str(value).split()) + self.linesep
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        """A header as bytes, folded."""
        if name.lower() in _THREADED:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


WIRE = _WirePolicy(linesep="\r\n", cte_type="7bit", raise_on_defect=False)
"""The policy with which messages are built and written."""


def build_message(
    *,
    sender: str,
    to: str,
    subject: str,
    text: str,
    message_id: str,
    date: datetime,
    in_reply_to: str | None = None,
    references: Sequence[str] = (),
    files: Sequence[MailFile] = (),
) -> EmailMessage:
    """A plain text mail in UTF-8 with nothing in it but what was given.

    `date` is aware and is written in UTC; `message_id` is ours, `<local@domain>`. Ids to thread by
    come from outsiders: one that is no message id is left out. There is deliberately no
    `Auto-Submitted`: marketplaces do not count automatic answers as answers.
    Raises ValueError for a control character in a header value, a bad address, id or date.
    """
    if not is_message_id(message_id):
        raise ValueError(f"not a Message-ID: {message_id[:80]!r}")
    if date.tzinfo is None:
        raise ValueError("the date of a mail needs a time zone")
    message = EmailMessage(policy=WIRE)
    message["From"] = plain_address(sender)
    message["To"] = plain_address(to)
    message["Subject"] = _header(subject)
    message["Date"] = format_datetime(date.astimezone(UTC))
    message["Message-ID"] = message_id
    _thread(message, in_reply_to, references)
    message.set_content(text, subtype="plain", charset="utf-8")
    for file in files:
        _attach(message, file)
    return message


def _thread(message: EmailMessage, in_reply_to: str | None, references: Sequence[str]) -> None:
    answered = _ids([in_reply_to or ""])
    chain = _ids([*references, in_reply_to or ""])
    if answered:
        message["In-Reply-To"] = answered[0]
    if chain:
        message["References"] = " ".join(chain)


def _ids(candidates: Sequence[str]) -> list[str]:
    """The well-formed ids, each once, in order."""
    found = dict.fromkeys(_header(candidate).strip() for candidate in candidates)
    return [one for one in found if is_message_id(one)]


def is_message_id(text: str) -> bool:
    """Whether the text is one plain `<local@domain>`: what outsiders send is sometimes not."""
    return len(text) <= _LONGEST_HEADER and _MESSAGE_ID.fullmatch(text) is not None


def _attach(message: EmailMessage, file: MailFile) -> None:
    main, slash, sub = file.type.partition("/")
    if not slash or not re.fullmatch(r"[\w.+-]+/[\w.+-]+", file.type, re.ASCII):
        raise ValueError(f"not a MIME type: {file.type[:80]!r}")
    name = _header(file.name)
    message.add_attachment(file.content, maintype=main, subtype=sub, filename=name)


def _header(value: str) -> str:
    """A header value without control characters, or ValueError."""
    if len(value) > _LONGEST_HEADER:
        raise ValueError(f"a header value has {len(value)} signs, {_LONGEST_HEADER} are allowed")
    if has_controls(value):
        raise ValueError(f"a header value holds a control character: {value[:80]!r}")
    return value


def wire_bytes(message: EmailMessage) -> bytes:
    """The message as it travels: CRLF line ends, the last one included, 7-bit only."""
    content = message.as_bytes(policy=WIRE)
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def sender_of(message: EmailMessage) -> str:
    """The envelope sender: the one address in From. Raises ValueError where it is not one."""
    return plain_address(str(message["From"] or ""))


def id_of(message: EmailMessage) -> str:
    """The message's own Message-ID. Raises ValueError where it has none."""
    text = str(message["Message-ID"] or "").strip()
    if not is_message_id(text):
        raise ValueError("the message has no Message-ID")
    return text
