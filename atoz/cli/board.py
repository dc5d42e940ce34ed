"""The verbs that serve the board alone, and that print another way in."""

from pathlib import Path
from typing import Annotated

import typer

from atoz.cli.answer import Answer
from atoz.cli.groups import BOARD, Groups
from atoz.cli.verbs import Call, Output, guarded, register
from atoz.cli.words import line


def board(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="else ATOZ_BOARD_PORT")] = None,
    state: Annotated[Path | None, typer.Option(metavar="DIR", help="else ATOZ_STATE")] = None,
    *,
    link: Annotated[bool, typer.Option(help="print a one-time login link")] = True,
    output: Output = "text",
) -> None:
    """Serve the board and its API until Ctrl-C, over the Temporal server of the settings."""
    from atoz.web.alone import serve  # noqa: PLC0415 - only this verb needs it

    as_json = output == "json"
    work = guarded(lambda: serve(state, port, link=link, as_json=as_json), as_json=as_json)
    raise typer.Exit(work)


async def login(call: Call) -> Answer:
    """Print a one-time login link for the board on this machine."""
    from atoz.web.alone import another_link  # noqa: PLC0415 - other verbs need not wait for it

    link = another_link(call.settings, call.by, call.now)
    return Answer({"login": link}, [line(link)])


def add_to(groups: Groups) -> None:
    """Register these verbs."""
    groups.root.command("board", rich_help_panel=BOARD)(board)
    register(groups.root, login, BOARD, server=False, acts=True)
