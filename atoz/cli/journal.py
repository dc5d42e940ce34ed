"""The verb that reads the journal of the installation."""

from typing import Annotated, Any

import typer

from atoz.access.journal import Entry, Journal
from atoz.claims.base import instant_text
from atoz.cli.answer import Answer
from atoz.cli.groups import BOARD, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import columns, line, local, zone

Limit = Annotated[int, typer.Option(min=1, max=100_000, help="how many of the newest")]


async def log(call: Call, limit: Limit = 50) -> Answer:
    """Who did what to the installation, newest first: users, tokens, keys, backups, builds, logins."""
    journal = Journal(call.settings.access_folder)
    page = journal.newest(limit)
    entries = [_shown(entry) for entry in page.entries]
    document = {"file": str(journal.file), "entries": entries, "damaged": page.damaged}
    heads = (f"at ({zone()})", "act", "by", "account", "how it ended", "about")
    rows = [
        (local(e["at"]), e["act"], e["by"], e["account"], e["outcome"], _pairs(e["on"]))
        for e in entries
    ]
    parts = [columns(heads, rows) if rows else line("nothing was done yet")]
    if page.damaged:
        parts.append(line(f"lines of {journal.file} that cannot be read: {page.damaged}"))
    return Answer(document, parts)


def _shown(entry: Entry) -> dict[str, Any]:
    ended = None if entry.ended_at is None else instant_text(entry.ended_at)
    return {**entry.model_dump(), "at": instant_text(entry.at), "ended_at": ended}


def _pairs(on: dict[str, str]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in on.items())


def add_to(groups: Groups) -> None:
    """Register this verb: `access log`."""
    register(groups["access"], log, BOARD, server=False)
