"""The verbs that back up an installation on one machine and put it back."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from atoz.cli.answer import Answer
from atoz.cli.groups import SYSTEM, Groups
from atoz.cli.verbs import Call, Where, register
from atoz.cli.words import line

Keys = Annotated[Path, typer.Option("--keys", metavar="FOLDER", help="the keys, kept apart")]


async def backup(
    call: Call,
    to: Annotated[Path, typer.Argument(metavar="FOLDER", help="a fresh one, for the data")],
    keys: Keys,
) -> Answer:
    """Copy claims, files and keys of the installation here, while it runs."""
    from atoz.harness.backup import back_up  # noqa: PLC0415 - only this verb needs it

    done = await asyncio.to_thread(back_up, call.settings, to, keys, call.now)
    rest = line("the data is noise without the keys: keep", done["keys"], "somewhere else")
    return Answer(
        done, [line(f"{done['files']} files and the database are in", done["data"]), rest]
    )


async def restore(
    call: Call,
    data: Annotated[Path, typer.Argument(metavar="FOLDER", help="the data of a backup")],
    keys: Keys,
    state: Annotated[Path, typer.Option(metavar="DIR", help="a fresh state folder")],
) -> Answer:
    """Put a backup into a fresh state folder; `up --state DIR` goes on from there."""
    from atoz.harness.backup import restore as put_back  # noqa: PLC0415 - only this verb needs it

    done = await asyncio.to_thread(put_back, data, keys, state, call.now)
    mind = line(
        "MIND: what happened after", done["taken_at"], "is not known there, and what may have"
    )
    more = line("been sent since is asked, never sent again: see docs/backup-and-restore.md")
    return Answer(done, [line("restored:", done["state"]), mind, more])


def add_to(groups: Groups) -> None:
    """Register these verbs."""
    copied = ("to", "keys", "files")
    register(groups.root, backup, SYSTEM, server=False, acts=True, on=copied)
    back = ("data", "keys", "state", "taken_at")
    register(groups.root, restore, SYSTEM, server=False, acts=True, on=back, where=_restored)


def _restored(_: Call, given: Mapping[str, Any]) -> Where:
    """The users are those of the backup, whose installation it is; it is recorded where that goes on."""
    return Where(given["data"] / "access", given["state"] / "access", fresh=True)
