"""The verb for mails that were written down instead of sent: which there are, and what they say."""

from pathlib import Path
from typing import Annotated, Any

import typer

from atoz.cli.answer import Answer
from atoz.cli.groups import TEXTS, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import columns, line
from atoz.errors import BadInput
from atoz.service import outbox
from atoz.service.outbox import Mail


async def outbox_(
    call: Call,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="show this mail")] = None,
    *,
    to: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="write readable .eml files there")
    ] = None,
) -> Answer:
    """The mails that were written down because there is no mail server; which of them say what."""
    found = [await outbox.mail(call.settings, name)] if name else await outbox.mails(call.settings)
    written = [_written(to, mail) for mail in found if to and mail.content is not None]
    document: dict[str, Any] = {"mails": [mail.document for mail in found], "written": written}
    if name and not to:
        text = (found[0].content or b"").decode("utf-8", "replace")
        said = text or "it was erased with its claim"
        return Answer({**document, "text": text or None}, [said])
    return Answer(document, [_table(found), *(line("written:", path) for path in written)])


def _table(found: list[Mail]) -> Any:
    rows = [
        (each["name"], each["to"], "(erased)" if each["erased"] else each["subject"])
        for each in (mail.document for mail in found)
    ]
    return columns(["mail", "to", "subject"], rows)


def _written(folder: Path, mail: Mail) -> str:
    """The path of the readable copy."""
    target = folder.absolute() / f"{mail.name}.eml"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.touch(mode=0o600)
        target.write_bytes(mail.content or b"")
    except OSError as fault:
        raise BadInput(f"{target} cannot be written: {fault.strerror}") from fault
    return str(target)


def add_to(groups: Groups) -> None:
    """Register this verb."""
    register(groups.root, outbox_, TEXTS, server=False)
