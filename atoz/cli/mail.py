"""The verbs of incoming mail that need no server: what a mail is, and whether it would be believed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from atoz.cli.answer import Answer
from atoz.cli.groups import MAIL, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import columns, local, pairs, plain
from atoz.errors import BadInput
from atoz.mail.mime import MAX_MAIL

_SHOWN_LINES = 60

Document = Mapping[str, Any]


async def read(
    call: Call,
    file: Annotated[Path, typer.Argument(metavar="FILE.eml", help="a mail, whole; - is stdin")],
    *,
    authserv_id: Annotated[
        str | None,
        typer.Option(metavar="HOST", help="your mail server's own name; else ATOZ_AUTHSERV_ID"),
    ] = None,
) -> Answer:
    """Read one mail: its kind, its order, what it states, and why it is trusted or not."""
    # Imported here: the reader's libraries take time that other verbs need not wait for.
    from atoz.mail.read import read as read_mail  # noqa: PLC0415
    from atoz.mail.read import reading_document  # noqa: PLC0415

    server = authserv_id or call.settings.authserv_id
    document = reading_document(
        read_mail(_mail(file), rules=call.library.notices, authserv_id=server)
    )
    return Answer(document, _look(document))


def _mail(path: Path) -> bytes:
    """The file's bytes. Raises BadInput where it cannot be read; a larger one is read by its headers."""
    try:
        if path == Path("-"):
            return typer.get_binary_stream("stdin").read(MAX_MAIL + 1)
        with path.open("rb") as opened:
            return opened.read(MAX_MAIL + 1)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from error


def _look(document: Document) -> list[RenderableType]:
    """The reading for a person: what has a value, then the words, then the files."""
    amount = document["amount"] and f"{document['amount']} {document['currency']}"
    trusted = "yes" if document["trusted"] else f"no: {document['reason_untrusted']}"
    head = {
        "kind": document["kind"].replace("_", " "),
        "because": document["reason"],
        "trusted": trusted,
        "order": document["order_id"],
        "marketplace": document["marketplace"],
        "amount": amount,
        "answer due": local(document["due"]),
        "status": (document["status"] or "").replace("_", " "),
        "paid by": document["funded_by"],
        "counts": _yes_or_no(document["odr_counts"]),
        "appeal until": document["appeal_until"],
        "language": document["language"],
        "wants": ", ".join(document["intents"]).replace("_", " "),
        "answers go to": document["reply_to"],
        "came back": document["original"],
        "notes": "; ".join(document["notes"]),
    }
    lines = [Text(plain(line)) for line in document["text"].splitlines()[:_SHOWN_LINES]]
    return [pairs(head), Text(""), *lines, *_files(document)]


def _yes_or_no(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"


def _files(document: Document) -> list[RenderableType]:
    rows = [
        (file["name"], file["type"], file["size"], "kept" if file["accepted"] else file["reason"])
        for file in document["attachments"]
    ]
    return [Text(""), columns(("file", "type", "bytes", ""), rows)] if rows else []


def add_to(groups: Groups) -> None:
    """Register these verbs, all of the form `mail VERB`."""
    register(groups["mail"], read, MAIL, server=False)
